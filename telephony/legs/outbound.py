"""A member's leg: we are the UAC (RFC 3261 13.2)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from telephony.call import facts as f
from telephony.call.actions import Dial, EndLeg
from telephony.legs.authorising import Given, ack_from, send_from
from telephony.legs.content import ACCEPT, SDP, is_understood, warning_of
from telephony.legs.early import EarlyDialogs
from telephony.legs.identity import caller_shown
from telephony.legs.leg import Leg
from telephony.legs.redirection import number_of
from telephony.legs.snapshot import ANONYMOUS, CANCELLED_BY, pack, pack_request, without_names
from telephony.legs.state import State
from telephony.legs.wire import SUPPORTED, WITHOUT_100REL, Reply, Wire, unsupported
from telephony.sdp.codec import OfferedCodec
from telephony.sdp.direction import Direction
from telephony.sdp.errors import NotAcceptable, SdpError
from telephony.sdp.session import SdpSession
from telephony.sdp.stream import Stream
from telephony.sip.dialog import Dialog
from telephony.sip.events import RequestReceived, ResponseReceived, TransactionTimedOut
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.reason import Reason, isdn_cause
from telephony.sip.uri import SipUri, escape_user

_ELSEWHERE = Reason("SIP", 200, "Call completed elsewhere")

_ALERTING = range(180, 190)
"""The provisional answers that say that somebody is being told."""


def _unheard(reply: Reply, now: float) -> None:
    """What becomes of a request that nothing depends on."""


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
        self._early_sound = False
        self._again: Callable[[float], None] | None = None  # dials once more; until somebody rings
        self._early = EarlyDialogs()

    def dial(
        self, action: Dial, uri: str, route: tuple[str, ...], codecs: tuple[OfferedCodec, ...], now: float
    ) -> None:
        """Send the INVITE."""
        invite = Request("INVITE", uri, self._headers(action, uri, route))
        invite.headers.set("Content-Type", SDP)
        invite.body = self.negotiation.offer(codecs, Direction.SENDRECV)
        # Not where several ring: each would have to be acknowledged, and only one is ever heard (RFC 3262)
        supported = SUPPORTED if action.alone else WITHOUT_100REL
        self.wire.identify(invite.headers, self.flow, uri, supported)
        self.timer.propose(invite.headers)
        self._again = partial(self.dial, action, uri, route, codecs)
        self._is_trunk = self._awaits_response = bool(action.target.trunk)
        self.offered = codecs
        self.vital = action.emergency
        self.caller_shown = None if action.withheld else invite.from_
        if self._invite is not None:  # the same call once more (RFC 4028 7.3)
            for name in ("From", "Call-ID"):
                invite.headers.set(name, self._invite.headers.get(name) or "")
            invite.headers.set("CSeq", f"{self._invite.cseq.number + 1} INVITE")
        self._own(invite, send_from(self, invite, self.flow, now, self._replied, self.renumber, self.resent))
        self.note_dialog(now)

    def resume(self, invite: Request, transaction: str, now: float) -> None:
        """Take up an INVITE of an earlier life of the service, to cancel it."""
        self._own(invite, transaction)
        self.wire.owners[transaction] = self._replied
        self.wire.endpoint.resume_client_invite(invite, self.flow, transaction, now)

    def _own(self, invite: Request, transaction: str) -> None:
        self.key = (invite.call_id, invite.from_.tag or "")
        # Only what a CANCEL, an ACK or a dialog is made of: the call may take hours
        kept = [(name, value) for name, value in invite.headers if name in CANCELLED_BY]
        self._invite, self._transaction = Request("INVITE", invite.uri, Headers(kept)), transaction

    def renumber(self) -> int | None:
        """As for any leg; before the dialog that of the INVITE, unless it was cancelled."""
        if self.dialog is not None:
            return super().renumber()
        return self._invite.cseq.number + 1 if self._invite and self.state is State.SETUP else None

    def resent(self, request: Request, transaction: str, given: Given, now: float) -> None:
        """As for any leg; the INVITE that a CANCEL or a dialog is made of is now another."""
        super().resent(request, transaction, given, now)
        if self.dialog is None:
            self._own(request, transaction)
            self.note_dialog(now)
            self._note_response(now)  # who asks us something is there

    def _headers(self, action: Dial, uri: str, route: tuple[str, ...]) -> Headers:
        """RFC 3261 8.1.1. The caller is shown with the function that was called (P6)."""
        wire = self.wire
        caller = caller_shown(action.display, action.number, wire.host, ("tag", wire.token()))
        fields = [("Route", hop) for hop in route]
        fields += [
            ("Max-Forwards", str(action.max_forwards)),
            ("From", str(caller)),
            ("To", f"<{_without_transport(uri)}>"),
            ("Call-ID", f"{wire.token()}@{wire.host}"),
            ("CSeq", "1 INVITE"),
        ]
        if action.number is None:
            fields.append(("Privacy", "id"))
        if action.diverted:  # RFC 5806, which phones show; few know RFC 7044
            called = SipUri("sip", escape_user(action.diverted), None, wire.host)
            fields.append(("Diversion", f"<{called}>;reason=unconditional"))
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
        elif self._again and self.state is State.SETUP and self.timer.yields_to(reply.response):
            self.session.rollback()
            self._again(now)
        else:
            self._refused(reply.response, now)

    def _progressed(self, response: Response, now: float) -> None:
        if self.state is not State.SETUP:
            return
        self._note_response(now)
        if response.status == 100 or not self._early.note(response):
            return
        if "RSeq" in response.headers and not self._acknowledge_early(response, now):
            return
        if response.status not in _ALERTING:
            return
        self._again = None
        if response.body and not self._early_sound:
            self._hear_early(response.body, now)  # first, or the caller would get a 180 before its 183
        if not self.alerting:
            self.alerting, self.early_tag = True, response.to.tag or ""
            self.observe(f.MemberAlerted, now)

    def _note_response(self, now: float) -> None:
        if self._awaits_response:
            self._awaits_response = False
            self.observe(f.MemberResponded, now)

    def _acknowledge_early(self, response: Response, now: float) -> bool:
        """Send the PRACK of a reliable provisional answer; False for one that came before, or too early."""
        rack = self._early.acknowledge(response)
        if rack is None:
            return False
        dialog, prack = self._early_dialog(response.to.tag or "").make_request("PRACK")
        self._early.keep(dialog)
        prack.headers.set("RAck", str(rack))
        renumber = partial(self._renumber_early, dialog.remote_tag)
        send_from(self, prack, self.flow_of(dialog), now, _unheard, renumber)
        return True

    def _renumber_early(self, tag: str) -> int | None:
        if self.dialog is not None:
            return super().renumber() if self.dialog.remote_tag == tag else None
        dialog = self._early_dialog(tag).leap(1)
        self._early.keep(dialog)
        return dialog.local_cseq

    def _early_dialog(self, tag: str) -> Dialog:
        assert self._invite is not None  # or there were no answers to it
        return self._early.dialog(tag, self._invite)

    def _hear_early(self, body: bytes, now: float) -> None:
        try:
            self.session.receive_answer(body, provisional=True)
        except SdpError:
            return  # the answer in the 2xx decides
        self._early_sound = True
        self.wire.media.await_answer(self.id)  # agreed with when the caller is to hear it, or with the 2xx
        self.observe(f.MemberGaveEarlySound, now)

    def _refused(self, response: Response, now: float) -> None:
        """A trunk may say why in its network's words; a phone, that it is to be called elsewhere."""
        cause = isdn_cause(response) if self._is_trunk else 0
        if response.status < 400 and not self._is_trunk and self.state is State.SETUP:
            number = number_of(response, self.wire.directory)
            if number:
                self.observe(f.MemberRedirected, now, number=number)
        self._failed(response.status, now, cause)

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
        dialog = self._early.confirm(without_names(Dialog.as_uac(self._invite, response)))
        flow = self.flow_of(dialog)
        ack_from(self, dialog.make_ack(response), flow)
        if self.dialog is None:
            self.dialog, self.flow = dialog, flow
            self._again = None
            self._early.settle()
            self.note_allow(response.headers)
            self._established(response, now)
        elif dialog.remote_tag != self.dialog.remote_tag:  # it was forked and somebody else answered too
            _, bye = dialog.make_request("BYE")
            send_from(self, bye, flow, now, _unheard, lambda: bye.cseq.number + 1)

    def _established(self, response: Response, now: float) -> None:
        if self.state is not State.SETUP:  # the 2xx crossed our CANCEL
            self.note_dialog(now)
            self.bye(now)
            return
        self.state = State.TALKING
        try:
            stream = self._agree(response)
        except SdpError as error:
            self.note_dialog(now)
            self.observe(f.MemberAnswerUnusable, now, status=error.status)
            self.bye(now, "no common sound")
            return
        self.agreed()
        self.timer.heed(response, now)
        self.note_dialog(now)
        self.observe(f.MemberAnswered, now)
        self.negotiation.heed_answer(stream, now)

    def _agree(self, response: Response) -> Stream:
        """What the 2xx says, or what a provisional answer has said. Raises SdpError."""
        stream = self.session.stream
        if not self.session.is_offering and stream is not None:  # since an UPDATE in the early dialog
            if self._early.settled_by != response.to.tag:
                raise NotAcceptable("somebody else answered than who had agreed")
            return stream
        return self.session.receive_answer(response.body) if response.body else self.session.confirm()

    # ---- requests in the early dialog

    def knows(self, tag: str) -> bool:
        """As for any leg; before the 2xx, of whoever has sent a provisional answer."""
        return self._early.knows(tag) if self.dialog is None else super().knows(tag)

    def receive(self, event: RequestReceived, now: float) -> None:
        """As for any leg; in an early dialog OPTIONS and UPDATE alone (RFC 3311 5.1)."""
        if self.dialog is not None:
            super().receive(event, now)
            return
        request, tag = event.request, event.request.from_.tag or ""
        dialog = self._early_dialog(tag).accept_request(request)
        if dialog is None:
            self.answer(event, 500, now)
            return
        self._early.keep(dialog)
        if request.method == "UPDATE" and self.state is State.SETUP and not unsupported(request):
            self._update_early(event, dialog, now)
        elif request.method == "OPTIONS":
            self.take(event, now)
        else:
            self.answer(event, 481, now)

    def _update_early(self, event: RequestReceived, dialog: Dialog, now: float) -> None:
        """Answer an UPDATE of who rings. It may offer once its answer to our own offer is sure to have come
        (RFC 3262 5, RFC 3311 5.1)."""
        request, body = event.request, b""
        if not is_understood(request):
            self.answer(event, 415, now, **ACCEPT)
            return
        if request.body:
            if self.session.is_offering and not self._early.has_answered(dialog.remote_tag):
                self.answer(event, 491, now)
                return
            try:
                body = self._answer_early(request.body, dialog.remote_tag, now)
            except SdpError as error:
                self.session.rollback()
                self.answer(event, error.status, now, **warning_of(error, self.wire.host))
                return
        self._early.keep(dialog.refresh(request))
        response = Response.to_request(request, 200)
        self.wire.identify(response.headers, self.flow, dialog.remote_target)
        if body:
            self.describe(response, body)
        self.wire.endpoint.respond(event.transaction, response, now)
        if body:
            self.agreed()

    def _answer_early(self, offer: bytes, tag: str, now: float) -> bytes:
        if self.session.is_offering:
            self.session.confirm()
            self._early.settled_by = tag
        elif self._early.settled_by != tag:
            raise NotAcceptable("somebody else has agreed")
        return self.negotiation.answer(offer, now)

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


def _without_transport(uri: str) -> str:
    """A URI as it may stand in To: without what says how to get there (RFC 3261 19.1.1)."""
    head, has, tail = uri.partition(";transport=")
    return f"{head}{''.join(tail.partition(';')[1:])}" if has else uri
