"""What to do next while a transfer is asked for or under way (P7): the part of `react` for it.

One party waits and hears that it rings. Rung are the target, then the one who transferred (unless that leg
is still up: then the two simply go on), then Kontaktcenter. Whoever answers is connected with the one who
waits.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.decision import TRANSFER_PROMPT, Branch, Decision, Kind, Target
from routing.numbers import show
from telephony.call import confirming
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.actions import (
    Action,
    AnswerTransfer,
    Connect,
    Dial,
    EndLeg,
    PlayAnnouncement,
    PlayRinging,
    ReportTransfer,
)
from telephony.call.call import Call, Leg, Phase, Transfer
from telephony.call.ending import Reaction, finish, withdraw
from telephony.call.facts import EndedBy, Outcome
from telephony.call.failover import in_order
from telephony.call.house import House
from telephony.call.offering import (
    decision_of,
    has_answered,
    in_vain,
    offer_next,
    offer_other_ways,
    why_exhausted,
)
from telephony.call.transfer_facts import Stage

_ACCEPTED = 202
_RINGING = 180
_OK = 200
_FORBIDDEN = 403
_PENDING = 491
_STATUS = {Branch.BUSY: 486}
_NOT_AVAILABLE = 480


def asker(call: Call, leg_id: str) -> Target | None:
    """Whose phone this leg is, as somebody who can be rung again; None for a trunk."""
    leg, arrived = call.legs[leg_id], call.arrived
    if leg.target is not None:
        return leg.target if leg.target.phone else None
    if not call.is_internal:
        return None
    return Target(arrived.member or f"phone/{arrived.origin_name}", phone=arrived.origin_name)


def react(call: Call, house: House, now: datetime) -> Reaction:
    """What to do next; nothing when there are no facts, or when routing is to be asked."""
    if call.requested is not None:
        return _examine(call, call.requested, now)
    transfer = call.transfer
    assert transfer is not None  # in this phase
    return over(call, call.legs[transfer.kept], now) or _go_on(call, transfer, house, now)


def decide_request(call: Call, by: Target, decision: Decision, now: datetime) -> Reaction:
    """Begin what was asked for, or refuse it, as routing has decided."""
    asked = call.requested
    assert asked is not None
    if decision.kind is not Kind.RING:
        return refuse(call, asked, decision.status, decision.reasons[-1].text, now)
    kept = call.talking_to if asked.leg == call.near else call.near
    fact = t.TransferDecided(
        at=now,
        call=call.id,
        leg=asked.leg,
        stage=Stage.TARGET,
        kept=kept,
        by=by,
        number=asked.number,
        decision=decision,
    )
    return Reaction([fact], [AnswerTransfer(asked.leg, _ACCEPTED), PlayRinging(kept, TRANSFER_PROMPT)])


def decide_stage(call: Call, decision: Decision, now: datetime) -> Reaction:
    """Begin the next stage as routing has decided."""
    transfer = call.transfer
    assert transfer is not None
    fact = t.TransferDecided(
        at=now,
        call=call.id,
        leg=transfer.by,
        stage=transfer.stage,
        kept=transfer.kept,
        by=transfer.target,
        number=transfer.number,
        decision=decision,
    )
    return Reaction([fact])


def known_caller(call: Call) -> str | None:
    """The number of who is handed on, if that is the caller, and anybody may know it."""
    is_caller = call.who_waits == call.arrived.leg
    return call.arrived.caller if is_caller and not call.protected else None


def _examine(call: Call, asked: t.TransferRequested, now: datetime) -> Reaction:
    """Refuse what nobody may ask for; else routing has the word."""
    if call.phase is Phase.TRANSFERRING or call.is_being_taken_over:
        return refuse(call, asked, _PENDING, "another transfer is under way", now)
    if call.phase is not Phase.TALKING or asked.leg not in (call.near, call.talking_to):
        return refuse(call, asked, _FORBIDDEN, "there is nobody to transfer", now)
    if call.is_emergency:
        return refuse(call, asked, _FORBIDDEN, "a call to 112 stays where it is", now)
    if asker(call, asked.leg) is None:
        return refuse(call, asked, _FORBIDDEN, "only phones of ours transfer", now)
    return Reaction()


def refuse(call: Call, asked: t.TransferRequested, status: int, why: str, now: datetime) -> Reaction:
    """Refuse what was asked for: the call stays as it is."""
    fact = t.TransferRefused(at=now, call=call.id, leg=asked.leg, number=asked.number, status=status, why=why)
    return Reaction([fact], [AnswerTransfer(asked.leg, status)])


def over(call: Call, kept: Leg, now: datetime) -> Reaction | None:
    """The end of the call while somebody waits, if it is there."""
    if kept.lost:
        return finish(call, now, Outcome.LOST, EndedBy.SERVICE, reason=kept.lost)
    if call.talk_expired:
        return finish(call, now, Outcome.ANSWERED, EndedBy.SERVICE, reason="talk time limit")
    if kept.gone:
        by = EndedBy.CALLER if kept is call.caller else EndedBy.MEMBER
        return finish(call, now, Outcome.ANSWERED, by, reason="left while being transferred")
    if call.announcement_ended or (call.decision is not None and call.decision.kind is Kind.REJECT):
        return finish(call, now, Outcome.ANSWERED, EndedBy.SERVICE, reason="nobody took the transfer")
    return None


def _go_on(call: Call, transfer: Transfer, house: House, now: datetime) -> Reaction:
    decision = call.decision
    if transfer.is_open or call.announcement or decision is None:
        return Reaction()  # routing is asked; or the last words are said
    if decision.kind is Kind.MENU:  # who comes back from a transfer is not asked once more what it is about
        return Reaction([f.RouteExhausted(at=now, call=call.id, branch=Branch.NO_KEY)])
    if decision.kind in (Kind.ANNOUNCE, Kind.VOICEMAIL):
        started = f.AnnouncementStarted(at=now, call=call.id, leg=transfer.kept, prompt=decision.prompt)
        return Reaction([started], [PlayAnnouncement(transfer.kept, decision.prompt)])
    answered = next((leg for leg in _rung(call) if has_answered(leg)), None)
    if answered is not None:
        return complete(call, transfer, answered, now)
    asked = confirming.react(call, now)
    if asked.facts:
        return asked
    ringing = call.ringing()
    if vain := in_vain(call, ringing, now):
        return vain
    other_ways = offer_other_ways(call, house, now)
    if other_ways.facts:
        return for_who_waits(call, transfer, other_ways)
    if ringing:
        return _tell(call, transfer, ringing, now)
    if in_order(call):
        return for_who_waits(call, transfer, offer_next(call, house, now))
    return _exhausted(call, transfer, now)


def _rung(call: Call) -> list[Leg]:
    return [call.legs[leg] for leg in sorted(call.round_legs)]


def for_who_waits(call: Call, transfer: Transfer, reaction: Reaction) -> Reaction:
    """What is offered as for any call; but for whoever waits, when that is not the caller."""
    kept = call.legs[transfer.kept]
    if kept.target is None or call.decision is None:
        return reaction
    is_person = kept.target.phone or kept.target.is_mobile
    who = kept.target.member if is_person else show(kept.target.number)
    display, number = f"{call.decision.function}: {who}", call.decision.number
    actions = [  # names are for phones of ours; what the caller dialled may be the number of who waits
        replace(
            action,
            caller_leg=kept.id,
            display=display if action.target.phone else "",
            number=None,
            diverted=action.diverted and number,
        )
        if isinstance(action, Dial)
        else action
        for action in reaction.actions
    ]
    return Reaction(reaction.facts, actions)


def _tell(call: Call, transfer: Transfer, ringing: Sequence[Leg], now: datetime) -> Reaction:
    if transfer.alerted or transfer.stage is not Stage.TARGET or not any(leg.rang for leg in ringing):
        return Reaction()
    fact = t.TransferAlerted(at=now, call=call.id, leg=transfer.by)
    return Reaction([fact], [ReportTransfer(transfer.by, _RINGING)])


def complete(call: Call, transfer: Transfer, answered: Leg, now: datetime) -> Reaction:
    """Connect who waits and the member who has answered, and nobody else."""
    assert answered.target is not None
    others = withdraw(call, call.ringing(), "answered_elsewhere", now)
    wait = decision_of(call).wait
    fact = t.CallTransferred(
        at=now,
        call=call.id,
        leg=answered.id,
        member=answered.target.member,
        kept=transfer.kept,
        by=transfer.by,
        group=decision_of(call).group if wait else "",
        wrap_up_seconds=wait.wrap_up_seconds if wait else 0.0,
    )
    actions: list[Action] = [Connect(transfer.kept, answered.id), *others.actions]
    if call.legs[transfer.by].is_open:
        actions += [ReportTransfer(transfer.by, _OK), EndLeg(transfer.by, reason="transferred")]
    return Reaction([fact, *others.facts], actions)


def _exhausted(call: Call, transfer: Transfer, now: datetime) -> Reaction:
    """Nobody took it at this stage."""
    why = why_exhausted(call)
    if transfer.stage is Stage.CENTRE:  # which has branches of its own
        return Reaction([f.RouteExhausted(at=now, call=call.id, branch=why)])
    status, by = _STATUS.get(why, _NOT_AVAILABLE), call.legs[transfer.by]
    resumed = transfer.stage is Stage.TARGET and not by.gone
    fact = t.TransferFailed(
        at=now, call=call.id, leg=transfer.by, stage=transfer.stage, status=status, resumed=resumed
    )
    actions: list[Action] = []
    if resumed:
        actions = [ReportTransfer(by.id, status), Connect(transfer.kept, by.id)]
    elif by.is_open:  # it died without a word
        actions = [EndLeg(by.id)]
    return Reaction([fact], actions)
