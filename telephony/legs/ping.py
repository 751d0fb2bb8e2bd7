"""Whether the far end of a connected leg is still there: it is asked by OPTIONS, and listened to."""

from functools import partial
from typing import TYPE_CHECKING

from telephony.legs.direct import bring_back, is_direct
from telephony.legs.wire import Reply
from telephony.sip.events import ResponseReceived

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

PING_SECONDS = 60.0
"""How often a connected leg is asked whether it is still there, and how long both sides may be silent."""


def ping(leg: "Leg", now: float) -> None:
    """Ask a connected leg whether it is still there; one from which nothing is heard any more is lost."""
    if _is_silent(leg, now):
        leg.lose("no_sound", now)
        return
    leg.send("OPTIONS", now, partial(_ponged, leg, now))
    leg.wire.agenda.set(f"{leg.id}/ping", now + PING_SECONDS)


def _is_silent(leg: "Leg", now: float) -> bool:
    """No sound from both sides, and nobody holds."""
    if leg.peer is None or leg.held or leg.peer.held or is_direct(leg):
        return False
    heard = [leg.wire.media.heard(one.id) or one.since for one in (leg, leg.peer)]
    return max(heard) <= now - PING_SECONDS


def _ponged(leg: "Leg", asked: float, reply: Reply, now: float) -> None:
    if isinstance(reply, ResponseReceived):
        gone = reply.response.status in (408, 481)  # RFC 3261 12.2.1.2
    elif is_direct(leg):  # nothing of it is heard: its sound comes back to us, and then tells
        bring_back(leg, now)
        return
    else:
        # No answer. Some phones never answer OPTIONS: one that goes on sending sound is there.
        gone = (leg.wire.media.heard(leg.id) or 0.0) <= asked
    if gone:
        leg.lose("no_options", now)
