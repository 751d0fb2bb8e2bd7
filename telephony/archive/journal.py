"""The journal: every fact of this node, in order, in files.

An entry (the facts of one step) is atomic and is the system's when `append` returns, so a killed process
loses nothing; the disk sync follows at most 50 ms behind in a thread of its own, and only `flush` waits for
it. Whoever sends facts elsewhere sends only up to `synced_position`: positions behind it may be given anew
after a power cut.

At open the torn end of the last segment is cut off and reported. Damage anywhere else is left as it lies, and
reported by `read` (see `reader`).

When the disk cannot be written calls go on: `append` does not raise, facts wait in memory in order and are
written when it works again. What no longer fits is dropped, whole entries, newest first, before it has a
position: the positions on disk stay without a gap.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from telephony.archive.codec import Codec, FactLike, UnknownFact
from telephony.archive.errors import JournalError, JournalUnsynced, JournalUnusable, MalformedFact
from telephony.archive.findings import Finding
from telephony.archive.frame import pack, unpack
from telephony.archive.lock import JournalLock
from telephony.archive.reader import JournalReader
from telephony.archive.retention import old_segments
from telephony.archive.segment import (
    Contents,
    Segment,
    SegmentWriter,
    inspect,
    list_segments,
    segment_path,
)
from telephony.archive.store import Disk, EntryStore, Limits
from telephony.archive.sync import SyncThread

FLUSH_SECONDS = 10.0
"""How long `flush` waits: a disk that takes longer than this is a fault."""

_DEFAULT_LIMITS = Limits()
_REAL_DISK = Disk()

F = TypeVar("F", bound=FactLike)


class Journal(Generic[F]):
    """The one writer of a journal. One thread calls it; `synced_position` and `sync_lag` are for any."""

    def __init__(
        self,
        directory: Path,
        codec: Codec[F],
        *,
        report: Callable[[Finding], None],
        opening_facts: Callable[[], Sequence[F]],
        limits: Limits,
        disk: Disk,
    ) -> None:
        """Use `Journal.open`."""
        self._directory = directory
        self.codec = codec
        """Writes and reads its facts."""
        self._opening_facts = opening_facts
        self._limits = limits
        self._reader = JournalReader(directory, codec, report=report)
        self._dropped = 0
        self._lock = JournalLock(directory)
        try:
            writer, contents = _open_last_segment(directory, disk, report)
            self._directory_fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, JournalError):
            self._lock.release()
            raise
        self._position = contents.position
        self._day = self._day_of(contents.first_fact)
        self._sync = SyncThread(disk.sync)
        for earlier in list_segments(directory)[-2:-1]:
            self._sync.retire(
                os.open(earlier.path, os.O_RDONLY | os.O_CLOEXEC)
            )  # a kill may have left it unsynced
        self._sync.wrote(self._directory_fd, self._position)
        self._sync.wrote(writer.fd, self._position)
        self._store = EntryStore(writer, self._sync, disk, limits.waiting)

    @classmethod
    def open(
        cls,
        directory: Path,
        codec: Codec[F],
        *,
        report: Callable[[Finding], None],
        opening_facts: Callable[[], Sequence[F]] = tuple,
        limits: Limits = _DEFAULT_LIMITS,
        disk: Disk = _REAL_DISK,
    ) -> "Journal[F]":
        """Open or make the journal in `directory`, for this process alone.

        `report` is told of a torn end that was cut off here, and of what `read` cannot read or understand.
        `opening_facts` is called by `append` whenever a segment begins: what it returns comes first there,
        so that a restart need not read further back.

        Raises `JournalLocked` when another process has it, `JournalUnusable` when the folder or its last
        segment cannot be made, read or written.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.chmod(0o700)
            return cls(
                directory,
                codec,
                report=report,
                opening_facts=opening_facts,
                limits=limits,
                disk=disk,
            )
        except OSError as error:
            raise JournalUnusable(f"cannot use the journal in {directory}: {error.strerror}") from error

    @property
    def position(self) -> int:
        """The position of the last fact; 0 when there is none."""
        return self._position

    @property
    def synced_position(self) -> int:
        """The position of the last fact that is on disk."""
        return self._sync.synced

    @property
    def sync_lag(self) -> float:
        """Seconds since the oldest write that is not on disk; 0 when all is."""
        return self._sync.lag

    @property
    def failing(self) -> bool:
        """Whether the disk cannot be written or synced now."""
        return self._store.failing or self._sync.failing

    @property
    def failure(self) -> str:
        """What the system said when a write failed last; empty when none ever did."""
        return self._store.failure

    @property
    def waiting(self) -> int:
        """How many facts wait in memory."""
        return self._position - self._store.written if self._store.is_waiting else 0

    @property
    def dropped(self) -> int:
        """How many facts were lost because the memory for waiting ones was full."""
        return self._dropped

    @property
    def sync_failures(self) -> int:
        """How many disk syncs failed: a power cut may have taken what they held."""
        return self._sync.failures

    def segments(self) -> list[Segment]:
        """Return (first position, path) of every segment, in order."""
        return self._reader.segments()

    def append(self, facts: Sequence[F | UnknownFact]) -> int:
        """Append these facts as one entry and return the position of the last fact of the journal.

        The disk is no reason to raise (see the module). Raises `CodecError` for a fact that cannot be
        written down, and then nothing was appended.
        """
        if not facts:
            return self._position
        encoded = [self.codec.encode(fact) for fact in facts]
        if self.retry():
            self._begin_segment_when_due(facts[0].at.astimezone(UTC).date())
        self._add(encoded)
        return self._position

    def retry(self) -> bool:
        """Write what waits in memory. True when nothing waits any more."""
        return self._store.retry()

    def flush(self, timeout: float = FLUSH_SECONDS) -> None:
        """Wait for every fact to be on disk. Raises `JournalUnsynced` after `timeout` seconds."""
        if not self.retry():
            raise JournalUnsynced(f"cannot write the journal in {self._directory}: {self.failure}")
        if not self._sync.wait(timeout):
            raise JournalUnsynced(f"the journal in {self._directory} is not on disk after {timeout:g} s")

    def read(self, from_position: int = 1) -> Iterator[tuple[int, F | UnknownFact]]:
        """Give every fact and its position, in order, also those that wait in memory."""
        for position, fact in self._reader.read(from_position):
            yield position, fact
            from_position = position + 1
        for entry in self._store.waiting():
            yield from self._reader.decode(*unpack(entry), from_position)

    def forget(self, position: int, before: datetime) -> list[Path]:
        """Delete the oldest segments: all of their facts at or below `position` and before that time.

        Never the segment in use. For any thread. Raises `OSError`.
        """
        old = list(old_segments(self.segments(), self.codec, position, before))
        for segment in old:
            segment.path.unlink()
        return [segment.path for segment in old]

    def close(self) -> None:
        """Sync what is left and let the journal go. Raises `JournalUnsynced` when that loses facts."""
        try:
            self.flush()
        finally:
            self._sync.stop()
            self._store.close()
            os.close(self._directory_fd)
            self._lock.release()

    def _add(self, encoded: Sequence[bytes]) -> None:
        position = self._position + len(encoded)
        if not self._store.add(pack(self._position + 1, encoded), position):
            self._dropped += len(encoded)
            return
        self._position = position

    def _begin_segment_when_due(self, day: date) -> None:
        """Begin a segment when this one is full or of an earlier day (UTC, by the facts' own time)."""
        is_full = self._store.segment_size >= self._limits.segment
        is_past = self._day is not None and day > self._day
        is_empty = self._store.segment_size == 0
        if not (is_full or is_past or is_empty):
            return
        opening = [self.codec.encode(fact) for fact in self._opening_facts()]
        if not is_empty and not self._store.begin(segment_path(self._directory, self._position + 1)):
            return
        self._sync.wrote(self._directory_fd, self._position)
        self._day = day
        if opening:
            self._add(opening)

    def _day_of(self, written: object) -> date | None:
        if written is None:
            return None
        try:
            return self.codec.decode(written).at.astimezone(UTC).date()
        except MalformedFact:
            return None


def _open_last_segment(
    directory: Path, disk: Disk, report: Callable[[Finding], None]
) -> tuple[SegmentWriter, Contents]:
    """Open the segment to go on with, or the first, without its torn end."""
    segments = list_segments(directory)
    segment = segments[-1] if segments else Segment(1, segment_path(directory, 1))
    writer = SegmentWriter(segment.path, disk.write)
    try:
        contents = inspect(segment)
        if contents.torn is not None:
            writer.cut(contents.end)
            report(contents.torn)
    except ValueError as error:
        os.close(writer.fd)
        raise JournalUnusable(f"{segment.path} holds an entry that is none of ours: {error}") from error
    return writer, contents
