"""Re-INVITEs of one leg, both ways (RFC 3261 14): hold, resume, other codecs, another address.

The far end's re-INVITE is answered by us at once, from what the leg's peer has agreed to, and passed on as a
re-INVITE of the peer's own when that changes what we would say to it.
"""

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING

from telephony.call import facts as f
from telephony.legs.content import ACCEPT, is_understood, warning_of
from telephony.legs.direct import address_for, bring_back, is_elsewhere, prove_later, route
from telephony.legs.keypad import wants_keys
from telephony.legs.session_timer import MIN_SECONDS, is_too_short
from telephony.legs.state import State
from telephony.legs.wire import Reply
from telephony.sdp.codec import KEYS, Codec, OfferedCodec, in_common, with_twins
from telephony.sdp.direction import Direction
from telephony.sdp.errors import SdpError
from telephony.sdp.stream import Stream
from telephony.sip.events import AckReceived, RequestReceived, ResponseReceived
from telephony.sip.message import Response
from telephony.sip.timers import Timers

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

PATIENCE = 64 * Timers().t1
"""Seconds until a re-INVITE that got no more than a 1xx is cancelled: meanwhile neither side can change
anything, and without an end to it the transaction would outlive the call."""


class Negotiation:
    """What is going on between a leg and its far end about their session.

    `wish` is what the far end wants to do with the sound, by its own offers: what it answers is bounded by
    what we offer, and tells only of the rest.
    """

    def __init__(self, leg: "Leg") -> None:
        self._of = weakref.ref(leg)  # a circle would keep an ended leg until the garbage collector comes
        self.wish = Direction.SENDRECV
        self._asked = Direction.SENDRECV  # in our last offer
        self._inviting = ""  # the transaction of a re-INVITE of ours that has no final answer
        self._delayed = ""  # the transaction whose 2xx holds our offer
        self._owing = 0  # 2xx of ours that wait for their ACK
        self._wanted = False  # a re-INVITE waits for its turn
        self._repeating = False  # even if there is nothing new to say
        self._backing_off = False  # after a glare

    @property
    def _leg(self) -> "Leg":
        leg = self._of()
        assert leg is not None  # everybody comes by the leg
        return leg

    def owe_ack(self, transaction: str) -> None:
        """We sent a 2xx to this INVITE."""
        self._owing += 1
        self._leg.wire.acks[transaction] = self._leg
        if self._leg.session.is_offering:
            self._delayed = transaction

    def offer(self, codecs: Sequence[OfferedCodec], direction: Direction) -> bytes:
        """Our offer to the far end. Raises SdpError."""
        self._leg.session.redirect(address_for(self._leg))
        body = self._leg.session.offer(codecs, direction)
        self._asked = direction
        route(self._leg)
        return body

    # ---- what the far end wants

    def heed(self, wish: Direction, now: float) -> None:
        """Take what the far end says it wants to do. One that does not want to be sent to holds (RFC 3264
        8.4)."""
        before, self.wish = self.wish, wish
        if before.receives is not wish.receives:
            self._leg.observe(f.LegHeld, now, held=not wish.receives)

    def heed_answer(self, stream: Stream, now: float) -> None:
        """Take from an answer what it says about what we offered."""
        said, asked, before = stream.direction, self._asked, self.wish
        sends = said.receives if asked.receives else before.sends
        receives = said.sends if asked.sends else before.receives
        self.heed(Direction.of(sends=sends, receives=receives), now)

    # ---- theirs

    def receive(self, event: RequestReceived, now: float) -> None:
        """Answer the far end's re-INVITE."""
        leg, request = self._leg, event.request
        if leg.state is State.SETUP:  # RFC 3261 14.2: the first INVITE has no final answer yet
            self._ask_to_wait(event, now)
        elif leg.state is not State.TALKING:
            leg.answer(event, 481, now)
        elif not is_understood(request):
            leg.answer(event, 415, now, **ACCEPT)
        elif is_too_short(request):
            leg.answer(event, 422, now, Min_SE=str(MIN_SECONDS))
        elif self._inviting or leg.session.is_offering:  # RFC 3261 14.2, RFC 6337 2.3: glare
            leg.answer(event, 491, now)
        else:
            self._change(event, now)

    def update(self, event: RequestReceived, now: float) -> None:
        """Answer the far end's UPDATE (RFC 3311 5.2): with an offer in it a change, without one a refresh."""
        leg, request = self._leg, event.request
        if leg.state not in (State.SETUP, State.TALKING):
            leg.answer(event, 481, now)
        elif not is_understood(request):
            leg.answer(event, 415, now, **ACCEPT)
        elif is_too_short(request):
            leg.answer(event, 422, now, Min_SE=str(MIN_SECONDS))
        elif not request.body:
            self._refresh(event, now)
        elif self._inviting or leg.session.is_offering:
            leg.answer(event, 491, now)
        elif not leg.may_be_offered:  # its own offer in the INVITE waits for our answer
            self._ask_to_wait(event, now)
        else:
            self._change(event, now)

    def _refresh(self, event: RequestReceived, now: float) -> None:
        leg = self._leg
        before = leg.dialog and leg.dialog.remote_target
        leg.accept(event, b"", now)
        if leg.dialog and leg.dialog.remote_target != before:
            leg.note_dialog(now)

    def _ask_to_wait(self, event: RequestReceived, now: float) -> None:
        """RFC 3261 14.2, RFC 3311 5.2."""
        self._leg.answer(event, 500, now, Retry_After=str(int(11 * self._leg.wire.random())))

    def _change(self, event: RequestReceived, now: float) -> None:
        leg = self._leg
        try:
            body = self.answer(event.request.body, now)
        except SdpError as error:
            leg.session.rollback()
            leg.answer(event, error.status, now, **warning_of(error, leg.wire.host))
            return
        leg.accept(event, body, now)
        if event.request.method == "INVITE":
            self.owe_ack(event.transaction)
        if not leg.session.is_offering:
            self.settled(now)

    def answer(self, offer: bytes, now: float) -> bytes:
        """Our answer to an offer inside the dialog; our own offer when there is none. Raises SdpError."""
        if not offer:  # our offer goes in the 200, the answer comes in the ACK
            return self.offer(self._preferred(), self._mirrored())
        session = self._leg.session
        offered = session.receive_offer(offer)
        theirs = [entry.codec for entry in offered.codecs]
        codecs = in_common(theirs, self._codecs())
        if wants_keys(self._leg, self._leg.peer, theirs):
            codecs = (*codecs, *KEYS)
        session.redirect(address_for(self._leg) if offered.direction is Direction.SENDRECV else None)
        body = session.answer(codecs, self._mirrored())
        self.heed(offered.direction, now)
        return body

    def _mirrored(self) -> Direction:
        """What we would like of this far end: to do as its peer does."""
        leg = self._leg
        if leg.peer is not None:
            return leg.peer.negotiation.wish
        return Direction.INACTIVE if leg.is_silenced else Direction.SENDRECV

    def _codecs(self) -> tuple[Codec, ...]:
        """What the peer can take; without a peer, what was agreed before."""
        peer = self._leg.peer
        return (peer.codecs if peer else ()) or self._leg.codecs

    def _preferred(self) -> list[OfferedCodec]:
        leg = self._leg
        codecs = in_common(leg.codecs, self._codecs())
        if wants_keys(leg, leg.peer, leg.codecs):
            codecs = (*codecs, *[codec for codec in leg.codecs if codec.is_keys and codec not in codecs])
        return [OfferedCodec(codec, 96 + place) for place, codec in enumerate(codecs)]

    def acknowledged(self, event: AckReceived, now: float) -> None:
        """Take the ACK of our 2xx, with the answer to a delayed offer."""
        self._owing -= 1
        if event.transaction == self._delayed:
            self._delayed = ""
            self._take_delayed_answer(event.request.body, now)
        self._leg.confirmed(now)
        self._next(now)

    def _take_delayed_answer(self, body: bytes, now: float) -> None:
        leg = self._leg
        try:
            stream = leg.session.receive_answer(body)
        except SdpError:
            leg.session.rollback()
            leg.lose("no_common_sound", now)
            return
        if leg.state is State.TALKING:
            self.heed_answer(stream, now)
            self.settled(now)

    def unacknowledged(self, now: float) -> None:
        """The far end never confirmed our 2xx (RFC 3261 13.3.1.4)."""
        self._owing -= 1
        self._leg.unconfirmed(now)

    def settled(self, now: float) -> None:
        """Something was agreed: put it into force and pass it on."""
        leg = self._leg
        leg.agreed()
        prove_later(leg, now)
        leg.note_dialog(now)
        if leg.peer is not None:
            leg.peer.negotiation.follow(now)

    # ---- ours

    def follow(self, now: float) -> None:
        """The peer has changed: offer the far end what that means for it, as soon as it is our turn."""
        self._wanted = True
        self._next(now)

    def repeat(self, now: float) -> None:
        """Say again what is agreed, to refresh the session, as soon as it is our turn."""
        self._repeating = True
        self.follow(now)

    def _next(self, now: float) -> None:
        leg = self._leg
        if not self._wanted or self._inviting or self._backing_off or self._owing > 0:
            return
        self._wanted = False
        if leg.state is not State.TALKING or not (self._repeating or self._is_outdated()):
            return
        try:
            body = self.offer(self._preferred(), self._mirrored())
        except SdpError:
            return  # a far end that has used up the payload numbers keeps what it has
        self._inviting = leg.send("INVITE", now, leg.reinvite_replied, body=body)
        leg.wire.agenda.set(f"{leg.id}/patience", now + PATIENCE)

    def _is_outdated(self) -> bool:
        """Whether the far end has agreed to something that its peer does not do any more, or could do
        more."""
        stream = self._leg.session.stream
        if stream is None:
            return False  # its answer to our delayed offer was none, and the leg is being ended
        if stream.direction is not self._mirrored().within(self.wish):
            return True
        if is_elsewhere(self._leg):
            return True
        codecs = set(stream.codecs)
        if wants_keys(self._leg, self._leg.peer, codecs):
            codecs -= set(KEYS)
        return not codecs <= set(with_twins(self._codecs()))  # what can be converted may stay

    def resent(self, transaction: str) -> None:
        """A re-INVITE of ours was sent again in another transaction."""
        self._inviting = transaction

    def replied(self, reply: Reply, now: float) -> None:
        """Take what became of a re-INVITE of ours."""
        leg, answer = self._leg, None
        if isinstance(reply, ResponseReceived):
            if reply.response.status < 200:
                return
            if reply.response.status < 300:
                leg.acknowledge(reply.response)
            answer = reply.response
        if reply.transaction != self._inviting:  # a 2xx repeated
            return
        self._inviting = ""
        leg.wire.agenda.set(f"{leg.id}/patience", None)
        if leg.state is not State.TALKING:
            leg.session.rollback()
        elif answer is not None and answer.status < 300:
            self._accepted(answer, now)
        elif answer is not None and leg.timer.yields_to(answer):
            leg.session.rollback()
            self.repeat(now)
        else:
            self._refused(answer.status if answer else 408, now)

    def _accepted(self, response: Response, now: float) -> None:
        leg = self._leg
        self._repeating = False
        leg.refresh(response)
        leg.timer.heed(response, now)
        try:
            stream = leg.session.receive_answer(response.body)
        except SdpError:
            leg.session.rollback()
            leg.note_dialog(now)
        else:
            self.heed_answer(stream, now)
            self.settled(now)
        self._next(now)

    def _refused(self, status: int, now: float) -> None:
        was_direct = self._leg.session.is_direct
        self._leg.session.rollback()
        if was_direct and status not in (481, 491):  # what we offered, or what it was told before
            bring_back(self._leg, now)
        elif status == 491:
            self._retry_later(now)
        elif status == 481 or (status == 408 and not self._leg.vital):  # RFC 3261 12.2.1.2
            self._leg.lose("no_dialog", now)
        else:
            self._repeating = False
            self._leg.timer.refused(now)
            self._next(now)

    def _retry_later(self, now: float) -> None:
        """RFC 3261 14.1: who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in steps of 10 ms."""
        random = self._leg.wire.random()
        steps = 210 + int(191 * random) if self._leg.owns_call_id else int(201 * random)
        self._wanted = self._backing_off = True
        self._leg.wire.agenda.set(f"{self._leg.id}/retry", now + steps / 100)

    def retry(self, now: float) -> None:
        """The time to wait after a glare is over."""
        self._backing_off = False
        self._next(now)

    def stop(self, now: float) -> None:
        """Give up a re-INVITE of ours, because it takes too long or the leg is ending."""
        if self._inviting:
            self._leg.wire.endpoint.cancel(self._inviting, now)

    def close(self, now: float) -> None:
        """The leg is ending: no more re-INVITEs."""
        self._wanted = False
        for what in ("retry", "patience"):
            self._leg.wire.agenda.set(f"{self._leg.id}/{what}", None)
        self.stop(now)
