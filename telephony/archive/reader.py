"""Reading a journal, also one that another process is writing just now.

Policy for what cannot be read: nothing that can be read is ever left out, nothing that cannot is passed
over in silence. Damaged octets are reported as `Damage` and left as they lie; reading goes on at the next
whole entry, wherever it begins; positions that are missing then are reported as a `Gap`. Only the
unfinished end of the last segment is no damage: it is an entry being written.
"""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from telephony.archive.codec import Codec, FactLike, UnknownFact
from telephony.archive.errors import MalformedFact
from telephony.archive.findings import Damage, Finding, Gap, NotUnderstood
from telephony.archive.frame import Frame, scan, unpack
from telephony.archive.segment import Segment, list_segments

F = TypeVar("F", bound=FactLike)


class JournalReader(Generic[F]):
    """Reads the journal in `directory` and changes nothing there.

    `report` is told what cannot be read or understood, each time it is met.
    """

    def __init__(self, directory: Path, codec: Codec[F], *, report: Callable[[Finding], None]) -> None:
        self._directory = directory
        self._codec = codec
        self._report = report

    def segments(self) -> list[Segment]:
        """Return (first position, path) of every segment, in order. Raises `JournalUnusable`."""
        return list_segments(self._directory)

    def read(self, from_position: int = 1) -> Iterator[tuple[int, F | UnknownFact]]:
        """Give every fact and its position, in order, without opening segments before `from_position`.

        Facts that are appended while this reads are given too. Raises `JournalUnusable` when there is no
        journal.
        """
        for position, facts in self._entries(from_position):
            yield from self.decode(position, facts, from_position)

    def decode(
        self, position: int, facts: list[object], from_position: int
    ) -> Iterator[tuple[int, F | UnknownFact]]:
        """Decode the facts of one entry that are at `from_position` or behind it."""
        skipped = max(from_position - position, 0)
        for at, written in enumerate(facts[skipped:], position + skipped):
            try:
                fact = self._codec.decode(written)
            except MalformedFact as error:
                self._report(NotUnderstood(at, "", 0, str(error)))
                continue
            if isinstance(fact, UnknownFact):
                self._report(NotUnderstood(at, fact.type, fact.version, fact.problem))
            yield at, fact

    def _entries(self, from_position: int) -> Iterator[tuple[int, list[object]]]:
        segments = self._holding(from_position)
        if not segments:
            return
        segment = segments.popleft()
        expected, offset = segment.first, 0
        while True:
            finished = bool(segments)  # asked before the file is read: a segment followed by another is whole
            for frame_end, position, facts in self._segment_entries(segment, offset, finished):
                offset = frame_end
                if position < expected:
                    self._report(Damage(segment.path, frame_end, 0, f"position {position} comes again"))
                    continue
                if position > expected:
                    self._report(Gap(expected, position - 1))
                expected = position + len(facts)
                yield position, facts
            if segments:
                segment, offset = segments.popleft(), 0
            elif not (segments := self._after(segment)):
                return

    def _segment_entries(
        self, segment: Segment, offset: int, finished: bool
    ) -> Iterator[tuple[int, int, list[object]]]:
        """Give the end, the first position and the facts of each entry behind `offset`."""
        octets = self._octets(segment)
        for piece in scan(octets, offset):
            if isinstance(piece, Frame):
                try:
                    position, facts = unpack(piece.entry)
                except ValueError as error:
                    self._damaged(segment, piece.start, piece.end, str(error))
                    continue
                yield piece.end, position, facts
            elif finished or piece.end < len(octets):
                self._damaged(segment, piece.start, piece.end, "no whole entry")

    def _octets(self, segment: Segment) -> bytes:
        try:
            return segment.path.read_bytes()
        except FileNotFoundError:
            return b""  # deleted since it was listed: the gap says so
        except OSError as error:
            self._damaged(segment, 0, 0, error.strerror or str(error))
            return b""

    def _damaged(self, segment: Segment, start: int, end: int, problem: str) -> None:
        self._report(Damage(segment.path, start, end - start, problem))

    def _holding(self, position: int) -> deque[Segment]:
        """The segments from the one with this position on."""
        segments = deque(self.segments())
        while len(segments) > 1 and segments[1].first <= position:
            segments.popleft()
        return segments

    def _after(self, segment: Segment) -> deque[Segment]:
        return deque(other for other in self.segments() if other.first > segment.first)
