"""How much of a tone is in a recording (Goertzel's algorithm)."""

import math
from collections.abc import Sequence


def share_of_tone(samples: Sequence[int], frequency: float, rate: int) -> float:
    """The share of the sound's energy that is at this frequency: 1.0 for the pure tone, 0.0 for silence."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * frequency / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    power = before * before + last * last - coefficient * before * last
    return 2 * power / (len(samples) * energy)


class ToneSeeker:
    """Looks through a recording that grows for a stretch of so many seconds with this tone and nothing else,
    from sample `place` on, each part once: a tone that has come and gone is found by who looks late."""

    def __init__(self, frequency: float, seconds: float, clear: float, place: int = 0) -> None:
        self._frequency, self._seconds, self._clear = frequency, seconds, clear
        self._place = place

    def found(self, samples: Sequence[int], rate: int) -> bool:
        """Whether it is in what has come since this was asked last."""
        length = int(self._seconds * rate)
        while self._place + length <= len(samples):
            if (
                share_of_tone(samples[self._place : self._place + length], self._frequency, rate)
                > self._clear
            ):
                return True
            self._place += length // 2
        return False
