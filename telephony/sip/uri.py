"""SIP, SIPS and other URIs (RFC 3261 19.1)."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, unquote

from telephony.sip.errors import ParseError
from telephony.sip.grammar import HOST, LONGEST_REMEMBERED, REMEMBERED, Parameters, format_parameters

MAX_PORT = 65_535

_ESCAPED = "%[0-9A-Fa-f]{2}"


def _any(characters: str) -> str:
    """A pattern for any number of these characters and escapes, in linear time.

    No group is possessive: before 3.11.5 Python loses its place when one fails half-way (gh-106052), and then
    `sip:host` is no URI.
    """
    return f"[{characters}]*+(?:{_ESCAPED}[{characters}]*+)*"


def _some(characters: str) -> str:
    """The same, but at least one. (A wrong escape passes for one, and then nothing matches it.)"""
    return f"(?=[{characters}%]){_any(characters)}"


# `#` is not in the RFC's list of user characters, but phones dial service codes (`*21#`) without escaping it.
_USER = _some(r"A-Za-z0-9\-_.!~*'()&=+$,;?/#")
_PASSWORD = _any(r"A-Za-z0-9\-_.!~*'()&=+$,")
_PARAMETER = _some(r"A-Za-z0-9\-_.!~*'()\[\]/:&+$")
_HEADER_CHARACTERS = r"A-Za-z0-9\-_.!~*'()\[\]/?:+$"
_HEADER = f"{_some(_HEADER_CHARACTERS)}={_any(_HEADER_CHARACTERS)}"
# No two parts begin alike, so that here too the time stays linear.
_SIP_URI = re.compile(
    rf"(sips?+):(?:({_USER})(?::({_PASSWORD}))?@)?({HOST})(?::([0-9]{{1,5}}+))?"
    rf"((?:;{_PARAMETER}(?:={_PARAMETER})?)*)"
    rf"(?:\?({_HEADER}(?:&{_HEADER})*))?\Z",
    re.IGNORECASE | re.ASCII,
)
_OTHER_URI = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*+):([!#-;=?-~]++)\Z")
_ESCAPE = re.compile(_ESCAPED)

_USER_SAFE = "-_.!~*'()&=+$,;?/"
_RESERVED = ";/?:@&=+$,%"  # `%` stays escaped as well: what follows it must not turn into an escape
# Parameters that keep two URIs apart when only one has them (19.1.4).
_TELLING = ("user", "ttl", "method", "maddr", "transport")


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI of any scheme. The scheme is in lower case, all else as it came."""

    scheme: str

    @staticmethod
    def parse(text: str) -> "Uri":
        """Parse into a `SipUri` or an `OtherUri`. Raises `ParseError`."""
        return _read_again(text) if len(text) <= LONGEST_REMEMBERED else _read(text)


@dataclass(frozen=True, slots=True)
class OtherUri(Uri):
    """A URI of another scheme, such as `urn:service:sos`; `rest` is what follows the first colon."""

    rest: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}"


