"""A decoder of ITU-T G.722 at 64 kbit/s. It adapts as the encoder does, and `test_g722` holds what it hears
against what another program makes of the same octets."""

from array import array

from telephony.media.g722 import LOWER, QMF, UPPER, Band

_UPPER_VALUES = (-7408, -1616, 7408, 1616)
_LOWER_VALUES = (
    *(-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360),
    *(-8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032),
    *(-1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576),
    *(7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728),
    *(432, 136, -432, -136),
)  # table 19/G.722


def decode_g722(octets: bytes) -> "array[int]":
    """Sound of 16 kHz, 16 bit."""
    lower, upper = Band(LOWER), Band(UPPER)
    sums, differences = [0] * 11, [0] * 11
    for octet in octets:
        low = _sample(lower, octet & 0x3F, _LOWER_VALUES)
        high = _sample(upper, octet >> 6, _UPPER_VALUES)
        sums.append(low + high)
        differences.append(low - high)
    out = array("h")
    for at in range(len(octets)):
        for weights, band in ((QMF[::-1], differences), (QMF, sums)):
            value = sum(weight * band[at + place] for place, weight in enumerate(weights)) >> 11
            out.append(max(min(value, 32767), -32768))
    return out


def _sample(band: Band, code: int, values: tuple[int, ...]) -> int:
    sample = band.guess + (band.step * values[code] >> 15)
    band.follow(code)
    return max(min(sample, 16383), -16384)
