"""An entry of the journal made ready to be shipped, off the event loop: what of it makes the call log is
decoded, the rest goes as it lies."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from telephony.archive.codec import Codec
from telephony.archive.errors import MalformedFact
from telephony.archive.tail import Entry
from telephony.call.facts import Fact
from telephony.call.record import RECORDED, RecordedFact

RECORDED_TYPES = tuple(cls.__name__ for cls in RECORDED)


@dataclass(frozen=True, slots=True)
class Parcel:
    """An entry, and those of its facts that make the call log, with their positions."""

    entry: Entry
    recorded: tuple[tuple[int, RecordedFact], ...]


def parcel_of(entry: Entry, codec: Codec[Fact]) -> Parcel:
    """Decode what makes the call log. What cannot be understood does not, and is shipped all the same."""
    recorded = []
    for position, written in enumerate(entry.facts, entry.position):
        if isinstance(written, dict) and written.get("type") in RECORDED_TYPES:
            fact = decoded(written, codec)
            if fact is not None:
                recorded.append((position, fact))
    return Parcel(entry, tuple(recorded))


def decoded(written: object, codec: Codec[Fact]) -> RecordedFact | None:
    """The fact of the call log, when this is one that can be understood."""
    try:
        fact = codec.decode(written)
    except MalformedFact:
        return None
    return fact if isinstance(fact, RecordedFact) else None


def behind(parcel: Parcel, position: int) -> Sequence[Parcel]:
    """What of it lies behind this position: it is nothing new where shipping stopped within an entry."""
    if parcel.entry.position > position:
        return [parcel]
    return [single for single in singles(parcel) if single.entry.position > position]


def singles(parcel: Parcel) -> Sequence[Parcel]:
    """The facts of a parcel, each in one of its own."""
    recorded = dict(parcel.recorded)
    return [
        Parcel(
            Entry(
                position,
                (written,),
                to_json({"p": position, "facts": [written]}).decode("utf-8"),
                parcel.entry.check,  # of what lies in the journal, which has them together
            ),
            ((position, recorded[position]),) if position in recorded else (),
        )
        for position, written in enumerate(parcel.entry.facts, parcel.entry.position)
    ]
