"""The server transactions of an endpoint: what others ask of us."""

from collections.abc import Callable

from telephony.sip.accepted_2xx import Accepted2xx
from telephony.sip.counts import Drop
from telephony.sip.events import (
    AckMissing,
    AckReceived,
    CancelReceived,
    RefusalAcknowledged,
    RequestReceived,
    TransactionTimedOut,
)
from telephony.sip.exchange import Exchange
from telephony.sip.flow import Flow
from telephony.sip.machine import Input, Machine, Output, Outputs, State
from telephony.sip.matching import AckKey, MergeKey, ack_key, merge_key, server_id
from telephony.sip.message import Request, Response
from telephony.sip.response_route import is_reliable, response_flow
from telephony.sip.server_invite import ServerInvite
from telephony.sip.server_non_invite import ServerNonInvite
from telephony.sip.timers import Timers

MAX_TRANSACTIONS = 50_000
"""Server transactions at once: 32 s of 1,500 requests a second, five times what is planned; some 60 MB."""

VITAL_RESERVE = 5_000
"""Further ones for vital requests: a flood of others leaves room for them, and a flood of them ends too."""

RETRY_AFTER = "10"
"""Seconds that a peer is asked to stay away when there are too many transactions, which last 32 s."""


class ServerTransaction:
    """A machine, and the last response as long as it may be sent again. The request is not kept."""

    __slots__ = ("_side", "ack_key", "cancelled", "flow", "id", "machine", "merge_key", "response", "tag")

    def __init__(
        self, side: "ServerSide", transaction_id: str, request: Request, flow: Flow, machine: Machine
    ) -> None:
        self._side = side
        self.id = transaction_id
        self.merge_key = merge_key(request)
        self.ack_key = ack_key(request)
        self.flow = response_flow(request, flow)
        self.machine = machine
        self.response = b""
        """The octets of the last response, as long as they may be sent again."""
        self.tag: str | None = None
        """The To-tag of the last response that had one."""
        self.cancelled = False
        """Whether the user knows that the INVITE is cancelled."""

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._side.perform(self, self.machine.handle_timer(now))


class Acceptance:
    """The 2xx of an INVITE that waits for its ACK."""

    __slots__ = ("_side", "ack_key", "flow", "machine", "response", "transaction")

    def __init__(self, side: "ServerSide", invite: ServerTransaction, machine: Accepted2xx) -> None:
        self._side = side
        self.transaction = invite.id
        self.ack_key = invite.ack_key
        self.response = invite.response
        self.flow = invite.flow
        self.machine = machine

    def handle_timer(self, now: float) -> None:
        """Send the 2xx again, or give up."""
        self._side.perform_accepted(self, self.machine.handle_timer(now))


