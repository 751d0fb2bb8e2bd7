"""A calendar of the plan made into the table that `hours` reads, every entry's text written beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from routing.decision import Reason
from routing.gather_calendar import Gathered, gather
from routing.holiday_rules import days_of
from routing.holiday_table import HOLIDAY_YEARS
from routing.interval import DAY, WEEKDAYS, Interval, show_clock
from routing.plan_calendar import Calendar, HolidayRule
from routing.tables import CalendarTable, DayHours, OpenInterval


def compile_calendar(name: str, calendars: Mapping[str, Calendar]) -> CalendarTable:
    """The table of one calendar, with what it is based on. Raises KeyError for a base that is none, and
    BaseLoop for one that is based on itself: `check` finds both before."""
    whole = gather(name, calendars)
    holidays = whole.holidays()
    weekly = tuple(_weekday(whole, index) for index in range(len(WEEKDAYS)))
    # The same holiday of a hundred years is one object: a plan may have a calendar for each of its numbers
    closed = {text: _holiday(whole, text) for text in set(holidays.values())}
    return CalendarTable(
        name=name,
        weekly=weekly,
        holidays=MappingProxyType({day: closed[text] for day, text in holidays.items()}),
        rules=MappingProxyType(_rules(whole, weekly, holidays)),
        deviations=MappingProxyType(_deviations(whole)),
        holiday_years=HOLIDAY_YEARS if whole.keeps_holidays else None,
    )


def always_open(path: str, text: str) -> CalendarTable:
    """A calendar that is always open, for what has none of its own. `path` and `text` are its only entry."""
    reason = Reason("calendar", path, text)
    day = DayHours((OpenInterval(0, DAY, reason),), reason)
    none: Mapping[date, DayHours] = MappingProxyType({})
    return CalendarTable("", (day,) * len(WEEKDAYS), none, none, none, None)


def _weekday(whole: Gathered, index: int) -> DayHours:
    path, calendar = whole.week
    if calendar.open == "always":
        hours = always_open(f"{path}.open", "always open").weekly[index]
    elif calendar.open == "never":
        hours = DayHours((), Reason("calendar", f"{path}.open", "never open"))
    else:
        where = f"{path}.weekly.{WEEKDAYS[index]}"
        hours = _day_hours(Reason("calendar", where, ""), where, getattr(calendar.weekly, WEEKDAYS[index]))
    return _with_breaks(hours, whole.breaks)


def _holiday(whole: Gathered, name: str) -> DayHours:
    return DayHours((), Reason("holiday", f"{whole.holidays_path}.holidays", f"closed: {name}"))


def _deviations(whole: Gathered) -> dict[date, DayHours]:
    table: dict[date, DayHours] = {}
    for where, deviation, breaks in whole.deviations:
        entry = Reason("deviation", where, f": {deviation.note}")
        hours = _day_hours(entry, f"{where}.intervals", deviation.intervals, deviation.announcement or "")
        table.setdefault(deviation.date, _with_breaks(hours, breaks))
    return table


def _rules(whole: Gathered, weekly: Sequence[DayHours], holidays: Mapping[date, str]) -> dict[date, DayHours]:
    """The first rule that says something of a day decides it."""
    table: dict[date, DayHours] = {}
    for where, rule, breaks in whole.rules:
        week = _rule_week(where, rule, breaks, weekly)
        for day in days_of(rule, holidays):
            if day not in table and (rule.closes is None or day not in holidays):
                table[day] = week[day.weekday()]
    return table


def _rule_week(
    where: str, rule: HolidayRule, breaks: Sequence[tuple[str, Interval]], weekly: Sequence[DayHours]
) -> Sequence[DayHours]:
    """What the rule makes of each day of the week."""
    entry, announcement = Reason("rule", where, f": {rule.note}"), rule.announcement or ""
    if rule.closes is not None:
        return [_shortened(hours, rule.closes, entry, announcement) for hours in weekly]
    own = _day_hours(entry, f"{where}.intervals", rule.intervals or (), announcement)
    return (_with_breaks(own, breaks),) * len(WEEKDAYS)


def _shortened(hours: DayHours, closes: int, entry: Reason, announcement: str) -> DayHours:
    """The day as it would be, but closed from `closes` on."""
    kept = []
    for interval in hours.intervals:
        rest = Interval(interval.start, min(interval.end, closes))
        if rest.start < rest.end:
            reason = Reason(entry.rule, entry.where, f"open {rest}{entry.text}")
            kept.append(OpenInterval(rest.start, rest.end, reason))
    closed = f"closed from {show_clock(closes)}" if kept else "closed all day"
    # What a night before has open after `closes` is not this day's to close
    breaks = tuple([replace(rest, end=min(rest.end, closes)) for rest in hours.breaks if rest.start < closes])
    return DayHours(tuple(kept), Reason(entry.rule, entry.where, closed + entry.text), breaks, announcement)


def _with_breaks(hours: DayHours, breaks: Sequence[tuple[str, Interval]]) -> DayHours:
    """The day with those of the breaks that fall into its hours."""
    held = tuple(
        OpenInterval(rest.start, rest.end, Reason("break", where, f"closed {rest}"))
        for where, rest in breaks
        if any(rest.overlaps(Interval(interval.start, interval.end)) for interval in hours.intervals)
    )
    return replace(hours, breaks=held)


def _day_hours(
    entry: Reason, list_path: str, intervals: tuple[Interval, ...], announcement: str = ""
) -> DayHours:
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
    return DayHours(opened, Reason(entry.rule, entry.where, closed + entry.text), (), announcement)
