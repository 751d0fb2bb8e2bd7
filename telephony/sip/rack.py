"""The RSeq and RAck headers of reliable provisional answers (RFC 3262 7)."""

from dataclasses import dataclass
from typing import Self

from telephony.sip.cseq import CSeq
from telephony.sip.errors import ParseError
from telephony.sip.grammar import LWS, parse_number

MAX_RSEQ = 2**32 - 1
"""RFC 3262 7.1."""


@dataclass(frozen=True, slots=True)
class RAck:
    """Which reliable provisional answer is acknowledged: its RSeq, and the CSeq of its request."""

    rseq: int
    cseq: CSeq

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the value of a RAck header. Raises `ParseError`."""
        number, _, rest = text.strip(LWS).replace("\t", " ").partition(" ")
        return cls(parse_rseq(number), CSeq.parse(rest))

    def __str__(self) -> str:
        return f"{self.rseq} {self.cseq}"


def parse_rseq(text: str) -> int:
    """The number of an RSeq header (RFC 3262 7.1). Raises `ParseError`."""
    number = parse_number(text.strip(LWS), MAX_RSEQ + 1)
    if number is None or number > MAX_RSEQ:
        raise ParseError("Malformed RSeq number")
    return number
