"""The client transactions of an endpoint: what we ask of others."""

from collections.abc import Callable

from telephony.sip.client_invite import ClientInvite
from telephony.sip.client_non_invite import ClientNonInvite
from telephony.sip.counts import Drop
from telephony.sip.errors import MessageError
from telephony.sip.events import Event, ResponseReceived, TransactionTimedOut, TransportFailed
from telephony.sip.exchange import Exchange
from telephony.sip.flow import Flow
from telephony.sip.follow_up import make_ack, make_cancel, with_via
from telephony.sip.machine import Input, Machine, Output, Outputs, State
from telephony.sip.matching import ClientKey, client_key
from telephony.sip.message import Request, Response
from telephony.sip.response_route import is_reliable
from telephony.sip.timers import Timers
from telephony.sip.via import MAGIC_COOKIE

Peer = tuple[str, tuple[str, int]]
"""Transport and remote address."""


class ClientTransaction:
    """A machine and what it may still have to send. What it will not need any more is let go at once."""

    __slots__ = ("_side", "ack", "branch", "data", "flow", "invite", "machine", "method", "reason")

    def __init__(self, side: "ClientSide", branch: str, method: str, flow: Flow, machine: Machine) -> None:
        self._side = side
        self.branch = branch
        self.method = method
        self.flow = flow
        self.machine = machine
        self.data = b""
        """The request's octets, as long as they may be sent again."""
        self.invite: Request | None = None
        """The INVITE, as long as a CANCEL or an ACK may have to be made of it."""
        self.ack = b""
        """The octets of the ACK of a refusal, which may be repeated."""
        self.reason: str | None = None
        """The Reason header of a CANCEL that waits for a provisional response."""

    @property
    def key(self) -> ClientKey:
        """What its responses are matched by."""
        return self.branch, self.method

    @property
    def peer(self) -> Peer:
        """Whom it asks."""
        return self.flow.transport, self.flow.remote

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._side.perform(self, self.machine.handle_timer(now), now)


