"""A call as a simulated phone sees it: dialog (RFC 3261 12) and SDP, written apart from `telephony`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import SipUri

Address = tuple[str, int]

_KNOWN_PAYLOADS = {"8": "PCMA/8000", "0": "PCMU/8000", "101": "telephone-event/8000"}
_DIRECTIONS = {"a=sendonly": "a=recvonly", "a=recvonly": "a=sendonly", "a=inactive": "a=inactive"}


class LegState(Enum):
    """Where a leg is."""

    CALLING = "we called, and nobody has answered"
    CANCELLING = "we called and changed our mind"
    OFFERED = "we are called and have not answered"
    TALKING = "answered"
    HANGING_UP = "our BYE is under way"
    ENDED = "over"


@dataclass(slots=True, kw_only=True)
class Leg:
    """A call and its dialog. `invite` is the first INVITE, sent or received; `transaction` is its id."""

    invite: Request
    state: LegState
    local: str
    remote: str
    target: str
    transaction: str = ""
    local_cseq: int = 1
    remote_cseq: int = 0
    routes: list[str] = field(default_factory=list)
    acknowledged: bool = False
    """There is an ACK, ours or theirs. Before theirs we may send no BYE (RFC 3261 15)."""
    hangs_up_when_acknowledged: bool = False
    attempts: int = 0
    """How often the INVITE was answered 401."""

    @property
    def call_id(self) -> str:
        """What names the call to both sides."""
        return self.invite.call_id

    @property
    def local_tag(self) -> str:
        """Our side's tag."""
        return NameAddr.parse(self.local).tag or ""

    @property
    def remote_tag(self) -> str:
        """The other side's tag, "" before it has one."""
        return NameAddr.parse(self.remote).tag or ""

    def confirm(self, response: Response) -> None:
        """Take the dialog of a 2xx to our INVITE (RFC 3261 12.1.2)."""
        self.remote = response.headers.get("To") or ""
        self.target = str(response.contacts[0].uri)
        self.routes = response.headers.elements("Record-Route")[::-1]
        self.acknowledged = True

    def try_again(self) -> None:
        """Renumber the INVITE, to be sent with credentials (RFC 3261 8.1.3.5)."""
        self.attempts += 1
        self.local_cseq += 1
        self.invite.headers.set("CSeq", f"{self.local_cseq} INVITE")

    def end(self) -> None:
        """Be over."""
        self.state = LegState.ENDED

    def is_meant_by(self, request: Request) -> bool:
        """Return whether a request that came is of this dialog (RFC 3261 12.2.2)."""
        return (request.call_id, request.to.tag) == (self.call_id, self.local_tag)

    def next_request(self, method: str) -> Request:
        """Make a request within the dialog (RFC 3261 12.2.1.1)."""
        if method != "ACK":
            self.local_cseq += 1
        number = self.invite.cseq.number if method == "ACK" else self.local_cseq
        return make_request(
            method, self.target, self.local, self.remote, self.call_id, number, {}, self.routes
        )

    @property
    def next_hop(self) -> Address:
        """Where requests within the dialog go."""
        uri = NameAddr.parse(self.routes[0] if self.routes else f"<{self.target}>").uri
        assert isinstance(uri, SipUri)
        return uri.host, uri.port or 5060


def make_request(
    method: str,
    uri: str,
    from_: str,
    to: str,
    call_id: str,
    cseq: int,
    others: Mapping[str, str],
    routes: list[str] | None = None,
    body: bytes = b"",
) -> Request:
    """Make a request that lacks only its Via."""
    fields = [("Route", route) for route in routes or ()]
    fields += [("Max-Forwards", "70"), ("From", from_), ("To", to), ("Call-ID", call_id)]
    fields += [("CSeq", f"{cseq} {method}"), ("User-Agent", "SimPhone"), *others.items()]
    if body:
        fields.append(("Content-Type", "application/sdp"))
    return Request(method, uri, Headers(fields), body)


def offer_sdp(address: Address, version: int) -> bytes:
    """Offer A-law, µ-law and key presses, in both directions."""
    return _sdp(address, version, [_audio_line(address, list(_KNOWN_PAYLOADS)), "a=sendrecv"])


def answer_sdp(offer: bytes, address: Address, version: int) -> bytes:
    """Accept what we know of the first audio, in the direction that fits, and nothing else (RFC 3264 6)."""
    lines = offer.decode().split("\r\n")
    media, accepted = list[str](), False
    for line in (line for line in lines if line.startswith("m=")):
        kind, _, protocol, *payloads = line[2:].split()
        known = [payload for payload in payloads if payload in _KNOWN_PAYLOADS]
        if kind == "audio" and protocol == "RTP/AVP" and known and not accepted:
            accepted = True
            media += [_audio_line(address, known)]
            media += [_DIRECTIONS[line] for line in lines if line in _DIRECTIONS]
        else:
            media += [f"m={kind} 0 {protocol} {' '.join(payloads)}"]
    return _sdp(address, version, media)


def _audio_line(address: Address, payloads: list[str]) -> str:
    maps = [f"\r\na=rtpmap:{payload} {_KNOWN_PAYLOADS[payload]}" for payload in payloads]
    return f"m=audio {address[1]} RTP/AVP {' '.join(payloads)}{''.join(maps)}"


def _sdp(address: Address, version: int, media: list[str]) -> bytes:
    head = ["v=0", f"o=- 1 {version} IN IP4 {address[0]}", "s=-", f"c=IN IP4 {address[0]}", "t=0 0"]
    return "\r\n".join([*head, *media, ""]).encode()
