"""The Session-Expires and Min-SE headers (RFC 4028 4 and 5)."""

from dataclasses import dataclass
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import LWS, find_parameter, parse_number, parse_parameters

MAX_SECONDS = 2**31 - 1
"""A larger number is taken for this one: 68 years."""


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """How long a session lasts without a refresh. `refresher` is "uac", "uas" (of the transaction that it
    stands in) or "" for who is not named."""

    seconds: int
    refresher: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the value of either header. Raises `ParseError`."""
        number, semicolon, rest = text.partition(";")
        seconds = parse_number(number.strip(LWS), MAX_SECONDS)
        if seconds is None:
            raise ParseError("Malformed session interval")
        refresher = (find_parameter(parse_parameters(semicolon + rest), "refresher") or "").lower()
        return cls(seconds, refresher if refresher in ("uac", "uas") else "")

    def __str__(self) -> str:
        return f"{self.seconds};refresher={self.refresher}" if self.refresher else str(self.seconds)
