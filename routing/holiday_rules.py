"""Which days of all years a rule relative to holidays speaks of."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from routing.holiday_table import HOLIDAY_YEARS, swedish_holidays
from routing.plan_calendar import HolidayRule

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def days_of(rule: HolidayRule, holidays: Mapping[date, str]) -> Iterator[date]:
    """The days of a rule, in order. `holidays` are those that the calendar keeps, by date.

    A holiday that is named is known even when the calendar does not keep it, such as julafton.
    """
    if rule.between:
        yield from _between(holidays)
    elif rule.day_before == "any":
        yield from (day - _ONE_DAY for day in holidays)
    else:
        known = swedish_holidays(HOLIDAY_YEARS, eves=True)
        named = frozenset(rule.day_before or ())
        # Two may fall on one day, which is then called "Första maj; Kristi himmelsfärdsdag"
        yield from (day - _ONE_DAY for day, names in known.items() if named & set(names.split("; ")))


def _between(holidays: Mapping[date, str]) -> Iterator[date]:
    """Working days with a free day on either side, of which one is a holiday."""
    near = {day + step for day in holidays for step in (-_ONE_DAY, _ONE_DAY)}
    for day in sorted(near):
        sides = (day - _ONE_DAY, day + _ONE_DAY)
        if _is_free(day, holidays) or not all(_is_free(side, holidays) for side in sides):
            continue
        yield day


def _is_free(day: date, holidays: Mapping[date, str]) -> bool:
    return day.weekday() >= _SATURDAY or day in holidays
