"""WAV files, as RIFF chunks (Microsoft's "Multimedia Programming Interface and Data Specifications 1.0").

The `wave` of Python's library reads linear sound alone, and the catalogue is in A-law: with the same sound in
G.722 behind it, in a chunk of ours that other programs pass over.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from telephony.media.errors import UnusableSound

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_EXTENSIBLE = 0xFFFE  # the coding is then the first two octets of a GUID, 24 octets into the chunk
_GUID_AT = 24

TELEPHONE_RATE = 8000
_WIDE = b"g722"

MAX_CHUNKS = 100
"""A recording has some five: sound, format, and who made it with what."""


class Coding(IntEnum):
    """How samples are written (`wFormatTag`, RFC 2361)."""

    PCM = 1
    FLOAT = 3
    A_LAW = 6
    U_LAW = 7


WIDTHS = {
    Coding.PCM: (8, 16, 24, 32),
    Coding.FLOAT: (32, 64),
    Coding.A_LAW: (8,),
    Coding.U_LAW: (8,),
}
"""The bits that a sample may have."""


@dataclass(frozen=True, slots=True)
class Wav:
    """The sound of a file: `rate` in Hz, `bits` a sample, samples of the channels in turn, little-endian.

    `wide` is the same in G.722, b"" where the file has none.
    """

    coding: Coding
    rate: int
    channels: int
    bits: int
    data: bytes
    wide: bytes = b""

    @classmethod
    def a_law(cls, data: bytes, wide: bytes = b"") -> "Wav":
        """What the service plays: A-law, mono, at the telephone's rate; and in G.722."""
        return cls(Coding.A_LAW, TELEPHONE_RATE, 1, 8, data, wide)

    @property
    def length(self) -> int:
        """In samples of one channel."""
        return len(self.data) // (self.channels * self.bits // 8)

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return self.length / self.rate

    @classmethod
    def parse(cls, octets: bytes) -> "Wav":
        """Read a file; raises UnusableSound that says what is wrong with it."""
        chunks = _chunks(octets)
        if b"fmt " not in chunks:
            raise UnusableSound("it has no format chunk before its sound")
        if b"data" not in chunks:
            raise UnusableSound("there is no sound in it")
        coding, rate, channels, bits = _form(chunks[b"fmt "])
        data = chunks[b"data"]
        if len(data) % (channels * bits // 8):
            raise UnusableSound("it ends within a sample")
        return cls(coding, rate, channels, bits, data, chunks.get(_WIDE, b""))

    def __bytes__(self) -> bytes:
        """The file: its format and its sound."""
        block = self.channels * self.bits // 8
        form = _FORMAT.pack(self.coding, self.channels, self.rate, self.rate * block, block, self.bits)
        body = _chunk(b"fmt ", form) + _chunk(b"data", self.data)
        if self.wide:
            body += _chunk(_WIDE, self.wide)
        return _RIFF.pack(b"RIFF", 4 + len(body), b"WAVE") + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + b"\0" * (len(content) % 2)


def _chunks(octets: bytes) -> dict[bytes, bytes]:
    """The content of each chunk. What is broken behind the sound is passed over."""
    if len(octets) < _RIFF.size:
        raise UnusableSound("it is no WAV file: it is too short")
    riff, _, wave = _RIFF.unpack_from(octets)
    if (riff, wave) != (b"RIFF", b"WAVE"):
        raise UnusableSound("it is no WAV file: it does not begin with RIFF and WAVE")
    found: dict[bytes, bytes] = {}
    at, problem = _RIFF.size, f"it has more than {MAX_CHUNKS} chunks"
    for _ in range(MAX_CHUNKS):
        if at + _CHUNK.size > len(octets):
            return found
        name, size = _CHUNK.unpack_from(octets, at)
        at += _CHUNK.size
        if at + size > len(octets):
            problem = "it ends before the sound that it announces"
            break
        found.setdefault(name, octets[at : at + size])
        at += size + size % 2
    if b"data" in found:
        return found
    raise UnusableSound(problem)


def _form(chunk: bytes) -> tuple[Coding, int, int, int]:
    if len(chunk) < _FORMAT.size:
        raise UnusableSound("its format chunk is too short")
    tag, channels, rate, _, block, bits = _FORMAT.unpack_from(chunk)
    if tag == _EXTENSIBLE and len(chunk) >= _GUID_AT + 2:
        (tag,) = struct.unpack_from("<H", chunk, _GUID_AT)
    try:
        coding = Coding(tag)
    except ValueError:
        raise UnusableSound(f"its coding is {tag}: PCM, float, A-law or µ-law is needed") from None
    if bits not in WIDTHS[coding]:
        widths = " or ".join(str(width) for width in WIDTHS[coding])
        raise UnusableSound(f"{bits} bits a sample: {widths} are needed in {coding.name}")
    if channels == 0 or rate == 0:
        raise UnusableSound(f"{channels} channels at {rate} Hz: both have to be more than 0")
    if block != channels * bits // 8:
        raise UnusableSound(f"{block} octets for {channels} samples of {bits} bits")
    return coding, rate, channels, bits
