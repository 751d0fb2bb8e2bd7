"""A SIP phone that works as it should, without sound: its behaviour is scripted, its log says what happened.

It shares only the transaction layer and the grammar with the service. Dialogs, SDP and digest are its own,
so that a mistake of the service in one of them meets a peer that does not make it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from telephony.sip.events import AckReceived, CancelReceived, RequestReceived
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from tests.simulation.phone_credentials import PhoneCredentials
from tests.simulation.phone_leg import Address, Leg, LegState, answer_sdp, make_request, offer_sdp
from tests.simulation.phone_line import Called, Line
from tests.simulation.phone_registration import Registration

RTP_PORT = 4000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a phone does by itself. Times are in seconds; with `None` it never happens."""

    rings_after: float | None = 0.2
    """From the INVITE until our 180."""
    answers_after: float | None = 2.0
    """From the INVITE until our 200, or `refuses_with` instead."""
    refuses_with: int | None = None
    points_at: str = ""
    """The number that a refusal (3xx) says to call instead."""
    gives_up_after: float | None = 60.0
    """From our INVITE until our CANCEL."""
    hangs_up_after: float | None = None
    """From the answer, ours or theirs, until our BYE."""


class SimPhone:
    """A phone at `address` that asks `server` for everything. It is a `network.Node`.

    `log` has what happened as (time, event): "registered", "unregistered", "registration refused 403",
    "registration timed out"; "called", "heard 180", "answered", "refused 486", "timed out", "cancelled" (we
    gave up); "offered", "rang", "acknowledged", "withdrawn" (they gave up); "hung up" (we did), "ended"
    (they did), "changed" (a re-INVITE); "handed on" (we sent REFER), "refer 202", "told 180" (by NOTIFY);
    "info 200" (to a key).
    """

    def __init__(
        self,
        name: str,
        address: Address,
        server: Address,
        behaviour: Behaviour | None = None,
        password: str = "",
        seed: int = 0,
    ) -> None:
        self.name = name
        self.behaviour = behaviour or Behaviour()
        self.legs: list[Leg] = []
        self._server = server
        self._line = Line(name, address, seed, self._on_called)
        self._identity = f"<sip:{name}@{server[0]}>"
        self._credentials = PhoneCredentials(name, password, self._line.token)
        self._registration = Registration(self._line, self._identity, server, self._credentials)

    # ---- what its user does and sees

    def register(self, now: float, expires: int = 3600) -> None:
        """Register, and keep it up. With `expires` 0 the registration ends."""
        self._registration.start(now, expires)

    def call(self, number: str, now: float, more: Mapping[str, str] | None = None) -> Leg:
        """Dial; the INVITE has these headers too."""
        from_ = f"{self._identity};tag={self._line.token()}"
        uri = f"sip:{number}@{self._server[0]}:{self._server[1]}"
        headers = {"Contact": self._line.contact, **(more or {})}
        call_id, body = self._line.token(), offer_sdp(self._sound, 1)
        invite = make_request("INVITE", uri, from_, f"<{uri}>", call_id, 1, headers, body=body)
        leg = Leg(invite=invite, state=LegState.CALLING, local=from_, remote=f"<{uri}>", target=uri)
        self.legs.append(leg)
        self._line.note(now, "called")
        self._send_invite(leg, now)
        self._line.plan(now, self.behaviour.gives_up_after, lambda then: self.give_up(leg, then))
        return leg

    def give_up(self, leg: Leg, now: float) -> None:
        """Cancel a call that nobody has answered."""
        if leg.state is LegState.CALLING:
            leg.state = LegState.CANCELLING
            self._line.note(now, "cancelled")
            self._line.cancel(leg.transaction, now)

    def hang_up(self, leg: Leg, now: float) -> None:
        """End a call that was answered; if we answered, not before the ACK (RFC 3261 15)."""
        if leg.state is not LegState.TALKING:
            return
        if not leg.acknowledged:
            leg.hangs_up_when_acknowledged = True
            return
        self._line.note(now, "hung up")
        leg.state = LegState.HANGING_UP
        self._line.ask(leg.next_request("BYE"), leg.next_hop, now, lambda response, then: leg.end())

    def refer(self, leg: Leg, refer_to: str, now: float, *, leaves: bool = False) -> None:
        """Ask to have who is on this call handed on (RFC 3515); `leaves`: hang up as soon as that is
        accepted."""
        request = leg.next_request("REFER")
        request.headers.set("Refer-To", refer_to)
        request.headers.set("Contact", self._line.contact)
        self._line.note(now, "handed on")

        def answered(response: Response | None, then: float) -> None:
            self._line.note(then, f"refer {response.status if response else 'timed out'}")
            if leaves and response is not None and response.status == 202:
                self.hang_up(leg, then)

        self._line.ask(request, leg.next_hop, now, answered)

    def press(self, leg: Leg, key: str, now: float) -> None:
        """Press a key, as INFO."""
        request = leg.next_request("INFO")
        request.headers.set("Content-Type", "application/dtmf-relay")
        request.body = f"Signal={key}\r\nDuration=100\r\n".encode()

        def answered(response: Response | None, then: float) -> None:
            self._line.note(then, f"info {response.status if response else 'timed out'}")

        self._line.ask(request, leg.next_hop, now, answered)

    def open_legs(self) -> list[Leg]:
        """The calls that are not over."""
        return [leg for leg in self.legs if leg.state is not LegState.ENDED]

    @property
    def transactions(self) -> int:
        """How many transactions are not over."""
        return self._line.transactions

    @property
    def log(self) -> list[tuple[float, str]]:
        """What happened, and when."""
        return self._line.log

    @property
    def events(self) -> list[str]:
        """The log without its times."""
        return [event for _, event in self.log]

    # ---- network.Node

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        """Take a datagram."""
        self._line.receive(data, source, local, now)

    def get_timer(self) -> float | None:
        """Say when something is due: a retransmission, or what the user wants to do."""
        return self._line.get_timer()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._line.handle_timer(now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Give out what is to be sent."""
        return self._line.messages_to_send()

    # ---- calling

    def _send_invite(self, leg: Leg, now: float) -> None:
        self._credentials.authorize(leg.invite)
        leg.transaction = self._line.ask(leg.invite, self._server, now, partial(self._on_answer, leg))

    def _on_answer(self, leg: Leg, response: Response | None, now: float) -> None:
        if response is None:
            self._line.note(now, "timed out")
            leg.end()
        elif response.status < 200:
            self._line.note(now, f"heard {response.status}")
            leg.remote = response.headers.get("To") or leg.remote  # the tag of an early dialog
        elif response.status < 300:
            self._on_accepted(leg, response, now)
        elif leg.state is LegState.CALLING and self._credentials.may_answer(response, leg.attempts):
            leg.try_again()
            self._send_invite(leg, now)
        else:
            self._line.note(now, f"refused {response.status}")
            leg.end()

    def _on_accepted(self, leg: Leg, response: Response, now: float) -> None:
        """Acknowledge every 2xx, and keep one dialog (RFC 3261 13.2.2.4)."""
        if leg.state in (LegState.CALLING, LegState.CANCELLING):
            unwanted = leg.state is LegState.CANCELLING
            leg.confirm(response)
            self._line.send_ack(leg.next_request("ACK"), leg.next_hop)
            self._on_talking(leg, now)
            if unwanted:
                self.hang_up(leg, now)
        elif response.to.tag == leg.remote_tag:
            self._line.send_ack(leg.next_request("ACK"), leg.next_hop)
        else:
            other = replace(leg, state=LegState.TALKING)
            other.confirm(response)
            self._line.send_ack(other.next_request("ACK"), other.next_hop)
            self.hang_up(other, now)

    def _on_talking(self, leg: Leg, now: float) -> None:
        leg.state = LegState.TALKING
        self._line.note(now, "answered")
        self._line.plan(now, self.behaviour.hangs_up_after, lambda then: self.hang_up(leg, then))

    # ---- being called

    def _on_called(self, event: Called, now: float) -> None:
        if isinstance(event, RequestReceived):
            self._on_request(event.transaction, event.request, now)
            return
        # There is none for a re-INVITE, of which nothing is to be told.
        for leg in [leg for leg in self.open_legs() if leg.transaction == event.transaction]:
            match event:
                case CancelReceived():
                    self._refuse(leg, 487, "withdrawn", now)
                case AckReceived():
                    self._line.note(now, "acknowledged")
                    self._on_acknowledged(leg, now)
                case _:
                    # Nobody acknowledged our 200, so there is nobody to talk to (RFC 3261 13.3.1.4).
                    self._on_acknowledged(leg, now)
                    self.hang_up(leg, now)

    def _on_offered(self, transaction: str, invite: Request, now: float) -> None:
        self._line.respond(transaction, invite, 100, now)
        leg = Leg(
            invite=invite,
            transaction=transaction,
            state=LegState.OFFERED,
            local=f"{invite.headers.get('To')};tag={self._line.token()}",
            remote=invite.headers.get("From") or "",
            target=str(invite.contacts[0].uri),
            local_cseq=0,
            remote_cseq=invite.cseq.number,
            routes=invite.headers.elements("Record-Route"),
        )
        self.legs.append(leg)
        self._line.note(now, "offered")
        self._line.plan(now, self.behaviour.rings_after, lambda then: self._ring(leg, then))
        self._line.plan(now, self.behaviour.answers_after, lambda then: self._answer(leg, then))

    def _ring(self, leg: Leg, now: float) -> None:
        if leg.state is LegState.OFFERED:
            self._line.note(now, "rang")
            self._line.respond(leg.transaction, leg.invite, 180, now, leg.local_tag)

    def _answer(self, leg: Leg, now: float) -> None:
        status = self.behaviour.refuses_with
        if status is not None:
            self._refuse(leg, status, f"refused {status}", now)
        elif leg.state is LegState.OFFERED:
            body = self._sdp_for(leg.invite, 1)
            self._line.respond(leg.transaction, leg.invite, 200, now, leg.local_tag, body)
            self._on_talking(leg, now)

    def _refuse(self, leg: Leg, status: int, event: str, now: float) -> None:
        if leg.state is LegState.OFFERED:
            self._line.note(now, event)
            elsewhere = f"<tel:{self.behaviour.points_at}>" if self.behaviour.points_at else ""
            self._line.respond(leg.transaction, leg.invite, status, now, leg.local_tag, contact=elsewhere)
            leg.end()

    def _on_acknowledged(self, leg: Leg, now: float) -> None:
        leg.acknowledged = True
        if leg.hangs_up_when_acknowledged:
            self.hang_up(leg, now)

    # ---- requests outside and inside of a dialog

    def _on_request(self, transaction: str, request: Request, now: float) -> None:
        leg = next((leg for leg in self.open_legs() if leg.is_meant_by(request)), None)
        if leg is not None and request.cseq.number > leg.remote_cseq:
            leg.remote_cseq = request.cseq.number
            self._on_request_within(leg, transaction, request, now)
        elif leg is not None:
            self._line.respond(transaction, request, 500, now, leg.local_tag)
        elif request.to.tag is not None:
            self._line.respond(transaction, request, 481, now)
        elif request.method == "INVITE":
            self._on_offered(transaction, request, now)
        else:
            self._line.respond(transaction, request, 200 if request.method == "OPTIONS" else 405, now)

    def _on_request_within(self, leg: Leg, transaction: str, request: Request, now: float) -> None:
        status, body = 405, b""
        match request.method:
            case "BYE" if leg.state in (LegState.CALLING, LegState.CANCELLING):
                # Nobody answered us, so there is no dialog that the called could end (RFC 3261 15).
                status = 481
            case "BYE":
                status = 200
                self._refuse(leg, 487, "withdrawn", now)
                self._end(leg, now)
            case "INVITE" if leg.state is LegState.TALKING:
                status, body = 200, self._sdp_for(request, leg.remote_cseq)
                leg.target = str(request.contacts[0].uri)
                self._line.note(now, "changed")
            case "INVITE":
                status = 491
            case "OPTIONS":
                status = 200
            case "NOTIFY":
                status = 200
                self._line.note(now, f"told {request.body.decode().split()[1]}")
        self._line.respond(transaction, request, status, now, leg.local_tag, body)

    def _end(self, leg: Leg, now: float) -> None:
        if leg.state is LegState.TALKING:
            self._line.note(now, "ended")
        leg.end()

    def _sdp_for(self, invite: Request, version: int) -> bytes:
        return (
            answer_sdp(invite.body, self._sound, version) if invite.body else offer_sdp(self._sound, version)
        )

    @property
    def _sound(self) -> Address:
        return self._line.address[0], RTP_PORT
