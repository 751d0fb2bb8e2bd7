"""Payload numbers from one leg to another. Both may number the same codec differently (RFC 3264 5.1)."""

from collections.abc import Mapping
from functools import lru_cache

from telephony.media.g711 import CONVERSIONS
from telephony.sdp.codec import MOST_REMEMBERED, TWINS, Codec

MARKER = 0x80
"""The marker bit shares its octet with the payload number (RFC 3550 5.1)."""

UNKNOWN = -1

Translation = tuple[int, ...]
"""For each value of an RTP packet's second octet the value to send it with, or `UNKNOWN`."""

NOTHING: Translation = (UNKNOWN,) * 256


def translate(receives: Mapping[int, Codec], sends: Mapping[Codec, int]) -> Translation:
    """The table from the numbers that one leg sends to those that the other expects. The marker bit stays.

    A law of G.711 that the other lacks gets the number of its twin: then `conversions` says so.
    """
    pairs = []
    for number, codec in receives.items():
        expected = codec if codec in sends else TWINS.get(codec, codec)
        if expected in sends:
            pairs.append((number, sends[expected]))
    return _table(tuple(pairs))


def conversions(receives: Mapping[int, Codec], sends: Mapping[Codec, int]) -> Mapping[int, bytes]:
    """For each value of the second octet, before `translate`, the table that its sound is converted by; none
    for all that goes as it comes."""
    tables = {}
    for number, codec in receives.items():
        if codec not in sends and TWINS.get(codec) in sends:
            tables[number] = tables[number | MARKER] = CONVERSIONS[codec]
    return tables


def convert(packet: bytearray, size: int, table: bytes) -> None:
    """Convert the sound in the first `size` octets of an RTP packet."""
    start, end = sound_of(packet, size)
    if start < end:
        packet[start:end] = packet[start:end].translate(table)


def sound_of(packet: bytearray, size: int) -> tuple[int, int]:
    """Where the payload of an RTP packet begins and ends, of which there are `size` octets: between its
    header, CSRCs and extension, and its padding (RFC 3550 5.1)."""
    start, end = 12 + 4 * (packet[0] & 0x0F), size
    if packet[0] & 0x10 and start + 4 <= size:
        start += 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
    if packet[0] & 0x20:
        end -= packet[size - 1]
    return start, end


@lru_cache(maxsize=MOST_REMEMBERED)  # 2 KiB each, and nearly all calls have the same
def _table(numbers: tuple[tuple[int, int], ...]) -> Translation:
    octets = list(NOTHING)
    for theirs, ours in numbers:
        octets[theirs] = ours
        octets[theirs | MARKER] = ours | MARKER
    return tuple(octets)
