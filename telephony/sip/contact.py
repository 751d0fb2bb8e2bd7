"""The Contact header (RFC 3261 20.10)."""

import re
from dataclasses import dataclass
from typing import Self

from telephony.sip.grammar import LWS, parse_number
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import OtherUri

MAX_EXPIRES = 2**32 - 1
"""Seconds. RFC 3261 20.19; a larger number is taken for this one (RFC 4475 3.1.2.4)."""

MALFORMED_EXPIRES = 3600
"""Seconds that a malformed `expires` stands for (RFC 3261 20.10)."""

_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_WILDCARD = OtherUri("", "*")


@dataclass(frozen=True, slots=True)
class Contact(NameAddr):
    """An address where somebody can be reached, or `*` for all that are registered (`is_wildcard`)."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse one element of the header. Raises `ParseError`."""
        if text.strip(LWS) == "*":
            return cls("", _WILDCARD)
        address = NameAddr.parse(text)
        return cls(address.display, address.uri, address.parameters)

    def __str__(self) -> str:
        return "*" if self.is_wildcard else NameAddr.__str__(self)

    @property
    def is_wildcard(self) -> bool:
        """Whether this is `*`: every binding of the address-of-record (RFC 3261 10.2.2)."""
        return self.uri == _WILDCARD

    @property
    def expires(self) -> int | None:
        """Seconds of the `expires` parameter, at most `MAX_EXPIRES`; `None` when there is none."""
        text = self.parameter("expires")
        if text is None:
            return None
        seconds = parse_number(text, MAX_EXPIRES)
        return MALFORMED_EXPIRES if seconds is None else seconds

    @property
    def q(self) -> float | None:
        """The preference from 0.0 to 1.0; `None` when there is none or it is malformed."""
        text = self.parameter("q") or ""
        return float(text) if _QVALUE.fullmatch(text) else None
