"""Following a journal: what was appended since the last look, in bounded pieces.

Unlike `reader`, which reads whole segments, this keeps its place within one, so that a look costs what is
new. What cannot be read is reported as `reader` does, and passed over.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telephony.archive.findings import Damage, Finding, Gap
from telephony.archive.frame import Frame, heads, scan, unpack
from telephony.archive.segment import Segment, list_segments

READ_OCTETS = 128 * 1024
"""What is read at a time, about 200 facts: they cost 5 ms of another thread, with calls in between."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal: the position of its first fact, the facts as parsed, the JSON it lies in, its
    CRC-32."""

    position: int
    facts: tuple[object, ...]
    text: str
    check: int

    @property
    def last(self) -> int:
        """The position of its last fact."""
        return self.position + len(self.facts) - 1


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where the entries behind position `after` begin."""

    after: int
    segment: Segment
    offset: int


class JournalTail:
    """Gives the entries behind position `after`, each once, in order. For one thread at a time.

    With a `bookmark` for that position it need not look for them.
    """

    def __init__(
        self,
        directory: Path,
        after: int,
        report: Callable[[Finding], None],
        bookmark: Bookmark | None = None,
    ) -> None:
        self._directory = directory
        self._report = report
        self._done = after
        self._segment: Segment | None = None
        self._offset = 0
        if bookmark is not None and bookmark.after == after:
            self._segment, self._offset = bookmark.segment, bookmark.offset

    @property
    def bookmark(self) -> Bookmark | None:
        """Where it has come to."""
        return Bookmark(self._done, self._segment, self._offset) if self._segment else None

    def read(self, until: int) -> list[Entry]:
        """Give the next entries, at most about `READ_OCTETS` of them, none behind position `until`.

        Empty when there is nothing more. Raises `JournalUnusable` and `OSError`.
        """
        entries: list[Entry] = []
        size = READ_OCTETS
        while not entries and self._done < until:
            segments = list_segments(self._directory)
            if self._segment is None:
                self._open_at(self._holding(segments))
            segment = self._segment
            if segment is None:
                break
            later = [other for other in segments if other.first > segment.first]
            octets = _read_at(segment.path, self._offset, size)  # after `later`: then a finished one is whole
            start, at_end = self._offset, len(octets) < size
            is_past = self._take(octets, bool(later) and at_end, until, entries)
            if is_past:
                break
            if at_end and later:
                self._segment, self._offset = later[0], 0
            elif at_end and not entries:
                break
            size = READ_OCTETS if self._offset > start else size * 2  # an entry larger than what was read
        return entries

    def _take(self, octets: bytes, is_whole: bool, until: int, entries: list[Entry]) -> bool:
        """Take the entries of these octets; whether one is behind `until`."""
        base = self._offset
        for piece in scan(octets):
            if not isinstance(piece, Frame):
                if piece.end == len(octets) and not is_whole:
                    break  # the rest of it is not read or not written yet
                self._damaged(base + piece.start, piece.end - piece.start, "no whole entry")
            elif (entry := self._entry(piece, base)) is not None:
                if entry.last > until:
                    return True
                self._note(entry, entries)
            self._offset = base + piece.end
        return False

    def _entry(self, frame: Frame, base: int) -> Entry | None:
        try:
            position, facts = unpack(frame.entry)
            return Entry(position, tuple(facts), frame.payload.decode("utf-8"), frame.check)
        except ValueError as error:
            self._damaged(base + frame.start, frame.end - frame.start, str(error))
            return None

    def _note(self, entry: Entry, entries: list[Entry]) -> None:
        if entry.last <= self._done:
            return
        if entry.position > self._done + 1:
            self._report(Gap(self._done + 1, entry.position - 1))
        self._done = entry.last
        entries.append(entry)

    def _holding(self, segments: list[Segment]) -> Segment | None:
        """The segment with the next position, or the first behind it when that one is gone."""
        before = [segment for segment in segments if segment.first <= self._done + 1]
        return before[-1] if before else next(iter(segments), None)

    def _open_at(self, segment: Segment | None) -> None:
        """Begin with the last entry that begins before the next position, found by the heads alone: to read
        a segment's facts takes seconds of a processor."""
        self._segment = segment
        if segment is not None and segment.first <= self._done:
            for first, start in heads(_read_at(segment.path, 0, -1)):
                if first > self._done:
                    break
                self._offset = start

    def _damaged(self, offset: int, octets: int, problem: str) -> None:
        assert self._segment is not None
        self._report(Damage(self._segment.path, offset, octets, problem))


def check_at(directory: Path, position: int) -> int | None:
    """The CRC-32 of the entry that holds this position; None when it is deleted, or cannot be read.

    Raises `JournalUnusable` and `OSError`.
    """
    entries = JournalTail(directory, position - 1, lambda _: None).read(sys.maxsize)
    return entries[0].check if entries and entries[0].position <= position else None


def _read_at(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
