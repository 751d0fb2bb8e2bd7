"""What is due when: at most one deadline a key, the earliest at hand, nothing scanned."""

import heapq
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar


def earlier(one: float | None, other: float | None) -> float | None:
    """The earlier of two times of which there may be none."""
    if one is None or other is None:
        return other if one is None else one
    return one if one <= other else other


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...
    def __le__(self, other: Any, /) -> bool: ...


Time = TypeVar("Time", bound=_Ordered)

_SLACK = 64  # outdated entries that are let be, whatever the number of live ones


class Agenda(Generic[Time]):
    """A heap of (deadline, key) with lazy deletion; outdated entries never outnumber the live ones by
    much."""

    def __init__(self) -> None:
        self._when: dict[str, Time] = {}
        self._heap: list[tuple[Time, str]] = []

    def __len__(self) -> int:
        return len(self._when)

    def set(self, key: str, when: Time | None) -> None:
        """Make `when` the deadline of `key`, in place of any it had; None for none."""
        if self._when.get(key) == when:
            return
        if when is None:
            del self._when[key]
            return
        self._when[key] = when
        heapq.heappush(self._heap, (when, key))
        if len(self._heap) > 2 * len(self._when) + _SLACK:
            self._heap = [(live, name) for name, live in self._when.items()]
            heapq.heapify(self._heap)

    def move(self, key: str, to: str) -> None:
        """Give the deadline of `key`, if it has one, to another key."""
        when = self._when.get(key)
        self.set(key, None)
        self.set(to, when)

    def earliest(self) -> Time | None:
        """The earliest deadline, or None."""
        while self._heap:
            when, key = self._heap[0]
            if self._when.get(key) == when:
                return when
            heapq.heappop(self._heap)
        return None

    def due(self, now: Time) -> Iterator[str]:
        """Take out, in order, the keys whose deadline is `now` or earlier. Deadlines set meanwhile count
        too."""
        while (when := self.earliest()) is not None and when <= now:
            _, key = heapq.heappop(self._heap)
            del self._when[key]
            yield key
