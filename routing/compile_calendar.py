"""A calendar of the plan made into the table that `hours` reads, every entry's text written beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

from routing.decision import Reason
from routing.gather_calendar import Gathered, gather
from routing.holiday_rules import days_of
from routing.holiday_table import HOLIDAY_YEARS, swedish_holidays
from routing.interval import DAY, WEEKDAYS, Interval, show_clock
from routing.plan_calendar import Calendar, HolidayRule
from routing.tables import CalendarTable, DayHours, OpenInterval, RuleDays

MAX_SHARED = 64
"""Kinds of rules whose days are kept, 100 KB each: most plans have two or three."""


def compile_calendar(name: str, calendars: Mapping[str, Calendar]) -> CalendarTable:
    """The table of one calendar, with what it is based on. Raises KeyError for a base that is none, and
    BaseLoop for one that is based on itself: `check` finds both before."""
    whole = gather(name, calendars)
    weekly = tuple(_weekday(whole, index) for index in range(len(WEEKDAYS)))
    return CalendarTable(
        name=name,
        weekly=weekly,
        holidays=whole.holidays(),
        holiday_hours=MappingProxyType(
            {text: _holiday(whole, text) for text in _holiday_names(whole.keeps_holidays, whole.eves)}
        ),
        rules=tuple(
            [
                RuleDays(_rule_days(rule, whole), tuple(_rule_week(where, rule, breaks, weekly)))
                for where, rule, breaks in whole.rules
            ]
        ),
        deviations=MappingProxyType(_deviations(whole)),
        holiday_years=HOLIDAY_YEARS if whole.keeps_holidays else None,
    )


def always_open(path: str, text: str) -> CalendarTable:
    """A calendar that is always open, for what has none of its own. `path` and `text` are its only entry."""
    reason = Reason("calendar", path, text)
    day = DayHours((OpenInterval(0, DAY, reason),), reason)
    return CalendarTable("", (day,) * len(WEEKDAYS), {}, {}, (), {}, None)


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


def _rule_days(rule: HolidayRule, whole: Gathered) -> frozenset[date]:
    """A rule that closes early says nothing of a day that is closed."""
    days_alone = rule.model_copy(update={"closes": None, "intervals": None, "note": "", "announcement": None})
    return _days_of_all_years(days_alone, rule.closes is not None, whole.keeps_holidays, whole.eves)


@lru_cache(MAX_SHARED)
def _days_of_all_years(rule: HolidayRule, closes: bool, keeps: bool, eves: bool) -> frozenset[date]:
    holidays = _holidays(keeps, eves)
    days = frozenset(days_of(rule, holidays))
    return days - holidays.keys() if closes else days


@cache
def _holiday_names(keeps: bool, eves: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_holidays(keeps, eves).values()))


def _holidays(keeps: bool, eves: bool) -> Mapping[date, str]:
    return swedish_holidays(HOLIDAY_YEARS, eves) if keeps else {}


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
