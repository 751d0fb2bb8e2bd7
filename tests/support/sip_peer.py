"""The far end of an endpoint in tests: writes datagrams, reads what came out, keeps the time."""

from itertools import count
from typing import TypeVar

from telephony.sip.endpoint import Endpoint
from telephony.sip.events import Event
from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response

US = ("192.0.2.1", 5060)
PEER = ("192.0.2.9", 5070)
FLOW = Flow("UDP", US, PEER)
TCP = Flow("TCP", US, PEER)

E = TypeVar("E", bound=Event)


def request(
    method: str = "INVITE",
    *,
    via: str = "192.0.2.9:5070;branch=z9hG4bK1;rport",
    cseq: int = 1,
    call_id: str = "call-1",
    from_tag: str = "theirs",
    to_tag: str = "",
    transport: str = "UDP",
) -> Request:
    """A request as the peer sends it."""
    to = "<sip:0853061000@vaxeln.example>" + (f";tag={to_tag}" if to_tag else "")
    fields = [
        ("Via", f"SIP/2.0/{transport} {via}"),
        ("Max-Forwards", "70"),
        ("From", f"<sip:anna@example.se>;tag={from_tag}"),
        ("To", to),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} {method}"),
        ("Contact", "<sip:anna@192.0.2.9:5070>"),
    ]
    return Request(method, "sip:0853061000@vaxeln.example", Headers(fields))


def our_request(method: str = "INVITE") -> Request:
    """A request as our user gives it to the endpoint."""
    fields = [
        ("Max-Forwards", "70"),
        ("Route", "<sip:192.0.2.9:5070;lr>"),
        ("From", "<sip:vaxeln@192.0.2.1>;tag=ours"),
        ("To", "<sip:bo@192.0.2.9>"),
        ("Call-ID", "call-2"),
        ("CSeq", f"7 {method}"),
        ("Contact", "<sip:vaxeln@192.0.2.1>"),
    ]
    return Request(method, "sip:bo@192.0.2.9:5070", Headers(fields))


class Bench:
    """An endpoint with a clock, countable tokens and what it last put out."""

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        tokens = count(1)
        self.endpoint = endpoint or Endpoint(lambda: f"token{next(tokens)}")
        self.now = 0.0

    def receive(self, message: Request | Response | bytes, flow: Flow = FLOW) -> None:
        """Let a message come in now."""
        data = message if isinstance(message, bytes) else message.to_bytes()
        self.endpoint.receive(data, flow, self.now)

    def respond(self, transaction: str, to: Request, status: int, to_tag: str | None = "ours") -> None:
        """Let the user answer now."""
        self.endpoint.respond(transaction, Response.to_request(to, status, to_tag=to_tag), self.now)

    def wait_for_timer(self) -> float:
        """Go to the next deadline and let it happen."""
        deadline = self.endpoint.get_timer()
        assert deadline is not None
        self.now = deadline
        self.endpoint.handle_timer(self.now)
        return self.now

    def run_until(self, end: float) -> None:
        """Let all happen that is due until then."""
        while (deadline := self.endpoint.get_timer()) is not None and deadline <= end:
            self.wait_for_timer()
        self.now = end

    def sent_to(self) -> list[tuple[Request | Response, Flow]]:
        """What was sent since last asked, and where to."""
        sent = []
        for data, flow in self.endpoint.messages_to_send():
            message = parse_datagram(data)
            assert message is not None
            sent.append((message, flow))
        return sent

    def sent(self) -> list[Request | Response]:
        """What was sent since last asked."""
        return [message for message, _ in self.sent_to()]

    def sent_lines(self) -> list[str]:
        """What was sent since last asked, in short: "INVITE" or "200"."""
        return [m.method if isinstance(m, Request) else str(m.status) for m in self.sent()]

    def sent_request(self) -> Request:
        """The one message that was sent: a request."""
        (message,) = self.sent()
        assert isinstance(message, Request)
        return message

    def sent_response(self) -> Response:
        """The one message that was sent: a response."""
        (message,) = self.sent()
        assert isinstance(message, Response)
        return message

    def events(self) -> list[Event]:
        """What was reported since last asked."""
        events = []
        while (event := self.endpoint.next_event()) is not None:
            events.append(event)
        return events

    def event(self, kind: type[E]) -> E:
        """The one event since last asked."""
        (event,) = self.events()
        assert isinstance(event, kind)
        return event
