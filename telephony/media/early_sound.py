"""The first sound of a leg with which nothing is agreed yet.

Whoever answers speaks at once, and their sound can be quicker than their 200, which waits behind other
messages on a busy machine. It is kept until the leg is bridged, or the first word would be clipped. Where
there may be sound before the answer, that is told apart by when it began.
"""

from collections import deque
from dataclasses import dataclass

from telephony.media.latch import Address

MAX_SECONDS = 0.3
"""How old it may be when it is passed on: no connection takes longer, and before it they said nothing to the
caller."""

MAX_PACKETS = 15
"""That time in packets of 20 ms. With `MAX_DATAGRAM` a bound on memory."""


BEFORE_SECONDS = 1.0
"""Sound before an answer, a ringing tone or an announcement, begins with the 183 that tells of it. What
begins so much later, and less than `MAX_SECONDS` before the answer, is who answers: phones that describe
themselves in a 183 are silent until then. Nothing else is passed on: nobody may be heard before they answer.
"""


@dataclass(frozen=True, slots=True)
class EarlyPacket:
    """A datagram, whom it came from and when, in seconds of the loop's clock."""

    data: bytes
    source: Address
    at: float


class EarlySound:
    """The latest packets of one leg."""

    __slots__ = ("_began", "_expected", "_packets", "_thrown_away")

    def __init__(self) -> None:
        self._packets: deque[EarlyPacket] = deque(maxlen=MAX_PACKETS)
        self._thrown_away = 0
        self._expected: float | None = None
        self._began: float | None = None  # the first sound since

    @property
    def unheard(self) -> int:
        """How many were kept and not taken."""
        return self._thrown_away + len(self._packets)

    def expect(self, now: float) -> None:
        """There may be sound before the answer (183 with a description): what came so far is of that. Whether
        what comes is, only its beginning tells: see `BEFORE_SECONDS`."""
        self._throw_away()
        self._expected, self._began = now, None

    def keep(self, packet: EarlyPacket) -> None:
        """Keep it, and let go of the oldest when there are too many."""
        if self._began is None:
            self._began = packet.at
        self._thrown_away += len(self._packets) == MAX_PACKETS
        self._packets.append(packet)

    def take(self, now: float) -> list[EarlyPacket]:
        """Those that are worth passing on, each once."""
        if not self._packets:
            return []  # as nearly always
        found = [packet for packet in self._packets if now - packet.at <= MAX_SECONDS]
        if self._is_of_before(now):
            found = []
        self._thrown_away += len(self._packets) - len(found)
        self._packets.clear()
        return found

    def _is_of_before(self, now: float) -> bool:
        if self._expected is None or self._began is None:
            return False
        return self._began - self._expected < BEFORE_SECONDS or now - self._began > MAX_SECONDS

    def _throw_away(self) -> None:
        self._thrown_away += len(self._packets)
        self._packets.clear()
