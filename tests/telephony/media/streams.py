"""Agreed streams for the tests of the media side."""

from telephony.media.latch import Address
from telephony.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec
from telephony.sdp.direction import Direction
from telephony.sdp.stream import Stream

OPUS = Codec("opus", 48000, 2)

PHONE: Address = ("192.0.2.10", 4000)
"""Where the phone of most tests receives, by its session description."""


def stream(
    remote: Address = PHONE,
    receives: dict[int, Codec] | None = None,
    sends: dict[Codec, int] | None = None,
    direction: Direction = Direction.SENDRECV,
) -> Stream:
    """A stream in A-law, µ-law and keys, unless told otherwise."""
    numbers = {8: PCMA, 0: PCMU, 101: TELEPHONE_EVENT} if receives is None else receives
    theirs = {codec: number for number, codec in numbers.items()} if sends is None else sends
    return Stream(remote, numbers, theirs, direction)


def rtp(
    payload_type: int = 8, marker: bool = False, payload: bytes = b"\xd5" * 160, sequence: int = 1
) -> bytes:
    """A packet of RTP (RFC 3550 5.1)."""
    second = payload_type | (0x80 if marker else 0)
    return bytes((0x80, second)) + sequence.to_bytes(2) + bytes(8) + payload


def rtcp(packet_type: int = 200) -> bytes:
    """A sender report without blocks (RFC 3550 6.4.1)."""
    return bytes((0x80, packet_type, 0, 6)) + bytes(24)
