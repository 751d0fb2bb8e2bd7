"""Facts of no telephone, for the tests of codec and journal."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from telephony.archive.codec import Codec

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Peg:
    name: str
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    VERSION: ClassVar[int] = 1
    at: datetime

    @property
    def stream(self) -> str:
        return "toys"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyMoved(Toy):
    toy: str
    steps: int = 1

    @property
    def stream(self) -> str:
        return f"toy/{self.toy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyPainted(Toy):
    VERSION: ClassVar[int] = 3
    toy: str
    colour: Colour
    peg: Peg | None
    pegs: tuple[Peg, ...]
    place: tuple[str, int]
    weights: dict[str, float]
    until: datetime | None
    dry: bool
    layers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxOpened(Toy):
    """Where a segment begins."""


TOYS: tuple[type[Toy], ...] = (ToyMoved, ToyPainted, BoxOpened)


def toy_codec() -> Codec[Toy]:
    return Codec(TOYS)


def moved(number: int, days: int = 0) -> ToyMoved:
    return ToyMoved(at=NOON + timedelta(days=days), toy=f"t{number}", steps=number)


def painted() -> ToyPainted:
    return ToyPainted(
        at=NOON,
        toy="bil",
        colour=Colour.BLUE,
        peg=Peg("å"),
        pegs=(Peg("a"), Peg("b", Colour.BLUE)),
        place=("hylla", 3),
        weights={"a": 1.5},
        until=NOON + timedelta(microseconds=1),
        dry=False,
        layers=2,
    )
