"""The encoder of ITU-T G.722 at 64 kbit/s: sound of 16 kHz, an octet for two samples.

A filter splits the sound into 0 to 4 and 4 to 8 kHz; each band is ADPCM of its own, of 6 and of 2 bits. All
numbers are integers as the recommendation has them, so all encoders make the same octets of a sound.
In plain Python a second of sound takes 0.15 s: it is encoded once, in a process of its own (see `conversion`)
and kept in the file of the prompt.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

WIDE_RATE = 16000
"""That of RTP's clock is 8000 all the same (RFC 3551 4.5.2)."""

QMF = (3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)  # table 11/G.722, every other of 24
_TAPS = len(QMF)

_ILB = (
    *(2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834),
    *(2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008),
)  # table 14/G.722


def _steps(most: int, shift: int) -> tuple[int, ...]:
    """The size of the quantizer's step by its logarithm (table 13/G.722, SCALEL and SCALEH)."""
    logarithms = range((most >> 6) + 1)
    return tuple([(_ILB[value & 31] << 1 >> shift + 1 - (value >> 5)) << 2 for value in logarithms])


@dataclass(frozen=True, slots=True)
class Tables:
    """A band's quantizer (tables 14, 17, 18, 20, 21/G.722). What `positive` and `negative` errors between two
    of the `levels` are sent as; by that code which difference (`values`, 15 bits behind the point) it stands
    for, and how the logarithm of the step goes on (`growth`), at most up to `most`."""

    levels: tuple[int, ...]
    positive: tuple[int, ...]
    negative: tuple[int, ...]
    values: tuple[int, ...]
    growth: tuple[int, ...]
    most: int
    steps: tuple[int, ...]


_LOWER_VALUES = (
    *(0, -20456, -12896, -8968, -6288, -4240, -2584, -1200),
    *(20456, 12896, 8968, 6288, 4240, 2584, 1200, 0),
)
_LOWER_GROWTH = (-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60)

LOWER = Tables(
    levels=(
        *(0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786),
        *(858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919),
    ),
    positive=(0, *range(61, 31, -1)),
    negative=(0, 63, 62, *range(31, 3, -1)),
    # Of the 6 bits both ends go on by the first 4, for the others may be lost on the way (5.2 of G.722)
    values=tuple([_LOWER_VALUES[code >> 2] for code in range(64)]),
    growth=tuple([_LOWER_GROWTH[code >> 2] for code in range(64)]),
    most=18432,
    steps=_steps(18432, 8),
)
UPPER = Tables(
    levels=(0, 564),
    positive=(0, 3, 2),
    negative=(0, 1, 0),
    values=(-7408, -1616, 7408, 1616),
    growth=(798, -214, 798, -214),
    most=22528,
    steps=_steps(22528, 10),
)


def encode_g722(pcm: bytes) -> bytes:
    """Linear sound, 16 kHz, 16 bit little-endian, mono, as G.722; half of an odd last sample is silence."""
    samples = array("h", pcm)
    samples.extend([0] * (len(samples) % 2))
    before = array("h", [0] * (_TAPS - 1))
    odd, even = before + samples[0::2], before + samples[1::2]
    lower, upper, reverse = Band(LOWER), Band(UPPER), QMF[::-1]
    octets = bytearray()
    for at in range(len(samples) // 2):
        early = sum(map(mul, QMF, odd[at : at + _TAPS]))
        late = sum(map(mul, reverse, even[at : at + _TAPS]))
        octets.append(upper.encode(late - early >> 14) << 6 | lower.encode(late + early >> 14))
    return bytes(octets)


class Band:
    """The ADPCM of one band: what is sent is by how much a sample differs from the `guess` of both ends, in
    units of the `step`."""

    __slots__ = (
        *("_differences", "_logarithm", "_partial", "_poles", "_sample", "_tables", "_zero_part", "_zeros"),
        *("guess", "step"),
    )

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._logarithm, self.step = 0, tables.steps[0]
        self.guess = self._zero_part = self._sample = 0
        self._poles = self._partial = (0, 0)
        self._zeros, self._differences = [0] * 6, [0] * 6  # both doubled, as is the sample

    def encode(self, sample: int) -> int:
        """The code of the next sample."""
        tables, step = self._tables, self.step
        error = _saturated(sample - self.guess)
        size = error if error >= 0 else ~error
        # The first level that is beyond it: level * step >> 12 > size
        level = bisect_left(tables.levels, -(-(size + 1 << 12) // step), 1)
        code = tables.positive[level] if error >= 0 else tables.negative[level]
        self.follow(code)
        return code

    def follow(self, code: int) -> None:
        """Adapt to a code, as both ends do."""
        tables, step = self._tables, self.step
        logarithm = (self._logarithm * 127 >> 7) + tables.growth[code]
        self._logarithm = logarithm = max(min(logarithm, tables.most), 0)
        self.step = tables.steps[logarithm >> 6]
        self._learn(step * tables.values[code] >> 15)

    def _learn(self, difference: int) -> None:
        """Take what the far end knows of the error, and guess the next sample: by two poles and six zeros,
        which adapt by the signs (5.3.6 of G.722)."""
        before, self._sample = self._sample, _saturated((self.guess + difference) * 2)
        first, second = self._adapt_poles(_saturated(self._zero_part + difference))
        step, is_negative = 128 if difference else 0, difference < 0
        self._zeros = zeros = [
            (zero * 255 >> 8) + (step if (was < 0) is is_negative else -step)
            for zero, was in zip(self._zeros, self._differences, strict=True)
        ]
        self._differences = [_saturated(difference * 2), *self._differences[:5]]
        self._zero_part = _saturated(
            sum([zero * was >> 15 for zero, was in zip(zeros, self._differences, strict=True)])
        )
        poles = (first * self._sample >> 15) + (second * before >> 15)
        self.guess = _saturated(_saturated(poles) + self._zero_part)

    def _adapt_poles(self, partial: int) -> Sequence[int]:
        (first, second), (last, before_last) = self._poles, self._partial
        is_same = (partial < 0) is (last < 0)
        slope = _saturated(first * 4)
        second = (second * 127 >> 7) + (min(-slope if is_same else slope, 32767) >> 7)
        second += 128 if (partial < 0) is (before_last < 0) else -128
        second = max(min(second, 12288), -12288)
        first = (first * 255 >> 8) + (192 if is_same else -192)
        bound = 15360 - second
        self._poles = poles = max(min(first, bound), -bound), second
        self._partial = partial, last
        return poles


def _saturated(value: int) -> int:
    return -32768 if value < -32768 else 32767 if value > 32767 else value
