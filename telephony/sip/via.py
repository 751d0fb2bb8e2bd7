"""The Via header (RFC 3261 20.42, RFC 3581)."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import (
    HOST,
    LONGEST_REMEMBERED,
    REMEMBERED,
    TOKEN,
    Parameters,
    find_parameter,
    format_parameters,
    parse_number,
    parse_parameters,
    replace_parameter,
)
from telephony.sip.uri import MAX_PORT, parse_port

MAGIC_COOKIE = "z9hG4bK"
"""How a branch begins that is unique to its transaction (RFC 3261 8.1.1.7)."""

PROTOCOL = "SIP/2.0"

# The port is not possessive: see `uri`.
_VIA = re.compile(
    rf"[ \t]*+({TOKEN})[ \t]*+/[ \t]*+({TOKEN})[ \t]*+/[ \t]*+({TOKEN})[ \t]++"
    rf"({HOST})[ \t]*+(?::[ \t]*+([0-9]{{1,5}}+)[ \t]*+)?(?=;|\Z)"
)


@dataclass(frozen=True, slots=True)
class Via:
    """One hop. `transport` is in upper case; `host` and `port` are the sent-by, an IPv6 address in brackets.

    `protocol` is other than "SIP/2.0" only in a request that is answered 505.
    """

    transport: str
    host: str
    port: int | None = None
    parameters: Parameters = ()
    protocol: str = PROTOCOL

    @classmethod
    def parse(cls, text: str) -> "Via":
        """Parse one Via element. Raises `ParseError`."""
        return _read_again(text) if len(text) <= LONGEST_REMEMBERED else _read(text)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol}/{self.transport} {self.host}{port}{format_parameters(self.parameters)}"

    @property
    def branch(self) -> str | None:
        """The branch, `None` in a message of an RFC 2543 element."""
        return self.parameter("branch") or None

    @property
    def received(self) -> str | None:
        """The source address that the server saw, `None` when it is the sent-by's."""
        return self.parameter("received") or None

    @property
    def rport(self) -> int | None:
        """The source port that the server saw; `None` when absent or only asked for (see `wants_rport`)."""
        port = parse_number(self.parameter("rport") or "", MAX_PORT + 1)
        return port if port and port <= MAX_PORT else None

    @property
    def wants_rport(self) -> bool:
        """Whether the client asks for the answer to the port it sent from (RFC 3581 3)."""
        return self.parameter("rport") is not None

    def parameter(self, name: str) -> str | None:
        """Return the unquoted value of parameter `name` (lower case); "" without one, `None` when absent."""
        return find_parameter(self.parameters, name)

    def with_parameter(self, name: str, value: str | None) -> Self:
        """Return a copy with parameter `name` (lower case) set: where it stood, else at the end."""
        return replace(self, parameters=replace_parameter(self.parameters, name, value))


def _read(text: str) -> Via:
    match = _VIA.match(text)
    if match is None:
        raise ParseError("Malformed Via header")
    name, version, transport, host, port = match.groups()
    parameters = parse_parameters(text[match.end() :])
    protocol = f"{name}/{version}".upper()
    return Via(transport.upper(), host, None if port is None else parse_port(port), parameters, protocol)


_read_again = lru_cache(maxsize=REMEMBERED)(_read)
