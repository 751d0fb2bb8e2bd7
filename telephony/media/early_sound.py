"""The first sound of a leg with which nothing is agreed yet.

Whoever answers speaks at once, and their sound can be quicker than their 200, which waits behind other
messages on a busy machine. It is kept until the leg is bridged, or the first word would be clipped.
"""

from collections import deque
from dataclasses import dataclass

from telephony.media.latch import Address

MAX_SECONDS = 0.3
"""How old it may be when it is passed on: no connection takes longer, and before it they said nothing to the
caller."""

MAX_PACKETS = 15
"""That time in packets of 20 ms. With `MAX_DATAGRAM` a bound on memory."""


@dataclass(frozen=True, slots=True)
class EarlyPacket:
    """A datagram, whom it came from and when, in seconds of the loop's clock."""

    data: bytes
    source: Address
    at: float


class EarlySound:
    """The latest packets of one leg."""

    __slots__ = ("_packets", "_thrown_away")

    def __init__(self) -> None:
        self._packets: deque[EarlyPacket] = deque(maxlen=MAX_PACKETS)
        self._thrown_away = 0

    @property
    def unheard(self) -> int:
        """How many were kept and not taken."""
        return self._thrown_away + len(self._packets)

    def keep(self, packet: EarlyPacket) -> None:
        """Keep it, and let go of the oldest when there are too many."""
        self._thrown_away += len(self._packets) == MAX_PACKETS
        self._packets.append(packet)

    def take(self, now: float) -> list[EarlyPacket]:
        """Those that are worth passing on, each once."""
        if not self._packets:
            return []  # as nearly always
        found = [packet for packet in self._packets if now - packet.at <= MAX_SECONDS]
        self._thrown_away += len(self._packets) - len(found)
        self._packets.clear()
        return found
