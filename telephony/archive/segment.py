"""Segments: the files of a journal, each named by the position of its first fact."""

import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from telephony.archive.errors import JournalUnusable
from telephony.archive.findings import TornTail
from telephony.archive.frame import Frame, scan, unpack

_NAME = re.compile(r"(\d{20})\.seg")

Write = Callable[[int, bytes | memoryview], int]
"""`os.write`, or what a test puts in its place."""


class Segment(NamedTuple):
    """A segment and the position of its first fact."""

    first: int
    path: Path


def segment_path(directory: Path, first: int) -> Path:
    """Return where the segment that begins with position `first` lies: 20 digits hold any 64 bits."""
    return directory / f"{first:020}.seg"


def list_segments(directory: Path) -> list[Segment]:
    """Return the segments in order. Raises `JournalUnusable` when the folder cannot be read."""
    try:
        names = os.listdir(directory)
    except OSError as error:
        raise JournalUnusable(f"cannot read the journal in {directory}: {error.strerror}") from error
    matches = (_NAME.fullmatch(name) for name in names)
    return sorted(Segment(int(match[1]), directory / match[0]) for match in matches if match)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the last segment holds: where its entries end, the last position, its first fact as parsed."""

    end: int
    position: int
    first_fact: object
    torn: TornTail | None


def inspect(segment: Segment) -> Contents:
    """Look through the segment that will be written on.

    Raises `OSError`, and `ValueError` for an entry that is intact but none of ours: its positions are
    unknown, so nothing can be appended behind it.
    """
    octets = segment.path.read_bytes()
    end, position, first_fact = 0, segment.first - 1, None
    frames = []
    for piece in scan(octets):
        if isinstance(piece, Frame):
            frames.append(piece)
        if isinstance(piece, Frame) or piece.end < len(octets):
            end = piece.end
    if frames:
        first_fact = unpack(frames[0].entry)[1][0]
        last, facts = unpack(frames[-1].entry)
        position = last + len(facts) - 1
    torn = TornTail(segment.path, end, len(octets) - end) if end < len(octets) else None
    return Contents(end, position, first_fact, torn)


class SegmentWriter:
    """Appends to one segment, each entry whole or not at all."""

    def __init__(self, path: Path, write: Write) -> None:
        """Open or create the file, readable by its owner alone. Raises `OSError`."""
        self.path = path
        self._write = write
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self.fd).st_size
        self._torn = False

    def cut(self, size: int) -> None:
        """Cut the file to this size. Raises `OSError`."""
        self.size = size
        self._torn = True
        os.ftruncate(self.fd, size)
        self._torn = False

    def append(self, entry: bytes) -> None:
        """Give the entry to the system. Raises `OSError`, and then nothing was added."""
        if self._torn:
            self.cut(self.size)
        try:
            self._write_all(entry)
        except OSError:
            self._try_cut()
            raise
        self.size += len(entry)

    def _write_all(self, entry: bytes) -> None:
        written = self._write(self.fd, entry)
        while written < len(entry):
            more = self._write(self.fd, memoryview(entry)[written:])
            if more == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written += more

    def _try_cut(self) -> None:
        """Take back what a failed write left. When even that fails the next `append` begins with it."""
        try:
            self.cut(self.size)
        except OSError:
            self._torn = True
