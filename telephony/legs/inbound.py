"""The caller's leg: we are the UAS (RFC 3261 13.3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from telephony.call import facts as f
from telephony.call.actions import EndLeg, PickUp
from telephony.legs.announced import announced
from telephony.legs.identity import caller_shown
from telephony.legs.keypad import wants_keys
from telephony.legs.leg import Leg
from telephony.legs.reliable import Reliable
from telephony.legs.snapshot import ANSWERED_BY, pack_flow, pack_request
from telephony.legs.state import State
from telephony.legs.wire import Wire, tells
from telephony.sdp.codec import G722, KEYS, STATIC, Codec, OfferedCodec, has_audio, in_common, with_twins
from telephony.sdp.direction import Direction
from telephony.sdp.errors import SdpError
from telephony.sdp.session import SdpSession
from telephony.sip.dialog import Dialog
from telephony.sip.events import RequestReceived
from telephony.sip.message import Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.reason import Reason

DEFAULT_OFFER = (OfferedCodec(STATIC[8], 8), OfferedCodec(STATIC[0], 0), OfferedCodec(KEYS[0], 101))
"""What we offer when nobody has offered anything: G.711 and keys."""
DEFAULT = {entry.codec: entry for entry in DEFAULT_OFFER}

REMIND_SECONDS = 60.0
"""How often a provisional answer is repeated while it rings."""


class InboundLeg(Leg):
    """A caller. `offered` are the codecs of the INVITE's offer; empty when it had none (a delayed offer)."""

    def __init__(
        self,
        wire: Wire,
        call: str,
        event: RequestReceived,
        dialog: Dialog,
        session: SdpSession,
        offered: tuple[OfferedCodec, ...] = (),
        *,
        pinned: bool,
        hidden: bool = False,
        for_rescue: str | None = None,
        proven: bool = True,
        emergency: bool = False,
    ) -> None:
        super().__init__(wire, call, f"{call}.0", event.flow, session, pinned=pinned)
        # Let go of when the final answer is acknowledged: a call takes hours and its INVITE 8 KiB
        self._event: RequestReceived | None = event
        self._packed: dict[str, Any] | None = None  # what facts keep of it
        self._transaction = event.transaction
        self.offered = offered
        self.hidden = hidden
        self.proven = proven
        self.vital = emergency
        self.for_rescue = for_rescue  # of a hidden caller, told to 112 and kept nowhere
        self.dialog = dialog
        self.key = (dialog.call_id, dialog.local_tag)
        self.flow = self.flow_of(dialog)
        self._tag = dialog.local_tag
        self._body = b""  # our session description in answers to the INVITE
        self._to_play: Callable[[], None] | None = None  # it waits for the far end's address
        self._ending: EndLeg | None = None  # a BYE that waits for the ACK (RFC 3261 15)
        self._refusal: EndLeg | None = None  # a final answer that waits for its ACK
        self._said: Response | None = None  # the last provisional answer
        headers = event.request.headers
        self.note_allow(headers)
        self._reliable: Reliable | None = None  # for a caller who requires it (RFC 3262 3)
        # Not for 112: what is lost then is a ringing tone, and no call for want of a PRACK
        if "Require" in headers and tells(headers, "Require", "100rel") and not emergency:
            self._reliable = Reliable(self, event.request.cseq.number)
        self._after_prack: Callable[[float], None] | None = None  # what waits for a 2xx to be allowed
        self._picked_up: NameAddr | None = None  # who that is
        self._picks_up = False  # a call that it answers as soon as we know its sound
        self._verdict = 0  # the status that the refusal has to have, whatever the call says
        wire.setups[event.transaction] = self

    def snapshot(self) -> dict[str, Any]:
        """As for any leg; until the caller has acknowledged the final answer, with what of the INVITE that is
        made of."""
        snapshot = super().snapshot()
        if self._event is None:
            return snapshot
        snapshot["flow"] = pack_flow(self._event.flow)  # where the answer goes
        if self._packed is None:
            self._packed = pack_request(self._event.request, ANSWERED_BY, hidden=self.hidden)
        snapshot["invite"] = self._packed
        if self._refusal is not None:
            snapshot["refused"] = {"status": self._refusal.status, "reason": self._refusal.reason}
        elif self.state is not State.SETUP:
            snapshot["accepted"] = self._body.decode()
        return snapshot

    def resume(self, body: bytes, now: float) -> None:
        """Repeat the 200 of an earlier life: the caller may never have got it, and then knows no dialog that
        a BYE could end."""
        self._body = body
        self._accept(now)

    def resume_refusal(self, refusal: EndLeg, now: float) -> None:
        """Repeat the refusal of an earlier life: the caller may never have got it, and would wait for it."""
        self._refuse(refusal, now)

    # ---- what the call asks for

    def alert(self, now: float) -> None:
        """180, without a session description; but the first reliable one has our offer if the caller made
        none (RFC 3262 5)."""
        if self.state is not State.SETUP:
            return
        response, session = self._response(180), self.session
        if self._reliable and not self.offered and session.stream is None and not session.is_offering:
            self._body = self.negotiation.offer(DEFAULT_OFFER, Direction.SENDRECV)
            self.describe(response, self._body)
        self._say(response, now)

    def remind(self, now: float) -> None:
        """Say again what was said, for proxies on the way give up after three minutes (RFC 3261 13.3.1.1)."""
        assert self._said is not None  # or this were not due
        self._say(self._said, now)

    def _say(self, response: Response, now: float) -> None:
        self._said = response
        self.alerting = True
        self.wire.stir(self.account, now)
        if self._reliable:
            self._reliable.say(response, now)
        else:
            self.wire.endpoint.respond(self._transaction, response, now)
        self.wire.agenda.set(f"{self._transaction}/remind", now + REMIND_SECONDS)

    def say_reliably(self, response: Response, again: float, now: float) -> None:
        """Send a provisional answer that is to be repeated at `again`."""
        self.wire.endpoint.respond(self._transaction, response, now)
        self.wire.agenda.set(f"{self._transaction}/prack", again)

    def repeat_provisional(self, now: float) -> None:
        """No PRACK came yet; after 64*T1 the INVITE fails (RFC 3262 3)."""
        assert self._reliable is not None  # or this were not due
        if not self._reliable.repeat(now):
            self._verdict = 504
            self.lose("no_prack", now)

    def take_prack(self, event: RequestReceived, now: float) -> None:
        """A provisional answer of ours has arrived: what waited for that can go on."""
        if self._reliable is None:
            super().take_prack(event, now)
        elif self._reliable.acknowledge(event, now) and self.state is State.SETUP:
            self.wire.agenda.set(f"{self._transaction}/prack", None)
            waiting, self._after_prack = self._after_prack, None
            if waiting is not None:
                waiting(now)
            else:
                self._reliable.proceed(now)

    def _waits_for_prack(self, what: Callable[[float], None]) -> bool:
        """Whether `what`, which sends a 2xx, has to wait; then it is done when it may."""
        if self._reliable is None or not self._reliable.delays_answer:
            return False
        self._after_prack = what
        return True

    @property
    def may_be_offered(self) -> bool:
        """Whether an UPDATE may hold an offer: in the early dialog once the INVITE's own is answered."""
        return super().may_be_offered or (self._reliable is not None and self._reliable.answered)

    def _settle(self) -> None:
        """The INVITE gets its final answer."""
        self._said = None
        if self._reliable:
            self.wire.agenda.set(f"{self._transaction}/prack", None)
        self.wire.setups.pop(self._transaction, None)
        self.wire.agenda.set(f"{self._transaction}/remind", None)

    def pass_early_sound(self, member: Leg, now: float) -> None:
        """183 with what fits the member's early sound; 180 to a caller who cannot hear it."""
        if self.state is State.SETUP and self._can_hear_early() and self._describe_as(member):
            self._progress(now)
            member.agreed()
            self.wire.media.bridge(self.id, member.id)
        else:
            self.alert(now)

    def announce(self, prompt: str, early: bool, now: float, music: str = "") -> None:
        """Play an announcement, early or after a 200, and then music, if any. When the caller cannot hear it,
        its end is reported at once."""
        if self.state is not State.SETUP:
            return
        if not early and self._waits_for_prack(partial(self.announce, prompt, early, music=music)):
            return
        codecs = announced(self.codecs or [entry.codec for entry in self.offered])
        if (early and not self._can_hear_early()) or not self._describe(codecs, Direction.SENDRECV, G722):
            self.observe(f.AnnouncementEnded, now, played=False)
            return
        if early:
            self._progress(now)
        else:
            self._accept(now)
        media = self.wire.media
        self._to_play = (
            partial(media.wait, self.id, prompt, music) if music else partial(media.play, self.id, prompt)
        )
        self._play()

    def connect_with(self, member: Leg, now: float) -> None:
        """The caller's 200 if it has none yet, and sound both ways."""
        if self.state is State.SETUP:
            if self._waits_for_prack(partial(self.connect_with, member)):
                return
            if not self._describe_as(member):
                self._verdict = 488
                self.lose("no_common_sound", now)
                return
            self._accept(now)
        super().connect_with(member, now)

    def pick_up(self, other: Leg, action: PickUp, now: float) -> None:
        """Answer, to talk with who waits on leg `other`. That is told when it is sure: of who left the offer
        to us, by their ACK. Without sound in common nothing comes of it."""
        if self.state is not State.SETUP:
            return  # it has given up
        wanted = [entry.codec for entry in other.passed_on or DEFAULT_OFFER]
        if not self._describe(self._with_keys(other, wanted), other.negotiation.wish):
            self.observe(f.MemberAnswerUnusable, now, status=488)
            self.end(EndLeg(self.id, status=488, reason="no common sound"), now)
            return
        self._picked_up = caller_shown(action.display, action.number, self.wire.host)
        self._accept(now)
        if self.session.stream is None:
            self._picks_up = True
        else:
            self.observe(f.MemberAnswered, now)

    def ring_on(self, now: float, prompt: str = "") -> None:
        """As for any leg; one that waits for a PRACK before its 200 rings when it may have that."""
        if self._after_prack is None:
            super().ring_on(now, prompt)
        else:
            self._after_prack = partial(self._answer_and_ring, prompt)

    def _answer_and_ring(self, prompt: str, now: float) -> None:
        self._accept(now)  # with the session description that waited for the PRACK
        super().ring_on(now, prompt)

    # ---- answers to the INVITE

    def _response(self, status: int) -> Response:
        assert self._event is not None  # nothing answers an INVITE after its ACK
        request = self._event.request
        response = Response.to_request(request, status, to_tag=self._tag)
        if status < 300:  # RFC 3261 12.1.1
            for route in request.headers.get_all("Record-Route"):
                response.headers.add("Record-Route", route)
            self.wire.identify(response.headers, self.flow, self.target)
        return response

    def _can_hear_early(self) -> bool:
        """Not who left the offer to us, and has not answered ours: one in a 183 would need 100rel (RFC 3262
        5)."""
        return bool(self.offered) or self.session.stream is not None

    def _describe_as(self, member: Leg) -> bool:
        return self._describe(self._with_keys(member, member.codecs), member.negotiation.wish)

    def _with_keys(self, other: Leg, codecs: Iterable[Codec]) -> Sequence[Codec]:
        """What is agreed on to talk with `other`: keys too if anybody listens for them."""
        wanted = wants_keys(self, other, [entry.codec for entry in self.offered])
        return (*codecs, *(KEYS if wanted else ()))

    def _describe(self, codecs: Sequence[Codec], direction: Direction, first: Codec | None = None) -> bool:
        """Answer the caller's offer with these codecs, that one `first`, or make the one it left to us. False
        when it has none of them.

        What a 183 has said is not changed before the 200 (RFC 3264 4, RFC 6337 3.1.1).
        """
        if self.session.stream is not None:
            return has_audio(codec for codec in self.codecs if codec in with_twins(codecs))
        try:
            if self.offered:
                wanted = in_common([entry.codec for entry in self.offered], codecs)
                self._body = self.session.answer(wanted, direction, first=first)
            else:
                ours = [DEFAULT[codec] for codec in with_twins(codecs) if codec in DEFAULT]
                self._body = self.negotiation.offer(ours, direction)
        except SdpError:
            return False
        return True

    def _progress(self, now: float) -> None:
        response = self._response(183)
        self.describe(response, self._body)
        self._say(response, now)
        self.agreed()

    def _accept(self, now: float) -> None:
        assert self._event is not None  # nothing answers an INVITE after its ACK
        response = self._response(200)
        if self._reliable is None or not self._reliable.answered:
            self.describe(response, self._body)
        if self._picked_up is not None:  # RFC 3325, which phones show
            response.headers.set("P-Asserted-Identity", str(self._picked_up))
        self.timer.answer(self._event.request, response, now)
        self.state = State.TALKING
        self._settle()
        self.negotiation.owe_ack(self._transaction)
        self.wire.endpoint.respond(self._transaction, response, now)
        self.agreed()
        self.note_dialog(now)

    def _play(self) -> None:
        """Begin an announcement that waits, once it is known where to send it."""
        if self._to_play is not None and self.session.stream is not None:
            play, self._to_play = self._to_play, None
            play()

    # ---- what happens to it

    def cancelled(self, now: float) -> None:
        """CANCEL came in time; the 487 follows when the call has taken note."""
        self._verdict = 487  # also of a call that was connected but for a PRACK
        self.observe(f.LegHungUp, now)

    def hung_up(self, now: float) -> None:
        """BYE; one in the early dialog ends the INVITE like a CANCEL (RFC 3261 15.1.2), and one that crossed
        our refusal ends nothing that is not ended."""
        if self.state is State.SETUP:
            self.observe(f.LegHungUp, now)
        elif self._refusal is None:
            super().hung_up(now)

    def confirmed(self, now: float) -> None:
        """The ACK came: what waited for it can go on."""
        if self._event is not None:
            self._event = self._packed = None
            self.note_dialog(now)
        if self._picks_up and self.session.stream is not None:
            self._picks_up = False
            self.observe(f.MemberAnswered, now)
        self._play()
        self._end_at_last(now)

    def unconfirmed(self, now: float) -> None:
        """No ACK in time: the dialog is ended by BYE all the same (RFC 3261 13.3.1.4)."""
        self._event = self._packed = None
        super().unconfirmed(now)
        self._end_at_last(now)

    # ---- the end

    def release(self, now: float) -> None:
        """Let go of the sound, also of what was still to be played."""
        super().release(now)
        self._to_play = None

    def end(self, action: EndLeg, now: float) -> None:
        """A final answer; or BYE, after the ACK."""
        if self.state is State.SETUP:
            self._refuse(action, now)
            self.note_dialog(now)
        elif self.state is State.TALKING and self._event is not None:
            self.state = State.CLOSING
            self.release(now)
            self._ending = action
        else:
            super().end(action, now)

    def _refuse(self, refusal: EndLeg, now: float) -> None:
        """The leg is over when the ACK of the refusal comes, or did not in time: until then it is repeated,
        also by a next life of the service."""
        if self._verdict:
            refusal = replace(refusal, status=self._verdict)
        response = self._response(refusal.status)
        if refusal.reason:
            response.headers.set("Reason", str(Reason("SIP", refusal.status, refusal.reason)))
        self._refusal = refusal
        self.release(now)
        self.state = State.CLOSING
        self._settle()
        self.wire.refusals[self._transaction] = self
        self.wire.endpoint.respond(self._transaction, response, now)

    def refusal_settled(self, now: float) -> None:
        """The caller has our refusal, or has had all the time to get it."""
        del self.wire.refusals[self._transaction]
        self.finish(now)

    def _end_at_last(self, now: float) -> None:
        ending, self._ending = self._ending, None
        if ending is not None and self.state is State.CLOSING:
            self.bye(now, ending.reason)
