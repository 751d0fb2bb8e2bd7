"""A transfer to somebody who was consulted first (attended, RFC 5589 7), who is in a call of its own with the
one who transfers.

The caller's call keeps its id and takes over the consulted legs; the other call ends. Those who are rung
still (semi-attended) ring on, and the caller hears it. In a queue the caller gets the place.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.decision import TRANSFER_PROMPT, Decision, Target
from telephony.call import facts as f
from telephony.call import queue_facts as q
from telephony.call import queueing
from telephony.call import transfer_facts as t
from telephony.call.actions import (
    Action,
    AnswerTransfer,
    Connect,
    EndLeg,
    PlayRinging,
    ReportTransfer,
    TakeOver,
)
from telephony.call.call import Call, Leg, LegState, Phase, Waiting
from telephony.call.ending import Reaction, finish
from telephony.call.facts import EndedBy, Outcome
from telephony.call.offering import decision_of
from telephony.call.transferring import asker, refuse

REASON = "transferred"
_REPLACED = 487  # what a consulting INVITE without an answer gets


def hand_over(call: Call, other: Call | None, now: datetime) -> Reaction:
    """Answer what `call` was asked for: facts of both calls, or a refusal, and then both stay as they are."""
    asked = call.requested
    assert asked is not None
    by = asker(call, asked.leg)
    if other is None or by is None or other.id == call.id:
        return refuse(call, asked, 481, "the consulted call is over", now)
    own = asker(other, asked.consulted)
    if own is None or own.member != by.member:
        return refuse(call, asked, 403, "the consulted call is somebody else's", now)
    if other.is_emergency:
        return refuse(call, asked, 403, "a call to 112 stays where it is", now)
    if other.phase is Phase.TALKING and asked.consulted in (other.near, other.talking_to):
        return _join(call, other, asked, now)
    if other.phase is Phase.RINGING and asked.consulted == other.caller.id and _rung(other):
        return _ring_on(call, other, asked, by, now)
    if other.waiting is not None and asked.consulted == other.who_waits:
        return _give_place(call, other, other.waiting, asked, by, now)
    return refuse(call, asked, 481, "nobody is there in the consulted call", now)


def _join(call: Call, other: Call, asked: t.TransferRequested, now: datetime) -> Reaction:
    """The party that waits and the one that was consulted talk with each other."""
    kept = call.talking_to if asked.leg == call.near else call.near
    consulted = other.legs[other.talking_to if asked.consulted == other.near else other.near]
    taken, taking = _take(call, other, [consulted], now)
    new = taken[0]
    member = _party(other, consulted).member
    done = t.CallTransferred(at=now, call=call.id, leg=new, member=member, kept=kept, by=asked.leg)
    ended = _end(other, [consulted], Outcome.ANSWERED, now)
    return Reaction(
        [*taking.facts, done, *ended.facts],
        [
            AnswerTransfer(asked.leg, 202),
            *taking.actions,
            Connect(kept, new),
            ReportTransfer(asked.leg, 200),
            EndLeg(asked.leg, reason=REASON),
            *ended.actions,
        ],
    )


def _ring_on(call: Call, other: Call, asked: t.TransferRequested, by: Target, now: datetime) -> Reaction:
    """It rings on at those who were called, for the party that waits."""
    ringing = _rung(other)
    rung = tuple([leg.target for leg in ringing if leg.target is not None])
    decision = replace(decision_of(other), targets=(*rung, *other.pending))
    decided = _decided(call, other, asked, by, decision, now)
    _, taking = _take(call, other, ringing, now)
    until = f.RingTimeStarted(at=now, call=call.id, until=other.ring_until)
    ended = _end(other, ringing, Outcome.ABANDONED, now)
    return Reaction(
        [decided, *taking.facts, until, *ended.facts],
        [
            AnswerTransfer(asked.leg, 202),
            *taking.actions,
            PlayRinging(decided.kept, TRANSFER_PROMPT),
            *ended.actions,
        ],
    )


def _give_place(
    call: Call, other: Call, waiting: Waiting, asked: t.TransferRequested, by: Target, now: datetime
) -> Reaction:
    """The party waits where the one who hands them on has waited; whoever was rung for that one is not any
    more, and may be for the party."""
    decided = _decided(call, other, asked, by, decision_of(other), now, waiting.since)
    ended = finish(other, now, Outcome.ABANDONED, EndedBy.CALLER, reason=REASON, status=_REPLACED)
    return Reaction(
        [decided, *queueing.leave(other, q.LEFT, now), *ended.facts],
        [
            AnswerTransfer(asked.leg, 202),
            PlayRinging(decided.kept),
            ReportTransfer(asked.leg, 200),
            EndLeg(asked.leg, reason=REASON),
            *ended.actions,
        ],
    )


def _decided(
    call: Call,
    other: Call,
    asked: t.TransferRequested,
    by: Target,
    decision: Decision,
    now: datetime,
    since: datetime | None = None,
) -> t.TransferDecided:
    """The other party of the call is for whom the other call was for."""
    return t.TransferDecided(
        at=now,
        call=call.id,
        leg=asked.leg,
        stage=t.Stage.TARGET,
        kept=call.talking_to if asked.leg == call.near else call.near,
        by=by,
        number=other.arrived.dialled,
        decision=decision,
        since=since,
    )


def _rung(other: Call) -> list[Leg]:
    """Who may still answer. One who has answered outside and is asked to confirm it hears a prompt: that is
    ended, for it would begin anew."""
    return [leg for leg in other.ringing() if leg.state is not LegState.ASKED]


def _take(call: Call, other: Call, legs: Sequence[Leg], now: datetime) -> tuple[list[str], Reaction]:
    """Take legs over from the other call; their names in this one."""
    names = [call.next_leg_id(ahead) for ahead in range(len(legs))]
    pairs = list(zip(names, legs, strict=True))
    taken = [
        t.LegTakenOver(
            at=now,
            call=call.id,
            leg=name,
            of=leg.id,
            target=_party(other, leg),
            answered=leg.state is LegState.ANSWERED,
            rang=leg.rang,
            dialog=dict(leg.dialog) if leg.dialog is not None else None,
        )
        for name, leg in pairs
    ]
    handed = [t.LegHandedOver(at=now, call=other.id, leg=leg.id, to=name) for name, leg in pairs]
    return names, Reaction([*taken, *handed], [TakeOver(name, leg.id) for name, leg in pairs])


def _party(call: Call, leg: Leg) -> Target:
    """Who is on this leg."""
    name = call.arrived.trunk or call.arrived.origin_name
    return asker(call, leg.id) or leg.target or Target(f"trunk/{name}", trunk=name)


def _end(other: Call, without: Sequence[Leg], outcome: Outcome, now: datetime) -> Reaction:
    """End what is left of the consulting call."""
    ended = f.CallEnded(at=now, call=other.id, outcome=outcome, ended_by=EndedBy.CALLER, reason=REASON)
    actions: list[Action] = [
        EndLeg(leg.id, status=_REPLACED, reason=REASON)
        for leg in other.open_legs()
        if leg not in without and not leg.withdrawn
    ]
    return Reaction([ended], actions)
