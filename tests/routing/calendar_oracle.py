"""Calendars with bases, rules and breaks worked out another way, to judge the compiled ones by.

Each minute of each day is asked what it belongs to. Holidays are reckoned here (Easter by Gauss's rule as
Spencer Jones wrote it down), not taken from a library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.routing.hours_oracle import DAY_NAMES

ONE = timedelta(days=1)


def minutes_of(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def painted(interval: str) -> set[int]:
    """The minutes of an interval, counted from the midnight that its day begins with."""
    start, end = (minutes_of(part) for part in interval.split("-"))
    return set(range(start, end if end >= start else end + 1440))


@dataclass
class Rule:
    """A rule as the plan has it; `before` is the names of holidays, [] any, None for days between."""

    before: Sequence[str] | None
    closes: str = ""
    intervals: Sequence[str] = ()


@dataclass
class Level:
    """One calendar of a chain."""

    weekly: Mapping[str, Sequence[str]] = field(default_factory=dict)
    breaks: Sequence[str] = ()
    rules: Sequence[Rule] = ()
    deviations: Mapping[date, Sequence[str]] = field(default_factory=dict)


def easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def saturday_from(day: date) -> date:
    while day.weekday() != 5:
        day += ONE
    return day


def holidays(year: int, *, eves: bool) -> dict[date, str]:
    sunday, midsummer = easter(year), saturday_from(date(year, 6, 20))
    found = {
        date(year, 1, 1): "Nyårsdagen",
        date(year, 1, 6): "Trettondedag jul",
        sunday - 2 * ONE: "Långfredagen",
        sunday: "Påskdagen",
        sunday + ONE: "Annandag påsk",
        date(year, 5, 1): "Första maj",
        sunday + 39 * ONE: "Kristi himmelsfärdsdag",
        sunday + 49 * ONE: "Pingstdagen",
        date(year, 6, 6): "Nationaldagen",
        midsummer: "Midsommardagen",
        saturday_from(date(year, 10, 31)): "Alla helgons dag",
        date(year, 12, 25): "Juldagen",
        date(year, 12, 26): "Annandag jul",
    }
    if eves:
        found |= {
            midsummer - ONE: "Midsommarafton",
            date(year, 12, 24): "Julafton",
            date(year, 12, 31): "Nyårsafton",
        }
    return found


class Oracle:
    """A chain of calendars, the own one first. `eves` is whether eves are kept as holidays."""

    def __init__(self, levels: Sequence[Level], *, eves: bool) -> None:
        self._levels = levels
        self._days: dict[date, tuple[set[int], set[int]]] = {}
        years = range(2023, 2034)
        self._kept_days = {day: name for year in years for day, name in holidays(year, eves=eves).items()}
        self._named_days = {day: name for year in years for day, name in holidays(year, eves=True).items()}

    def is_open(self, wall: datetime) -> bool:
        """Whether it is open at this minute of the wall clock."""
        day, minute = wall.date(), wall.hour * 60 + wall.minute
        for each in (day, day - ONE):
            if each not in self._days:
                self._days[each] = self._day(each)
        own, breaks = self._days[day]
        if minute in breaks:
            return False
        return minute in own or minute + 1440 in self._days[day - ONE][0]

    def _day(self, day: date) -> tuple[set[int], set[int]]:
        """The minutes that are open, and those of breaks, of the hours that begin on a day."""
        for depth, level in enumerate(self._levels):
            if day in level.deviations:
                return self._cut(level.deviations[day], self._levels[:depth])
        for depth, level in enumerate(self._levels):
            for rule in level.rules:
                if not self._speaks_of(rule, day):
                    continue
                if not rule.closes:
                    return self._cut(rule.intervals, self._levels[:depth])
                if day not in self._kept_days:
                    minutes, breaks = self._cut(self._week(day), self._levels)
                    end = minutes_of(rule.closes)
                    return {minute for minute in minutes if minute < end}, {m for m in breaks if m < end}
        if day in self._kept_days:
            return set(), set()
        return self._cut(self._week(day), self._levels)

    def _week(self, day: date) -> Sequence[str]:
        weekly = next((level.weekly for level in self._levels if any(level.weekly.values())), {})
        return weekly.get(DAY_NAMES[day.weekday()], ())

    def _cut(self, intervals: Sequence[str], levels: Sequence[Level]) -> tuple[set[int], set[int]]:
        minutes = {minute for interval in intervals for minute in painted(interval)}
        rests = [painted(rest) for level in levels for rest in level.breaks]
        return minutes, {minute for rest in rests if rest & minutes for minute in rest}

    def _speaks_of(self, rule: Rule, day: date) -> bool:
        tomorrow = day + ONE
        if rule.before is None:
            sides = (day - ONE, tomorrow)
            near = any(side in self._kept_days for side in sides)
            return near and not self._free(day) and all(self._free(side) for side in sides)
        if not rule.before:
            return tomorrow in self._kept_days
        return self._named_days.get(tomorrow) in rule.before

    def _free(self, day: date) -> bool:
        return day.weekday() >= 5 or day in self._kept_days


def minutes_around(day: date) -> list[datetime]:
    """Every minute of a day and the next, in UTC."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [begin + timedelta(minutes=n) for n in range(2 * 1440)]
