"""`react(call, house, now) -> Reaction`: looks at the state and says what to do next.

The switchboard folds the facts and asks again until there are none; an action is given out only beside the
fact that records it, so each happens once. Nothing here reads a plan, a clock or randomness: `RouteDecided`
carries it all.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from routing.decision import Branch, Decision, Strategy, Target
from routing.numbers import show
from routing.outside import FIRST_RESPONSE_SECONDS
from telephony.call import announcing, choosing, confirming
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import Action, AlertCaller, Connect, Dial, EndLeg, PassEarlySound, PlayRinging
from telephony.call.call import Call, Leg, LegState, Phase
from telephony.call.ending import Reaction, finish, withdraw
from telephony.call.facts import EndedBy, Outcome
from telephony.call.failover import first_ways, in_order, next_ways
from telephony.call.house import House

HIDDEN = "dold"  # what a member's phone shows for a hidden caller
_BUSY = frozenset({486, 600})
_UNREACHABLE = frozenset({404, 408, 410, 480, 500, 502, 503, 504})


def react(call: Call, house: House, now: datetime) -> Reaction:
    """What to do next in `call`: nothing when there are no facts."""
    match call.phase:
        case Phase.ARRIVED:
            return _arrived(call, now)
        case Phase.RINGING:
            return _ringing(call, house, now)
        case Phase.ANNOUNCING:
            return announcing.react(call, now)
        case Phase.MENU:
            return choosing.react(call, now)
        case Phase.TALKING:
            return _talking(call, now)
    return Reaction()  # its legs are closing or closed; or `transferring` has the word


def expire(call: Call, now: datetime) -> Sequence[f.Fact]:
    """The facts that the call's deadlines have passed, as of `now`."""
    if call.phase is Phase.TALKING:
        over = call.talk_until is not None and call.talk_until <= now and not call.talk_expired
        return [f.TalkTimeExpired(at=now, call=call.id)] if over else []
    if call.phase is Phase.MENU:
        over = call.key_until is not None and call.key_until <= now
        return [m.KeyTimeExpired(at=now, call=call.id)] if over else []
    if call.phase not in (Phase.RINGING, Phase.TRANSFERRING):
        return []
    facts: list[f.Fact] = []
    if call.talk_until is not None and call.talk_until <= now and not call.talk_expired:
        facts.append(f.TalkTimeExpired(at=now, call=call.id))
    facts += [
        f.ResponseTimeExpired(at=now, call=call.id, leg=leg.id)
        for leg in call.ringing()
        if leg.respond_by is not None and leg.respond_by <= now
    ]
    facts += confirming.expire(call, now)
    if call.ring_until is not None and call.ring_until <= now and not call.ring_expired:
        facts.append(f.RingTimeExpired(at=now, call=call.id))
    return facts


def interrupt(call: Call, now: datetime, lost: Collection[str] = ()) -> Reaction:
    """End what an earlier life of the service left behind: a call whose outcome was open becomes
    `interrupted`.

    `lost` are legs whose dialog could not be brought back: nothing can be sent to them.
    """
    facts: list[f.Fact] = []
    if call.is_live:
        facts.append(f.CallInterrupted(at=now, call=call.id, ended_at=call.last_at))
    actions: list[Action] = []
    for leg in call.open_legs():
        if leg.dialog is None or leg.id in lost:  # without a dialog it never reached the network
            facts.append(f.LegEnded(at=now, call=call.id, leg=leg.id))
        else:
            actions.append(EndLeg(leg.id, status=503, reason="service restarted"))
    return Reaction(facts, actions)


def end(call: Call, now: datetime, reason: str) -> Reaction:
    """End a live call because the service stops."""
    match call.phase:
        case Phase.TALKING | Phase.TRANSFERRING:
            outcome = Outcome.ANSWERED
        case Phase.ANNOUNCING:
            outcome = Outcome(_decision(call).outcome)
        case _:
            outcome = Outcome.FAILED
    return finish(call, now, outcome, EndedBy.SERVICE, reason=reason, status=503)


def give_up(call: Call, now: datetime, reason: str) -> Reaction:
    """End a live call in which something went wrong: a leg that nothing is known of may not keep it."""
    reaction = end(call, now, reason)
    unknown = [f.LegEnded(at=now, call=call.id, leg=leg.id) for leg in call.open_legs() if leg.dialog is None]
    return Reaction([*reaction.facts, *unknown], reaction.actions)


# ---- phases


def _arrived(call: Call, now: datetime) -> Reaction:
    if call.caller.gone:
        return _caller_left(call, now)
    decision = call.decision
    if call.question is None and decision is not None:
        outcome = Outcome(decision.outcome)
        return finish(call, now, outcome, EndedBy.SERVICE, status=decision.status)
    return Reaction()  # routing is asked


