"""Pick-up: who dials a code, or sends an INVITE with Replaces (RFC 3891), answers a call that rings at a
colleague's, or takes over their own from another phone.

The leg that asks for it becomes one more of those that may answer the other call, and does so at once: from
there on it is like any member's, and whoever else answers in the same moment is dealt with as ever.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from routing.decision import Decision, Kind, Reason, Target
from routing.numbers import show
from routing.pickup import Chosen, asked_for, choose, colleagues, share_a_group
from routing.tables import Tables
from telephony.call import facts as f
from telephony.call import pickup_facts as p
from telephony.call import transfer_facts as t
from telephony.call.actions import Connect, EndLeg, PickUp, TakeOver
from telephony.call.call import Call, Leg, Phase, TakingOver
from telephony.call.ending import Reaction
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house import House
from telephony.call.offering import has_answered, shown_caller
from telephony.call.transferring import asker

REASON = "picked up"
_WHERE_IT_RINGS = (Phase.RINGING, Phase.WAITING, Phase.TRANSFERRING)
_FORBIDDEN = 403
_NOT_FOUND = 404
_NO_SUCH_CALL = 481


def pick_up(
    call: Call, calls: Mapping[str, Call], house: House, tables: Tables, now: datetime
) -> Reaction | None:
    """What becomes of a call that asks to pick another up; None for any other."""
    if call.picks_up is not None:
        return _replace(call, call.picks_up.of, calls, tables, now)
    text = asked_for(tables, call.arrived.dialled) if call.is_internal else None
    return None if text is None else _answer(call, text, calls, house, tables, now)


def settle(call: Call, taking: TakingOver, now: datetime) -> Reaction:
    """Another phone takes the place of one that talks, once it has answered."""
    new = call.legs[taking.leg]
    if new.target is None or not has_answered(new):
        return Reaction()
    kept = call.talking_to if taking.replaces == call.near else call.near
    done = t.CallTransferred(
        at=now, call=call.id, leg=new.id, member=new.target.member, kept=kept, by=taking.replaces
    )
    return Reaction([done], [Connect(kept, new.id), EndLeg(taking.replaces, reason="taken over")])


# ---- by code


def _answer(
    call: Call, text: str, calls: Mapping[str, Call], house: House, tables: Tables, now: datetime
) -> Reaction:
    """The call that has waited longest, of those that were asked for."""
    chosen, where = choose(tables, text), "municipality.pickup_code"
    if chosen is None:
        return _refuse(call, _NOT_FOUND, "nobody has that number or name", where, now)
    waiting = [
        (other.arrived.at, other.id, leg.id)
        for other, leg in _ringing(call.arrived.member, calls, house, tables)
        if _is_chosen(chosen, other, leg)
    ]
    if not waiting:
        return _refuse(call, _NOT_FOUND, "no call rings there that may be picked up", where, now)
    return _take(call, calls[min(waiting)[1]], now)


def _ringing(
    member: str, calls: Mapping[str, Call], house: House, tables: Tables
) -> Iterator[tuple[Call, Leg]]:
    """What rings at this person's colleagues, or on another phone of their own."""
    for person in colleagues(tables, member):
        for leg_id in house.legs_of(person):
            other = calls.get(_call_of(leg_id))
            if other is not None and _rings(other, leg_id) and not _waits_for(other, member):
                yield other, other.legs[leg_id]


def _is_chosen(chosen: Chosen, other: Call, leg: Leg) -> bool:
    assert leg.target is not None  # it rings
    called = {other.arrived.dialled, other.decision.number if other.decision else ""}
    return chosen.anybody or leg.target.member in chosen.people or not chosen.numbers.isdisjoint(called)


# ---- by Replaces


def _replace(call: Call, of: str, calls: Mapping[str, Call], tables: Tables, now: datetime) -> Reaction:
    other, member, where = calls.get(_call_of(of)), call.arrived.member, "Replaces"
    if other is None:
        return _refuse(call, _NO_SUCH_CALL, "the call is over", where, now)
    if other.is_emergency:
        return _refuse(call, _FORBIDDEN, "a call to 112 stays where it is", where, now)
    leg, owner = other.legs[of], asker(other, of)
    rings = _rings(other, of) and not _waits_for(other, member)
    if rings and leg.target is not None and share_a_group(tables, member, leg.target.member):
        return _take(call, other, now)
    if not member or owner is None or owner.member != member:
        return _refuse(call, _FORBIDDEN, "the call is somebody else's", where, now)
    if (
        other.phase is Phase.TALKING
        and of in (other.near, other.talking_to)
        and not other.is_being_taken_over
    ):
        return _take(call, other, now, replaces=of)
    return _refuse(call, _NO_SUCH_CALL, "nobody is there in that call", where, now)


# ---- both


def _rings(other: Call, leg_id: str) -> bool:
    leg = other.legs[leg_id]
    is_rung = other.phase in _WHERE_IT_RINGS and leg.may_answer and not leg.gone
    target = leg.target
    is_person = target is not None and (bool(target.phone) or target.is_mobile)
    return is_rung and is_person and not other.is_emergency


def _waits_for(other: Call, member: str) -> bool:
    """Whether it is this person who waits: nobody answers their own call."""
    waiting = asker(other, other.who_waits)
    return waiting is not None and waiting.member == member


def _take(call: Call, other: Call, now: datetime, *, replaces: str = "") -> Reaction:
    """The leg that asks goes over to the other call, and answers there; its own call ends."""
    leg, name, arrived = call.caller, other.next_leg_id(), call.arrived
    with_whom = other.who_waits
    if replaces:
        with_whom = other.talking_to if replaces == other.near else other.near
    picked = p.LegPickedUp(
        at=now,
        call=other.id,
        leg=name,
        of=leg.id,
        target=Target(arrived.member, phone=arrived.origin_name),
        replaces=replaces,
        dialog=dict(leg.dialog) if leg.dialog is not None else None,
    )
    display, number = _shown(other, with_whom)
    handed = t.LegHandedOver(at=now, call=call.id, leg=leg.id, to=name)
    ended = f.CallEnded(
        at=now, call=call.id, outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER, reason=REASON
    )
    return Reaction(
        [picked, handed, ended], [TakeOver(name, leg.id), PickUp(name, with_whom, display, number)]
    )


def _shown(other: Call, leg_id: str) -> tuple[str, str | None]:
    """Who is on this leg, for whoever picks up."""
    target, decision = other.legs[leg_id].target, other.decision
    assert decision is not None  # it rings, or has rung
    if target is None:
        return shown_caller(other, decision)
    if target.number and not target.is_mobile:  # outside
        return show(target.number), target.number
    return f"{decision.function}: {target.member}", None


def _refuse(call: Call, status: int, why: str, where: str, now: datetime) -> Reaction:
    """The call log shows it as it shows any call that leads nowhere."""
    decision = Decision(
        kind=Kind.REJECT,
        status=status,
        outcome=Outcome.FAILED.value,
        reasons=(Reason("pickup", where, f"pick-up: {why}"),),
    )
    return Reaction([f.RouteDecided(at=now, call=call.id, decision=decision, talk_limit=0.0)])


def _call_of(leg: str) -> str:
    return leg.rpartition(".")[0]
