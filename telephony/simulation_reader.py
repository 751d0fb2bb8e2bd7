"""What the journal tells a simulation: who was there, and what was open by hand."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.errors import JournalUnusable
from telephony.archive.findings import Finding
from telephony.archive.reader import JournalReader
from telephony.archive.segment import Segment
from telephony.archive.upcasts import UPCASTS
from telephony.call.facts import Fact
from telephony.simulate.history import HOUSE_FACTS, HouseBook
from telephony.simulate.values import Meanwhile


def read_meanwhile(journal: Path, start: datetime, end: datetime) -> Meanwhile:
    """What the journal in this folder tells of the house in the period; nothing when there is none.

    It may be written meanwhile. Facts that cannot be read are passed over: whoever runs the service is told.
    """
    # Only these are understood, so that the facts of calls, which are most, are not decoded
    reader: JournalReader[Fact] = JournalReader(journal, Codec(HOUSE_FACTS, UPCASTS), report=_ignore)
    book = HouseBook(start, end)
    try:
        first = _first_needed(reader, start)
        facts = iter(()) if first is None else reader.read(first.first)
        for _, fact in facts:
            if fact.at >= end:
                break
            if not isinstance(fact, UnknownFact):
                book.see(fact)
    except JournalUnusable:
        pass
    return book.meanwhile()


def _first_needed(reader: JournalReader[Fact], start: datetime) -> Segment | None:
    """The last segment that begins before `start`, else the first: each opens with what was so then."""
    segments = reader.segments()
    for segment in reversed(segments):
        begins = next(_times(reader, segment), None)
        if begins is not None and begins <= start:
            return segment
    return segments[0] if segments else None


def _times(reader: JournalReader[Fact], segment: Segment) -> Iterator[datetime]:
    return (fact.at for position, fact in reader.read(segment.first) if position >= segment.first)


def _ignore(_: Finding) -> None:
    """It is reported by who reads the journal for its own sake."""
