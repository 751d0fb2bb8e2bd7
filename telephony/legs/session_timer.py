"""The session timer of one leg (RFC 4028): one side refreshes the session when half of its time is over, and
a session that nobody refreshes in time is dead.

Each leg has its own. A refresh is answered by us and goes no further.
"""

import weakref
from typing import TYPE_CHECKING

from telephony.legs.state import State
from telephony.legs.wire import Reply, tells
from telephony.sip.errors import ParseError
from telephony.sip.events import ResponseReceived
from telephony.sip.headers import Headers
from telephony.sip.message import Message, Request, Response
from telephony.sip.session_expires import SessionExpires

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

SECONDS = 1800
"""What we ask for: RFC 4028 4 recommends half an hour, and who is dead is found sooner by our OPTIONS."""

MIN_SECONDS = 90
"""The shortest that we take: no shorter one is allowed (RFC 4028 4)."""

RETRY_SECONDS = 10.0
"""Until a refresh is tried again that was refused for a reason which passes."""

_NO_SUCH_METHOD = frozenset({405, 420, 501})


def read_interval(message: Message, name: str = "Session-Expires") -> SessionExpires | None:
    """The header of that name; None when there is none that can be read."""
    text = message.headers.get(name)
    if text is None:
        return None
    try:
        return SessionExpires.parse(text)
    except ParseError:
        return None


def is_too_short(request: Request) -> bool:
    """Whether to refuse with 422: only who knows the extension can ask for more (RFC 4028 9)."""
    asked = read_interval(request)
    return asked is not None and asked.seconds < MIN_SECONDS and tells(request.headers, "Supported", "timer")


class SessionTimer:
    """How long the session of a leg lasts, and who keeps it alive."""

    __slots__ = ("_allows_update", "_least", "_of", "_refreshes", "_seconds")

    def __init__(self, leg: "Leg") -> None:
        self._of = weakref.ref(leg)  # a circle would keep an ended leg until the garbage collector comes
        self._seconds = 0  # 0 while the session lasts for ever
        self._refreshes = False  # whether we do
        self._least = 0  # what a 422 has told
        self._allows_update = True  # until the far end refuses one

    @property
    def _leg(self) -> "Leg":
        leg = self._of()
        assert leg is not None  # everybody comes by the leg
        return leg

    # ---- in requests of ours

    def propose(self, headers: Headers) -> None:
        """Ask for a timer in the first INVITE; who refreshes is left to the far end (RFC 4028 7.1)."""
        headers.add("Session-Expires", str(max(SECONDS, self._least)))
        self._tell_least(headers)

    def repeat(self, headers: Headers) -> None:
        """Make a request inside the dialog a refresh, with the roles as they are (RFC 4028 7.4)."""
        if self._seconds:
            role = "uac" if self._refreshes else "uas"
            headers.add("Session-Expires", str(SessionExpires(max(self._seconds, self._least), role)))
            self._tell_least(headers)

    def _tell_least(self, headers: Headers) -> None:
        if self._least:
            headers.add("Min-SE", str(self._least))

    def heed(self, response: Response, now: float) -> None:
        """Take what a 2xx to our INVITE or UPDATE says (RFC 4028 7.2)."""
        agreed = read_interval(response)
        if agreed is None or agreed.seconds < MIN_SECONDS:
            self._begin(0, refreshes=False, now=now)
        else:
            self._begin(agreed.seconds, refreshes=agreed.refresher != "uas", now=now)

    def yields_to(self, refusal: Response) -> bool:
        """Whether a 422 asks for a longer interval than ours; then the request is to be sent again."""
        least = read_interval(refusal, "Min-SE")
        if refusal.status != 422 or least is None or self._least:  # once, or it might go on for ever
            return False
        self._least = least.seconds
        return True

    # ---- in requests of theirs

    def answer(self, request: Request, response: Response, now: float) -> None:
        """Put into a 2xx to an INVITE or UPDATE what it asks for (RFC 4028 9)."""
        asked = read_interval(request)
        if asked is None:
            if not self._seconds:
                return
            asked = SessionExpires(self._seconds)
        elif asked.seconds < MIN_SECONDS:  # too short, and who sends it cannot be told so
            return
        refresher = "uas"
        if tells(request.headers, "Supported", "timer"):
            # Left to us it stays as it was, and is ours to begin with: that depends on nobody
            ours_to_say = "uac" if self._seconds and not self._refreshes else "uas"
            refresher = asked.refresher or ours_to_say
        response.headers.set("Session-Expires", str(SessionExpires(asked.seconds, refresher)))
        if refresher == "uac":
            response.headers.set("Require", "timer")
        self._begin(asked.seconds, refreshes=refresher == "uas", now=now)

    # ---- time

    def _begin(self, seconds: int, *, refreshes: bool, now: float) -> None:
        agenda, name = self._leg.wire.agenda, self._leg.id
        if not seconds:
            self.stop()
            return
        self._seconds, self._refreshes = seconds, refreshes
        agenda.set(f"{name}/refresh", now + seconds / 2 if refreshes else None)
        # RFC 4028 10: a little before it is over
        agenda.set(f"{name}/expire", now + seconds - min(32.0, seconds / 3))

    def refresh(self, now: float) -> None:
        """Half of the time is over: refresh the session, by UPDATE if the far end takes it."""
        leg = self._leg
        if self._allows_update and leg.allows("UPDATE"):
            leg.send("UPDATE", now, leg.refresh_replied)
        else:
            leg.negotiation.repeat(now)

    def replied(self, reply: Reply, now: float) -> None:
        """Take what became of an UPDATE of ours."""
        leg = self._leg
        if leg.state is not State.TALKING:
            return
        if not isinstance(reply, ResponseReceived):
            self.expire(now)
            return
        response, status = reply.response, reply.response.status
        if 200 <= status < 300:
            leg.refresh(response)
            self.heed(response, now)
            leg.note_dialog(now)
        elif status == 481 or (status == 408 and not leg.vital):  # RFC 3261 12.2.1.2
            leg.lose("no_dialog", now)
        elif status in _NO_SUCH_METHOD:
            self._allows_update = False
            leg.negotiation.repeat(now)
        elif self.yields_to(response):
            self.refresh(now)
        elif status >= 300:
            self.refused(now)

    def refused(self, now: float) -> None:
        """A refresh was refused: try again, until the time is over."""
        if self._seconds and self._refreshes:
            self._leg.wire.agenda.set(f"{self._leg.id}/refresh", now + RETRY_SECONDS)

    def expire(self, now: float) -> None:
        """Nobody refreshed it in time. To 112 it lasts as long as they talk, which OPTIONS and sound tell."""
        if not self._leg.vital:
            self._leg.lose("session_timer", now)

    def stop(self) -> None:
        """The leg is ending, or its session lasts for ever."""
        if self._seconds:
            self._seconds = 0
            for what in ("refresh", "expire"):
                self._leg.wire.agenda.set(f"{self._leg.id}/{what}", None)
