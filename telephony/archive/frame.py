"""How an entry lies in a segment: magic, length, CRC-32 and a JSON payload. Pure.

    0        4          8          12
    | magic  | length   | CRC-32   | {"p": 7, "facts": [...]}\\n

Length (of the payload) and CRC-32 (over length and payload) are big-endian. `p` is the position of the
first fact. The payload ends in a line feed, so that `grep -a` shows an entry a line. The magic begins with
an octet that UTF-8 does not have, so it occurs in no payload: after damage the next entry is found by
searching for it.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic_core import from_json

MAGIC = b"\xffVX1"
_HEADER = struct.Struct(">4sII")
_LENGTH = struct.Struct(">I")
_POSITION = re.compile(rb'\{"p":(\d{1,20}),')


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole entry, from offset `start` to before `end` of `octets`."""

    octets: bytes
    start: int
    end: int

    @property
    def entry(self) -> bytes:
        """The entry as `pack` made it."""
        return self.octets[self.start : self.end]

    @property
    def check(self) -> int:
        """The CRC-32 in its header."""
        crc: int = _HEADER.unpack_from(self.octets, self.start)[2]
        return crc

    @property
    def payload(self) -> bytes:
        """The JSON in it."""
        return self.octets[self.start + _HEADER.size : self.end]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Octets from `start` to before `end` that are no entry."""

    start: int
    end: int


def pack(position: int, facts: Sequence[bytes]) -> bytes:
    """Return the entry of these encoded facts, the first of them at `position`."""
    payload = b'{"p":%d,"facts":[%b]}\n' % (position, b",".join(facts))
    return _HEADER.pack(MAGIC, len(payload), _checksum(payload)) + payload


def unpack(entry: bytes) -> tuple[int, list[object]]:
    """Return the first position and the parsed facts of a whole entry.

    Raises `ValueError` for what `pack` cannot have written.
    """
    match from_json(entry[_HEADER.size :]):
        case {"p": int(position), "facts": [_, *_] as facts} if position > 0:
            return position, facts
    raise ValueError("not an object with p and facts")


def scan(octets: bytes, start: int = 0) -> Iterator[Frame | Unreadable]:
    """Give every whole entry from `start` on, and what lies between and after them."""
    while start < len(octets):
        end = _frame_end(octets, start)
        if end is not None:
            yield Frame(octets, start, end)
        else:
            end = _next_frame(octets, start + 1)
            yield Unreadable(start, end)
        start = end


def heads(octets: bytes) -> Iterator[tuple[int, int]]:
    """Give the first position and the offset of each entry by their heads alone, up to the first that is
    none. What lies in them is not looked at: it may be damaged."""
    start = 0
    while start + _HEADER.size <= len(octets):
        magic, length, _ = _HEADER.unpack_from(octets, start)
        begin = start + _HEADER.size
        found = _POSITION.match(octets, begin)
        if magic != MAGIC or found is None or begin + length > len(octets):
            return
        yield int(found[1]), start
        start = begin + length


def _checksum(payload: bytes | memoryview) -> int:
    return zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload))))


def _frame_end(octets: bytes, start: int) -> int | None:
    """Where the entry at `start` ends, or None when there is no whole one."""
    begin = start + _HEADER.size
    if begin > len(octets):
        return None
    magic, length, checksum = _HEADER.unpack_from(octets, start)
    end: int = begin + length
    if magic != MAGIC or end > len(octets) or _checksum(memoryview(octets)[begin:end]) != checksum:
        return None
    return end


def _next_frame(octets: bytes, start: int) -> int:
    """Where the next whole entry begins, or the end of `octets`."""
    found = octets.find(MAGIC, start)
    while found >= 0:
        if _frame_end(octets, found) is not None:
            return found
        found = octets.find(MAGIC, found + 1)
    return len(octets)
