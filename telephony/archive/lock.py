"""The lock that keeps two services from writing one journal."""

import fcntl
import os
import time
from pathlib import Path

from telephony.archive.errors import JournalLocked, JournalUnusable

_TRIES, _PAUSE = 5, 0.02
"""Somebody may be looking just now (`is_locked`), which takes microseconds; a service holds it for days."""


def is_locked(directory: Path) -> bool:
    """Whether a service has the journal in `directory`. Changes nothing there."""
    try:
        fd = os.open(directory / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


class JournalLock:
    """Held from construction to `release`, or to the end of the process, however it ends (flock).

    Raises `JournalLocked` when another process has it, and `JournalUnusable` when the file cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self._fd = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalUnusable(f"cannot lock the journal in {directory}: {error.strerror}") from error
        try:
            self._take()
        except OSError as error:
            holder = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise JournalLocked(f"the journal in {directory} is in use by process {holder}") from error
        self._write_holder()

    def release(self) -> None:
        """Let the next one have it."""
        os.close(self._fd)

    def _take(self) -> None:
        for _ in range(_TRIES - 1):
            try:
                return fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _write_holder(self) -> None:
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, b"%d\n" % os.getpid(), 0)
        except OSError:
            return  # a full disk must not keep the service from starting; only the message is poorer
