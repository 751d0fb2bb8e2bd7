"""The Reason header (RFC 3326): why a request was sent or a call ended."""

import re
from dataclasses import dataclass
from typing import Self

from telephony.sip.errors import ParseError
from telephony.sip.grammar import TOKEN, find_parameter, parse_number, parse_parameters, quote
from telephony.sip.message import Message

MAX_CAUSE = 999
"""A SIP status has three digits, a Q.850 cause at most that; what is larger is no cause."""

_PROTOCOL = re.compile(rf"[ \t]*+({TOKEN})[ \t]*+(?=;|\Z)")


@dataclass(frozen=True, slots=True)
class Reason:
    """`cause` is a SIP status when `protocol` is "SIP", an ISDN cause when "Q.850"; `text` is for people."""

    protocol: str
    cause: int | None = None
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse one element of the header. A malformed cause is none. Raises `ParseError` for the rest."""
        match = _PROTOCOL.match(text)
        if match is None:
            raise ParseError("Malformed Reason header")
        parameters = parse_parameters(text[match.end() :])
        cause = parse_number(find_parameter(parameters, "cause") or "", MAX_CAUSE + 1)
        known = cause is not None and cause <= MAX_CAUSE
        return cls(match[1], cause if known else None, find_parameter(parameters, "text") or "")

    def __str__(self) -> str:
        cause = "" if self.cause is None else f";cause={self.cause}"
        text = f";text={quote(self.text)}" if self.text else ""
        return f"{self.protocol}{cause}{text}"


def isdn_cause(message: Message) -> int:
    """The first Q.850 cause in the Reason headers of a message, or 0."""
    for element in message.headers.elements("Reason"):
        try:
            reason = Reason.parse(element)
        except ParseError:
            continue
        if reason.protocol.upper() == "Q.850" and reason.cause:
            return reason.cause
    return 0
