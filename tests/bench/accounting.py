"""What processes cost, by the kernel's own accounting (Linux): exact where the machine is shared."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of these processes so far, summed over threads, in seconds."""
    return sum(_thread_seconds(pid) for pid in pids)


def memory_kib(pids: Iterable[int]) -> int:
    """Memory of these processes in KiB; what several share is counted once."""
    return sum(_proportional_kib(pid) for pid in pids)


def descendants(pid: int | None = None) -> list[int]:
    """The processes below this one, or below ours, at any depth."""
    members = [pid or os.getpid()]
    for member in members:  # grows while it is read
        with suppress(OSError):
            for children in _PROC.glob(f"{member}/task/*/children"):
                members += map(int, children.read_text("ascii").split())
    return members[1:]


def _thread_seconds(pid: int) -> float:
    nanoseconds = 0
    with suppress(OSError):
        for schedule in _PROC.glob(f"{pid}/task/*/schedstat"):
            nanoseconds += int(schedule.read_text("ascii").split()[0])
    return nanoseconds / 1e9


def _proportional_kib(pid: int) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
