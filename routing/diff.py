"""What changed between two plans, place by place, in words and as values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from routing.plan import Plan

# A rule of a calendar with a long note is told whole; `before` and `after` hold every value whole.
_MAX_TOLD = 400


class ChangeKind(StrEnum):
    """What happened at a place of the plan. The order of tables counts: trunks take 112 in theirs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs.

    `path` is where, `before` and `after` the values there as in the plan's JSON (null where there is none),
    `words` the same for people.
    """

    path: str
    kind: ChangeKind
    before: object
    after: object
    words: str


def diff(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Every place at which two plans differ, in the order of the document; none when they decide alike."""
    return tuple(_tables("", _as_json(before), _as_json(after)))


def _as_json(plan: Plan) -> dict[str, object]:
    """The plan's JSON, its tables made entry by entry as they are read."""
    values = {name: getattr(plan, name) for name in type(plan).model_fields}
    return {
        name: _Entries(value) if isinstance(value, dict) else value.model_dump(mode="json")
        for name, value in values.items()
    }


class _Entries(Mapping[str, object]):
    """A table of a plan as JSON. Pydantic lets no other thread in while it makes a whole one, and nothing
    keeps two plans in memory once more."""

    def __init__(self, entries: Mapping[str, BaseModel]) -> None:
        self._entries = entries

    def __getitem__(self, key: str) -> object:
        return self._entries[key].model_dump(mode="json")

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _values(path: str, before: object, after: object) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _tables(path, before, after)
    elif before == after:
        return
    elif before is None:
        yield Change(path, ChangeKind.ADDED, None, after, f"{path} is new: {_told(after)}")
    elif after is None:
        yield Change(path, ChangeKind.REMOVED, before, None, f"{path} is gone: it was {_told(before)}")
    elif isinstance(before, Sequence) and isinstance(after, list):
        yield _lists(path, before, after)
    else:
        words = f"{path} was {_told(before)}, is now {_told(after)}"
        yield Change(path, ChangeKind.CHANGED, before, after, words)


def _tables(path: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _values(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    kept, keeping = [key for key in before if key in after], [key for key in after if key in before]
    if kept != keeping:
        words = f"{path} has the same entries in another order"
        yield Change(path, ChangeKind.REORDERED, kept, keeping, words)


def _lists(path: str, before: Sequence[object], after: Sequence[object]) -> Change:
    gone = [_told(value) for value in before if value not in after]
    new = [_told(value) for value in after if value not in before]
    if not gone and not new:
        return Change(
            path, ChangeKind.REORDERED, before, after, f"{path} is in another order: {_told(after)}"
        )
    parts = [f"without {', '.join(gone)}"] if gone else []
    parts += [f"with {', '.join(new)}"] if new else []
    return Change(path, ChangeKind.CHANGED, before, after, f"{path}: now {' and '.join(parts)}")


def _told(value: object) -> str:
    """The value as JSON, without what is null in it. What is too long says how much is left out."""
    text = json.dumps(_given(value), ensure_ascii=False)
    more = len(text) - _MAX_TOLD
    return text if more <= 0 else f"{text[:_MAX_TOLD]} [and {more} characters more]"


def _given(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _given(inner) for key, inner in value.items() if inner is not None}
    return [_given(inner) for inner in value] if isinstance(value, list) else value
