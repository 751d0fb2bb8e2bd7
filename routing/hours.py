"""When a calendar is open, by the wall clock of Europe/Stockholm.

- Precedence: a dated deviation, else a rule relative to a holiday, else a holiday, else the week.
- A break is closed, whatever interval it lies in.
- Intervals are half-open, and belong to the day they begin on: a night that began before a closed day runs to
  its end.
- The wall clock decides on the days of the DST changes too: an interval keeps its ends on the clock, so it
  lasts an hour less in March and an hour more in October when the change is inside it. What the clock shows
  twice is open twice.
- A calendar that cannot be evaluated is never closed: where holidays are not known, the week's hours stand.
"""

from collections.abc import Iterator, KeysView
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from routing.decision import Reason
from routing.errors import NaiveTime, PeriodTooLong
from routing.interval import DAY
from routing.tables import CalendarTable, DayHours, OpenInterval

STOCKHOLM = ZoneInfo("Europe/Stockholm")

# A number with no opening in more than a year has none that a caller wants to hear about.
NEXT_OPENING_DAYS = 400

# Ten years of hours take 0.1 s to work out; nobody needs more at once.
MAX_PERIOD = timedelta(days=3660)

HOLIDAYS_UNKNOWN = "are not known, and what is not known never closes"
"""Said by an entry that stands because nobody knows whether the day is a holiday."""

_ONE_DAY = timedelta(days=1)


