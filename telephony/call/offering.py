"""Offering a call to members: who of those that routing named is rung, and what comes of it when nobody has
answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from routing.decision import Branch, Decision, Strategy, Target
from routing.numbers import show
from routing.outside import FIRST_RESPONSE_SECONDS
from telephony.call import facts as f
from telephony.call.actions import Connect, Dial
from telephony.call.call import Call, Leg, LegState
from telephony.call.confirming import UNCONFIRMED
from telephony.call.ending import NOTHING, Reaction, withdraw
from telephony.call.failover import first_ways, in_order, next_ways
from telephony.call.house import House

HIDDEN = "dold"  # what a member's phone shows for a hidden caller
_BUSY = frozenset({486, 600})
_UNREACHABLE = frozenset({404, 408, 410, 480, 500, 502, 503, 504})


def decision_of(call: Call) -> Decision:
    """The decision in force."""
    decision = call.decision
    assert decision is not None  # every phase after ARRIVED was entered by RouteDecided
    return decision


def _declined(call: Call, ringing: Sequence[Leg]) -> list[Leg]:
    """Other contacts of a phone of which one has said no for all (6xx, RFC 3261 21.6); no other phone."""
    round_legs = [call.legs[leg] for leg in call.round_legs]
    targets = [leg.target for leg in round_legs if leg.status >= 600]
    return [leg for leg in ringing if leg.target in targets] if targets else []


def _rung_out(ringing: Sequence[Leg]) -> list[Leg]:
    """Whose time to answer is over; who has answered outside may still confirm it."""
    return [leg for leg in ringing if leg.state is not LegState.ASKED]


def has_answered(leg: Leg) -> bool:
    """Its answer came in time to matter."""
    return leg.state is LegState.ANSWERED and not leg.withdrawn


def in_vain(call: Call, ringing: Sequence[Leg], now: datetime) -> Reaction | None:
    """Take back what is rung in vain: too long, without a sign of life, or on a phone that has declined."""
    if call.ring_expired and (late := _rung_out(ringing)):
        return withdraw(call, late, "ring_time", now)
    if silent := [leg for leg in ringing if leg.gone]:
        return withdraw(call, silent, "no_response", now)
    if len(call.legs) > 2 and (others := _declined(call, ringing)):
        return withdraw(call, others, "declined", now)
    return None


def offer_next(call: Call, house: House, now: datetime) -> Reaction:
    """Offer the next of the targets, or all of them, passing over who is in another call."""
    decision = decision_of(call)
    pending = in_order(call)
    if not pending:
        return Reaction([f.RouteExhausted(at=now, call=call.id, branch=why_exhausted(call))])
    first = pending[0].member
    together = decision.strategy is Strategy.ALL
    stage = first_ways([target for target in pending if together or target.member == first])
    facts, dials = offer(call, stage, house, now)
    if dials:
        until = now + timedelta(seconds=decision.ring_seconds) if decision.ring_seconds else None
        facts.append(f.RingTimeStarted(at=now, call=call.id, until=until))
    return Reaction(facts, dials)


def offer_other_ways(call: Call, house: House, now: datetime) -> Reaction:
    """Try the next way to those outside whose gateway got nowhere, within the ring time; nothing without
    any."""
    if not call.pending or call.ring_expired:
        return NOTHING
    ways = next_ways(call)
    return Reaction(*offer(call, ways, house, now)) if ways else NOTHING


def offer(
    call: Call, stage: Sequence[Target], house: House, now: datetime
) -> tuple[list[f.Fact], list[Dial]]:
    """Ring these together, passing over who is in another call."""
    decision = decision_of(call)
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
    if any(leg.rang or leg.withdrawn in ("ring_time", UNCONFIRMED) for leg in rang):
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


def connect(call: Call, member: Leg, now: datetime) -> Reaction:
    """Connect the caller and the member who has answered, and nobody else."""
    assert member.target is not None
    others = withdraw(call, call.ringing(), "answered_elsewhere", now)
    wait = decision_of(call).wait
    connected = f.CallConnected(
        at=now,
        call=call.id,
        leg=member.id,
        member=member.target.member,
        until=now + timedelta(seconds=call.talk_limit) if call.talk_limit else None,
        wrap_up_seconds=wait.wrap_up_seconds if wait else 0.0,
    )
    return Reaction([connected, *others.facts], [Connect(call.caller.id, member.id), *others.actions])