def _talking(call: Call, now: datetime) -> Reaction:
    near, member = call.legs[call.near], call.legs[call.talking_to]
    if lost := near.lost or member.lost:
        return finish(call, now, Outcome.LOST, EndedBy.SERVICE, reason=lost)
    if call.talk_expired:
        return finish(call, now, Outcome.ANSWERED, EndedBy.SERVICE, reason="talk time limit")
    if near.gone:
        by = EndedBy.CALLER if near is call.caller else EndedBy.MEMBER
        return finish(call, now, Outcome.ANSWERED, by)
    if member.gone:
        return finish(call, now, Outcome.ANSWERED, EndedBy.MEMBER)
    return Reaction()


def _ringing(call: Call, house: House, now: datetime) -> Reaction:
    if call.caller.gone:
        return _caller_left(call, now)
    if call.service_answered and not call.caller_alerted:  # who has had a 200 hears a tone for a 180
        alerted = f.CallerAlerted(at=now, call=call.id, leg=call.caller.id)
        return Reaction([alerted], [PlayRinging(call.caller.id)])
    answered = next((leg for leg in call.members() if has_answered(leg)), None)
    if answered is not None:
        return _connect(call, answered, now)
    asked = confirming.react(call, now)
    if asked.facts:
        return asked
    ringing = call.ringing()
    if late := rung_out(call, ringing):
        return withdraw(call, late, "ring_time", now)
    silent = [leg for leg in ringing if leg.gone]
    if silent:
        return withdraw(call, silent, "no_response", now)
    others = declined(call, ringing)
    if others:
        return withdraw(call, others, "declined", now)
    if call.redirected and not call.ring_expired:
        return Reaction(*_offer(call, call.redirected, house, now))
    if next_ways(call) and not call.ring_expired:
        return offer_other_ways(call, house, now)
    if not ringing:
        return offer_next(call, house, now)
    return _tell_caller(call, ringing, now)


def declined(call: Call, ringing: Sequence[Leg]) -> list[Leg]:
    """Other contacts of a phone of which one has said no for all (6xx, RFC 3261 21.6); no other phone."""
    if len(call.legs) <= 2:
        return []
    targets = [leg.target for leg in call.members() if leg.status >= 600]
    return [leg for leg in ringing if leg.target in targets] if targets else []


def rung_out(call: Call, ringing: Sequence[Leg]) -> list[Leg]:
    """Whose time to answer is over; who has answered outside may still confirm it."""
    return [leg for leg in ringing if leg.state is not LegState.ASKED] if call.ring_expired else []


def has_answered(leg: Leg) -> bool:
    """Its answer came in time to matter."""
    return leg.state is LegState.ANSWERED and not leg.withdrawn


# ---- what they do


def _decision(call: Call) -> Decision:
    decision = call.decision
    assert decision is not None  # every phase after ARRIVED was entered by RouteDecided
    return decision


def offer_other_ways(call: Call, house: House, now: datetime) -> Reaction:
    """Try the next way to those outside whose gateway got nowhere, within the ring time."""
    return Reaction(*_offer(call, next_ways(call), house, now))


def offer_next(call: Call, house: House, now: datetime) -> Reaction:
    """Offer the next of the targets, or all of them, passing over who is in another call."""
    decision = _decision(call)
    pending = in_order(call)
    if not pending:
        return Reaction([f.RouteExhausted(at=now, call=call.id, branch=why_exhausted(call))])
    first = pending[0].member
    together = decision.strategy is Strategy.ALL
    stage = first_ways([target for target in pending if together or target.member == first])
    facts, dials = _offer(call, stage, house, now)
    if dials:
        until = now + timedelta(seconds=decision.ring_seconds) if decision.ring_seconds else None
        facts.append(f.RingTimeStarted(at=now, call=call.id, until=until))
    return Reaction(facts, dials)


def _offer(
    call: Call, stage: Sequence[Target], house: House, now: datetime
) -> tuple[list[f.Fact], list[Dial]]:
    """Ring these together, passing over who is in another call."""
    decision = _decision(call)
    facts: list[f.Fact] = []
    dials: list[Dial] = []
    for target in stage:
        skip = _why_skipped(call, house, target, decision.group)
        if skip:
            facts.append(f.MemberSkipped(at=now, call=call.id, target=target, why=skip))
            continue
        contacts = house.contacts(target.phone) if target.phone else (None,)
        alone = len(stage) == len(contacts) == 1
        for contact in contacts:
            leg = call.next_leg_id(len(dials))
            facts.append(_offered(call, decision, leg, target, contact, now))
            dials.append(_dial(call, decision, leg, target, contact, alone))
    return facts, dials


