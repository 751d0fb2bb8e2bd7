"""Working days: by them a duty to call back is due (P14).

From Monday to Friday, less the legal holidays, less the days on which the calendar is closed all day.
"""

from datetime import UTC, date, datetime, time, timedelta

from routing.errors import NaiveTime
from routing.holiday_table import HOLIDAY_YEARS, swedish_holidays
from routing.hours import NEXT_OPENING_DAYS, STOCKHOLM, day_hours
from routing.tables import CalendarTable, DayHours

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_LAST_SECOND = time(23, 59, 59)

MAX_WORKING_DAYS = 60
"""A quarter of a year of them: what is due later than that is no duty to call back."""


def is_working_day(calendar: CalendarTable, day: date) -> bool:
    """Whether people work on that day, by this calendar."""
    return _is_weekday(day) and _opens(day_hours(calendar, day))


def working_days_after(calendar: CalendarTable, since: datetime, count: int) -> tuple[date, ...]:
    """The next working days after the local day of an aware time.

    A calendar that has none within NEXT_OPENING_DAYS must not make a duty vanish: then each weekday that is
    no holiday counts. Raises NaiveTime, and ValueError unless count is from 1 to MAX_WORKING_DAYS.
    """
    if since.tzinfo is None:
        raise NaiveTime("a time needs a time zone: working days are counted in Europe/Stockholm")
    if not 1 <= count <= MAX_WORKING_DAYS:
        raise ValueError(f"allowed: from 1 to {MAX_WORKING_DAYS} working days")
    days = [since.astimezone(STOCKHOLM).date()]
    for _ in range(count):
        days.append(_next(calendar, days[-1]))
    return tuple(days[1:])


def due(calendar: CalendarTable, since: datetime, count: int) -> datetime:
    """The last second, UTC, of the working day that is `count` after the day of an aware time.

    Within 2 working days of Friday 16:00 is Tuesday 23:59:59, if nothing lies between. Raises as
    `working_days_after`.
    """
    last = working_days_after(calendar, since, count)[-1]
    return datetime.combine(last, _LAST_SECOND, STOCKHOLM).astimezone(UTC)


def _next(calendar: CalendarTable, after: date) -> date:
    ahead = [after + step * _ONE_DAY for step in range(1, NEXT_OPENING_DAYS + 1)]
    found = next((day for day in ahead if is_working_day(calendar, day)), None)
    return found or next(day for day in ahead if _is_weekday(day))


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in swedish_holidays(HOLIDAY_YEARS, eves=False)


def _opens(hours: DayHours) -> bool:
    """Whether some part of its intervals is left when the breaks are taken away."""
    for interval in hours.intervals:
        at = interval.start
        for rest in sorted(hours.breaks, key=lambda rest: rest.start):
            if rest.start <= at:
                at = max(at, rest.end)
        if at < interval.end:
            return True
    return False
