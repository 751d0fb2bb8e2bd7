"""What is missing or late in a stream of RTP, by its sequence numbers (RFC 3550 5.1 and A.1)."""

from telephony.media.counters import Counters

LAST_NUMBER = 0xFFFF
"""After this sequence numbers go on with 0."""

MAX_GAP = 3000
"""A minute of sound (RFC 3550 A.1): what jumps further has begun anew."""

MAX_LATE = 100
"""Two seconds of sound (RFC 3550 A.1)."""

_NOTHING = -1


class Order:
    """Tells the packets of one leg in order from others, and counts those.

    `due` is the number that comes next. A look at it is all that a packet in order costs; for any other
    `jump` is called.
    """

    __slots__ = ("_counters", "_ssrc", "due")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._ssrc = b""
        self.due = _NOTHING

    def jump(self, sequence: int, ssrc: bytes) -> None:
        """Take a packet that is not the one due: the first of its source, one after a gap, a late one."""
        ahead = sequence - self.due & LAST_NUMBER
        if ssrc == self._ssrc:
            if ahead > LAST_NUMBER - MAX_LATE:
                self._counters.late += 1
                return
            if ahead < MAX_GAP:
                self._counters.missing += ahead
        self._ssrc = ssrc
        self.due = sequence + 1 & LAST_NUMBER
