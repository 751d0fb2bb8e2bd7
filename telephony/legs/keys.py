"""Keys pressed that come as INFO (the RFC 2976 usage that RFC 6086 calls legacy), passed on to the other leg.

They are read, and written anew: nothing is forwarded blindly. A leg gets one at a time, so that none
overtakes another. Where the other leg takes none as INFO they go into its sound (RFC 4733), and the other way
round.
"""

import re
import weakref
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.legs.asking import press
from telephony.legs.direct import bring_back, is_direct
from telephony.legs.state import State
from telephony.legs.wire import Reply
from telephony.sdp.codec import has_keys
from telephony.sip.errors import ParseError
from telephony.sip.events import RequestReceived, ResponseReceived
from telephony.sip.message import Request

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

RELAY = "application/dtmf-relay"
PLAIN = "application/dtmf"
ACCEPTED = f"{RELAY}, {PLAIN}"

MOST_WAITING = 32
"""Keys that wait for the far end to take those before: nobody types more ahead in 32 s, the longest that one
can take."""

LONGEST = 256
"""Octets of a body that is looked at: a key takes under 40."""

USUAL_MILLISECONDS = 160
_MILLISECONDS = (40, 5000)

_SIGNAL = re.compile(r"[ \t]*+([0-9A-Da-d*#])[ \t]*+")
_ASSIGNMENT = re.compile(r"([A-Za-z]++)[ \t]*+=(.*)")
_DURATION = re.compile(r"[ \t]*+([0-9]{1,5}+)[ \t]*+")


@dataclass(frozen=True, slots=True)
class Key:
    """One key, for how many milliseconds, and the type of the body that it came in."""

    signal: str
    milliseconds: int
    content_type: str

    @classmethod
    def parse(cls, body: bytes, content_type: str) -> "Key | None":
        """Read a body of one of the two types; None when there is no key in it."""
        text = body[:LONGEST].decode("ascii", "replace")
        fields = {"signal": text.strip("\r\n")} if content_type == PLAIN else {}
        for line in text.splitlines():
            if match := _ASSIGNMENT.fullmatch(line):
                fields[match[1].lower()] = match[2]
        signal = _SIGNAL.fullmatch(fields.get("signal", ""))
        if signal is None:
            return None
        duration = _DURATION.fullmatch(fields.get("duration", ""))
        shortest, longest = _MILLISECONDS
        length = min(max(int(duration[1]), shortest), longest) if duration else USUAL_MILLISECONDS
        return cls(signal[1].upper(), length, content_type)

    @property
    def body(self) -> bytes:
        """The key as the body of an INFO."""
        if self.content_type == PLAIN:
            return self.signal.encode()
        return f"Signal={self.signal}\r\nDuration={self.milliseconds}\r\n".encode()


class Keys:
    """The keys that one leg is being sent."""

    def __init__(self, leg: "Leg") -> None:
        self._of = weakref.ref(leg)  # a circle would keep an ended leg until the garbage collector comes
        self._waiting: deque[Key] = deque()
        self._is_sending = False

    @property
    def is_full(self) -> bool:
        """Its far end takes no keys, or far too slowly."""
        return len(self._waiting) >= MOST_WAITING

    def send(self, key: Key, now: float) -> None:
        """Send a key, after those before it."""
        self._waiting.append(key)
        self._next(now)

    def _next(self, now: float) -> None:
        leg = self._of()
        if leg is None or leg.state is not State.TALKING:
            self._waiting.clear()
        elif self._waiting and not self._is_sending:
            key = self._waiting.popleft()
            self._is_sending = True
            leg.send("INFO", now, self._replied, body=key.body, content_type=key.content_type)

    def _replied(self, reply: Reply, now: float) -> None:
        status = reply.response.status if isinstance(reply, ResponseReceived) else 408
        if status < 200:
            return
        self._is_sending = False
        leg = self._of()
        if leg is not None and status in (408, 481):  # RFC 3261 12.2.1.2
            leg.lose("no_dialog", now)
        self._next(now)


def take_info(leg: "Leg", event: RequestReceived, now: float) -> None:
    """Answer an INFO, and pass its key on to whom the leg talks with.

    As INFO, or in the sound of who takes no INFO. Where nobody listens for keys it is 488, so that the phone
    knows.
    """
    request = event.request
    if not request.body:  # nothing is said: it asks whether we are there
        leg.answer(event, 200, now)
        return
    content_type = _type_of(request)
    if content_type not in (RELAY, PLAIN):
        leg.answer(event, 415, now, Accept=ACCEPTED)
        return
    key, pad = Key.parse(request.body, content_type), leg.keypad
    if key is None:
        leg.answer(event, 400, now)
    elif press(leg, key.signal, "INFO", now) or (pad is not None and pad.press(key.signal, "INFO", now)):
        leg.answer(event, 200, now)
    else:
        status = _pass_on(leg, key, now)
        listened_to = pad is not None and leg.peer is not None
        leg.answer(event, 200 if status == 488 and listened_to else status, now)


def take_key(leg: "Leg", signal: str, now: float) -> None:
    """A key was pressed in the sound of the leg, which is relayed as it comes."""
    if press(leg, signal, "RTP", now) or (leg.keypad is not None and leg.keypad.press(signal, "RTP", now)):
        return
    if leg.peer is not None and not has_keys(leg.peer.codecs):
        _pass_on(leg, Key(signal, USUAL_MILLISECONDS, RELAY), now)


def _pass_on(leg: "Leg", key: Key, now: float) -> int:
    """Send a key to whom the leg talks with; the status that tells whether that could be."""
    peer = leg.peer
    if peer is None or peer.state is not State.TALKING:
        return 488
    if not peer.allows("INFO"):
        if is_direct(leg):
            bring_back(leg, now)
        return 200 if leg.wire.media.send_key(peer.id, key.signal, key.milliseconds) else 488
    keys = peer.keys = peer.keys or Keys(peer)
    if keys.is_full:
        return 480
    keys.send(key, now)
    return 200


def _type_of(request: Request) -> str:
    try:
        content_type = request.content_type
    except ParseError:
        return ""
    return content_type.name if content_type else ""
