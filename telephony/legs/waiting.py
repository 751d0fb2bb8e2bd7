"""A caller who waits hears music, and now and then what they are told over it."""

from typing import TYPE_CHECKING

from telephony.call.actions import KeepWaiting
from telephony.legs import asking
from telephony.legs.state import State

if TYPE_CHECKING:
    from telephony.legs.inbound import InboundLeg


def keep_waiting(leg: "InboundLeg", action: KeepWaiting, now: float) -> None:
    """Play what is said and then music, after a 200 if the caller has had none. Keys are heard if they lead
    anywhere."""
    if leg.state is State.SETUP:
        leg.announce(action.prompt, False, now, music=action.music)
    else:
        leg.tone = ""
        leg.wire.media.wait(leg.id, action.prompt, action.music)
    if action.keys:
        asking.listen(leg)
