"""What may be wrong with hours: empty or overlapping intervals, days given twice, deviations of the past."""

from collections.abc import Iterator, Sequence
from datetime import date

from routing.interval import DAY, WEEKDAYS, Interval
from routing.plan import Calendar, Plan, Weekly
from routing.problem import Problem, error, warning


def check_calendars(plan: Plan, today: date | None) -> Iterator[Problem]:
    """The problems of calendars. Without `today`, nothing is said of the past."""
    for name, calendar in plan.calendars.items():
        path = f"calendars.{name}"
        yield from _week(path, calendar.weekly)
        yield from _deviations(path, calendar, today)
        if calendar.open == "weekly" and calendar.weekly == Weekly():
            yield warning(path, "has no hours, so it is never open", 'Say open = "never" if that is meant')


def _week(path: str, weekly: Weekly) -> Iterator[Problem]:
    days = [getattr(weekly, day) for day in WEEKDAYS]
    for index, day in enumerate(WEEKDAYS):
        where = f"{path}.weekly.{day}"
        yield from _intervals(where, days[index])
        night = [interval.shifted(-DAY) for interval in days[index - 1] if interval.end > DAY]
        for number, interval in enumerate(days[index]):
            if any(interval.overlaps(before) for before in night):
                yield _overlap(f"{where}[{number}]", interval, "the night of the day before")


def _intervals(where: str, intervals: Sequence[Interval]) -> Iterator[Problem]:
    for number, interval in enumerate(intervals):
        path = f"{where}[{number}]"
        if interval.is_empty:
            yield error(
                path,
                f"{interval} is empty",
                "The end is the first moment that is closed; use 24:00 for midnight",
            )
        for other in intervals[:number]:
            if interval.overlaps(other):
                yield _overlap(path, interval, str(other))


def _overlap(path: str, interval: Interval, other: str) -> Problem:
    return error(path, f"{interval} overlaps {other}", "Make one interval of them, or move one")


def _deviations(path: str, calendar: Calendar, today: date | None) -> Iterator[Problem]:
    first_of_day: dict[date, str] = {}
    for index, deviation in enumerate(calendar.deviations):
        where = f"{path}.deviations[{index}]"
        yield from _intervals(f"{where}.intervals", deviation.intervals)
        first = first_of_day.setdefault(deviation.date, where)
        if first != where:
            yield error(
                where, f"{deviation.date} has a deviation already ({first})", "Make one deviation of them"
            )
        if today is not None and deviation.date < today:
            yield warning(where, f"{deviation.date} is in the past", "Remove it: it will not return")
