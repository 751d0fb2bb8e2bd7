"""Requests and responses (RFC 3261 7).

Typed headers are parsed when asked for, once, and kept until the headers change. What does not parse stays
reachable as raw text in `headers`, so that a refusal can be sent that echoes it octet for octet.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from operator import attrgetter
from typing import TypeVar

from telephony.sip.contact import MAX_EXPIRES, Contact
from telephony.sip.cseq import CSeq
from telephony.sip.errors import MessageError, ParseError
from telephony.sip.grammar import parse_number, split_list
from telephony.sip.headers import Headers
from telephony.sip.media_type import MediaType
from telephony.sip.name_addr import NameAddr
from telephony.sip.status import reason_phrase
from telephony.sip.uri import Uri
from telephony.sip.via import Via

VERSION = "SIP/2.0"

MAX_MAX_FORWARDS = 255
"""RFC 3261 20.22."""

_ECHOED = ("From", "To", "Call-ID", "CSeq")
_ONCE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards")

_PARSE_MANDATORY = attrgetter("vias", "from_", "to", "call_id", "cseq", "max_forwards")

T = TypeVar("T")


class Message(ABC):
    """What requests and responses share.

    Each typed accessor raises `ParseError` (400) when its header is malformed, and where it is mandatory,
    missing. Text is UTF-8 with `surrogateescape`, so any octets survive.
    """

    __slots__ = ("body", "headers", "version")

    def __init__(self, headers: Headers, body: bytes, version: str) -> None:
        self.headers = headers
        self.body = body
        self.version = version

    @property
    @abstractmethod
    def start_line(self) -> str:
        """The first line, without its line break."""

    @property
    def vias(self) -> tuple[Via, ...]:
        """All hops, the last one (top) first."""
        return self._list("Via", Via.parse) or (self.via,)  # which raises

    @property
    def via(self) -> Via:
        """The top Via; those below it may be malformed."""
        return self.headers.kept.get("Via") or self._typed("Via", _first_via)

    @property
    def from_(self) -> NameAddr:
        """From: who sends the request."""
        return self.headers.kept.get("From") or self._typed("From", NameAddr.parse)

    @property
    def to(self) -> NameAddr:
        """To: whom the request is for."""
        return self.headers.kept.get("To") or self._typed("To", NameAddr.parse)

    @property
    def call_id(self) -> str:
        """The Call-ID as it came; it is compared octet by octet."""
        return self._mandatory("Call-ID")

    @property
    def cseq(self) -> CSeq:
        """CSeq: number and method."""
        return self.headers.kept.get("CSeq") or self._typed("CSeq", CSeq.parse)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The elements of all Contact lines; `*` is one with `is_wildcard`."""
        return self._list("Contact", Contact.parse)

    @property
    def routes(self) -> tuple[NameAddr, ...]:
        """The elements of all Route lines, the next hop first."""
        return self._list("Route", NameAddr.parse)

    @property
    def record_routes(self) -> tuple[NameAddr, ...]:
        """The elements of all Record-Route lines, top first."""
        return self._list("Record-Route", NameAddr.parse)

    @property
    def max_forwards(self) -> int | None:
        """Hops that the request may still take, 0 to 255; `None` when it does not say."""
        return self._number("Max-Forwards", MAX_MAX_FORWARDS, clip=False)

    @property
    def expires(self) -> int | None:
        """Seconds of the Expires header, at most `MAX_EXPIRES`; `None` when there is none."""
        return self._number("Expires", MAX_EXPIRES, clip=True)

    @property
    def content_type(self) -> MediaType | None:
        """Content-Type, `None` when there is none."""
        text = self.headers.get("Content-Type")
        return None if text is None else MediaType.parse(text)

    def __repr__(self) -> str:
        return f"<{self.start_line!r} {self.headers!r} {len(self.body)} octets>"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Message)
            and self.start_line == other.start_line
            and self.headers == other.headers
            and self.body == other.body
        )

    def check(self) -> None:
        """Raise `ParseError` unless the mandatory headers of RFC 3261 8.1.1 are there, once, and parse.

        Max-Forwards may be missing, as in RFC 2543. The error of a request carries the request as its
        `partial`.
        """
        repeated = self.headers.repeated(_ONCE)
        if repeated:
            raise ParseError(f"Several {repeated} headers")
        _PARSE_MANDATORY(self)

    def to_bytes(self) -> bytes:
        """Return the message for the wire, with its right Content-Length.

        Raises `MessageError` when a line break or a lone surrogate is in it.
        """
        length = f"Content-Length: {len(self.body)}\r\n\r\n"
        lines = [self.start_line, *self.headers.to_lines(without="Content-Length"), length]
        text = "\r\n".join(lines)
        breaks = len(lines) + 1
        if text.count("\n") != breaks or text.count("\r") != breaks:
            raise MessageError("Line break in a header or start line")
        try:
            return text.encode("utf-8", "surrogateescape") + self.body
        except UnicodeEncodeError as error:
            raise MessageError("Lone surrogate in a header or start line") from error

    def _typed(self, name: str, parse: Callable[[str], T]) -> T:
        """Parse the first field of that name, which is mandatory, and keep what it says."""
        value = self.headers.kept[name] = parse(self._mandatory(name))
        return value

    def _list(self, name: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """The elements of all fields of that name."""
        kept, key = self.headers.kept, f"all {name}"
        values: tuple[T, ...] | None = kept.get(key)
        if values is None:
            values = kept[key] = tuple([parse(element) for element in self.headers.elements(name)])
        return values

    def _mandatory(self, name: str) -> str:
        value = self.headers.get(name)
        if not value:
            raise ParseError(f"Missing {name} header")
        return value

    def _number(self, name: str, largest: int, clip: bool) -> int | None:
        text = self.headers.get(name)
        if text is None:
            return None
        number = parse_number(text, largest if clip else largest + 1)
        if number is None or number > largest:
            raise ParseError(f"Malformed {name} header")
        return number


class Request(Message):
    """A request. `method` is case-sensitive, `uri` the Request-URI as it came."""

    __slots__ = ("method", "uri")

    def __init__(
        self, method: str, uri: str, headers: Headers, body: bytes = b"", version: str = VERSION
    ) -> None:
        super().__init__(headers, body, version)
        self.method = method
        self.uri = uri

    @property
    def start_line(self) -> str:
        """Method, Request-URI and version."""
        return f"{self.method} {self.uri} {self.version}"

    @property
    def request_uri(self) -> Uri:
        """The Request-URI, parsed anew at each call. Raises `ParseError`."""
        return Uri.parse(self.uri)

    def check(self) -> None:
        """As for any message, and the Request-URI must parse and CSeq name the method (RFC 3261 8.1.1.5)."""
        try:
            super().check()
            Uri.parse(self.uri)
            if self.cseq.method != self.method:
                raise ParseError("CSeq does not match the method")
        except ParseError as error:
            error.partial = self
            raise


class Response(Message):
    """A response. `reason` is the reason phrase, possibly empty."""

    __slots__ = ("reason", "status")

    def __init__(
        self, status: int, reason: str, headers: Headers, body: bytes = b"", version: str = VERSION
    ) -> None:
        super().__init__(headers, body, version)
        self.status = status
        self.reason = reason

    @classmethod
    def to_request(
        cls, request: Request, status: int, reason: str | None = None, to_tag: str | None = None
    ) -> "Response":
        """Build the response to a request, without a body (RFC 3261 8.2.6).

        What is echoed is echoed raw, so this works for a request whose headers do not parse; of a header that
        came twice against the rules, the first is. `to_tag` is added when To has no tag.
        """
        fields = [("Via", value) for value in request.headers.get_all("Via")]
        for name in (*_ECHOED, "Timestamp") if status == 100 else _ECHOED:
            value = request.headers.get(name)
            if name == "To" and to_tag is not None and _lacks_tag(request):
                value = f"{value};tag={to_tag}"
            if value is not None:
                fields.append((name, value))
        return cls(status, reason_phrase(status) if reason is None else reason, Headers(fields))

    @property
    def start_line(self) -> str:
        """Version, status and reason phrase."""
        return f"{self.version} {self.status} {self.reason}"


def _first_via(text: str) -> Via:
    return Via.parse(next(iter(split_list(text)), ""))


def _lacks_tag(request: Request) -> bool:
    """Return whether a tag can and must be added to To: a malformed one is echoed as it is."""
    try:
        return request.to.tag is None
    except ParseError:
        return False
