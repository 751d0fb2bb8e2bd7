"""What is done with each method inside a dialog. (ACK and CANCEL come by their INVITE.)"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from telephony.legs import refer
from telephony.legs.content import SDP
from telephony.legs.keys import take_info
from telephony.legs.wire import ALLOW, KNOWN_METHODS, SUPPORTED, unsupported
from telephony.sip.events import RequestReceived

if TYPE_CHECKING:
    from telephony.legs.leg import Leg


def serve(leg: "Leg", event: RequestReceived, now: float) -> None:
    """Do what a request asks for, or refuse it: 405 or 501 for its method, 420 for what it requires."""
    request = event.request
    handler = _SERVED.get(request.method)
    if handler is None:
        leg.answer(event, 405 if request.method in KNOWN_METHODS else 501, now, Allow=ALLOW)
    elif required := unsupported(request):
        leg.answer(event, 420, now, Unsupported=", ".join(required))
    else:
        handler(leg, event, now)


def _take_options(leg: "Leg", event: RequestReceived, now: float) -> None:
    """Say what we can (RFC 3261 11.2)."""
    leg.answer(event, 200, now, Allow=ALLOW, Accept=SDP, Supported=SUPPORTED)


_SERVED: Mapping[str, Callable[["Leg", RequestReceived, float], None]] = {
    "BYE": lambda leg, event, now: leg.take_bye(event, now),
    "INFO": take_info,
    "INVITE": lambda leg, event, now: leg.negotiation.receive(event, now),
    "OPTIONS": _take_options,
    "PRACK": lambda leg, event, now: leg.take_prack(event, now),
    "REFER": refer.receive,
    "UPDATE": lambda leg, event, now: leg.negotiation.update(event, now),
}
