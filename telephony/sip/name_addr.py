"""The value of From, To, Contact, Route, Record-Route and P-Asserted-Identity (RFC 3261 20.10, 25.1)."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import (
    LONGEST_REMEMBERED,
    LWS,
    QUOTED,
    REMEMBERED,
    Parameters,
    find_parameter,
    format_parameters,
    parse_parameters,
    quote,
    replace_parameter,
    unquote,
)
from telephony.sip.uri import Uri

# A display name without quotes should be tokens, but phones leave the quotes out round any name, `Åsa Öst
# (växeln)` too. What could be mistaken for another part of the header is still refused.
_NAME_ADDR = re.compile(rf'[ \t]*+(?:({QUOTED})[ \t]*+|([^"<>,;\\\r\n]*+))<([^<>]*+)>(.*+)\Z', re.DOTALL)


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A display name (unquoted, "" for none), a URI and the parameters of the header."""

    display: str
    uri: Uri
    parameters: Parameters = ()

    @classmethod
    def parse(cls, text: str) -> "NameAddr":
        """Parse one element of the header. Raises `ParseError`.

        Without angle brackets, what follows the first `;` belongs to the header, and a URI with `?` or a
        comma is refused, because it must have them (20.10).
        """
        return _read_again(text) if len(text) <= LONGEST_REMEMBERED else _read(text)

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{format_parameters(self.parameters)}"

    @property
    def tag(self) -> str | None:
        """The tag of From or To, `None` when there is none."""
        return self.parameter("tag") or None

    def parameter(self, name: str) -> str | None:
        """Return the unquoted value of parameter `name` (lower case); "" without one, `None` when absent."""
        return find_parameter(self.parameters, name)

    def with_parameter(self, name: str, value: str | None) -> Self:
        """Return a copy with parameter `name` (lower case) set; `value` is a token or a quoted-string."""
        return replace(self, parameters=replace_parameter(self.parameters, name, value))


def _read(text: str) -> NameAddr:
    match = _NAME_ADDR.match(text)
    if match is not None:
        quoted, plain, uri, parameters = match.groups()
        display = plain.strip(LWS) if quoted is None else unquote(quoted)
        return NameAddr(display, Uri.parse(uri), parse_parameters(parameters))
    uri, semicolon, parameters = text.partition(";")
    if "?" in uri or "," in uri:
        raise ParseError("Address needs angle brackets")
    return NameAddr("", Uri.parse(uri.strip(LWS)), parse_parameters(semicolon + parameters))


_read_again = lru_cache(maxsize=REMEMBERED)(_read)
