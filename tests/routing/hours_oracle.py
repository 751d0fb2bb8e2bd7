"""Opening hours worked out another way, to judge `routing.hours` by: each minute painted on a wall clock.

It shares nothing with the code it judges: no zoneinfo (the EU's rule for summer time is written out), no
tables and no half-open comparison; every minute that is open is a member of a set. Times of the wall clock
carry UTC as a mere label, because Python wants one.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

MINUTE = timedelta(minutes=1)
DAY_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Weekly = Mapping[str, Sequence[str]]
Deviations = Mapping[date, Sequence[str]]


def stockholm(utc: datetime) -> datetime:
    """The wall clock in Stockholm: summer time from 01:00 UTC on March's last Sunday to October's."""
    begins, ends = _last_sunday(utc.year, 3), _last_sunday(utc.year, 10)
    return utc + timedelta(hours=2 if begins <= utc < ends else 1)


def _last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.weekday() != 6:
        day -= timedelta(days=1)
    return day


def open_minutes(
    weekly: Weekly, deviations: Deviations, holidays: Sequence[date], first: date, last: date
) -> set[datetime]:
    """Every minute of the wall clock that is open and belongs to a day from `first` to `last`."""
    painted: set[datetime] = set()
    day = datetime(first.year, first.month, first.day, tzinfo=UTC)
    while day.date() <= last:
        if day.date() in deviations:
            intervals = deviations[day.date()]
        else:
            intervals = [] if day.date() in holidays else weekly.get(DAY_NAMES[day.weekday()], [])
        for interval in intervals:
            painted.update(_minutes(day, interval))
        day += timedelta(days=1)
    return painted


def _minutes(day: datetime, interval: str) -> list[datetime]:
    start, end = (day + timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in interval.split("-"))
    if end < start:
        end += timedelta(days=1)
    return [start + n * MINUTE for n in range(round((end - start) / MINUTE))]
