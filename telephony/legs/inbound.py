"""The caller's leg: we are the UAS (RFC 3261 13.3)."""

from collections.abc import Sequence
from typing import Any

from telephony.call import facts as f
from telephony.call.actions import EndLeg
from telephony.legs.leg import Leg
from telephony.legs.state import State
from telephony.legs.wire import Wire
from telephony.sdp.codec import STATIC, Codec, OfferedCodec
from telephony.sdp.errors import SdpError
from telephony.sdp.session import SdpSession
from telephony.sip.dialog import Dialog
from telephony.sip.events import RequestReceived
from telephony.sip.message import Response
from telephony.sip.reason import Reason

KEYS = Codec("telephone-event", 8000, fmtp="0-15")
DEFAULT_OFFER = (OfferedCodec(STATIC[8], 8), OfferedCodec(STATIC[0], 0), OfferedCodec(KEYS, 101))
"""What we offer when nobody has offered anything: G.711 and keys."""

ANNOUNCED = (STATIC[8], STATIC[0], KEYS)
"""What an announcement can be played in."""


class InboundLeg(Leg):
    """A caller. `offered` are the codecs of the INVITE's offer; empty when it had none (a delayed offer).

    One that is restored after a restart has no session: it can only be ended.
    """

    def __init__(
        self,
        wire: Wire,
        call: str,
        event: RequestReceived,
        dialog: Dialog,
        session: SdpSession | None = None,
        offered: tuple[OfferedCodec, ...] = (),
    ) -> None:
        super().__init__(wire, call, f"{call}.0", event.flow, session)
        self.event = event
        self.offered = offered
        self.dialog = dialog
        self.key = (dialog.call_id, dialog.local_tag)
        self._acknowledged = False
        self._body = b""  # our session description in answers to the INVITE
        self._prompt = ""  # an announcement that waits for the far end's address
        self._ending: EndLeg | None = None  # a BYE that waits for the ACK (RFC 3261 15)
        wire.setups[event.transaction] = self

    def snapshot(self) -> dict[str, Any]:
        """As for any leg; while there is no final answer, with the INVITE that will need one."""
        snapshot = super().snapshot()
        if self.state is State.SETUP:
            request = self.event.request
            snapshot["invite"] = {"uri": request.uri, "headers": [list(field) for field in request.headers]}
        return snapshot

    # ---- what the call asks for

    def alert(self, now: float) -> None:
        """180, without a session description."""
        if self.state is State.SETUP:
            self._respond(180, now)

    def pass_early_sound(self, member: Leg, now: float) -> None:
        """183 with the session description that fits the member's early sound."""
        if self.state is State.SETUP and self._describe_as(member):
            self._progress(now)
            self.wire.media.bridge(self.id, member.id)

    def announce(self, prompt: str, early: bool, now: float) -> None:
        """Play an announcement, early or after a 200. When the caller cannot hear it, its end is reported at
        once."""
        if self.state is not State.SETUP:
            return
        assert self.session is not None
        try:
            self._describe(ANNOUNCED)
        except SdpError:
            self.observe(f.AnnouncementEnded, now, played=False)
            return
        if not early:
            self._accept(now)
        elif self.offered:
            self._progress(now)
        else:  # an offer of ours in a 183 would need 100rel (RFC 3262 5)
            self.observe(f.AnnouncementEnded, now, played=False)
            return
        self._prompt = prompt
        self._play()

    def connect_with(self, member: Leg, now: float) -> None:
        """The caller's 200 if it has none yet, and sound both ways."""
        if self.state is State.SETUP and self._describe_as(member):
            self._accept(now)
        if self.state is not State.TALKING:
            return
        self.wire.media.bridge(self.id, member.id)
        self.connect(member, now)
        member.connect(self, now)
        # What was agreed early may not be what the member answered in the end
        self.negotiation.follow(now)
        member.negotiation.follow(now)

    # ---- answers to the INVITE

    def _respond(self, status: int, now: float, **headers: str) -> None:
        response = self._response(status)
        for name, value in headers.items():
            response.headers.set(name, value)
        self.wire.endpoint.respond(self.event.transaction, response, now)

    def _response(self, status: int) -> Response:
        assert self.dialog is not None
        response = Response.to_request(self.event.request, status, to_tag=self.dialog.local_tag)
        if status < 300:  # RFC 3261 12.1.1
            for route in self.event.request.headers.get_all("Record-Route"):
                response.headers.add("Record-Route", route)
            self.wire.identify(response.headers, self.flow)
        return response

    def _describe(self, codecs: Sequence[Codec]) -> None:
        """Answer the caller's offer, or make the one it left to us. Raises SdpError when nothing is
        common."""
        assert self.session is not None
        if self.session.stream is not None or self.session.is_offering:
            return  # said in a 183, and not to be changed before the 200 (RFC 3264 4, RFC 6337 3.1.1)
        if self.offered:
            self._body = self.session.answer(codecs)
        else:
            self._body = self.session.offer([offer for offer in DEFAULT_OFFER if offer.codec in codecs])

    def _describe_as(self, member: Leg) -> bool:
        """Describe the session by what the member agreed to; false, and the leg lost, when the caller lacks
        it."""
        stream = member.session.stream if member.session else None
        try:
            self._describe(stream.codecs if stream else ())
        except SdpError:
            return False
        return True

    def _progress(self, now: float) -> None:
        response = self._response(183)
        self.describe(response, self._body)
        self.wire.endpoint.respond(self.event.transaction, response, now)
        self._apply()

    def _accept(self, now: float) -> None:
        response = self._response(200)
        self.describe(response, self._body)
        self.state = State.TALKING
        self.wire.setups.pop(self.event.transaction, None)
        self.negotiation.owe_ack(self.event.transaction)
        self.wire.endpoint.respond(self.event.transaction, response, now)
        self._apply()
        self.note_dialog(now)

    def _apply(self) -> None:
        if self.session is not None and self.session.stream is not None:
            self.agreed(self.session.stream)

    def _play(self) -> None:
        """Begin the announcement once it is known where to send it."""
        if self._prompt and self.session is not None and self.session.stream is not None:
            self.wire.media.play(self.id, self._prompt)
            self._body = b""  # our session description in answers to the INVITE
        self._prompt = ""

    # ---- what happens to it

    def cancelled(self, now: float) -> None:
        """CANCEL came in time; the 487 follows when the call has taken note."""
        if self.state is State.SETUP:
            self.observe(f.LegHungUp, now)

    def hung_up(self, now: float) -> None:
        """BYE; one in the early dialog ends the INVITE like a CANCEL (RFC 3261 15.1.2)."""
        if self.state is State.SETUP:
            self.observe(f.LegHungUp, now)
        else:
            super().hung_up(now)

    def confirmed(self, now: float) -> None:
        """The ACK came: what waited for it can go on."""
        self._acknowledged = True
        if self._ending is not None:
            self.bye(now, self._ending.reason)
        else:
            self._play()

    def unconfirmed(self, now: float) -> None:
        """No ACK in time: the dialog is ended by BYE all the same (RFC 3261 13.3.1.4)."""
        self._acknowledged = True
        if self._ending is not None:
            self.bye(now, self._ending.reason)
        else:
            super().unconfirmed(now)

    # ---- the end

    def end(self, action: EndLeg, now: float) -> None:
        """A final answer; or BYE, after the ACK."""
        if self.state is State.SETUP:
            reason = {"Reason": str(Reason("SIP", action.status, action.reason))} if action.reason else {}
            self._respond(action.status, now, **reason)
            self.wire.setups.pop(self.event.transaction, None)
            self.finish(now)
        elif self.state is State.TALKING and not self._acknowledged:
            self.state = State.CLOSING
            self.release()
            self._ending = action
        else:
            super().end(action, now)
