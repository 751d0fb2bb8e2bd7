"""What opening or reading a journal may find wrong: values that the service logs and journals."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TornTail:
    """The end of the last segment was no whole entry (a power cut, a full disk) and was cut off."""

    path: Path
    offset: int
    octets: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A piece inside the journal cannot be read. It is left as it lies, and reading goes on behind it."""

    path: Path
    offset: int
    octets: int
    problem: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The facts from position `first` to `last` are missing, by damage or because a segment is gone."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The fact at `position` is intact but not known here. `type` is empty when it has none."""

    position: int
    type: str
    version: int
    problem: str


Finding = TornTail | Damage | Gap | NotUnderstood