def _why_skipped(call: Call, house: House, target: Target, group: str) -> str:
    if not target.phone and not target.is_mobile:
        return ""
    if group and not house.on_duty(target.member, group):
        return "off_duty"
    if target.is_mobile:  # it may ring on the member's phone meanwhile
        return "" if all(leg in call.legs for leg in house.legs_of(target.member)) else "busy"
    if not house.is_free(target.member):
        return "busy"
    return "" if house.is_registered(target.phone) else "unregistered"


def _offered(
    call: Call, decision: Decision, leg: str, target: Target, contact: f.Contact | None, now: datetime
) -> f.MemberOffered:
    limit = FIRST_RESPONSE_SECONDS if target.is_mobile else decision.first_response_seconds
    respond_by = now + timedelta(seconds=limit) if limit else None
    return f.MemberOffered(
        at=now, call=call.id, leg=leg, target=target, contact=contact, respond_by=respond_by
    )


def _dial(
    call: Call, decision: Decision, leg: str, target: Target, contact: f.Contact | None, alone: bool
) -> Dial:
    arrived = call.arrived
    display, number = shown_caller(call, decision)
    return Dial(
        leg=leg,
        caller_leg=arrived.leg,
        target=target,
        contact=contact,
        display=display if target.phone else "",
        number=number,
        called=target.number or decision.number,
        max_forwards=arrived.max_forwards - 1,
        emergency=decision.emergency,
        diverted=arrived.dialled if _is_diverted(decision, target) else "",
        alone=alone,
        withheld=call.protected or arrived.hidden,
    )


def shown_caller(call: Call, decision: Decision) -> tuple[str, str | None]:
    """Who calls for which function, as a phone of ours shows it (P6), and the number, None when hidden."""
    arrived = call.arrived
    if arrived.hidden:
        return f"{decision.function}: {HIDDEN}", None
    caller = arrived.caller_name or (show(arrived.caller) if arrived.caller else HIDDEN)
    return f"{decision.function}: {caller}", arrived.caller


def _is_diverted(decision: Decision, target: Target) -> bool:
    """Whether somebody else was called than who is rung: a group, or a number that goes on outside."""
    if target.phone:
        return bool(decision.group)
    return bool(decision.number) and not decision.emergency


def why_exhausted(call: Call) -> Branch:
    """Somebody's phone rang out: no answer; else somebody was busy, or declined; else something failed; else
    nobody was there."""
    tried = [call.legs[leg] for leg in call.round_legs]
    rang = [leg for leg in tried if leg.status not in _BUSY and leg.withdrawn != "declined"]
    if any(leg.rang or leg.withdrawn in ("ring_time", confirming.UNCONFIRMED) for leg in rang):
        return Branch.NO_ANSWER
    if call.skipped_busy or any(leg.status in _BUSY for leg in tried):
        return Branch.BUSY
    if any(leg.status not in _UNREACHABLE and not leg.withdrawn for leg in tried):
        return Branch.NO_ANSWER  # declined
    return Branch.ERROR if any(_is_fault(leg) for leg in tried) else Branch.NOBODY_THERE


def _is_fault(leg: Leg) -> bool:
    """A gateway that is silent or refuses with 5xx, a phone that does; 503 is a phone that is not there."""
    if leg.target is not None and leg.target.trunk:
        return leg.status == 408 or leg.status // 100 == 5 or leg.withdrawn == "no_response"
    return leg.status // 100 == 5 and leg.status != 503


def _tell_caller(call: Call, ringing: Sequence[Leg], now: datetime) -> Reaction:
    """180 without sound while several may answer; early sound only from the one who rings."""
    early = len(ringing) == 1 and _may_be_heard(ringing[0]) and not call.service_answered
    if early and not call.early_sound_from:
        leg = ringing[0].id
        return Reaction(
            [f.EarlySoundPassed(at=now, call=call.id, leg=leg)], [PassEarlySound(call.caller.id, leg)]
        )
    if any(leg.rang for leg in ringing) and not call.caller_alerted:
        leg = call.caller.id
        return Reaction([f.CallerAlerted(at=now, call=call.id, leg=leg)], [AlertCaller(leg)])
    return Reaction()


def _may_be_heard(leg: Leg) -> bool:
    """Not of a mobile, for then it hears a prompt beside, and what it says first may be a voicemail."""
    return leg.early_sound and leg.target is not None and not leg.target.is_mobile


def _connect(call: Call, member: Leg, now: datetime) -> Reaction:
    assert member.target is not None
    others = withdraw(call, call.ringing(), "answered_elsewhere", now)
    until = now + timedelta(seconds=call.talk_limit) if call.talk_limit else None
    connected = f.CallConnected(at=now, call=call.id, leg=member.id, member=member.target.member, until=until)
    return Reaction([connected, *others.facts], [Connect(call.caller.id, member.id), *others.actions])


def _caller_left(call: Call, now: datetime) -> Reaction:
    return finish(call, now, Outcome.ABANDONED, EndedBy.CALLER, status=487)
