"""How often somebody may ask, as a bucket that fills slowly and is emptied by asking."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then so many `per_second`."""

    burst: int
    per_second: float


class Buckets:
    """One bucket for each key; the keys that were not heard of longest are forgotten beyond `most_keys`."""

    def __init__(self, rate: Rate, most_keys: int) -> None:
        self._rate = rate
        self._most_keys = most_keys
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> what was left, and when

    def take(self, key: str, now: float) -> float:
        """Take one; 0.0 when there was one, else the seconds until there will be. `now` is monotonic."""
        left, at = self._left.pop(key, (float(self._rate.burst), now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate.per_second
        self._left[key] = (left if wait else left - 1, now)
        if len(self._left) > self._most_keys:
            self._left.popitem(last=False)
        return wait
