"""A running PostgreSQL server of one data directory, held so that its pid cannot become another's.

A pid alone proves nothing: after a restart of the machine the one in a left `postmaster.pid` may be
anybody's. So the process is opened first (pidfd), and then shown to be `postgres` in our data directory,
which is where a postmaster changes to.
"""

import os
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PID_FILE = "postmaster.pid"


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a postmaster writes of itself. `status` is starting, stopping, ready or standby."""

    pid: int
    socket_folder: str
    status: str

    @classmethod
    def read(cls, data: Path) -> "PidFile | None":
        """Read the file of this data directory; None when there is none, or it is not whole yet."""
        try:
            lines = (data / PID_FILE).read_text("utf-8", "replace").splitlines()
            return cls(int(lines[0]), lines[4].strip(), lines[7].strip())
        except (OSError, ValueError, IndexError):
            return None


class Postmaster:
    """The server process. `child` is set when we started it."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        """Take hold of a process. Raises `OSError` when it is not there."""
        self.pid = pid
        self._child = child
        self._fd = os.pidfd_open(pid)
        self._end = select.poll()
        self._end.register(self._fd, select.POLLIN)

    @classmethod
    def of(cls, data: Path, pid: int) -> "Postmaster | None":
        """The process with this pid, when it is the live postmaster of `data`."""
        try:
            found = cls(pid)
        except OSError:
            return None
        if found.is_alive and _is_postgres_in(data, pid):
            return found
        found.close()
        return None

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self.wait(0)

    def children(self) -> list[int]:
        """The pids of its other processes, where the system tells them."""
        try:
            return [
                int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            ]
        except OSError:
            return []

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended takes none."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._fd, number)

    def wait(self, seconds: float) -> bool:
        """Block until it has ended, at most so long; whether it has."""
        if not self._end.poll(seconds * 1000):
            return False
        if self._child is not None:
            self._child.wait()
        return True

    def close(self) -> None:
        """Let go of it; the process goes on."""
        os.close(self._fd)


def remove_stale_pid_file(data: Path) -> None:
    """Remove the pid file when its pid lives and is proved to be another process.

    PostgreSQL itself sees to a pid that is dead, and to processes of a dead server that still use its memory.
    """
    file = PidFile.read(data)
    if file is None:
        return
    try:
        os.kill(file.pid, 0)
    except ProcessLookupError:
        return
    except PermissionError:
        pass  # another user's, so not the server of our data
    if not _is_postgres_in(data, file.pid):
        (data / PID_FILE).unlink(missing_ok=True)


def _is_postgres_in(data: Path, pid: int) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
        return name == "postgres" and Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False
