"""What an endpoint counts. The labels are a closed set, whatever peers send."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.sip.message import Request, Response

METHODS = frozenset(
    (
        *("ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY"),
        *("OPTIONS", "PRACK", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE", "UPDATE"),
    )
)
"""The methods of the IANA registry; any other is counted as `OTHER`."""

OTHER = "other"


class Drop(StrEnum):
    """Why something was dropped without an answer."""

    MALFORMED = "malformed"
    STRAY_RESPONSE = "stray_response"
    STRAY_ACK = "stray_ack"
    LATE_ANSWER = "late_answer"  # of our user, to a transaction that has ended or has its final answer


@dataclass(slots=True)
class Counts:
    """Plain numbers; all but `transactions` only rise. Messages go by method or class ("INVITE", "2xx")."""

    transactions: int = 0
    retransmissions: int = 0
    """Messages sent again."""
    absorbed: int = 0
    """Requests received again."""
    refused: int = 0
    """Requests answered without a transaction: malformed, merged, or one too many."""
    received: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    dropped: Counter[Drop] = field(default_factory=Counter)


def label(message: Request | Response) -> str:
    """The name that a message is counted by."""
    if isinstance(message, Response):
        return f"{message.status // 100}xx"
    return message.method if message.method in METHODS else OTHER
