"""What changed between two plans, place by place, in words and as values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.plan import Plan

# Values are told so that they are recognised; `before` and `after` hold them whole.
_MAX_TOLD = 120


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
    return tuple(_tables("", before.model_dump(mode="json"), after.model_dump(mode="json")))


def _values(path: str, before: object, after: object) -> Iterator[Change]:
    if before == after and not isinstance(before, Mapping):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _tables(path, before, after)
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
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_TOLD else f"{text[:_MAX_TOLD]}..."
