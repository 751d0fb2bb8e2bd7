"""What the SIP side raises.

SipError
├── ParseError      what came from a peer is not SIP (a remote fault, with the status to answer)
└── MessageError    a message of ours cannot be written (local misuse)
"""

from typing import TYPE_CHECKING

from telephony.errors import VaxelnError

if TYPE_CHECKING:
    from telephony.sip.message import Request


class SipError(VaxelnError):
    """Base of the errors of `telephony.sip`."""


class ParseError(SipError):
    """Text from a peer that breaks the grammar.

    `status` is what to answer and `reason` the phrase for it: a fixed text of ours, never the peer's.
    `partial` is the request with whatever headers could be read, for a refusal; `None` when it was a
    response, no message, or a lone header value.
    """

    def __init__(self, reason: str, status: int = 400, partial: "Request | None" = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.partial = partial


class MessageError(SipError):
    """A message that cannot be written: a line break or text that is not Unicode in its head."""