class Opening(NamedTuple):
    """Whether it is open, and the entry of the plan that decided. When it is closed, the prompt that this
    entry wants to be heard, or ""."""

    open: bool
    entry: Reason
    announcement: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end` (aware, UTC) it is open, or not, by one and the same entry."""

    start: datetime
    end: datetime
    open: bool
    entry: Reason


def is_open(calendar: CalendarTable, at: datetime) -> Opening:
    """Whether the calendar is open at an aware time. Raises NaiveTime."""
    wall = _wall_clock(at)
    today = wall.date()
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    return opening_on(day_hours(calendar, today), day_hours(calendar, today - _ONE_DAY), second)


def opening_on(hours: DayHours, before: DayHours, second: int) -> Opening:
    """Whether it is open at a second of the wall clock on a day of these hours; `before` are those of the day
    before."""
    for rest in hours.breaks:
        if rest.start <= second < rest.end:
            return Opening(False, rest.reason, hours.announcement)
    for interval in hours.intervals:
        if interval.start <= second < interval.end:
            return Opening(True, interval.reason)
    for interval in before.intervals:
        if interval.start <= second + DAY < interval.end:
            return Opening(True, interval.reason)
    return Opening(False, hours.closed, hours.announcement)


def day_hours(calendar: CalendarTable, day: date) -> DayHours:
    """The hours that begin on a day, by the precedence of the rules."""
    found = calendar.deviations.get(day)
    if found is not None:
        return found
    for rule in calendar.rules:
        if day in rule.days:
            return rule.week[day.weekday()]
    if day in calendar.holidays:
        return calendar.holiday_hours[calendar.holidays[day]]
    hours = calendar.weekly[day.weekday()]
    if calendar.holiday_years is not None and day.year not in calendar.holiday_years:
        return _without_holidays(hours, day.year)
    return hours


def holidays_known_days(calendar: CalendarTable, today: date) -> int:
    """For how many local days from today on, included, the calendar knows the holidays; at most
    NEXT_OPENING_DAYS. 0: it does not know today's, and the week's hours stand."""
    years = calendar.holiday_years
    if years is None:
        return NEXT_OPENING_DAYS
    if today.year not in years:
        return 0
    return min((date(years[-1], 12, 31) - today).days + 1, NEXT_OPENING_DAYS)


def special_days(calendar: CalendarTable, days: KeysView[date]) -> dict[date, DayHours]:
    """Those of the days that are not as their week is, with their hours, as `day_hours` says them."""
    special = {*(days & calendar.holidays.keys()), *(days & calendar.deviations.keys())}
    special.update(*(days & rule.days for rule in calendar.rules))
    return {day: day_hours(calendar, day) for day in special}


def effective_hours(calendar: CalendarTable, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The time from `start` to before `end`, cut where it opens or closes or where another entry decides.

    The spans follow each other without gaps; each is judged by `is_open`, so the two cannot disagree.
    Raises NaiveTime, and PeriodTooLong beyond MAX_PERIOD.
    """
    first, last = _wall_clock(start).date(), _wall_clock(end).date()
    if end - start > MAX_PERIOD:
        raise PeriodTooLong(f"hours can be worked out for at most {MAX_PERIOD.days} days at once")
    begin, stop = start.astimezone(UTC), end.astimezone(UTC)
    if begin >= stop:
        return ()
    spans: list[Span] = []
    since, (opening, entry, _) = begin, is_open(calendar, begin)
    for edge in _edges(calendar, first, last):
        if not begin < edge < stop:
            continue
        now = is_open(calendar, edge)
        if (now.open, now.entry) != (opening, entry):
            spans.append(Span(since, edge, opening, entry))
            since, (opening, entry, _) = edge, now
    return (*spans, Span(since, stop, opening, entry))


def next_opening(calendar: CalendarTable, at: datetime) -> datetime | None:
    """The first moment from `at` on when it is open, in UTC; None when there is none in NEXT_OPENING_DAYS.

    Raises NaiveTime.
    """
    today = _wall_clock(at).date()
    begin = at.astimezone(UTC)
    if is_open(calendar, begin).open:
        return begin
    if not _ever_opens(calendar):
        return None
    for edge in _edges(calendar, today, today + timedelta(days=NEXT_OPENING_DAYS)):
        if edge > begin and is_open(calendar, edge).open:
            return edge
    return None


def next_closing(calendar: CalendarTable, at: datetime) -> datetime | None:
    """The first moment after `at` at which it is closed, in UTC; None when there is none on that day and the
    next.

    Raises NaiveTime.
    """
    today = _wall_clock(at).date()
    begin = at.astimezone(UTC)
    for edge in _edges(calendar, today, today + _ONE_DAY):
        if edge > begin and not is_open(calendar, edge).open:
            return edge
    return None


def _ever_opens(calendar: CalendarTable) -> bool:
    """A calendar that never does would be looked through for a year, at each call."""
    days = chain(
        calendar.weekly,
        chain.from_iterable(rule.week for rule in calendar.rules),
        calendar.holiday_hours.values(),
        calendar.deviations.values(),
    )
    return any(day.intervals for day in days)


def next_change(calendar: CalendarTable, at: datetime) -> datetime | None:
    """The first moment after `at` at which it opens or closes, in UTC; None when there is none in
    NEXT_OPENING_DAYS.

    Raises NaiveTime.
    """
    today = _wall_clock(at).date()
    begin = at.astimezone(UTC)
    now = is_open(calendar, begin).open
    for edge in _edges(calendar, today, today + timedelta(days=NEXT_OPENING_DAYS)):
        if edge > begin and is_open(calendar, edge).open is not now:
            return edge
    return None


def hours_lines(spans: tuple[Span, ...]) -> list[str]:
    """The spans as lines for a terminal, in local time."""
    return [
        f"{_shown(span.start)} - {_shown(span.end)}  {'open' if span.open else 'closed':6}"
        f"  {span.entry.text}  ({span.entry.where})"
        for span in spans
    ]


def hours_json(spans: tuple[Span, ...]) -> list[dict[str, object]]:
    """The spans as objects: `from`, `to` (ISO 8601, local offset), `open`, `rule`, `where`, `text`."""
    return [
        {
            "from": span.start.astimezone(STOCKHOLM).isoformat(),
            "to": span.end.astimezone(STOCKHOLM).isoformat(),
            "open": span.open,
            "rule": span.entry.rule,
            "where": span.entry.where,
            "text": span.entry.text,
        }
        for span in spans
    ]


def _wall_clock(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NaiveTime("a time needs a time zone: hours are judged in Europe/Stockholm")
    return at.astimezone(STOCKHOLM)


def _without_holidays(hours: DayHours, year: int) -> DayHours:
    """The week's hours, saying that they stand because nobody knows whether the day is a holiday."""
    note = f"; the holidays of {year} {HOLIDAYS_UNKNOWN}"
    intervals = tuple(
        OpenInterval(interval.start, interval.end, _noted(interval.reason, note))
        for interval in hours.intervals
    )
    return DayHours(intervals, _noted(hours.closed, note), hours.breaks)


def _noted(reason: Reason, note: str) -> Reason:
    return Reason(reason.rule, reason.where, reason.text + note)


def _edges(calendar: CalendarTable, first: date, last: date) -> Iterator[datetime]:
    """In order, every moment of the days at which the answer of `is_open` may change, in UTC."""
    midnight = _instant(first, 0, 0)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        next_midnight = _instant(day + _ONE_DAY, 0, 0)
        seconds = edge_seconds(day_hours(calendar, day), day_hours(calendar, day - _ONE_DAY))
        if next_midnight - midnight == _ONE_DAY:
            yield from (midnight + timedelta(seconds=second) for second in seconds)
        else:
            twice = {_instant(day, second, fold) for second in seconds for fold in (0, 1)}
            yield from sorted(twice | {_clock_change(midnight, next_midnight)})
        midnight = next_midnight


def edge_seconds(hours: DayHours, before: DayHours) -> list[int]:
    """In order, the seconds of a day of these hours at which the answer of `opening_on` may change."""
    seconds = {0}
    for interval in (*hours.intervals, *hours.breaks):
        seconds.update((interval.start, interval.end))
    for interval in before.intervals:
        seconds.add(interval.end - DAY)
    return sorted(second for second in seconds if 0 <= second < DAY)


def _instant(day: date, second: int, fold: int) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(seconds=second)
    return wall.replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def _clock_change(before: datetime, after: datetime) -> datetime:
    """The first second of the new offset, between two moments of different offset."""
    offset = before.astimezone(STOCKHOLM).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if middle.astimezone(STOCKHOLM).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _shown(instant: datetime) -> str:
    wall = instant.astimezone(STOCKHOLM)
    clock = f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"
    return f"{_WEEKDAYS[wall.weekday()]} {wall:%Y-%m-%d} {clock}"
