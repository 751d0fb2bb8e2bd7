"""Prometheus' text format (version 0.0.4), written from plain numbers.

prometheus_client takes 6 µs a line, and a large plan has tens of thousands of lines: the service would stand
still at each scrape. Here the words of a series are put together once, when it begins, and a scrape only adds
the values: 0.5 µs a line (`tests/bench/bench_scrape.py`). Only for the loop's own thread, so without locks.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Protocol

Values = tuple[str, ...]
"""The values of a series' labels, in the order of the labels."""

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


class Counter:
    """Counts what happened since the process began, as Prometheus expects."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.about = About(name, Kind.COUNTER, meaning, labels)
        self._counts: dict[Values, int] = {}
        self._words: dict[Values, str] = {}
        if not labels:
            self.add(by=0)

    def add(self, *values: str, by: int = 1) -> None:
        """Count in the series of these label values, which begins with this if it is new."""
        if values not in self._counts:
            self._counts[values] = 0
            self._words[values] = self.about.series(values)
        self._counts[values] += by

    def lines(self) -> Iterator[str]:
        for values, words in self._words.items():
            yield f"{words}{self._counts[values]}\n"


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

    def lines(self) -> Iterator[str]:
        for series in self._series.values():
            series.text = series.text or series.written()
            yield series.text

    def _begin(self, values: Values) -> "_Durations":
        bounds = [f'le="{bound}"' for bound in (*self._bounds, "+Inf")]
        words = [self.about.series(values, "_bucket", bound) for bound in bounds]
        words += [self.about.series(values, suffix) for suffix in ("_count", "_sum")]
        series = self._series[values] = _Durations(words, [0] * len(bounds))
        return series


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


class Shown:
    """Something that is counted or known elsewhere: `read` is asked at each scrape, so it must be quick.

    The series are those that `read` gives, so they follow the plan when it changes.
    """

    def __init__(self, about: About, read: Callable[[], Mapping[Values, float]]) -> None:
        self.about = about
        self._read = read
        self._words: dict[Values, str] = {}

    def lines(self) -> Iterator[str]:
        shown = self._read()
        known = self._words
        self._words = {values: known.get(values) or self.about.series(values) for values in shown}
        for values, words in self._words.items():
            yield f"{words}{+shown[values]}\n"  # the plus makes True a 1
