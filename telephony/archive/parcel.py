"""An entry of the journal made ready to be shipped, off the event loop: what of it makes the call log is
decoded, the rest goes as it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from telephony.archive.codec import Codec
from telephony.archive.errors import MalformedFact
from telephony.archive.tail import Entry
from telephony.call.facts import Fact
from telephony.call.record import RECORDED, RecordedFact

RECORDED_TYPES = tuple(cls.__name__ for cls in RECORDED)


@dataclass(frozen=True, slots=True)
class Parcel:
    """An entry as it lies in the journal, from `position` to `last`, and those of its facts that make the
    call log, with their positions. The others are not kept parsed: the garbage collector would go through
    all that is in them, for as long as the database takes."""

    position: int
    last: int
    text: str
    check: int
    recorded: tuple[tuple[int, RecordedFact], ...]

    @property
    def facts(self) -> list[Any]:
        """All of its facts, parsed anew."""
        facts: list[Any] = from_json(self.text)["facts"]
        return facts


def parcel_of(entry: Entry, codec: Codec[Fact]) -> Parcel:
    """Decode what makes the call log. What cannot be understood does not, and is shipped all the same."""
    recorded = []
    for position, written in enumerate(entry.facts, entry.position):
        if isinstance(written, dict) and written.get("type") in RECORDED_TYPES:
            fact = decoded(written, codec)
            if fact is not None:
                recorded.append((position, fact))
    return Parcel(entry.position, entry.last, entry.text, entry.check, tuple(recorded))


def decoded(written: object, codec: Codec[Fact]) -> RecordedFact | None:
    """The fact of the call log, when this is one that can be understood."""
    try:
        fact = codec.decode(written)
    except MalformedFact:
        return None
    return fact if isinstance(fact, RecordedFact) else None


def behind(parcel: Parcel, position: int) -> Sequence[Parcel]:
    """What of it lies behind this position: it is nothing new where shipping stopped within an entry."""
    if parcel.position > position:
        return [parcel]
    return [single for single in singles(parcel) if single.position > position]


def singles(parcel: Parcel) -> Sequence[Parcel]:
    """The facts of a parcel, each in one of its own."""
    recorded = dict(parcel.recorded)
    return [
        Parcel(
            position,
            position,
            to_json({"p": position, "facts": [written]}).decode("utf-8"),
            parcel.check,  # of what lies in the journal, which has them together
            ((position, recorded[position]),) if position in recorded else (),
        )
        for position, written in enumerate(parcel.facts, parcel.position)
    ]
