"""When what is due: one heap for any number of things that wait.

A deadline that is moved or taken away leaves its old entry in the heap until it comes to the top (lazy
deletion), so that each change costs O(log n) and nothing is ever searched.
"""

import heapq
from collections.abc import Hashable, Iterator
from itertools import count
from typing import Generic, TypeVar

# Below this size a heap is not worth rebuilding; above it, dead entries may at most equal the live ones.
SMALL_HEAP = 64

Item = TypeVar("Item", bound=Hashable)


class Deadlines(Generic[Item]):
    """At most one deadline for each item. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._due_at: dict[Item, float] = {}
        self._heap: list[tuple[float, int, Item]] = []
        # Ties are broken by age, so that items are never compared and equal deadlines keep their order.
        self._age = count()

    def __len__(self) -> int:
        """How many items have a deadline."""
        return len(self._due_at)

    @property
    def heap_size(self) -> int:
        """Entries held, dead ones included: at most twice the live ones plus `SMALL_HEAP`."""
        return len(self._heap)

    def set(self, item: Item, deadline: float | None) -> None:
        """Set or moves the deadline of an item; None takes it away."""
        if deadline is None:
            self._due_at.pop(item, None)
        elif self._due_at.get(item) != deadline:
            self._due_at[item] = deadline
            heapq.heappush(self._heap, (deadline, next(self._age), item))
        if len(self._heap) > 2 * len(self._due_at) + SMALL_HEAP:
            self._rebuild()

    def next(self) -> float | None:
        """Return the earliest deadline, or None when nothing waits."""
        heap = self._heap
        while heap:
            deadline, _, item = heap[0]
            if self._due_at.get(item) == deadline:
                return deadline
            heapq.heappop(heap)
        return None

    def pop_due(self, now: float) -> Iterator[Item]:
        """Take each item whose deadline has come, earliest first; it has none until one is set again."""
        while (deadline := self.next()) is not None and deadline <= now:
            item = heapq.heappop(self._heap)[2]
            del self._due_at[item]
            yield item

    def _rebuild(self) -> None:
        live = self._due_at
        self._heap = [entry for entry in self._heap if live.get(entry[2]) == entry[0]]
        heapq.heapify(self._heap)
