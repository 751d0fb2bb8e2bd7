"""What every leg works with: the SIP endpoint below, the media beside, and the way up for what was
observed."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from telephony.agenda import Agenda
from telephony.call.facts import Fact
from telephony.legs.directory import Directory
from telephony.legs.media import Media
from telephony.sip.endpoint import Endpoint
from telephony.sip.events import ResponseReceived, TransactionTimedOut, TransportFailed
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request

if TYPE_CHECKING:
    from telephony.legs.inbound import InboundLeg
    from telephony.legs.leg import Leg

Reply = ResponseReceived | TransactionTimedOut | TransportFailed
Handler = Callable[[Reply, float], None]

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, PRACK, REFER, UPDATE"
"""The methods that are served (RFC 3261 20.5)."""
METHODS = frozenset(ALLOW.split(", "))
KNOWN_METHODS = METHODS | {"NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH"}
"""Those beyond `METHODS` get 405, all others 501."""

SUPPORTED = "100rel, timer"
"""The extensions that may be asked of us (RFC 3262, RFC 4028)."""
_EXTENSIONS = frozenset(SUPPORTED.split(", "))


def unsupported(request: Request) -> list[str]:
    """What the request requires of us that we cannot do (RFC 3261 8.2.2.3)."""
    if "Require" not in request.headers:
        return []
    return [tag for tag in request.headers.elements("Require") if tag.lower() not in _EXTENSIONS]


def tells(headers: Headers, name: str, what: str) -> bool:
    """Whether a header that lists names, such as Allow or Supported, has this one; in any case."""
    return any(what == element.strip().lower() for element in headers.elements(name))


@dataclass(slots=True)
class Wire:
    """Shared by all legs of a node.

    `token` gives fresh random text, `random` a number in [0, 1), `utc` the UTC of a monotonic time. `host`
    is what we call ourselves in Contact. `owners` says who waits for the answers of a client transaction,
    `setups` whose INVITE has no final answer yet, `refusals` whose was refused and waits for the ACK, `acks`
    who sent a 2xx to an INVITE and waits for its ACK, `dialogs` finds a leg by Call-ID and our tag.
    """

    endpoint: Endpoint
    media: Media
    directory: Directory
    token: Callable[[], str]
    random: Callable[[], float]
    utc: Callable[[float], datetime]
    host: str
    facts: deque[Fact] = field(default_factory=deque)
    agenda: Agenda[float] = field(default_factory=Agenda)
    owners: dict[str, Handler] = field(default_factory=dict)
    setups: dict[str, "InboundLeg"] = field(default_factory=dict)
    refusals: dict[str, "InboundLeg"] = field(default_factory=dict)
    acks: dict[str, "Leg"] = field(default_factory=dict)
    legs: dict[str, "Leg"] = field(default_factory=dict)
    dialogs: dict[tuple[str, str], "Leg"] = field(default_factory=dict)

    def adopt(self, leg: "Leg") -> None:
        """Have a leg found by its id and by its dialog."""
        self.legs[leg.id] = leg
        self.dialogs[leg.key] = leg

    def session_id(self) -> int:
        """The id of a new session description (RFC 8866 5.2)."""
        return int(self.random() * 2**48)

    def forget(self, leg: "Leg") -> None:
        """Drop a leg that has ended from what is looked up."""
        self.legs.pop(leg.id, None)
        self.dialogs.pop(leg.key, None)

    @property
    def is_empty(self) -> bool:
        """Nothing is kept of any leg, past or present."""
        kept = (
            self.facts,
            self.owners,
            self.setups,
            self.refusals,
            self.acks,
            self.legs,
            self.dialogs,
        )
        return not any(kept) and not len(self.agenda)

    def contact(self, flow: Flow, target: str) -> str:
        """Our Contact on this flow (RFC 3261 8.1.1.8); a secure one towards a secure target (RFC 5630 5)."""
        scheme = "sips" if target[:5].lower() == "sips:" else "sip"
        transport = "" if flow.transport == "UDP" else f";transport={flow.transport.lower()}"
        if scheme == "sips":
            transport = ""  # RFC 5630 4: it says TLS already
        host = flow.own_host(self.host)
        host = host if host is self.host else uri_host(host)
        return f"<{scheme}:vaxeln@{host}:{flow.local[1]}{transport}>"

    def identify(self, headers: Headers, flow: Flow, target: str, supported: str = SUPPORTED) -> None:
        """Add what every message of ours that makes or refreshes a dialog carries. `target` is the URI of the
        far end."""
        headers.set("Contact", self.contact(flow, target))
        headers.set("Allow", ALLOW)
        headers.set("Supported", supported)


def uri_host(host: str) -> str:
    """An address as it stands in a URI: IPv6 in brackets (RFC 3261 25.1)."""
    return f"[{host}]" if ":" in host else host
