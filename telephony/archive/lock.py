"""The lock that keeps two services from writing one journal."""

import fcntl
import os
from pathlib import Path

from telephony.archive.errors import JournalLocked, JournalUnusable


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
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise JournalLocked(f"the journal in {directory} is in use by process {holder}") from error
        self._write_holder()

    def release(self) -> None:
        """Let the next one have it."""
        os.close(self._fd)

    def _write_holder(self) -> None:
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, b"%d\n" % os.getpid(), 0)
        except OSError:
            return  # a full disk must not keep the service from starting; only the message is poorer
