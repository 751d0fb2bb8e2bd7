"""What a process costs, by the kernel's own accounting (Linux): exact where the machine is shared."""

from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its descendants so far, summed over threads, in seconds."""
    return sum(_thread_seconds(member) for member in family(pid))


def memory_kib(pid: int) -> int:
    """Resident memory of a process and its descendants, in KiB."""
    return sum(_resident_kib(member) for member in family(pid))


def family(pid: int) -> list[int]:
    """The process and its descendants."""
    members = [pid]
    for member in members:  # grows while it is read
        with suppress(OSError):
            for children in _PROC.glob(f"{member}/task/*/children"):
                members += map(int, children.read_text("ascii").split())
    return members


def _thread_seconds(pid: int) -> float:
    nanoseconds = 0
    with suppress(OSError):
        for schedule in _PROC.glob(f"{pid}/task/*/schedstat"):
            nanoseconds += int(schedule.read_text("ascii").split()[0])
    return nanoseconds / 1e9


def _resident_kib(pid: int) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0
