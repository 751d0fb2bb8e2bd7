"""Re-INVITEs of one leg, both ways (RFC 3261 14): hold, resume, other codecs, another address.

The far end's re-INVITE is answered by us at once, from what the leg's peer has agreed to, and passed on as a
re-INVITE of the peer's own when that changes what we would say to it.
"""

from typing import TYPE_CHECKING

from telephony.call import facts as f
from telephony.legs.state import State
from telephony.legs.wire import Reply
from telephony.sdp.codec import Codec, OfferedCodec
from telephony.sdp.errors import OfferCrossed, SdpError
from telephony.sdp.stream import is_hold
from telephony.sip.events import AckReceived, RequestReceived, ResponseReceived

if TYPE_CHECKING:
    from telephony.legs.leg import Leg


class Negotiation:
    """What is going on between a leg and its far end about their session."""

    def __init__(self, leg: "Leg") -> None:
        self._leg = leg
        self._inviting = False  # a re-INVITE of ours has no final answer
        self._owing = 0  # 2xx of ours that wait for their ACK
        self._wanted = False  # a re-INVITE waits for its turn
        self._backing_off = False  # after a glare

    def owe_ack(self, transaction: str) -> None:
        """We sent a 2xx to this INVITE."""
        self._owing += 1
        self._leg.wire.acks[transaction] = self

    # ---- theirs

    def receive(self, event: RequestReceived, now: float) -> None:
        """Answer the far end's re-INVITE."""
        leg = self._leg
        if leg.session is None or leg.state is not State.TALKING:
            leg.answer(event, 481, now)
            return
        if self._inviting:  # RFC 3261 14.2: glare
            leg.answer(event, 491, now)
            return
        try:
            body = self._answer(event.request.body)
        except OfferCrossed as error:
            leg.answer(event, error.status, now, Retry_After=str(1 + int(9 * leg.wire.random())))
            return
        except SdpError as error:
            leg.session.rollback()
            leg.answer(event, error.status, now)
            return
        leg.accept(event, body, now)
        self.owe_ack(event.transaction)
        self._settled(now)

    def _answer(self, offer: bytes) -> bytes:
        session = self._leg.session
        assert session is not None
        if not offer:  # our offer goes in the 200, the answer comes in the ACK
            return session.offer(self._offered(), self._leg.direction_wanted())
        session.receive_offer(offer)
        return session.answer(self._codecs(), self._leg.direction_wanted())

    def _codecs(self) -> tuple[Codec, ...]:
        """What the peer can take; without a peer, what was agreed before."""
        for leg in (self._leg.peer, self._leg):
            if leg is not None and leg.session is not None and leg.session.stream is not None:
                return leg.session.stream.codecs
        return ()

    def _offered(self) -> list[OfferedCodec]:
        return [OfferedCodec(codec, 96 + place) for place, codec in enumerate(self._codecs())]

    def acknowledged(self, event: AckReceived, now: float) -> None:
        """Take the ACK of our 2xx, with the answer to a delayed offer."""
        self._leg.wire.acks.pop(event.transaction, None)
        self._owing -= 1
        session = self._leg.session
        if session is not None and session.is_offering and not self._inviting:
            try:
                session.receive_answer(event.request.body)
            except SdpError:
                session.rollback()
                self._leg.observe(f.LegLost, now, why="no_common_sound")
            else:
                self._settled(now)
        self._leg.confirmed(now)
        self._next(now)

    def unacknowledged(self, transaction: str, now: float) -> None:
        """The far end never confirmed our 2xx (RFC 3261 13.3.1.4)."""
        self._leg.wire.acks.pop(transaction, None)
        self._owing -= 1
        self._leg.unconfirmed(now)

    def _settled(self, now: float) -> None:
        """Something was agreed: put it into force, tell of hold, pass it on."""
        leg = self._leg
        assert leg.session is not None
        stream = leg.session.stream
        if stream is None or leg.session.is_offering:
            return
        leg.agreed(stream)
        held = is_hold(stream)
        if held != leg.held:
            leg.held = held
            leg.observe(f.LegHeld, now, held=held)
        leg.note_dialog(now)
        if leg.peer is not None:
            leg.peer.negotiation.follow(now)

    # ---- ours

    def follow(self, now: float) -> None:
        """The peer has changed: offer the far end what that means for it, as soon as it is our turn."""
        self._wanted = True
        self._next(now)

    def _next(self, now: float) -> None:
        leg = self._leg
        if not self._wanted or self._inviting or self._backing_off or self._owing > 0:
            return
        if leg.session is None or leg.state is not State.TALKING:
            return
        self._wanted = False
        said = leg.session.local_body
        body = leg.session.offer(self._offered(), leg.direction_wanted())
        if body == said:
            leg.session.rollback()
            return
        self._inviting = True
        leg.send("INVITE", now, self._replied, body=body)

    def _replied(self, reply: Reply, now: float) -> None:
        leg = self._leg
        status = reply.response.status if isinstance(reply, ResponseReceived) else 408
        if status < 200:
            return
        if isinstance(reply, ResponseReceived) and status < 300:
            leg.acknowledge(reply.response)
        if not self._inviting:  # a 2xx repeated
            return
        self._inviting = False
        assert leg.session is not None
        if status < 300 and isinstance(reply, ResponseReceived):
            self._accepted(reply.response.body, now)
            return
        leg.session.rollback()
        if status == 491:
            self._retry_later(now)
        elif status in (408, 481) and leg.state is State.TALKING:  # RFC 3261 12.2.1.2
            leg.observe(f.LegLost, now, why="no_dialog")
        else:
            self._next(now)

    def _accepted(self, body: bytes, now: float) -> None:
        session = self._leg.session
        assert session is not None
        try:
            stream = session.receive_answer(body)
        except SdpError:
            session.rollback()
        else:
            if self._leg.state is State.TALKING:
                self._leg.agreed(stream)
                self._leg.note_dialog(now)
        self._next(now)

    def _retry_later(self, now: float) -> None:
        """RFC 3261 14.1: who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in steps of 10 ms."""
        steps = (
            int(190 * self._leg.wire.random()) + 210
            if self._leg.owns_call_id
            else int(200 * self._leg.wire.random())
        )
        self._wanted = self._backing_off = True
        self._leg.wire.agenda.set(f"{self._leg.id}/retry", now + steps / 100)

    def retry(self, now: float) -> None:
        """The time to wait after a glare is over."""
        self._backing_off = False
        self._next(now)

    def stop(self) -> None:
        """The leg is ending: no more re-INVITEs."""
        self._wanted = False
        self._leg.wire.agenda.set(f"{self._leg.id}/retry", None)
