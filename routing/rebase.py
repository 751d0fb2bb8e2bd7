"""A plan that waits, made anew on top of another: a three-way merge of the documents, place by place.

`base` is what the waiting plan was made from, `pending` the waiting one, `applied` what comes in the place of
base. What one of the two has changed is taken; what both have made the same is taken; what both have changed
to different values is a conflict, which is never guessed at.
"""

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from routing.errors import RoutingError

MAX_CONFLICTS = 50
"""Conflicts that are named: who has more withdraws the waiting plan, or makes it anew. All are counted."""

_MAX_TOLD = 120  # characters of a value: so that it is recognised


class _Absent(Enum):
    """There is no entry. None is a value: of a place that is left out."""

    ABSENT = "absent"


ABSENT = _Absent.ABSENT

_KEYS: Mapping[str, Callable[[Any], str]] = {
    "deviations": lambda entry: str(entry["date"]),
    "members": str,
    "phones": str,
}
"""Lists whose entries stand for themselves, and by what one is known in both. Every other list is one value:
of hours that both have changed nobody can say which were meant together."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both have changed, and what stands there by each, as text; "nothing" where there is no
    entry. A path that ends in "order of" what follows has its entries in three orders."""

    path: str
    base: str
    pending: str
    applied: str

    def __str__(self) -> str:
        return f"{self.path} was {self.base}, waits to be {self.pending}, and becomes {self.applied}"


class RebaseConflict(RoutingError):
    """Both plans change the same places. `conflicts` are the first `MAX_CONFLICTS` of `count`."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__("; ".join(str(conflict) for conflict in conflicts[:3]))
        self.conflicts = tuple(conflicts[:MAX_CONFLICTS])
        self.count = len(conflicts)


def rebase(base: str, pending: str, applied: str) -> str:
    """The plan that changes in `applied` what `pending` changes in `base`; each is a plan's JSON.

    It may still be no plan, or one with errors: check it as any other. Raises RebaseConflict.
    """
    return _written(merge(*[json.loads(text, object_pairs_hook=_table) for text in (base, pending, applied)]))


def merge(
    base: Mapping[str, Any], pending: Mapping[str, Any], applied: Mapping[str, Any]
) -> dict[str, object]:
    """The same with what JSON holds. Raises RebaseConflict."""
    merging = _Merge()
    merged = merging.tables("", base, pending, applied)
    if merging.conflicts:
        raise RebaseConflict(merging.conflicts)
    return merged


def _table(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON. Written in Python so that each lets other threads in: the parser alone would hold
    the interpreter for a whole plan, and every call with it."""
    return dict(pairs)


def _written(document: Mapping[str, object]) -> str:
    """JSON, written entry by entry for the same reason."""
    return _object(
        (key, _object((name, _json(entry)) for name, entry in table.items()))
        if isinstance(table, Mapping)
        else (key, _json(table))
        for key, table in document.items()
    )


def _object(entries: Iterable[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{_json(key)}:{value}" for key, value in entries) + "}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Merge:
    """Goes down the three documents side by side."""

    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def tables(
        self, path: str, base: Mapping[str, Any], pending: Mapping[str, Any], applied: Mapping[str, Any]
    ) -> dict[str, object]:
        """The merged table, in the merged order: trunks take 112 in theirs."""
        merged: dict[str, object] = {}
        for key in dict.fromkeys([*applied, *pending]):
            at = f"{path}.{key}" if path else key
            value = self._value(at, base.get(key, ABSENT), pending.get(key, ABSENT), applied.get(key, ABSENT))
            if value is not ABSENT:
                merged[key] = value
        return {key: merged[key] for key in self._order(path, base, pending, applied, merged)}

    def _value(self, path: str, base: object, pending: object, applied: object) -> object:
        if isinstance(pending, Mapping) and isinstance(applied, Mapping):
            return self.tables(path, base if isinstance(base, Mapping) else {}, pending, applied)
        if pending in (base, applied):
            return applied
        if applied == base:
            return pending
        if isinstance(base, list) and isinstance(pending, list) and isinstance(applied, list):
            return self._lists(path, base, pending, applied)
        return self._conflict(path, base, pending, applied)

    def _lists(self, path: str, base: list[object], pending: list[object], applied: list[object]) -> object:
        key_of = _KEYS.get(path.rpartition(".")[2])
        if key_of is None:
            return self._conflict(path, base, pending, applied)
        was, waits, becomes = (
            {key_of(entry): entry for entry in found} for found in (base, pending, applied)
        )
        if len(was) + len(waits) + len(becomes) < len(base) + len(pending) + len(applied):
            return self._conflict(path, base, pending, applied)  # an entry twice: not known by its key
        return list(self.tables(path, was, waits, becomes).values())

    def _order(
        self,
        path: str,
        base: Iterable[str],
        pending: Iterable[str],
        applied: Iterable[str],
        merged: Container[str],
    ) -> list[str]:
        """The keys that are kept, in the order of whoever has changed it."""
        theirs, ours = [key for key in pending if key in merged], [key for key in applied if key in merged]
        common = set(theirs) & set(ours)
        was, waits, becomes = ([key for key in keys if key in common] for keys in (base, theirs, ours))
        if waits in (was, becomes):
            return _inserted(ours, theirs)
        if becomes == was:
            return _inserted(theirs, ours)
        self._conflict(f"{path}: order of entries" if path else "order of entries", was, waits, becomes)
        return ours

    def _conflict(self, path: str, base: object, pending: object, applied: object) -> object:
        self.conflicts.append(Conflict(path, _told(base), _told(pending), _told(applied)))
        return applied


def _inserted(order: Sequence[str], others: Sequence[str]) -> list[str]:
    """`order` with the others that it lacks: each after the one that it follows there, and after what
    `order` itself has put there."""
    known, has = set(others), set(order)
    following: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for key in others:
        if key in has:
            anchor = key
        else:
            following.setdefault(anchor, []).append(key)
    result, waiting = [], following.get(None, [])
    for key in order:
        if key in known:
            result += waiting
            waiting = following.get(key, [])
        result.append(key)
    return result + waiting


def _told(value: object) -> str:
    if value is ABSENT:
        return "nothing"
    text = _json(value)
    return text if len(text) <= _MAX_TOLD else f"{text[:_MAX_TOLD]}..."
