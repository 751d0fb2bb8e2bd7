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
