"""What the facts of a pick-up change in a call. `evolve` has those of every call."""

from collections.abc import Callable
from typing import Any

from telephony.call import facts as f
from telephony.call import pickup_facts as p
from telephony.call.call import Call, Leg, LegState, Phase, TakingOver
from telephony.call.changes import Changes, require, rung, with_leg


def _requested(call: Call, fact: p.PickUpRequested) -> Changes:
    return {"picks_up": fact}


def _picked_up(call: Call, fact: p.LegPickedUp) -> Changes:
    leg = Leg(id=fact.leg, state=LegState.OFFERED, target=fact.target, dialog=fact.dialog)
    if fact.replaces:
        require(call, fact, Phase.TALKING)
        return with_leg(call, leg, take_over=TakingOver(fact.leg, fact.replaces))
    require(call, fact, Phase.RINGING, Phase.WAITING, Phase.TRANSFERRING)
    return with_leg(call, leg, **rung(call, leg))


PICK_UPS: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    p.PickUpRequested: _requested,
    p.LegPickedUp: _picked_up,
}
