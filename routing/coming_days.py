"""The days of a period, on the wall clock and in UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from routing.hours import STOCKHOLM
from routing.interval import DAY

_ONE_DAY = timedelta(days=1)

# The clocks of Europe/Stockholm have changed at this hour, UTC, in every year that can be asked about.
_CHANGES_AT = time(1, tzinfo=UTC)

Stretch = tuple[int, int, int]
"""From a second of the wall clock to before another one it runs evenly; the first in seconds UTC."""


class Days:
    """The local days from `start` to before `end` (aware), each with the stretches of it that lie in the
    period.

    A day of a clock change has two: in March they leave out an hour, in October both have it. `start` and
    `end` are in seconds UTC. `with_day_before` has one more date, whose night may reach into the first.
    `odd` are the days that are not there from midnight to midnight, or not evenly.
    """

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = int(start.timestamp()), int(end.timestamp())
        first, last = (at.astimezone(STOCKHOLM).date().toordinal() for at in (start, end))
        self.dates = tuple(date.fromordinal(ordinal) for ordinal in range(first, last + 1))
        self.with_day_before = (self.dates[0] - _ONE_DAY, *self.dates)
        self.stretches = tuple(tuple(self._clipped(day)) for day in self.dates)
        self.odd = frozenset(
            day for day, parts in enumerate(self.stretches) if [part[:2] for part in parts] != [(0, DAY)]
        )

    def bounds(self, day: int) -> tuple[int, int]:
        """Where in UTC the part of a day begins and ends that lies in the period, which must have one."""
        begin, end, utc = self.stretches[day][-1]
        return self.stretches[day][0][2], utc + end - begin

    def _clipped(self, day: date) -> Iterator[Stretch]:
        for begin, end, utc in _stretches(day):
            start, stop = max(utc, self.start), min(utc + end - begin, self.end)
            if start < stop:
                yield begin + start - utc, begin + stop - utc, start


def _stretches(day: date) -> Iterator[Stretch]:
    midnight, next_midnight = _midnight(day), _midnight(day + _ONE_DAY)
    if next_midnight - midnight == DAY:
        yield 0, DAY, midnight
        return
    change = datetime.combine(day, _CHANGES_AT)
    wall = change.astimezone(STOCKHOLM)
    utc = int(change.timestamp())
    yield 0, utc - midnight, midnight
    yield wall.hour * 3600, DAY, utc


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), STOCKHOLM).timestamp())
