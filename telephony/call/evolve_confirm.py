"""What the facts of asking somebody outside change in a call. `evolve` has those of every call."""

from collections.abc import Callable
from typing import Any

from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call.call import Call, Confirming, Leg, LegState, Phase
from telephony.call.changed import changed
from telephony.call.changes import Changes, leg_changed, require, with_leg
from telephony.call.confirming import pressed

_WHERE_IT_RINGS = (Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING, Phase.CALLING)


def answered(call: Call, leg: Leg) -> Leg:
    """A member's leg that was answered: outside it counts only when it is confirmed."""
    if call.is_reached_outside if leg.target is None else leg.target.is_mobile:
        return changed(leg, state=LegState.ASKED, respond_by=None, confirming=Confirming())
    return changed(leg, state=LegState.ANSWERED, respond_by=None)


def key_pressed(call: Call, leg: Leg, key: str) -> Changes:
    """A member who is asked has pressed a key. After the offer was taken back it changes nothing."""
    if leg.confirming is None or not leg.may_answer:
        return {}
    confirming = pressed(leg.confirming, key)
    state = LegState.ANSWERED if confirming is None else leg.state
    return with_leg(call, changed(leg, state=state, confirming=confirming))


def _asked(call: Call, fact: c.ConfirmationAsked) -> Changes:
    require(call, fact, *_WHERE_IT_RINGS)
    return leg_changed(call, fact, confirming=Confirming(fact.attempt, fact.until))


def _expired(call: Call, fact: c.ConfirmationTimeExpired) -> Changes:
    require(call, fact, *_WHERE_IT_RINGS)
    return leg_changed(call, fact, confirming=changed(call.legs[fact.leg].confirming, expired=True))


CONFIRMATIONS: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    c.ConfirmationAsked: _asked,
    c.ConfirmationTimeExpired: _expired,
}
