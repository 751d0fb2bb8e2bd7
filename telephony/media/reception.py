"""What comes of the RTP of one leg: its packets, losses and jitter (RFC 3550 6.4.1 and A), cheaply.

A packet in order costs one look at its sequence number. The times are taken of every eighth: how much the way
varies shows in these as in all.
"""

from collections.abc import Mapping
from struct import Struct

from telephony.media.counters import Counters

LAST_NUMBER = 0xFFFF
"""After this sequence numbers go on with 0."""

MAX_GAP = 3000
"""A minute of sound (RFC 3550 A.1): what jumps further has begun anew."""

MAX_LATE = 100
"""Two seconds of sound (RFC 3550 A.1)."""

TIMED = 7
"""Packets are timed whose sequence numbers have none of these bits set."""

MAX_DIFFERENCE = 1.0
"""Seconds. What is later than that was held back by a pause of its sender, not by the network."""

_NOTHING = -1
_TIMESTAMPS = 1 << 32
_HALF = 1 << 31
_HEADER = Struct("!II")  # timestamp and SSRC, RFC 3550 5.1
_PAYLOAD = 0x7F


class Reception:
    """Counts what one leg sends, in `counters` too, which are all legs' together.

    `due` is the number that comes next. For any other `jump` is called, and `look` for those in order that
    are to be timed. `rates` has the clock of each payload number whose timestamps tell when it was spoken.
    """

    __slots__ = (
        *("_base", "_counters", "_deviation", "_expected", "_late", "_looks", "_missing", "_payload"),
        *("_reported", "_seen_at", "_ssrc", "_sum", "_timestamp", "due", "rates"),
    )

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._ssrc = b""
        self.due = _NOTHING
        self.rates: Mapping[int, int] = {}
        self._base = _NOTHING  # up to here packets are in `_expected`
        self._expected = self._missing = self._late = 0
        self._reported = (0, 0)  # expected and lost when the last report was made
        self._payload = _NOTHING  # of the packet that was timed last
        self._timestamp, self._seen_at = 0, 0.0
        self._deviation = 0.0  # RFC 3550 6.4.1's jitter, in units of the clock
        self._sum, self._looks = 0.0, 0

    @property
    def ssrc(self) -> bytes:
        """Of the stream that comes now."""
        return self._ssrc

    @property
    def packets(self) -> int:
        """How many came, those that came twice too."""
        return self._so_far() - self._missing + self._late

    @property
    def lost(self) -> int:
        """How many did not come. One that came twice makes up for one."""
        return max(self._missing - self._late, 0)

    @property
    def jitter(self) -> float | None:
        """By how much packets came earlier or later than they were spoken, on average, in seconds: the mean
        of what RFC 3550 6.4.1 smooths. `None` when none could be compared."""
        return self._sum / self._looks if self._looks else None

    def jump(self, sequence: int, ssrc: bytes) -> None:
        """Take a packet that is not the one due: the first of its source, one after a gap, a late one."""
        ahead = sequence - self.due & LAST_NUMBER
        is_same = ssrc == self._ssrc
        if is_same and ahead > LAST_NUMBER - MAX_LATE:
            self._counters.late += 1
            self._late += 1
            return
        self._settle()
        if is_same and ahead < MAX_GAP:
            self._counters.missing += ahead
            self._missing += ahead
        else:
            self._base, self._payload = sequence, _NOTHING
        self._ssrc = ssrc
        self.due = sequence + 1 & LAST_NUMBER

    def look(self, packet: bytearray, now: float) -> None:
        """Take the time of a packet."""
        self._settle()
        payload = packet[1] & _PAYLOAD
        rate = self.rates.get(payload)
        if rate is None:
            return
        timestamp, _ = _HEADER.unpack_from(packet, 4)
        if payload == self._payload:
            spoken = (timestamp - self._timestamp + _HALF) % _TIMESTAMPS - _HALF
            difference = abs(now - self._seen_at - spoken / rate)
            if difference < MAX_DIFFERENCE:
                self._deviation += (difference * rate - self._deviation) / 16
                self._sum += difference
                self._looks += 1
        self._payload, self._timestamp, self._seen_at = payload, timestamp, now

    def report(self) -> tuple[int, int, int, int]:
        """For a report's block: the share lost since the last one in 256ths, all lost, the highest sequence
        number, with its rounds, and the jitter in units of the clock (RFC 3550 6.4.1)."""
        expected, lost = self._so_far(), self._missing - self._late
        since, lost_since = expected - self._reported[0], lost - self._reported[1]
        self._reported = expected, lost
        share = min(max((lost_since << 8) // since, 0), 255) if since else 0
        highest = (self.due - 1 & LAST_NUMBER) | (expected >> 16 & LAST_NUMBER) << 16
        return share, lost, highest, int(self._deviation)

    def _so_far(self) -> int:
        return self._expected + (self.due - self._base & LAST_NUMBER)

    def _settle(self) -> None:
        """Before the numbers have gone round."""
        self._expected, self._base = self._so_far(), self.due
