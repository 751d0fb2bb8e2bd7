"""What both kinds of legs share: a dialog that is set up, talks, and is ended in a way that leaves nothing
behind."""

from collections.abc import Callable
from typing import Any

from telephony.call import facts as f
from telephony.call.actions import EndLeg
from telephony.legs import asking, refer
from telephony.legs.authorising import Given, ack_from, send_from
from telephony.legs.content import SDP
from telephony.legs.direct import forget, route, silence
from telephony.legs.keypad import Keypad, listen, watch
from telephony.legs.keys import Keys
from telephony.legs.negotiation import Negotiation
from telephony.legs.ping import PING_SECONDS
from telephony.legs.serving import serve
from telephony.legs.session_timer import SessionTimer
from telephony.legs.snapshot import pack_dialog, pack_flow, pack_session
from telephony.legs.sound import close_sound
from telephony.legs.state import State
from telephony.legs.wire import Reply, Wire, tells
from telephony.sdp.codec import Codec, OfferedCodec, offer_twins
from telephony.sdp.session import SdpSession
from telephony.sip.dialog import Dialog
from telephony.sip.events import RequestReceived, ResponseReceived
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Message, Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.reason import Reason

RINGING = "tone/ringing"
"""What somebody hears for whom it rings elsewhere."""

CSEQ_LEAP = 10_000
"""Added to our CSeq after a restart: far beyond what was sent since the dialog was last journalled."""


