"""A calendar of the plan made into the table that `hours` reads, every entry's text written beforehand."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from routing.decision import Reason
from routing.holiday_table import FIRST_YEAR, LAST_YEAR, swedish_holidays
from routing.interval import DAY, WEEKDAYS, Interval
from routing.plan import Calendar, Deviation, Weekly
from routing.tables import CalendarTable, DayHours, OpenInterval

HOLIDAY_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def compile_calendar(name: str, calendar: Calendar) -> CalendarTable:
    """The table of one calendar."""
    path = f"calendars.{name}"
    holidays = swedish_holidays(HOLIDAY_YEARS, calendar.holiday_eves) if calendar.holidays else {}
    return CalendarTable(
        name=name,
        weekly=_weekly(path, calendar),
        holidays=MappingProxyType({day: _holiday(path, text) for day, text in holidays.items()}),
        deviations=_deviations(path, calendar.deviations),
        holiday_years=HOLIDAY_YEARS if calendar.holidays else None,
    )


def always_open(path: str, text: str) -> CalendarTable:
    """A calendar that is always open, for what has none of its own. `path` and `text` are its only entry."""
    reason = Reason("calendar", path, text)
    day = DayHours((OpenInterval(0, DAY, reason),), reason)
    return CalendarTable("", (day,) * len(WEEKDAYS), MappingProxyType({}), MappingProxyType({}), None)


def _weekly(path: str, calendar: Calendar) -> tuple[DayHours, ...]:
    if calendar.open == "weekly":
        return tuple(_weekday(path, calendar.weekly, day) for day in WEEKDAYS)
    if calendar.open == "always":
        return always_open(f"{path}.open", "always open").weekly
    never = DayHours((), Reason("calendar", f"{path}.open", "never open"))
    return (never,) * len(WEEKDAYS)


def _weekday(path: str, weekly: Weekly, day: str) -> DayHours:
    where = f"{path}.weekly.{day}"
    return _day_hours(Reason("calendar", where, ""), where, getattr(weekly, day))


def _holiday(path: str, name: str) -> DayHours:
    return DayHours((), Reason("holiday", f"{path}.holidays", f"closed: {name}"))


def _deviations(path: str, deviations: tuple[Deviation, ...]) -> Mapping[date, DayHours]:
    table = {}
    for index, deviation in enumerate(deviations):
        where = f"{path}.deviations[{index}]"
        entry = Reason("deviation", where, f": {deviation.note}")
        table[deviation.date] = _day_hours(entry, f"{where}.intervals", deviation.intervals)
    return MappingProxyType(table)


def _day_hours(entry: Reason, list_path: str, intervals: tuple[Interval, ...]) -> DayHours:
    """The hours of a day. `entry` is the day's own; its text is a note added to what each interval says."""
    opened = tuple(
        OpenInterval(
            interval.start,
            interval.end,
            Reason(entry.rule, f"{list_path}[{index}]", f"open {interval}{entry.text}"),
        )
        for index, interval in enumerate(intervals)
    )
    hours = ", ".join(str(interval) for interval in intervals)
    closed = f"closed outside {hours}" if hours else "closed all day"
    return DayHours(opened, Reason(entry.rule, entry.where, closed + entry.text))
