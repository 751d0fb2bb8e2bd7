"""How long something takes: what the log shows, or what is invented.

A log shows two kinds of times: those that came to their end, and those that were cut off, of which is known
only that it would have taken longer. A caller who was answered after 40 s would have waited for more than
that. Kaplan and Meier's estimate uses both: leaving out the second would make everybody impatient.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from typing import Protocol


class Spread(Protocol):
    """A distribution of times in seconds."""

    def beyond(self, known: float, draw: float) -> float | None:
        """A time longer than `known` by a draw in [0, 1); None when it never comes."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory, by its mean."""

    mean: float

    def beyond(self, known: float, draw: float) -> float:
        """What is known changes nothing of what is still to come."""
        return known - self.mean * log(1.0 - draw)


@dataclass(frozen=True, slots=True)
class Seen:
    """By what was seen: `times` in ascending order, `left` the share that takes longer than each."""

    times: Sequence[float]
    left: Sequence[float]

    @classmethod
    def of(cls, ended: Iterable[float], cut_off: Iterable[float] = ()) -> "Seen":
        """Of times that came to their end, and of those that were cut off."""
        seen = sorted([(time, True) for time in ended] + [(time, False) for time in cut_off])
        times: list[float] = []
        left: list[float] = []
        at_risk, share = len(seen), 1.0
        for time, together in groupby(seen, key=lambda one: one[0]):
            ends = [end for _, end in together]
            if any(ends):
                share *= 1.0 - sum(ends) / at_risk
                times.append(time)
                left.append(share)
            at_risk -= len(ends)
        return cls(times, left)

    def beyond(self, known: float, draw: float) -> float | None:
        """One of the times seen that are longer, as often as they were seen among those."""
        first = bisect_right(self.times, known)
        now = self.left[first - 1] if first else 1.0
        target = now * (1.0 - draw)  # in (0, now]: the first time whose share left is less
        low, high = first, len(self.times)
        while low < high:
            middle = (low + high) // 2
            if self.left[middle] < target:
                high = middle
            else:
                low = middle + 1
        return self.times[low] if low < len(self.times) else None