class ClientSide:
    """All client transactions by branch and method; those that can fail also by peer."""

    def __init__(
        self, exchange: Exchange, token: Callable[[], str], timers: Timers, via_host: str | None
    ) -> None:
        self._exchange = exchange
        self._token = token
        self._timers = timers
        self._via_host = via_host
        self._transactions: dict[ClientKey, ClientTransaction] = {}
        self._can_fail: dict[Peer, dict[ClientKey, ClientTransaction]] = {}

    def send_request(self, request: Request, flow: Flow, now: float) -> str:
        """Start a transaction; see `Endpoint.send_request`."""
        if request.method in ("ACK", "CANCEL"):
            raise MessageError(f"{request.method} is no transaction of the user's")
        branch = self._new_branch()
        sent = self._with_via(request, flow, branch)
        self._start(sent, branch, flow, now)
        return branch

    def send_ack(self, request: Request, flow: Flow) -> None:
        """Send the ACK of a 2xx, which has a branch but no transaction (RFC 3261 section 13.2.2.4)."""
        self._exchange.send(self._with_via(request, flow, self._new_branch()), flow)

    def resume_invite(self, request: Request, flow: Flow, branch: str, now: float) -> None:
        """Take up an INVITE that was sent before a restart; see `Endpoint.resume_client_invite`."""
        machine = ClientInvite(self._timers, is_reliable(flow), now, State.PROCEEDING)
        transaction = ClientTransaction(self, branch, "INVITE", flow, machine)
        transaction.invite = self._with_via(request, flow, branch)
        self._add(transaction)

    def cancel(self, branch: str, now: float, reason: str | None) -> None:
        """Cancel an INVITE; see `Endpoint.cancel`."""
        transaction = self._transactions.get((branch, "INVITE"))
        if transaction is not None:
            transaction.reason = reason
            self.perform(transaction, transaction.machine.receive(Input.CANCEL, now), now)

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        """Take a response; one that no transaction waits for is dropped (RFC 6026)."""
        transaction = self._transactions.get(client_key(response))
        if transaction is None:
            self._exchange.drop(Drop.STRAY_RESPONSE)
            return
        outputs = transaction.machine.receive(Input.of_status(response.status), now)
        if Output.SEND_ACK in outputs:
            self._acknowledge(transaction, response)
        if Output.REPORT in outputs:
            self._report(transaction, ResponseReceived(transaction.branch, response, flow))
        self.perform(transaction, outputs, now)

    def has_sent(self, request: Request) -> bool:
        """Whether the request went through us on its way, by the Vias below the top (section 16.3)."""
        return any((via.branch, request.method) in self._transactions for via in request.vias[1:])

    def transport_failed(self, flow: Flow, now: float) -> None:
        """Fail what waits for an answer of a peer that cannot be reached (RFC 3261 section 17.1.4)."""
        for transaction in list(self._can_fail.get((flow.transport, flow.remote), {}).values()):
            self.perform(transaction, transaction.machine.receive(Input.TRANSPORT_ERROR, now), now)

    def perform(self, transaction: ClientTransaction, outputs: Outputs, now: float) -> None:
        """Do what a machine says, but for what needs the response, and let go of what is past."""
        for output in outputs:
            match output:
                case Output.RESEND:
                    self._exchange.resend(transaction.data, transaction.flow)
                case Output.SEND_CANCEL if transaction.invite is not None:
                    # It shares the INVITE's branch and flow (RFC 3261 section 9.1).
                    cancel = make_cancel(transaction.invite, transaction.reason)
                    self._start(cancel, transaction.branch, transaction.flow, now)
                case Output.TIMED_OUT:
                    self._report(transaction, TransactionTimedOut(transaction.branch))
                case Output.FAILED:
                    self._report(transaction, TransportFailed(transaction.branch))
        self._settle(transaction)

    def _start(self, request: Request, branch: str, flow: Flow, now: float) -> None:
        """Send a request that has its Via. What cannot be written leaves nothing behind."""
        data = self._exchange.send(request, flow)
        kind = ClientInvite if request.method == "INVITE" else ClientNonInvite
        machine = kind(self._timers, is_reliable(flow), now)
        transaction = ClientTransaction(self, branch, request.method, flow, machine)
        transaction.data = data
        if request.method == "INVITE":
            transaction.invite = request
        self._add(transaction)

    def _add(self, transaction: ClientTransaction) -> None:
        self._transactions[transaction.key] = transaction
        self._can_fail.setdefault(transaction.peer, {})[transaction.key] = transaction
        self._exchange.counts.transactions += 1
        self._settle(transaction)

    def _settle(self, transaction: ClientTransaction) -> None:
        """Let go of what the state just entered does not need, and set the next deadline."""
        machine = transaction.machine
        if not machine.expects(Input.REPEAT):
            transaction.data = b""
        if not machine.expects(Input.TRANSPORT_ERROR):
            self._cannot_fail(transaction)
        if machine.state in (State.ACCEPTED, State.COMPLETED):
            transaction.invite = None
        if machine.state is State.TERMINATED:
            del self._transactions[transaction.key]
            self._exchange.counts.transactions -= 1
        self._exchange.deadlines.set(transaction, machine.deadline)

    def _cannot_fail(self, transaction: ClientTransaction) -> None:
        waiting = self._can_fail.get(transaction.peer, {})
        waiting.pop(transaction.key, None)
        if not waiting:
            self._can_fail.pop(transaction.peer, None)

    def _acknowledge(self, transaction: ClientTransaction, refusal: Response) -> None:
        """Send the ACK of a refusal, the same again for each repetition (RFC 3261 section 17.1.1.2)."""
        if transaction.invite is None:
            self._exchange.resend(transaction.ack, transaction.flow)
        else:
            transaction.ack = self._exchange.send(make_ack(transaction.invite, refusal), transaction.flow)

    def _report(self, transaction: ClientTransaction, event: Event) -> None:
        """Tell the user, who knows nothing of a CANCEL: the end of the INVITE says what became of it."""
        if transaction.method != "CANCEL":
            self._exchange.report(event)

    def _new_branch(self) -> str:
        return MAGIC_COOKIE + self._token()

    def _with_via(self, request: Request, flow: Flow, branch: str) -> Request:
        host = flow.own_host(self._via_host) if self._via_host else flow.local[0]
        return with_via(request, f"[{host}]" if ":" in host else host, flow, branch)
