"""Entries on their way to the disk: the segment being written, the memory where they wait for it."""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telephony.archive.segment import SegmentWriter, Write
from telephony.archive.sync import SyncThread

SEGMENT_OCTETS = 64 * 1024 * 1024
"""A segment ends at this size: about 20,000 calls. It is read into memory whole, in less than 0.1 s."""

WAITING_OCTETS = 64 * 1024 * 1024
"""What may wait for a disk that cannot be written: about 20,000 calls, days of a municipality's traffic."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a segment and the waiting memory may become, in octets."""

    segment: int = SEGMENT_OCTETS
    waiting: int = WAITING_OCTETS


@dataclass(frozen=True, slots=True)
class Disk:
    """The system calls that may fail, so that a test can let them."""

    write: Write = os.write
    sync: Callable[[int], None] = os.fsync


class EntryStore:
    """Writes entries in the order they come. A failing disk never raises here."""

    def __init__(self, writer: SegmentWriter, sync: SyncThread, disk: Disk, waiting_limit: int) -> None:
        """Go on in `writer`. `waiting_limit` is in octets."""
        self._writer = writer
        self._sync = sync
        self._disk = disk
        self._waiting_limit = waiting_limit
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._waiting_size = 0
        self._begin_failed = False
        self.failure = ""
        """What the system said when a write failed last."""
        self.written = 0
        """The last position written since the start."""

    @property
    def is_waiting(self) -> bool:
        """Whether entries wait."""
        return bool(self._waiting)

    @property
    def failing(self) -> bool:
        """Whether entries wait, or the last new segment could not be made."""
        return self.is_waiting or self._begin_failed

    @property
    def segment_size(self) -> int:
        """The octets in the segment being written."""
        return self._writer.size

    def waiting(self) -> tuple[bytes, ...]:
        """Return the entries that wait, in order."""
        return tuple(entry for entry, _ in self._waiting)

    def add(self, entry: bytes, position: int) -> bool:
        """Write an entry that ends at `position`, or let it wait. False: no room, it is dropped."""
        if not self._waiting and self._try_write(entry, position):
            return True
        if self._waiting_size + len(entry) > self._waiting_limit:
            return False
        self._waiting.append((entry, position))
        self._waiting_size += len(entry)
        return True

    def retry(self) -> bool:
        """Write what waits. True when nothing waits any more."""
        while self._waiting:
            entry, position = self._waiting[0]
            if not self._try_write(entry, position):
                return False
            self._waiting.popleft()
            self._waiting_size -= len(entry)
        return True

    def begin(self, path: Path) -> bool:
        """Go on in a new segment. When it cannot be made the present one goes on, and this returns False."""
        try:
            writer = SegmentWriter(path, self._disk.write)
        except OSError as error:
            self._failed(error)
            self._begin_failed = True
            return False
        self._begin_failed = False
        self._sync.retire(self._writer.fd)
        self._writer = writer
        return True

    def close(self) -> None:
        """Close the segment."""
        os.close(self._writer.fd)

    def _try_write(self, entry: bytes, position: int) -> bool:
        try:
            self._writer.append(entry)
        except OSError as error:
            self._failed(error)
            return False
        self._sync.wrote(self._writer.fd, position)
        self.written = position
        return True

    def _failed(self, error: OSError) -> None:
        self.failure = error.strerror or str(error)
