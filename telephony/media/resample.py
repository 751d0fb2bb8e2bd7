"""Sound of any usual rate brought to the telephone's 8 kHz, or to the 16 kHz of G.722, by a windowed sinc
(polyphase, in plain Python).

A minute of 48 kHz takes some seconds, so it is done in a process of its own: see `recording_child`. A library
for it would bring numpy, for what an operator does a few times a year.
"""

from array import array
from collections.abc import Sequence
from functools import cache
from math import cos, gcd, pi, sin
from operator import mul

from telephony.media.prompts import SAMPLE_RATE

LOWEST_RATE, HIGHEST_RATE = 8000, 96000

_PASS = 0.85  # of half the lower rate, above which sound would come back as another: 3400 Hz (ITU-T G.712)
_HAMMING_WIDTH = 3.3  # the transition of a Hamming window of N is 3.3 / N of the rate, 53 dB down


def resample(samples: Sequence[float], rate: int, to: int = SAMPLE_RATE) -> "array[float]":
    """The same sound at the rate `to`. `rate` is from LOWEST_RATE to HIGHEST_RATE."""
    if rate == to:
        return array("d", samples)
    step = gcd(rate, to)
    up, down = to // step, rate // step
    stop_hz = min(rate, to) / 2
    pass_hz = _PASS * stop_hz
    half = round(_HAMMING_WIDTH * rate / (stop_hz - pass_hz) / 2)
    cutoff = (pass_hz + stop_hz) / rate  # of the rate, both sides of 0
    around = array("d", bytes(8 * half))
    padded = around + array("d", samples) + around
    length = len(samples) * up // down

    @cache
    def kernel(phase: int) -> tuple[float, ...]:
        return _kernel(phase / up, half, cutoff)

    out = array("d")
    for at in range(length):
        whole, phase = divmod(at * down, up)
        out.append(sum(map(mul, kernel(phase), padded[whole + 1 : whole + 1 + 2 * half])))
    return out


def _kernel(fraction: float, half: int, cutoff: float) -> tuple[float, ...]:
    """The weights of the samples around a place that is a fraction after the middle one; their sum is 1."""
    weights = []
    for sample in range(1 - half, half + 1):
        x = sample - fraction
        swing = cutoff if abs(x) < 1e-9 else sin(pi * cutoff * x) / (pi * x)
        weights.append(swing * (0.54 + 0.46 * cos(pi * x / half)))
    total = sum(weights)
    return tuple([weight / total for weight in weights])
