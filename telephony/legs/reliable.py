"""Provisional answers that a caller requires to be reliable (RFC 3262 3): each is repeated until its PRACK,
and the next one waits for that."""

import weakref
from typing import TYPE_CHECKING

from telephony.sdp.errors import SdpError
from telephony.sip.errors import ParseError
from telephony.sip.events import RequestReceived
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.rack import RAck
from telephony.sip.timers import Timers

if TYPE_CHECKING:
    from telephony.legs.inbound import InboundLeg

T1 = Timers().t1
PATIENCE = 64 * T1
"""Seconds until a provisional answer without its PRACK fails the INVITE (RFC 3262 3)."""


class Reliable:
    """What of a caller's provisional answers has arrived.

    `answered`: the exchange of descriptions that the INVITE began is over, by what a PRACK acknowledged.
    """

    def __init__(self, leg: "InboundLeg", cseq: int) -> None:
        self._of = weakref.ref(leg)  # a circle would keep an ended leg until the garbage collector comes
        self._cseq = cseq
        self._rseq = int(leg.wire.random() * (2**31 - 1))  # RFC 3262 3: the first is 1 to 2**31 - 1
        self._unacknowledged: Response | None = None
        self._after: Response | None = None  # what is said next
        self._interval = T1
        self._until = 0.0
        self.answered = False

    @property
    def _leg(self) -> "InboundLeg":
        leg = self._of()
        assert leg is not None  # everybody comes by the leg
        return leg

    @property
    def delays_answer(self) -> bool:
        """Whether a 2xx has to wait: a session description is on its way (RFC 3262 3)."""
        return self._unacknowledged is not None and bool(self._unacknowledged.body)

    def say(self, response: Response, now: float) -> None:
        """Send a provisional answer, when the one before has arrived."""
        if self._unacknowledged is not None:
            self._after = response
            return
        self._rseq += 1
        headers = Headers(response.headers)
        headers.set("RSeq", str(self._rseq))
        headers.set("Require", "100rel")
        body = b"" if self.answered else response.body  # the same is not said twice (RFC 6337 3.1.1)
        if not body:
            headers.remove("Content-Type")
        self._unacknowledged = Response(response.status, response.reason, headers, body)
        self._interval, self._until = T1, now + PATIENCE
        self._send(now)

    def repeat(self, now: float) -> bool:
        """Send it again; False when it has been long enough."""
        if now >= self._until:
            return False
        self._interval *= 2
        self._send(now)
        return True

    def _send(self, now: float) -> None:
        assert self._unacknowledged is not None
        self._leg.say_reliably(self._unacknowledged, min(now + self._interval, self._until), now)

    def acknowledge(self, event: RequestReceived, now: float) -> bool:
        """Answer a PRACK; whether it is that of our last provisional answer."""
        leg, request = self._leg, event.request
        said = self._unacknowledged
        if said is None or not self._is_meant(request):
            leg.answer(event, 481, now)
            return False
        self._unacknowledged = None
        status, body = self._exchange(request, said, now)
        response = Response.to_request(request, status)
        if body:
            leg.describe(response, body)
        leg.wire.endpoint.respond(event.transaction, response, now)
        if body:
            leg.negotiation.settled(now)
        return True

    def _is_meant(self, request: Request) -> bool:
        try:
            rack = RAck.parse(request.headers.get("RAck") or "")
        except ParseError:
            return False
        return (rack.rseq, rack.cseq.number, rack.cseq.method) == (self._rseq, self._cseq, "INVITE")

    def _exchange(self, request: Request, said: Response, now: float) -> tuple[int, bytes]:
        """Take what a PRACK says of the session: the answer to our offer, or an offer (RFC 3262 5)."""
        leg, session = self._leg, self._leg.session
        try:
            if session.is_offering:
                leg.negotiation.heed_answer(session.receive_answer(request.body), now)
                self.answered = True
                leg.agreed()
                return 200, b""
            self.answered = self.answered or bool(said.body)
            if not request.body:
                return 200, b""
            if not self.answered:
                return 491, b""  # its offer in the INVITE has no answer yet
            return 200, leg.negotiation.answer(request.body, now)
        except SdpError as error:
            if session.is_offering:
                leg.lose("no_common_sound", now)
            session.rollback()
            return error.status, b""

    def proceed(self, now: float) -> None:
        """Say what waited for the PRACK."""
        after, self._after = self._after, None
        if after is not None:
            self.say(after, now)
