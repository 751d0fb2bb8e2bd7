"""A caller who waits hears music, and now and then what they are told over it."""

from typing import TYPE_CHECKING

from telephony.call.actions import KeepWaiting
from telephony.legs import asking
from telephony.legs.state import State

if TYPE_CHECKING:
    from telephony.legs.inbound import InboundLeg
    from telephony.legs.leg import Leg


def keep_waiting(leg: "InboundLeg", action: KeepWaiting, now: float) -> None:
    """Play what is said and then music, after a 200 if the caller has had none. Keys are heard if they lead
    anywhere."""
    if leg.state is not State.SETUP:
        wait_on(leg, action)
        return
    leg.announce(action.prompt, False, now, music=action.music)
    if action.keys:
        asking.listen(leg)


def wait_on(leg: "Leg", action: KeepWaiting) -> None:
    """The same with anybody who is connected, and waits now."""
    leg.tone = ""
    leg.wire.media.wait(leg.id, action.prompt, action.music)
    if action.keys:
        asking.listen(leg)
