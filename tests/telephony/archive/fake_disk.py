"""A disk that fails when it is told to."""

import errno
import os
import threading
from dataclasses import dataclass, field

from telephony.archive.store import Disk


@dataclass
class FakeDisk:
    """Writes `room` octets (None: no end), then fails with `error`; one write takes `largest` at most."""

    room: int | None = None
    error: int = errno.ENOSPC
    largest: int = 1 << 30
    sync_error: int = 0
    syncs: int = 0
    may_sync: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_sync.set()

    @property
    def disk(self) -> Disk:
        return Disk(write=self._write, sync=self._sync)

    def _write(self, fd: int, octets: bytes | memoryview) -> int:
        size = min(len(octets), self.largest)
        if self.room is not None:
            if self.room == 0:
                raise OSError(self.error, os.strerror(self.error))
            size = min(size, self.room)
            self.room -= size
        return os.write(fd, octets[:size])

    def _sync(self, fd: int) -> None:
        self.may_sync.wait(10)
        self.syncs += 1
        if self.sync_error:
            raise OSError(self.sync_error, os.strerror(self.sync_error))
