"""The CSeq header (RFC 3261 20.16)."""

import re
from dataclasses import dataclass
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import TOKEN

MAX_NUMBER = 2**31 - 1
"""RFC 3261 8.1.1.5."""

# At most ten digits behind the zeros, because `int` takes quadratic time.
_CSEQ = re.compile(rf"[ \t]*+(?=[0-9])0*+([0-9]{{0,10}}+)[ \t]++({TOKEN})[ \t]*+\Z")


@dataclass(frozen=True, slots=True)
class CSeq:
    """A request's number within its dialog, and its method."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the header's value. Raises `ParseError`, also for a number over `MAX_NUMBER`."""
        match = _CSEQ.match(text)
        if match is None:
            raise ParseError("Malformed CSeq header")
        number = int(match[1] or "0")
        if number > MAX_NUMBER:
            raise ParseError("CSeq number too large")
        return cls(number, match[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
