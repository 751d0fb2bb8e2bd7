"""Prometheus' text format (version 0.0.4), written from plain numbers.

prometheus_client takes 6 µs a line, and a large plan has tens of thousands of lines: the service would stand
still at each scrape. Here the words of a series are put together once, when it begins, and a scrape only adds
the values: 0.5 µs a line (`tests/bench/bench_scrape.py`). Only for the loop's own thread, so without locks.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

Values = tuple[str, ...]
"""The values of a series' labels, in the order of the labels."""

Key = TypeVar("Key", bound=str | Values)
"""What tells a series from others: the value of its only label, or the values of several."""

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Kind(StrEnum):
    """What the values of a metric mean, as Prometheus names it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class About:
    """What a metric is called and says. A counter's name ends with `_total`; `meaning` is one line."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()

    def heading(self) -> str:
        """The lines before the metric's series."""
        return f"# HELP {self.name} {self.meaning}\n# TYPE {self.name} {self.kind}\n"

    def series(self, values: Values, suffix: str = "", extra: str = "") -> str:
        """The words of one series, all of its line but the value."""
        pairs = [
            f'{label}="{value.translate(_ESCAPES)}"' for label, value in zip(self.labels, values, strict=True)
        ]
        inside = ",".join([*pairs, extra] if extra else pairs)
        return f"{self.name}{suffix}{{{inside}}} " if inside else f"{self.name}{suffix} "


class Metric(Protocol):
    """A metric with its present values."""

    @property
    def about(self) -> About:
        """What it is called and says."""

    def lines(self) -> Iterator[str]:
        """The line of each series, with its line end."""


@dataclass(slots=True)
class _Count:
    """One series of a counter. `text` is how it was written last, until it changes."""

    words: str
    value: float = 0
    text: str = ""

    def written(self) -> str:
        return f"{self.words}{self.value}\n"


class Counter:
    """Counts what happened since the process began, as Prometheus expects."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.about = About(name, Kind.COUNTER, meaning, labels)
        self._series: dict[Values, _Count] = {}
        if not labels:
            self.add(by=0)

    def add(self, *values: str, by: float = 1) -> None:
        """Count in the series of these label values, which begins with this if it is new."""
        series = self._series.get(values)
        if series is None:
            series = self._series[values] = _Count(self.about.series(values))
        series.value += by
        series.text = ""

    def count(self, *values: str) -> float:
        """What was counted in the series of these label values."""
        series = self._series.get(values)
        return series.value if series else 0

    def values(self) -> Collection[Values]:
        """The label values of which there is a series."""
        return self._series.keys()

    def lines(self) -> Iterator[str]:
        for series in self._series.values():
            series.text = series.text or series.written()
            yield series.text


@dataclass(slots=True)
class _Durations:
    """One series of a histogram. `text` is how it was written last, until it changes."""

    words: list[str]
    counts: list[int]
    total: float = 0.0
    text: str = ""

    def written(self) -> str:
        values: list[float] = list(accumulate(self.counts))
        values += [values[-1], self.total]
        return "".join([f"{words}{value}\n" for words, value in zip(self.words, values, strict=True)])


class Histogram:
    """Counts durations, in seconds, by the bound that each keeps within; bounds are on what is promised."""

    def __init__(self, name: str, meaning: str, bounds: Sequence[float], *labels: str) -> None:
        self.about = About(name, Kind.HISTOGRAM, meaning, labels)
        self._bounds = tuple(bounds)
        self._series: dict[Values, _Durations] = {}
        if not labels:
            self._begin(())

    def observe(self, seconds: float, *values: str) -> None:
        """Count one duration in the series of these label values."""
        series = self._series.get(values) or self._begin(values)
        series.counts[bisect_left(self._bounds, seconds)] += 1
        series.total += seconds
        series.text = ""

    def within(self, bound: float, *values: str) -> tuple[int, int]:
        """How many of these label values kept within this bound, which is one of ours; and how many there
        were."""
        series = self._series.get(values)
        counts = series.counts if series else []
        return sum(counts[: self._bounds.index(bound) + 1]), sum(counts)

    def values(self) -> Collection[Values]:
        """The label values of which there is a series."""
        return self._series.keys()

    def lines(self) -> Iterator[str]:
        for series in self._series.values():
            series.text = series.text or series.written()
            yield series.text

    def _begin(self, values: Values) -> _Durations:
        bounds = [f'le="{bound}"' for bound in (*self._bounds, "+Inf")]
        words = [self.about.series(values, "_bucket", bound) for bound in bounds]
        words += [self.about.series(values, suffix) for suffix in ("_count", "_sum")]
        series = self._series[values] = _Durations(words, [0] * len(bounds))
        return series


class Shown(Generic[Key]):
    """Something that is counted or known elsewhere: `read` is asked at each scrape, so it must be quick.

    The series are those that it gives, so they follow the plan when it changes.
    """

    def __init__(self, about: About, read: Callable[[], Mapping[Key, float]]) -> None:
        self.about = about
        self._read = read
        self._words: dict[Key, str] = {}

    def lines(self) -> Iterator[str]:
        known, self._words = self._words, {}
        for key, number in self._read().items():
            words = known.get(key) or self.about.series((key,) if isinstance(key, str) else key)
            self._words[key] = words
            yield f"{words}{+number}\n"  # the plus makes True a 1
