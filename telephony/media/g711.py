"""From one law of G.711 to the other, octet by octet, for peers that have only one each.

All that differs is how 8 bits stand for a sample, so a packet is converted by a table; what is between the
steps of the other law is rounded, which nobody hears.
"""

from aiortp.codecs import PcmaCodec, PcmuCodec

from telephony.sdp.codec import PCMA, PCMU, Codec

_EVERY_OCTET = bytes(range(256))

A_LAW_SIGN = bytes([octet ^ 0x80 for octet in _EVERY_OCTET])
"""aiortp 0.8.0 writes and reads A-law with the sign bit the wrong way round: ITU-T G.711 table 1a sets it for
positive values. The ear does not notice; an echo canceller or a mixer may."""


def encode_a_law(pcm: bytes) -> bytes:
    """Linear sound, 16 bit little-endian, in A-law."""
    octets: bytes = PcmaCodec().encode(pcm).translate(A_LAW_SIGN)
    return octets


def encode_u_law(pcm: bytes) -> bytes:
    """Linear sound, 16 bit little-endian, in µ-law."""
    octets: bytes = PcmuCodec().encode(pcm)
    return octets


def decode_a_law(octets: bytes) -> bytes:
    """A-law as linear sound, 16 bit little-endian."""
    pcm: bytes = PcmaCodec().decode(octets.translate(A_LAW_SIGN))
    return pcm


def decode_u_law(octets: bytes) -> bytes:
    """µ-law as linear sound, 16 bit little-endian."""
    pcm: bytes = PcmuCodec().decode(octets)
    return pcm


CONVERSIONS: dict[Codec, bytes] = {
    PCMA: encode_u_law(decode_a_law(_EVERY_OCTET)),
    PCMU: encode_a_law(decode_u_law(_EVERY_OCTET)),
}
"""For each law the table from its octets to those of the other law."""
