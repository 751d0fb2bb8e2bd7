"""What the endpoint reports to its user. `transaction` is the id to answer or cancel it by."""

from dataclasses import dataclass

from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """A new request, to be answered by `Endpoint.respond`. Never an ACK, a CANCEL or a retransmission.

    Its mandatory headers parse (`Request.check`), and its top Via says where it came from.
    """

    transaction: str
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A response to our request: every 1xx, the first final one, of INVITE every 2xx for 64*T1 (RFC 6026).

    Each 2xx of an INVITE, also a repeated one, is to be answered by `Endpoint.send_ack` (RFC 3261 section
    13.2.2.4).
    """

    transaction: str
    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class AckReceived:
    """The first ACK of the 2xx that was sent to an INVITE."""

    transaction: str
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class AckMissing:
    """No ACK came for the 2xx of an INVITE in 64*T1: BYE should end the dialog (RFC 3261 13.3.1.4)."""

    transaction: str


@dataclass(frozen=True, slots=True)
class RefusalAcknowledged:
    """The ACK of our final answer to an INVITE that was no 2xx came: its sender knows (RFC 3261 17.2.1)."""

    transaction: str


@dataclass(frozen=True, slots=True)
class CancelReceived:
    """An INVITE without a final answer is cancelled: answer it 487. The CANCEL itself is answered."""

    transaction: str


@dataclass(frozen=True, slots=True)
class TransactionTimedOut:
    """Nobody answered our request (as a 408, RFC 3261 8.1.3.1), or acknowledged our refusal of an INVITE."""

    transaction: str


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """Our request cannot be sent (as a 503, RFC 3261 section 8.1.3.1)."""

    transaction: str


Event = (
    RequestReceived
    | ResponseReceived
    | AckReceived
    | AckMissing
    | RefusalAcknowledged
    | CancelReceived
    | TransactionTimedOut
    | TransportFailed
)