@dataclass(frozen=True, slots=True)
class SipUri(Uri):
    """A `sip:` or `sips:` URI, its escapes kept as they came.

    `host` keeps the brackets of an IPv6 address. `headers` is what follows `?`.
    """

    user: str | None
    password: str | None
    host: str
    port: int | None = None
    parameters: Parameters = ()
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        password = "" if self.password is None else f":{self.password}"
        user = "" if self.user is None else f"{self.user}{password}@"
        port = "" if self.port is None else f":{self.port}"
        parameters = format_parameters(self.parameters) if self.parameters else ""
        headers = "?" + "&".join([f"{k}={v}" for k, v in self.headers]) if self.headers else ""
        return f"{self.scheme}:{user}{self.host}{port}{parameters}{headers}"

    @property
    def decoded_user(self) -> str | None:
        """The user, escapes resolved; octets that are not UTF-8 become surrogates (`surrogateescape`)."""
        return None if self.user is None else unquote(self.user, errors="surrogateescape")

    @property
    def is_loose_router(self) -> bool:
        """Whether there is an `lr` parameter (RFC 3261 16.12)."""
        return self.parameter("lr") is not None

    def parameter(self, name: str) -> str | None:
        """Return the unescaped value of parameter `name` (lower case); "" without one, `None` when absent."""
        for known, value in self.parameters:
            if known == name or unquote(known, errors="surrogateescape").lower() == name:
                return unquote(value or "", errors="surrogateescape")
        return None

    def as_target(self) -> "SipUri":
        """Return the URI without what a Request-URI may not hold: headers and `method` (19.1.1, table 1)."""
        if not self.headers and not any([name.lower() == "method" for name, _ in self.parameters]):
            return self
        allowed = tuple([(name, value) for name, value in self.parameters if name.lower() != "method"])
        return replace(self, parameters=allowed, headers=())

    def equivalent(self, other: Uri) -> bool:
        """Return whether both URIs name the same resource (RFC 3261 19.1.4)."""
        return (
            isinstance(other, SipUri)
            and (self.scheme, self.port) == (other.scheme, other.port)
            and self.host.lower() == other.host.lower()
            and _comparable(self.user) == _comparable(other.user)
            and _comparable(self.password) == _comparable(other.password)
            and _headers_to_compare(self) == _headers_to_compare(other)
            and _parameters_match(self, other)
        )


def request_target(text: str) -> str:
    """Return a URI as a Request-URI may have it (19.1.1, table 1). Raises `ParseError`."""
    uri = Uri.parse(text)
    target = uri.as_target() if isinstance(uri, SipUri) else uri
    return text if target is uri else str(target)


def escape_user(text: str) -> str:
    """Return `text` with all escaped that may not stand in the user part of a SIP URI."""
    return quote(text, safe=_USER_SAFE, errors="surrogateescape")


def _read(text: str) -> Uri:
    match = _SIP_URI.match(text)
    if match is not None:
        return _sip_uri(match)
    other = _OTHER_URI.match(text)
    if other is None or other[1].lower() in ("sip", "sips"):
        raise ParseError("Malformed URI")
    return OtherUri(other[1].lower(), other[2])


_read_again = lru_cache(maxsize=REMEMBERED)(_read)


def _sip_uri(match: re.Match[str]) -> SipUri:
    scheme, user, password, host, port, parameters, headers = match.groups()
    return SipUri(
        scheme.lower(),
        user,
        password,
        host,
        None if port is None else parse_port(port),
        _split_parameters(parameters) if parameters else (),
        _split_headers(headers) if headers else (),
    )


def parse_port(digits: str) -> int:
    """Return the port that 1 to 5 ASCII `digits` stand for. Raises `ParseError` for 0 or over `MAX_PORT`."""
    port = int(digits)
    if not 1 <= port <= MAX_PORT:
        raise ParseError("Port number out of range")
    return port


def _split_parameters(text: str) -> Parameters:
    pieces = [piece.partition("=") for piece in text[1:].split(";")]
    return tuple([(name, value if equals else None) for name, equals, value in pieces])


def _split_headers(text: str) -> tuple[tuple[str, str], ...]:
    pieces = [piece.partition("=") for piece in text.split("&")]
    return tuple([(name, value) for name, _, value in pieces])


def _comparable(text: str | None) -> str | None:
    """Resolve the escapes that do not matter: all but those of reserved characters (19.1.4)."""
    if text is None or "%" not in text:
        return text
    return _ESCAPE.sub(_resolve, text)


def _resolve(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return escape[0].upper() if character in _RESERVED else character


def _parameters_to_compare(uri: SipUri) -> dict[str, str]:
    return {(_comparable(k) or "").lower(): (_comparable(v) or "").lower() for k, v in uri.parameters}


def _headers_to_compare(uri: SipUri) -> list[tuple[str, str]]:
    return sorted([((_comparable(k) or "").lower(), _comparable(v) or "") for k, v in uri.headers])


def _parameters_match(one: SipUri, two: SipUri) -> bool:
    a, b = _parameters_to_compare(one), _parameters_to_compare(two)
    if any((name in a) != (name in b) for name in _TELLING):
        return False
    return all(b.get(name, value) == value for name, value in a.items())
