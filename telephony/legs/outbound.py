"""A member's leg: we are the UAC (RFC 3261 13.2)."""

from typing import Any

from telephony.call import facts as f
from telephony.call.actions import Dial, EndLeg
from telephony.legs.leg import Leg
from telephony.legs.state import State
from telephony.legs.wire import Reply, Wire
from telephony.sdp.codec import OfferedCodec
from telephony.sdp.errors import SdpError
from telephony.sdp.session import SdpSession
from telephony.sip.dialog import Dialog
from telephony.sip.events import ResponseReceived, TransactionTimedOut
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.reason import Reason
from telephony.sip.timers import Timers
from telephony.sip.uri import SipUri, Uri, escape_user

OWNED_FOR = 70 * Timers().t1
"""Seconds after a first 2xx during which more of them may come (64*T1, RFC 3261 13.2.2.4), and a little."""

_ELSEWHERE = Reason("SIP", 200, "Call completed elsewhere")


class OutboundLeg(Leg):
    """One contact of a member, or a trunk."""

    def __init__(self, wire: Wire, call: str, action: Dial, flow: Flow, session: SdpSession | None) -> None:
        super().__init__(wire, call, action.leg, flow, session)
        self.action = action
        self.owns_call_id = True
        self._invite: Request | None = None
        self._transaction = ""
        self._responded = False
        self._alerted = False
        self._early_sound = False

    def dial(self, uri: str, route: tuple[str, ...], codecs: tuple[OfferedCodec, ...], now: float) -> None:
        """Send the INVITE."""
        assert self.session is not None
        body = self.session.offer(codecs)
        invite = Request("INVITE", uri, self._headers(uri, route))
        self.describe(invite, body)
        self._invite = invite
        self.key = (invite.call_id, invite.from_.tag or "")
        self._transaction = self.wire.endpoint.send_request(invite, self.flow, now)
        self.wire.owners[self._transaction] = self._replied
        self.note_dialog(now)

    def resume(self, invite: Request, transaction: str, now: float) -> None:
        """Take up an INVITE of an earlier life of the service, to cancel it."""
        self._invite = invite
        self.key = (invite.call_id, invite.from_.tag or "")
        self._transaction = transaction
        self.wire.owners[transaction] = self._replied
        self.wire.endpoint.resume_client_invite(invite, self.flow, transaction, now)

    def _headers(self, uri: str, route: tuple[str, ...]) -> Headers:
        """RFC 3261 8.1.1. The caller is shown with the function that was called (P6)."""
        wire, action = self.wire, self.action
        sender: Uri = SipUri("sip", "anonymous", None, "anonymous.invalid")
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
        return Headers(fields)

    def snapshot(self) -> dict[str, Any]:
        """As for any leg; before a dialog, with the INVITE that may have to be cancelled."""
        snapshot = super().snapshot()
        if self.dialog is None and self._invite is not None:
            snapshot["invite"] = {
                "uri": self._invite.uri,
                "headers": [list(field) for field in self._invite.headers],
                "transaction": self._transaction,
            }
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
            self._failed(reply.response.status, now)

    def _progressed(self, response: Response, now: float) -> None:
        if self.state is not State.SETUP:
            return
        if not self._responded:
            self._responded = True
            if self.action.target.trunk:
                self.observe(f.MemberResponded, now)
        if response.status == 100:
            return
        if not self._alerted:
            self._alerted = True
            self.observe(f.MemberAlerted, now)
        if response.body and not self._early_sound:
            self._hear_early(response.body, now)

    def _hear_early(self, body: bytes, now: float) -> None:
        assert self.session is not None
        try:
            stream = self.session.receive_answer(body, provisional=True)
        except SdpError:
            return  # the answer in the 2xx decides
        self._early_sound = True
        self.agreed(stream)
        self.observe(f.MemberGaveEarlySound, now)

    def _failed(self, status: int, now: float) -> None:
        """A final answer other than 2xx, or none."""
        self.wire.owners.pop(self._transaction, None)
        if self.state is State.SETUP:
            self.release()
            self.state = State.ENDED
            self.wire.forget(self)
            self.observe(f.MemberRefused, now, status=status)
        elif self.dialog is None:
            self.finish(now)

    # ---- 2xx: each makes a dialog (RFC 3261 13.2.2.4)

    def _accepted(self, response: Response, now: float) -> None:
        assert self._invite is not None
        dialog = Dialog.as_uac(self._invite, response)
        if self.dialog is None:
            self.dialog = dialog
            self.wire.endpoint.send_ack(dialog.make_ack(response), self.flow_of(dialog))
            self.wire.agenda.set(f"{self._transaction}/disown", now + OWNED_FOR)
            self._established(response, now)
        elif dialog.remote_tag == self.dialog.remote_tag:  # our ACK was lost
            self.wire.endpoint.send_ack(self.dialog.make_ack(response), self.flow)
        else:  # the INVITE was forked and somebody else answered too
            self._refuse_fork(dialog, response, now)

    def _refuse_fork(self, dialog: Dialog, response: Response, now: float) -> None:
        flow = self.flow_of(dialog)
        self.wire.endpoint.send_ack(dialog.make_ack(response), flow)
        self.wire.endpoint.send_request(dialog.make_request("BYE")[1], flow, now)

    def _established(self, response: Response, now: float) -> None:
        assert self.dialog is not None
        self.flow = self.flow_of(self.dialog)
        if self.state is not State.SETUP:  # the 2xx crossed our CANCEL
            self.note_dialog(now)
            self.bye(now)
            return
        assert self.session is not None
        self.state = State.TALKING
        try:
            stream = self.session.receive_answer(response.body) if response.body else self.session.confirm()
        except SdpError as error:
            self.note_dialog(now)
            self.bye(now, "no common sound")
            self.observe(f.MemberRefused, now, status=error.status)
            return
        self.agreed(stream)
        self.note_dialog(now)
        self.observe(f.MemberAnswered, now)

    def flow_of(self, dialog: Dialog) -> Flow:
        """Where requests of this dialog go: a phone where it registered from, for its Contact may lie behind
        a NAT; a trunk by the dialog's route (RFC 3261 12.2.1.1)."""
        if self.action.contact is not None:
            return self.flow
        return dialog.next_hop(self.flow)

    # ---- the end

    def end(self, action: EndLeg, now: float) -> None:
        """CANCEL, which waits for a 1xx; or BYE."""
        if self.state is not State.SETUP:
            super().end(action, now)
            return
        reason = _ELSEWHERE if action.elsewhere else Reason("SIP", action.status, action.reason)
        self.state = State.CLOSING
        self.release()
        self.wire.endpoint.cancel(self._transaction, now, str(reason))
