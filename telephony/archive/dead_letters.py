"""Facts that the database refuses: kept in a file beside the journal, in the journal's own framing.

A fact is on disk here before shipping goes on behind it, so that it is always somewhere. One that is added
again, after a crash in between, is there once.
"""

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

from telephony.archive.frame import Frame, pack, scan, unpack
from telephony.archive.segment import SegmentWriter

NAME = "dead-letters"
"""Not the name of a segment: the journal does not read it, nor delete it."""


class DeadLetters:
    """The dead letters of one journal. For any thread: one may still add while another closes."""

    def __init__(self, directory: Path) -> None:
        """Open or make the file in the journal's folder, without a torn end. Raises `OSError`."""
        self._lock = threading.Lock()
        self._is_open = True
        self._writer = SegmentWriter(directory / NAME, os.write)
        try:
            self._positions = self._read()
        except OSError:
            self.close()
            raise

    def __len__(self) -> int:
        """How many there are."""
        return len(self._positions)

    def add(self, position: int, fact: bytes) -> None:
        """Keep the fact at this position, encoded as in the journal. Raises `OSError`: it is not kept."""
        with self._lock:
            if position in self._positions:
                return
            if not self._is_open:  # its number may be another file's by now
                raise OSError(errno.EBADF, "the dead letters are closed")
            self._writer.append(pack(position, [fact]))
            os.fsync(self._writer.fd)
            self._positions.add(position)

    def close(self) -> None:
        """Close the file, once what is being added is there."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                os.close(self._writer.fd)

    def _read(self) -> set[int]:
        octets = self._writer.path.read_bytes()
        pieces = list(scan(octets))
        if pieces and not isinstance(pieces[-1], Frame):
            self._writer.cut(pieces[-1].start)
        positions = set()
        for piece in pieces:
            if isinstance(piece, Frame):
                with suppress(ValueError):  # none of ours: it is left as it lies
                    positions.add(unpack(piece.entry)[0])
        return positions
