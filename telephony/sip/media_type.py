"""The Content-Type header and the elements of Accept (RFC 3261 20.1, 20.15)."""

import re
from dataclasses import dataclass
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import (
    TOKEN,
    Parameters,
    find_parameter,
    format_parameters,
    parse_parameters,
)

_MEDIA_TYPE = re.compile(rf"[ \t]*+({TOKEN})[ \t]*+/[ \t]*+({TOKEN})[ \t]*+(?=;|\Z)")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type; `name` is "type/subtype" in lower case, as it is compared: "application/sdp"."""

    name: str
    parameters: Parameters = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse one media type or range. Raises `ParseError`."""
        match = _MEDIA_TYPE.match(text)
        if match is None:
            raise ParseError("Malformed media type")
        return cls(f"{match[1]}/{match[2]}".lower(), parse_parameters(text[match.end() :]))

    def __str__(self) -> str:
        return f"{self.name}{format_parameters(self.parameters)}"

    def parameter(self, name: str) -> str | None:
        """Return the unquoted value of parameter `name` (lower case); "" without one, `None` when absent."""
        return find_parameter(self.parameters, name)