class ServerSide:
    """All server transactions by id, what copies of a request have in common, and each 2xx by its ACK."""

    def __init__(
        self,
        exchange: Exchange,
        stateless_tag: str,
        timers: Timers,
        max_transactions: int,
        is_vital: Callable[[Request], bool],
    ) -> None:
        self._exchange = exchange
        self.stateless_tag = stateless_tag
        self._timers = timers
        self._max_transactions = max_transactions
        self._is_vital = is_vital
        self._transactions: dict[str, ServerTransaction] = {}
        self._merge_keys: set[MergeKey | None] = set()
        self._accepted: dict[AckKey, Acceptance] = {}

    def receive(self, request: Request, flow: Flow, now: float) -> None:
        """Take a request that was checked and whose Via is stamped."""
        match request.method:
            case "ACK":
                self._receive_ack(request, flow, now)
            case "CANCEL":
                self._receive_cancel(request, flow)
            case _:
                self._receive_request(request, flow, now)

    def refuse(self, request: Request, flow: Flow, status: int, reason: str | None = None) -> None:
        """Answer without a transaction: the same to each repetition (RFC 3261 section 8.2.7)."""
        response = Response.to_request(request, status, reason, self.stateless_tag)
        if status == 503:
            response.headers.add("Retry-After", RETRY_AFTER)
        self._exchange.send(response, flow)
        self._exchange.counts.refused += 1

    def respond(self, transaction_id: str, response: Response, now: float) -> None:
        """Answer a request; see `Endpoint.respond`."""
        transaction = self._transactions.get(transaction_id)
        event = Input.of_status(response.status)
        if transaction is None or not transaction.machine.expects(event):
            self._exchange.drop(Drop.LATE_ANSWER)
            return
        transaction.tag = response.to.tag or transaction.tag
        transaction.response = self._exchange.send(response, transaction.flow)
        transaction.machine.receive(event, now)
        if transaction.machine.state is State.ACCEPTED:
            self._await_ack(transaction, now)
        self._settle(transaction)

    def respond_stateless(self, transaction_id: str, response: Response) -> None:
        """Answer a request and forget it; see `Endpoint.respond_stateless`."""
        transaction = self._transactions.get(transaction_id)
        if transaction is None or not transaction.machine.expects(Input.of_status(response.status)):
            self._exchange.drop(Drop.LATE_ANSWER)
            return
        self._exchange.send(response, transaction.flow)
        self._forget(transaction)

    def resume_invite(self, request: Request, flow: Flow, now: float) -> str:
        """Take up an INVITE that came before a restart; see `Endpoint.resume_server_invite`."""
        transaction_id = server_id(request)
        self._start(transaction_id, request, flow, now)
        return transaction_id

    def perform(self, transaction: ServerTransaction, outputs: Outputs) -> None:
        """Do what a machine says about anything but a response of the user."""
        if Output.RESEND in outputs and transaction.response:
            self._exchange.resend(transaction.response, transaction.flow)
        if Output.ACKNOWLEDGED in outputs:
            self._exchange.report(RefusalAcknowledged(transaction.id))
        if Output.TIMED_OUT in outputs:
            self._exchange.report(TransactionTimedOut(transaction.id))
        self._settle(transaction)

    def perform_accepted(self, accepted: Acceptance, outputs: Outputs) -> None:
        """Do what is due about a 2xx."""
        if Output.RESEND in outputs:
            self._exchange.resend(accepted.response, accepted.flow)
        if Output.TIMED_OUT in outputs:
            self._exchange.report(AckMissing(accepted.transaction))
            # Of two INVITEs with the same Call-ID, From-tag and CSeq, which no sound peer sends, only the
            # later is found.
            self._accepted.pop(accepted.ack_key, None)
        self._exchange.deadlines.set(accepted, accepted.machine.deadline)

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        transaction_id = server_id(request)
        known = self._transactions.get(transaction_id)
        if known is not None:
            self._exchange.counts.absorbed += 1
            self.perform(known, known.machine.receive(Input.REQUEST, now))
        elif merge_key(request) in self._merge_keys:
            self.refuse(request, response_flow(request, flow), 482)  # section 8.2.2.2
        elif self._is_full_for(request):
            self.refuse(request, response_flow(request, flow), 503)
        else:
            self._start(transaction_id, request, flow, now)
            self._exchange.report(RequestReceived(transaction_id, request, flow))

    def _receive_ack(self, request: Request, flow: Flow, now: float) -> None:
        invite = self._transactions.get(server_id(request))
        if invite is not None:
            outputs = invite.machine.receive(Input.ACK, now)
            self.perform(invite, outputs)
            if Output.REPORT not in outputs:
                return
        accepted = self._accepted.pop(ack_key(request), None)
        if accepted is None and request.to.tag == self.stateless_tag:
            return  # what it acknowledges was sent once and forgotten
        if accepted is None:
            self._exchange.drop(Drop.STRAY_ACK)
            return
        accepted.machine.receive(Input.ACK, now)
        self._exchange.deadlines.set(accepted, accepted.machine.deadline)
        self._exchange.report(AckReceived(accepted.transaction, request, flow))

    def _receive_cancel(self, request: Request, flow: Flow) -> None:
        """Answer 200 when there is something to cancel, even if too late, else 481 (RFC 3261 section 9.2).

        It has no transaction of its own: a repeated CANCEL gets the same answer from what the INVITE has
        come to.
        """
        back = response_flow(request, flow)
        invite = self._transactions.get(server_id(request))
        # It goes the way of its INVITE (section 9.1): from another host it is somebody else's.
        if invite is None or invite.flow.remote[0] != flow.remote[0]:
            self.refuse(request, back, 481)
            return
        # The To-tag should be that of the INVITE's responses (section 9.2).
        self._exchange.send(Response.to_request(request, 200, to_tag=invite.tag or self.stateless_tag), back)
        if invite.machine.state is State.PROCEEDING and not invite.cancelled:
            invite.cancelled = True
            self._exchange.report(CancelReceived(invite.id))

    def _is_full_for(self, request: Request) -> bool:
        room = self._max_transactions - len(self._transactions)
        return room <= 0 and (room <= -VITAL_RESERVE or not self._is_vital(request))

    def _start(self, transaction_id: str, request: Request, flow: Flow, now: float) -> None:
        kind = ServerInvite if request.method == "INVITE" else ServerNonInvite
        machine = kind(self._timers, is_reliable(flow), now)
        transaction = ServerTransaction(self, transaction_id, request, flow, machine)
        self._transactions[transaction_id] = transaction
        if transaction.merge_key is not None:
            self._merge_keys.add(transaction.merge_key)
        self._exchange.counts.transactions += 1

    def _await_ack(self, transaction: ServerTransaction, now: float) -> None:
        accepted = Acceptance(self, transaction, Accepted2xx(self._timers, now))
        self._accepted[accepted.ack_key] = accepted
        self._exchange.deadlines.set(accepted, accepted.machine.deadline)

    def _settle(self, transaction: ServerTransaction) -> None:
        """Let go of what the state just entered does not need, and set the next deadline."""
        machine = transaction.machine
        if not machine.expects(Input.REQUEST):
            transaction.response = b""
        if machine.state is State.TERMINATED:
            self._forget(transaction)
        self._exchange.deadlines.set(transaction, machine.deadline)

    def _forget(self, transaction: ServerTransaction) -> None:
        del self._transactions[transaction.id]
        self._merge_keys.discard(transaction.merge_key)
        self._exchange.counts.transactions -= 1
