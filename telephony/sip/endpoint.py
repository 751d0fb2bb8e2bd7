"""SIP from datagrams to events and back: all transactions of the service, without a socket or a clock.

The user feeds `receive` and `handle_timer`, and after each empties `next_event` and `messages_to_send` and
looks at `get_timer`. `now` is monotonic seconds, the same clock everywhere. A message costs the same with
one live transaction as with any number.
"""

from collections.abc import Callable

from telephony.sip.client_side import ClientSide
from telephony.sip.counts import Counts, Drop, label
from telephony.sip.errors import ParseError
from telephony.sip.events import Event
from telephony.sip.exchange import Exchange
from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request, Response
from telephony.sip.response_route import response_flow, stamp_via
from telephony.sip.server_side import MAX_TRANSACTIONS, ServerSide
from telephony.sip.timers import Timers


def _never_vital(request: Request) -> bool:
    return False


class Endpoint:
    """The transaction layer (RFC 3261 17, RFC 6026), and of the user's work what needs no decision.

    By itself it repeats what may be lost, absorbs what comes again, acknowledges refusals of INVITE,
    repeats a 2xx until its ACK, answers CANCEL, and refuses what is malformed, merged or one too many.
    """

    def __init__(
        self,
        token: Callable[[], str],
        timers: Timers | None = None,
        *,
        via_host: str | None = None,
        max_transactions: int = MAX_TRANSACTIONS,
        is_vital: Callable[[Request], bool] = _never_vital,
    ) -> None:
        """Start with no transactions.

        `token` gives a new unguessable token each time, for branches. `via_host` is our host in Via when it
        is not the flow's local address. A request that `is_vital` may go `VITAL_RESERVE` beyond
        `max_transactions`.
        """
        timers = timers or Timers()
        self._exchange = Exchange()
        self._clients = ClientSide(self._exchange, token, timers, via_host)
        self._servers = ServerSide(self._exchange, token(), timers, max_transactions, is_vital)

    @property
    def counts(self) -> Counts:
        """What has happened so far; the object goes on counting."""
        return self._exchange.counts

    # What comes from the network and the clock

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one datagram, or one message of a stream. Never fails, whatever it is."""
        try:
            message = parse_datagram(data, of_stream=flow.transport != "UDP")
            if isinstance(message, Request):
                self._receive_request(message, flow, now)
            elif message is not None:
                self._receive_response(message, flow, now)
        except ParseError as error:
            self._refuse(error, flow)

    def get_timer(self) -> float | None:
        """When `handle_timer` is to be called next, None for never."""
        return self._exchange.deadlines.next()

    def handle_timer(self, now: float) -> None:
        """Do everything that is due."""
        for waiting in self._exchange.deadlines.pop_due(now):
            waiting.handle_timer(now)

    def transport_failed(self, flow: Flow, now: float) -> None:
        """End with `TransportFailed` what waits for an answer of an unreachable peer (section 17.1.4).

        An INVITE that has a provisional response is not waiting to be sent, and goes on.
        """
        self._clients.transport_failed(flow, now)

    # What goes out

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Take the messages that are to be sent now, in order."""
        messages, self._exchange.messages = self._exchange.messages, []
        return messages

    def next_event(self) -> Event | None:
        """Take the oldest event, None when there is none."""
        events = self._exchange.events
        return events.popleft() if events else None

    # What the user asks for

    def send_request(self, request: Request, flow: Flow, now: float) -> str:
        """Send a copy of a request with our Via and returns the transaction's id, which is the branch.

        Ends with a final `ResponseReceived`, `TransactionTimedOut` or `TransportFailed`. Raises
        `MessageError` for an ACK or a CANCEL, which are no transactions of the user's, and for what cannot
        be written.
        """
        return self._clients.send_request(request, flow, now)

    def send_ack(self, request: Request, flow: Flow) -> None:
        """Send the ACK of a 2xx, at each `ResponseReceived` with it (section 13.2.2.4)."""
        self._clients.send_ack(request, flow)

    def cancel(self, transaction: str, now: float, reason: str | None = None) -> None:
        """Cancel an INVITE of ours; `reason` is the value of a Reason header (RFC 3326).

        The CANCEL waits for a provisional response; after a final one it does nothing (section 9.1). The
        INVITE still ends by a final response, which may be a 2xx that was on its way (to be acknowledged,
        then ended by BYE), or by `TransactionTimedOut` 64*T1 after the CANCEL.
        """
        self._clients.cancel(transaction, now, reason)

    def respond(self, transaction: str, response: Response, now: float) -> None:
        """Answer a request. A 2xx to INVITE is repeated until `AckReceived` or `AckMissing`.

        An answer to what is answered already is dropped and counted. Raises `MessageError` for what cannot
        be written, and nothing is changed then.
        """
        self._servers.respond(transaction, response, now)

    @property
    def stateless_tag(self) -> str:
        """The To-tag of every answer without a transaction (section 8.2.7)."""
        return self._servers.stateless_tag

    def respond_stateless(self, transaction: str, response: Response) -> None:
        """Answer a request once and forget it: no repetition by a clock, which would multiply what somebody
        sends in another's name (section 26.3.2.4). For whoever has not proven who they are.

        A repetition of the request is a `RequestReceived` of its own, and its answer is to have the same
        To-tag, `stateless_tag`. Raises `MessageError` as `respond` does.
        """
        self._servers.respond_stateless(transaction, response)

    def resume_client_invite(self, request: Request, flow: Flow, branch: str, now: float) -> None:
        """Take up an INVITE of ours from before a restart, as if a provisional response had just come.

        `request` is the INVITE as it was given to `send_request`, `branch` what that returned: the
        transaction's id.
        """
        self._clients.resume_invite(request, flow, branch, now)

    def resume_server_invite(self, request: Request, flow: Flow, now: float) -> str:
        """Take up an unanswered INVITE from before a restart and return its id, the same as before."""
        return self._servers.resume_invite(request, flow, now)

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        self.counts.received[label(request)] += 1
        # First of all, so that a refusal shows it too and the other headers are parsed once only.
        stamp_via(request, flow)
        request.check()
        if request.method != "ACK" and self._clients.has_sent(request):  # section 16.3, Loop Detected
            self._servers.refuse(request, response_flow(request, flow), 482)
            return
        self._servers.receive(request, flow, now)

    def _receive_response(self, response: Response, flow: Flow, now: float) -> None:
        self.counts.received[label(response)] += 1
        response.check()
        if len(response.vias) != 1:
            raise ParseError("More than one Via in a response")  # not for us (section 8.1.3.3)
        self._clients.receive(response, flow, now)

    def _refuse(self, error: ParseError, flow: Flow) -> None:
        """Answer what does not parse, if it is a request but no ACK and has the Via that an answer needs."""
        request = error.partial
        if request is None or request.method == "ACK" or "Via" not in request.headers:
            self._exchange.drop(Drop.MALFORMED)
            return
        stamp_via(request, flow)
        self._servers.refuse(request, response_flow(request, flow), error.status, error.reason)
