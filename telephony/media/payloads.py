"""Payload numbers from one leg to another. Both may number the same codec differently (RFC 3264 5.1)."""

from collections.abc import Mapping
from functools import lru_cache

from telephony.sdp.codec import MOST_REMEMBERED, Codec

MARKER = 0x80
"""The marker bit shares its octet with the payload number (RFC 3550 5.1)."""

UNKNOWN = -1

Translation = tuple[int, ...]
"""For each value of an RTP packet's second octet the value to send it with, or `UNKNOWN`."""

NOTHING: Translation = (UNKNOWN,) * 256


def translate(receives: Mapping[int, Codec], sends: Mapping[Codec, int]) -> Translation:
    """The table from the numbers that one leg sends to those that the other expects. The marker bit stays."""
    return _table(tuple([(number, sends[codec]) for number, codec in receives.items() if codec in sends]))


@lru_cache(maxsize=MOST_REMEMBERED)  # 2 KiB each, and nearly all calls have the same
def _table(numbers: tuple[tuple[int, int], ...]) -> Translation:
    octets = list(NOTHING)
    for theirs, ours in numbers:
        octets[theirs] = ours
        octets[theirs | MARKER] = ours | MARKER
    return tuple(octets)
