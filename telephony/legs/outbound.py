"""A member's leg: we are the UAC (RFC 3261 13.2)."""

from dataclasses import replace
from typing import Any

from telephony.call import facts as f
from telephony.call.actions import Dial, EndLeg
from telephony.legs.leg import Leg
from telephony.legs.snapshot import ANONYMOUS, CANCELLED_BY, pack, pack_request, without_names
from telephony.legs.state import State
from telephony.legs.wire import Reply, Wire
from telephony.sdp.codec import OfferedCodec
from telephony.sdp.direction import Direction
from telephony.sdp.errors import SdpError
from telephony.sdp.session import SdpSession
from telephony.sip.dialog import Dialog
from telephony.sip.events import ResponseReceived, TransactionTimedOut
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.reason import Reason, isdn_cause
from telephony.sip.uri import SipUri, escape_user

_ELSEWHERE = Reason("SIP", 200, "Call completed elsewhere")

_ALERTING = range(180, 190)
"""The provisional answers that say that somebody is being told."""


class OutboundLeg(Leg):
    """One contact of a member, or a trunk."""

    def __init__(
        self, wire: Wire, call: str, leg_id: str, flow: Flow, session: SdpSession, *, pinned: bool
    ) -> None:
        super().__init__(wire, call, leg_id, flow, session, pinned=pinned)
        self.owns_call_id = True
        self.hides_caller = False  # who is told to 112 and is to be kept nowhere
        self.identity: list[tuple[str, str]] = []  # headers that tell a trunk who calls
        self._invite: Request | None = None
        self._transaction = ""
        self._is_trunk = False
        self._awaits_response = False
        self._alerted = False
        self._early_sound = False

    def dial(
        self, action: Dial, uri: str, route: tuple[str, ...], codecs: tuple[OfferedCodec, ...], now: float
    ) -> None:
        """Send the INVITE."""
        invite = Request("INVITE", uri, self._headers(action, uri, route))
        self.describe(invite, self.negotiation.offer(codecs, Direction.SENDRECV))
        self._is_trunk = self._awaits_response = bool(action.target.trunk)
        self._own(invite, self.wire.endpoint.send_request(invite, self.flow, now))
        self.note_dialog(now)

    def resume(self, invite: Request, transaction: str, now: float) -> None:
        """Take up an INVITE of an earlier life of the service, to cancel it."""
        self._own(invite, transaction)
        self.wire.endpoint.resume_client_invite(invite, self.flow, transaction, now)

    def _own(self, invite: Request, transaction: str) -> None:
        self.key = (invite.call_id, invite.from_.tag or "")
        # Only what a CANCEL, an ACK or a dialog is made of: the call may take hours
        kept = [(name, value) for name, value in invite.headers if name in CANCELLED_BY]
        self._invite, self._transaction = Request("INVITE", invite.uri, Headers(kept)), transaction
        self.wire.owners[transaction] = self._replied

    def _headers(self, action: Dial, uri: str, route: tuple[str, ...]) -> Headers:
        """RFC 3261 8.1.1. The caller is shown with the function that was called (P6)."""
        wire, sender = self.wire, ANONYMOUS
        if action.number is not None:
            sender = SipUri("sip", escape_user(action.number), None, wire.host)
        caller = NameAddr(action.display, sender, (("tag", wire.token()),))
        fields = [("Route", hop) for hop in route]
        fields += [
            ("Max-Forwards", str(action.max_forwards)),
            ("From", str(caller)),
            ("To", f"<{uri}>"),
            ("Call-ID", f"{wire.token()}@{wire.host}"),
            ("CSeq", "1 INVITE"),
        ]
        if action.number is None:
            fields.append(("Privacy", "id"))
        return Headers(fields + self.identity)

    def snapshot(self) -> dict[str, Any]:
        """As for any leg; before a dialog, with what of the INVITE its CANCEL is made of."""
        snapshot = super().snapshot()
        if self.dialog is None and self._invite is not None:
            invite = pack_request(self._invite, CANCELLED_BY, hidden=self.hides_caller)
            snapshot["invite"] = {**invite, "transaction": self._transaction}
        if self.dialog is not None and self.hides_caller:
            nameless = replace(NameAddr.parse(self.dialog.local), uri=ANONYMOUS)
            snapshot["dialog"]["local"] = pack(str(nameless))
        return snapshot

    # ---- what comes back

    def _replied(self, reply: Reply, now: float) -> None:
        if not isinstance(reply, ResponseReceived):
            self._failed(408 if isinstance(reply, TransactionTimedOut) else 503, now)
        elif reply.response.status < 200:
            self._progressed(reply.response, now)
        elif reply.response.status < 300:
            self._accepted(reply.response, now)
        else:
            self._failed(reply.response.status, now, isdn_cause(reply.response) if self._is_trunk else 0)

    def _progressed(self, response: Response, now: float) -> None:
        if self.state is not State.SETUP:
            return
        if self._awaits_response:
            self._awaits_response = False
            self.observe(f.MemberResponded, now)
        if response.status not in _ALERTING:
            return
        if response.body and not self._early_sound:
            self._hear_early(response.body, now)  # first, or the caller would get a 180 before its 183
        if not self._alerted:
            self._alerted = True
            self.observe(f.MemberAlerted, now)

    def _hear_early(self, body: bytes, now: float) -> None:
        try:
            self.session.receive_answer(body, provisional=True)
        except SdpError:
            return  # the answer in the 2xx decides
        self._early_sound = True
        self.agreed()
        self.observe(f.MemberGaveEarlySound, now)

    def _failed(self, status: int, now: float, cause: int = 0) -> None:
        """A final answer other than 2xx, or none."""
        if self.state is State.SETUP:
            self.release(now)
            self.state = State.ENDED
            self.wire.forget(self)
            self.observe(f.MemberRefused, now, status=status, cause=cause)
        else:
            self.finish(now)

    # ---- 2xx: each makes a dialog (RFC 3261 13.2.2.4)

    def _accepted(self, response: Response, now: float) -> None:
        assert self._invite is not None
        dialog = without_names(Dialog.as_uac(self._invite, response))
        flow = self.flow_of(dialog)
        self.wire.endpoint.send_ack(dialog.make_ack(response), flow)
        if self.dialog is None:
            self.dialog, self.flow = dialog, flow
            self._established(response, now)
        elif dialog.remote_tag != self.dialog.remote_tag:  # it was forked and somebody else answered too
            self.wire.endpoint.send_request(dialog.make_request("BYE")[1], flow, now)

    def _established(self, response: Response, now: float) -> None:
        if self.state is not State.SETUP:  # the 2xx crossed our CANCEL
            self.note_dialog(now)
            self.bye(now)
            return
        self.state = State.TALKING
        try:
            stream = self.session.receive_answer(response.body) if response.body else self.session.confirm()
        except SdpError as error:
            self.note_dialog(now)
            self.observe(f.MemberAnswerUnusable, now, status=error.status)
            self.bye(now, "no common sound")
            return
        self.agreed()
        self.note_dialog(now)
        self.observe(f.MemberAnswered, now)
        self.negotiation.heed_answer(stream, now)

    # ---- the end

    def end(self, action: EndLeg, now: float) -> None:
        """CANCEL, which waits for a 1xx; or BYE."""
        if self.state is not State.SETUP:
            super().end(action, now)
            return
        reason = _ELSEWHERE if action.elsewhere else Reason("SIP", action.status, action.reason)
        self.state = State.CLOSING
        self.release(now)
        self.wire.endpoint.cancel(self._transaction, now, str(reason))
