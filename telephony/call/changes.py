"""What the changes of every fact are made with: which phase may follow on which, legs put in place."""

from collections.abc import Sequence
from typing import Any

from routing.decision import Target
from telephony.call import facts as f
from telephony.call.call import Call, Leg, Phase
from telephony.call.changed import changed
from telephony.call.errors import IllegalTransition

Changes = dict[str, Any]
"""Fields of a call and what they become."""

_NEXT: dict[Phase, frozenset[Phase]] = {
    Phase.ARRIVED: frozenset(
        {Phase.RINGING, Phase.WAITING, Phase.ANNOUNCING, Phase.MENU, Phase.ARRIVED, Phase.ENDING}
    ),
    # back to ARRIVED: everybody was tried, and routing is asked again
    Phase.RINGING: frozenset({Phase.ARRIVED, Phase.TALKING, Phase.ENDING}),
    Phase.CALLING: frozenset({Phase.ARRIVED, Phase.ENDING}),
    # back to ARRIVED, or TRANSFERRING: the time is over, or who waits has pressed a key
    Phase.WAITING: frozenset({Phase.ARRIVED, Phase.TRANSFERRING, Phase.TALKING, Phase.ENDING}),
    # back to ARRIVED: the caller has pressed a key
    Phase.ANNOUNCING: frozenset({Phase.ARRIVED, Phase.ENDING}),
    Phase.MENU: frozenset({Phase.ARRIVED, Phase.ENDING}),
    # to itself: with somebody who had been consulted; to WAITING: in a queue that had been
    Phase.TALKING: frozenset({Phase.TALKING, Phase.TRANSFERRING, Phase.WAITING, Phase.ENDING}),
    # to itself: the next stage is rung; back to TALKING: with whoever answered, or as it was; to WAITING: at
    # Kontaktcenter all are busy
    Phase.TRANSFERRING: frozenset({Phase.TRANSFERRING, Phase.WAITING, Phase.TALKING, Phase.ENDING}),
    Phase.ENDING: frozenset({Phase.ENDED}),
    Phase.ENDED: frozenset(),
}


def enter(call: Call, phase: Phase, **changes: Any) -> Changes:
    """Go to this phase. Raises IllegalTransition when that cannot follow on the one it is in."""
    if phase not in _NEXT[call.phase]:
        raise IllegalTransition(f"call {call.id}: {call.phase} cannot become {phase}")
    return {"phase": phase, **changes}


def require(call: Call, fact: f.Fact, *phases: Phase) -> None:
    """Raise IllegalTransition unless the call is in one of these phases."""
    if call.phase not in phases:
        raise IllegalTransition(f"call {call.id}: {type(fact).__name__} while {call.phase}")


def with_leg(call: Call, leg: Leg, **changes: Any) -> Changes:
    """Put a leg in the place of what it was, or beside the others."""
    legs = {**call.legs, leg.id: leg}
    if leg.id not in call.legs:
        changes["legs_made"] = call.legs_made + 1
    return {"legs": legs, **changes}


def leg_changed(call: Call, fact: f.LegFact, **changes: Any) -> Changes:
    """Change these fields of the leg that the fact is about, if the call has it."""
    leg = call.legs.get(fact.leg)
    return {} if leg is None else with_leg(call, changed(leg, **changes))


def with_leg_over(call: Call, leg: Leg) -> Changes:
    """A call that is ending has ended with its last leg."""
    changes = with_leg(call, leg)
    if call.phase is Phase.ENDING and not any(other.is_open for other in changes["legs"].values()):
        return enter(call, Phase.ENDED, **changes)
    return changes


def without(pending: Sequence[Target], skipped: Target) -> tuple[Target, ...]:
    """The targets without one that was passed over: of a person outside without all the ways there."""
    if skipped.is_mobile:
        return tuple(
            [target for target in pending if not (target.is_mobile and target.member == skipped.member)]
        )
    return tuple([target for target in pending if target != skipped])


def rung(call: Call, leg: Leg) -> Changes:
    """The leg is rung under the decision in force."""
    return {
        "round_legs": call.round_legs | {leg.id},
        "pending": tuple([target for target in call.pending if target != leg.target]),
        "redirected": tuple([target for target in call.redirected if target != leg.target]),
    }
