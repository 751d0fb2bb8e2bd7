"""What a phone hears when one sound follows the other: a menu, music, a person.

pyVoIP puts sound where its RTP timestamp says, from the first one on. The next source begins at a number of
its own (RFC 3550 5.1): with a lower one it forgets all it had, and with a higher one it fills in the gap,
which may be gigabytes.
"""

import io
from typing import Any

from pyVoIP import RTP

JUMP = 100_000
"""Samples, 12 s: no sound has such a pause, so what is further away is another source. pyVoIP draws the same
line."""

_SILENCE = b"\x80"


class Ear(RTP.RTPPacketManager):
    """pyVoIP's buffer of what came, with every source behind the one before."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._before: list[bytes] = []
        self._last: int | None = None

    def write(self, offset: int, data: bytes) -> None:
        """Take a packet."""
        if self._last is not None and abs(offset - self._last) >= JUMP:
            with self.bufferLock:
                self._before.append(self.buffer.read())
                self.buffer, self.log, self.offset = io.BytesIO(), {}, offset
        self._last = offset
        super().write(offset, data)

    def read(self, length: int = 160) -> bytes:
        """What has come and was not read, at most so much, and silence for what is missing, as pyVoIP."""
        with self.bufferLock:
            heard = b"".join([*self._before, self.buffer.read()])
            self._before = [heard[length:]]
        return heard[:length].ljust(length, _SILENCE)


class Line(RTP.RTPClient):
    """pyVoIP's side of the sound of a call, with such an ear."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.pmin = Ear()
