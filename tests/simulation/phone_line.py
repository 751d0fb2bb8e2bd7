"""What a simulated phone is connected by: its transactions, its plans for later and its log."""

import heapq
import random
from collections.abc import Callable

from telephony.sip.endpoint import Endpoint
from telephony.sip.events import (
    AckMissing,
    AckReceived,
    CancelReceived,
    RefusalAcknowledged,
    RequestReceived,
    ResponseReceived,
    TransactionTimedOut,
    TransportFailed,
)
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response

Address = tuple[str, int]
Called = RequestReceived | AckReceived | AckMissing | CancelReceived
"""What concerns requests of others."""

Outcome = Callable[[Response | None, float], None]
"""Takes a response and the time; `None` for the response when none came."""


class Line:
    """An endpoint at one address, whose answers go to who asked and whose requests go to `on_called`.

    It has the timers of a `network.Node`, for the endpoint's and for the phone's own plans.
    """

    def __init__(
        self, name: str, address: Address, seed: int, on_called: Callable[[Called, float], None]
    ) -> None:
        self.address = address
        self.contact = f"<sip:{name}@{address[0]}:{address[1]}>"
        self.log: list[tuple[float, str]] = []
        self._random = random.Random(f"{seed} {name} {address}")
        self._on_called = on_called
        self._endpoint = Endpoint(self.token)
        self._waiting: dict[str, Outcome] = {}
        self._plans: list[tuple[float, int, Callable[[float], None]]] = []
        self._planned = 0

    @property
    def transactions(self) -> int:
        """How many transactions are not over."""
        return self._endpoint.counts.transactions

    def token(self) -> str:
        """Return a new tag, branch or Call-ID."""
        return f"{self._random.getrandbits(64):016x}"

    def note(self, now: float, event: str) -> None:
        """Write to the log."""
        self.log.append((now, event))

    def plan(self, now: float, after: float | None, action: Callable[[float], None]) -> None:
        """Call `action(then)` after so many seconds; with `None` never."""
        if after is not None:
            self._planned += 1
            heapq.heappush(self._plans, (now + after, self._planned, action))

    def ask(self, request: Request, to: Address, now: float, then: Outcome) -> str:
        """Send a request and return its transaction. `then` gets the final response, of INVITE all."""
        transaction = self._endpoint.send_request(request, self._flow(to), now)
        self._waiting[transaction] = then
        return transaction

    def send_ack(self, request: Request, to: Address) -> None:
        """Acknowledge a 2xx."""
        self._endpoint.send_ack(request, self._flow(to))

    def cancel(self, transaction: str, now: float) -> None:
        """Take an INVITE back."""
        self._endpoint.cancel(transaction, now)

    def respond(
        self,
        transaction: str,
        request: Request,
        status: int,
        now: float,
        tag: str = "",
        body: bytes = b"",
        contact: str = "",
    ) -> None:
        """Answer a request, with an SDP body if one is given; only a 100 has no tag. `contact` is another
        than our own."""
        to_tag = None if status == 100 else tag or self.token()
        response = Response.to_request(request, status, to_tag=to_tag)
        response.headers.add("Contact", contact or self.contact)
        for route in request.headers.get_all("Record-Route"):
            response.headers.add("Record-Route", route)
        if body:
            response.headers.add("Content-Type", "application/sdp")
            response.body = body
        self._endpoint.respond(transaction, response, now)

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        """Take a datagram."""
        self._endpoint.receive(data, Flow("UDP", local, source), now)
        self._handle_events(now)

    def get_timer(self) -> float | None:
        """Say when something is due."""
        due = [self._endpoint.get_timer(), self._plans[0][0] if self._plans else None]
        return min((time for time in due if time is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._endpoint.handle_timer(now)
        self._handle_events(now)
        while self._plans and self._plans[0][0] <= now:
            heapq.heappop(self._plans)[2](now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Give out what is to be sent."""
        return self._endpoint.messages_to_send()

    def _handle_events(self, now: float) -> None:
        while (event := self._endpoint.next_event()) is not None:
            match event:
                case ResponseReceived(transaction, response):
                    self._pass_on(transaction, response, now)
                case TransactionTimedOut(transaction) | TransportFailed(transaction):
                    # An INVITE that we refused can time out too, and nobody waits for that.
                    if transaction in self._waiting:
                        self._waiting.pop(transaction)(None, now)
                case RefusalAcknowledged():
                    pass  # nor for this
                case called:
                    self._on_called(called, now)

    def _pass_on(self, transaction: str, response: Response, now: float) -> None:
        if response.cseq.method == "INVITE" and response.status < 300:
            self._waiting[transaction](response, now)
        elif response.status >= 200:
            self._waiting.pop(transaction)(response, now)

    def _flow(self, to: Address) -> Flow:
        return Flow("UDP", self.address, to)