class Leg:
    """One dialog of a call with its session description and its media port.

    `pinned`: requests go by `flow` whatever the dialog says, because a phone's Contact may lie behind a NAT;
    else by the dialog's route (RFC 3261 12.2.1.1).
    """

    def __init__(
        self, wire: Wire, call: str, leg_id: str, flow: Flow, session: SdpSession, *, pinned: bool
    ) -> None:
        self.wire = wire
        self.call = call
        self.id = leg_id
        self.flow = flow
        self.way = flow  # by which its INVITE came or went
        self.behind: tuple[str, int] | None = None  # where its far end is, when `way` leads to an edge
        self.account = self.trunk = ""  # whose phone it is with, or which trunk
        self.credentials: Given = ()  # that the last INVITE of ours had
        self.session = session
        self.pinned = pinned
        self.hidden = False  # whether nobody is to know who the far end is
        self.state = State.SETUP
        self.alerting = False  # its phone rings, or was told that it rings elsewhere
        self.early_tag = ""  # of who rings, before there is a dialog
        self.caller_shown: NameAddr | None = None  # whom those see who watch its phone
        self.dialog: Dialog | None = None
        self.key = ("", "")  # Call-ID and our tag: how its requests find it
        self.owns_call_id = False
        self.peer: Leg | None = None  # whom it is connected with
        self.since = 0.0  # when it was connected
        self.tone = ""  # what it hears over and over
        self.referral: refer.Referral | None = None
        self.offered: tuple[OfferedCodec, ...] = ()  # by the side that called, in its INVITE
        self.vital = False  # a call to 112, which no timer of a far end may end
        self.negotiation: Negotiation = Negotiation(self)
        self.timer = SessionTimer(self)
        self.keys: Keys | None = None  # made when the first is to be passed on
        self.keypad: Keypad | None = None  # of a phone that may hand calls on by keys
        self.asking: asking.Asking | None = None  # of a caller who has been asked for a key
        self.is_watched = False  # whether the keys in its sound are told
        self.redirected = 0  # how often it was told to send its sound to this peer
        self.is_past = False  # whether no sound is passed on between it and its peer
        self.is_hushed = False  # whether that is so as soon as both are asked
        self.is_silenced = False  # whether it is to send nothing: it has handed on its peer
        self.stays = False  # whether its sound is not to go past us while it talks with this peer
        self._allow: list[str] = []  # what its far end takes, as it said so last

    # ---- up

    def observe(self, kind: type[f.LegFact], now: float, **fields: Any) -> None:
        """Report something that happened to this leg."""
        self.wire.facts.append(kind(at=self.wire.utc(now), call=self.call, leg=self.id, **fields))
        self.wire.stir(self.account, now)

    def note_dialog(self, now: float) -> None:
        """Have the dialog journalled, so that it can be ended after a crash."""
        self.observe(f.LegDialogChanged, now, dialog=self.snapshot())

    def lose(self, why: str, now: float) -> None:
        """Report that the leg died without a word."""
        if self.state in (State.SETUP, State.TALKING):
            self.observe(f.LegLost, now, why=why)

    def snapshot(self) -> dict[str, Any]:
        """The leg as JSON-able values."""
        return {
            "flow": pack_flow(self.flow),
            "pinned": self.pinned,
            "account": self.account,
            "trunk": self.trunk,
            "dialog": pack_dialog(self.dialog, hidden=self.hidden) if self.dialog else None,
            "session": pack_session(self.session.snapshot(), hidden=self.hidden),
        }

    # ---- requests of ours inside the dialog

    def send(
        self,
        method: str,
        now: float,
        handler: Callable[[Reply, float], None],
        *,
        body: bytes = b"",
        content_type: str = SDP,
        reason: str = "",
    ) -> str:
        """Send a request inside the dialog and return its transaction; `reason` goes into a Reason
        header."""
        assert self.dialog is not None
        self.dialog, request = self.dialog.make_request(method)
        if reason:
            request.headers.set("Reason", str(Reason("SIP", 200, reason)))
        if method in ("INVITE", "UPDATE"):  # they move the target, and refresh the session
            self.wire.identify(request.headers, self.flow, request.uri)
            self.timer.repeat(request.headers)
        if body:
            request.headers.set("Content-Type", content_type)
            request.body = body
        return send_from(self, request, self.flow, now, handler, self.renumber, self.resent)

    def renumber(self) -> int | None:
        """The next CSeq of the dialog, for a request that is sent again; None when nobody waits for it."""
        if self.dialog is None or self.state is State.ENDED:
            return None
        self.dialog = self.dialog.leap(1)
        return self.dialog.local_cseq

    def resent(self, request: Request, transaction: str, given: Given, now: float) -> None:
        """A request was sent again with our credentials."""
        if request.method == "INVITE":
            self.credentials = given
            self.negotiation.resent(transaction)

    @property
    def target(self) -> str:
        """The URI that the far end gave for itself, "" before it did."""
        return self.dialog.remote_target if self.dialog else ""

    def flow_of(self, dialog: Dialog) -> Flow:
        """Where requests of this dialog go."""
        return self.flow if self.pinned else dialog.next_hop(self.flow)

    def reinvite_replied(self, reply: Reply, now: float) -> None:
        """Take what became of a re-INVITE of ours."""
        self.negotiation.replied(reply, now)

    def refresh_replied(self, reply: Reply, now: float) -> None:
        """Take what became of an UPDATE of ours."""
        self.timer.replied(reply, now)

    def refresh(self, message: Message) -> None:
        """Take a new remote target from an INVITE or UPDATE that we accept, or from the 2xx to ours (RFC 3261
        12.2)."""
        assert self.dialog is not None
        self.dialog = self.dialog.refresh(message)
        self.flow = self.flow_of(self.dialog)
        self.note_allow(message.headers)

    def note_allow(self, headers: Headers) -> None:
        """Remember what the far end takes, if it says so; it is read when that is asked."""
        if "Allow" in headers:
            self._allow = headers.get_all("Allow")

    def allows(self, method: str) -> bool:
        """Whether the far end has said that it takes this method (RFC 3261 20.5)."""
        return tells(Headers([("Allow", value) for value in self._allow]), "Allow", method.lower())

    def acknowledge(self, response: Response) -> None:
        """Send the ACK of a 2xx to a re-INVITE of ours."""
        assert self.dialog is not None
        ack_from(self, self.dialog.refresh(response).make_ack(response), self.flow)

    # ---- requests of theirs inside the dialog

    def move(self, flow: Flow, now: float) -> None:
        """The far end has proven that it is now elsewhere: a NAT gave it another port, or it changed nets."""
        self.flow = self.way = flow
        self.note_dialog(now)

    def knows(self, tag: str) -> bool:
        """Whether this is the tag of its far end, of which a request then comes (RFC 3261 12.2.2)."""
        return self.dialog is not None and self.dialog.remote_tag == tag

    def receive(self, event: RequestReceived, now: float) -> None:
        """Take a request that belongs to this dialog, and answer it."""
        request = event.request
        assert self.dialog is not None
        dialog = self.dialog.accept_request(request)
        if dialog is None:  # RFC 3261 12.2.2: out of order
            self.answer(event, 500, now)
            return
        self.dialog = dialog
        self.take(event, now)

    def take(self, event: RequestReceived, now: float) -> None:
        """Do what a request asks for that is in its turn."""
        serve(self, event, now)

    def take_bye(self, event: RequestReceived, now: float) -> None:
        """The far end ends it."""
        self.answer(event, 200, now)
        self.hung_up(now)

    def take_prack(self, event: RequestReceived, now: float) -> None:
        """A PRACK of nothing: a caller's alone is asked for (RFC 3262 3)."""
        self.answer(event, 481, now)

    def answer(self, event: RequestReceived, status: int, now: float, **headers: str) -> None:
        """Answer a request inside the dialog; header names are written with `_` for `-`."""
        response = Response.to_request(event.request, status)
        for name, value in headers.items():
            response.headers.set(name.replace("_", "-"), value)
        self.wire.endpoint.respond(event.transaction, response, now)

    def accept(self, event: RequestReceived, body: bytes, now: float) -> None:
        """Answer an INVITE or UPDATE inside the dialog with 200 and our session description, if there is one
        to be said."""
        self.refresh(event.request)
        response = Response.to_request(event.request, 200)
        if body:
            self.describe(response, body)
        else:
            self.wire.identify(response.headers, self.flow, self.target)
        self.timer.answer(event.request, response, now)
        self.wire.endpoint.respond(event.transaction, response, now)

    def describe(self, message: Request | Response, body: bytes) -> None:
        """Put our Contact and our session description into a message."""
        target = message.uri if isinstance(message, Request) else self.target
        self.wire.identify(message.headers, self.flow, target)
        message.headers.set("Content-Type", SDP)
        message.body = body

    def confirmed(self, now: float) -> None:
        """The ACK of a 2xx of ours came."""

    def unconfirmed(self, now: float) -> None:
        """No ACK came for a 2xx of ours."""
        self.lose("no_ack", now)

    @property
    def may_be_offered(self) -> bool:
        """Whether the far end may offer anything, by INVITE or UPDATE."""
        return self.state is State.TALKING

    def hung_up(self, now: float) -> None:
        """The far end sent BYE."""
        if self.state is State.TALKING:
            self.observe(f.LegHungUp, now)
        self.finish(now)

    # ---- the end

    def end(self, action: EndLeg, now: float) -> None:
        """End the leg in whatever way its state asks for."""
        if self.state is State.TALKING:
            self.bye(now, action.reason)

    def bye(self, now: float, reason: str = "") -> None:
        """Send BYE; the leg is over when it is answered, or was not in time (RFC 3261 15.1.1)."""
        self.release(now)
        self.state = State.CLOSING
        self.send("BYE", now, self._bye_answered, reason=reason)

    def _bye_answered(self, reply: Reply, now: float) -> None:
        if not (isinstance(reply, ResponseReceived) and reply.response.status < 200):
            self.finish(now)

    def release(self, now: float) -> None:
        """Let go of the sound."""
        self.wire.stir(self.account, now)
        close_sound(self, now)
        self.wire.agenda.set(f"{self.id}/ping", None)
        forget(self)
        if self.keypad is not None:
            self.keypad.rest()
        self.timer.stop()
        self.negotiation.close(now)

    def finish(self, now: float) -> None:
        """Nothing is left of the leg."""
        if self.state is not State.ENDED:
            self.release(now)
            self.state = State.ENDED
            self.peer = None
            self.wire.forget(self)
            self.observe(f.LegEnded, now)

    # ---- sound

    @property
    def held(self) -> bool:
        """Whether its far end does not want to hear the other side now."""
        return not self.negotiation.wish.receives

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """What was agreed with its far end; nothing before that."""
        return self.session.stream.codecs if self.session.stream else ()

    @property
    def passed_on(self) -> tuple[OfferedCodec, ...]:
        """What whoever it is to talk with is offered: what its far end offered, or has agreed to already."""
        offered = self.offered
        if self.session.stream is not None:
            agreed = self.codecs
            offered = tuple([entry for entry in offered if entry.codec in agreed])
        return offer_twins(offered)

    def connect_with(self, other: "Leg", now: float) -> None:
        """Sound both ways between two who have answered."""
        if self.state is not State.TALKING or other.state is not State.TALKING:
            return
        for leg in (self, other):
            if leg.peer is not None:
                leg.part()
        self.wire.media.bridge(self.id, other.id)
        self.connect(other, now)
        other.connect(self, now)
        # What was agreed before may not be what the other takes
        self.negotiation.follow(now)
        other.negotiation.follow(now)

    def ring_on(self, now: float, prompt: str = "") -> None:
        """Take it from whom it talks with; it hears the prompt, and that it rings, until it is connected
        again."""
        if self.tone == RINGING:  # by keys that are a transfer now
            self.sound(RINGING, prompt)
            return
        other = self.peer
        self.part()
        if other is not None:
            silence(other, now)
        if self.keypad is not None:
            self.keypad.rest()
        self.sound(RINGING, prompt)
        self.negotiation.follow(now)  # it may be on hold, and is to hear this

    def part(self) -> None:
        """It talks with nobody any more, nor that one with it."""
        if self.peer is not None:
            self.peer.peer = None
            self.peer = None

    def sound(self, tone: str, prompt: str = "") -> None:
        """Have it hear the prompt once, if there is one, and then this over and over."""
        asking.stop(self)
        self.tone = tone
        self.wire.media.wait(self.id, prompt, tone)

    def play(self, prompt: str) -> None:
        """Play an announcement to it, which has answered."""
        asking.stop(self)
        self.tone = ""
        self.wire.media.play(self.id, prompt)

    def played(self, now: float) -> None:
        """What it heard is over."""
        self.observe(f.AnnouncementEnded, now)

    def connect(self, peer: "Leg", now: float) -> None:
        """Note whom it talks with, and watch over it from here on."""
        self.peer = peer
        asking.stop(self)
        forget(self)
        self.tone = ""
        self.since = now
        listen(self)
        # A little apart, so that calls which began together do not ask in the same moment
        self.wire.agenda.set(f"{self.id}/ping", now + PING_SECONDS * (0.9 + 0.1 * self.wire.random()))

    def agreed(self) -> None:
        """Put into force what was agreed with the far end, if anything was."""
        if self.session.stream is not None:
            self.wire.media.set_stream(self.id, self.session.stream)
            if self.asking is not None:
                watch(self)
            if self.peer is not None:
                watch(self)
                watch(self.peer)
                route(self)
