"""What opening or reading a journal may find wrong: values that the service logs and journals."""

from dataclasses import dataclass, fields
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


def describe(finding: Finding) -> dict[str, str | int]:
    """What it says, for a line of the log."""
    values = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
