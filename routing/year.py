"""A year of a number's hours, day by day on the wall clock, for people to see what is open when."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from routing.decision import Reason
from routing.hours import HOLIDAYS_UNKNOWN, STOCKHOLM, Span
from routing.interval import Interval

_ONE_DAY = timedelta(days=1)

# The clocks of Europe/Stockholm have changed at this hour, UTC, in every year that can be asked about.
_CHANGES_AT = time(1, tzinfo=UTC)

_OUT_OF_THE_ORDINARY = ("override", "deviation", "rule", "holiday")
"""The entries that make a day another than its week has it, by their precedence."""


@dataclass(frozen=True, slots=True)
class Day:
    """When it is open on one day: intervals from this midnight to the next, so the rest of a night before is
    among them. `note` says why, where an entry for the day decides."""

    day: date
    open: tuple[Interval, ...]
    note: str

    @property
    def hours(self) -> str:
        """Such as "08:00-12:00, 13:00-16:30", "" when it is closed all day."""
        return ", ".join(str(interval) for interval in self.open)


@dataclass(frozen=True, slots=True)
class Year:
    """All days of a year, and what is ordinary for each day of the week, Monday first.

    holidays_known: false when nobody knows the holidays that it should close on.
    """

    year: int
    days: tuple[Day, ...]
    ordinary: tuple[tuple[Interval, ...], ...]
    holidays_known: bool

    def is_ordinary(self, day: Day) -> bool:
        """Whether it has the hours of its day of the week."""
        return day.open == self.ordinary[day.day.weekday()]

    def month(self, month: int) -> tuple[Day, ...]:
        """Its days in a month, 1 to 12."""
        return tuple(day for day in self.days if day.day.month == month)

    @property
    def others(self) -> tuple[Day, ...]:
        """The days that are not as their day of the week."""
        return tuple(day for day in self.days if not self.is_ordinary(day))


def period_of(year: int) -> tuple[datetime, datetime]:
    """From its first local midnight to the first of the next, as `year_of` wants its spans."""
    return _midnight(date(year, 1, 1)), _midnight(date(year + 1, 1, 1))


def year_of(spans: Sequence[Span], year: int) -> Year:
    """The year that the spans of `effective_hours`, or `effective_opening`, tell."""
    first = date(year, 1, 1)
    count = (date(year + 1, 1, 1) - first).days
    opened: list[list[Interval]] = [[] for _ in range(count)]
    entries: list[list[Reason]] = [[] for _ in range(count)]
    for span in spans:
        for day, interval in _by_days(span):
            index = (day - first).days
            entries[index].append(span.entry)
            if span.open:
                opened[index].append(interval)
    days = tuple(
        Day(first + timedelta(days=index), _joined(opened[index]), _note(entries[index]))
        for index in range(count)
    )
    known = not any(HOLIDAYS_UNKNOWN in span.entry.text for span in spans)
    return Year(year, days, tuple(_ordinary(days, weekday) for weekday in range(7)), known)


def _by_days(span: Span) -> Iterator[tuple[date, Interval]]:
    """The span on the wall clock of each day. Cut where the clocks may change: between, they run evenly."""
    day = span.start.astimezone(STOCKHOLM).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(STOCKHOLM).date()
    while day <= last:
        change = datetime.combine(day, _CHANGES_AT)
        for begin, end in pairwise((_midnight(day), change, _midnight(day + _ONE_DAY))):
            start, stop = max(begin, span.start), min(end, span.end)
            if start < stop:
                second = _second(start)
                end_second = second + int((stop - start).total_seconds())
                if stop == change < span.end:  # it goes on: in March over an hour that the clock leaves out
                    end_second = max(end_second, _second(change))
                yield day, Interval(second, end_second)
        day += _ONE_DAY


def _second(at: datetime) -> int:
    wall = at.astimezone(STOCKHOLM)
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def _joined(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """In order, and one where they touch: what the clock shows twice is there once."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end))
        else:
            joined.append(interval)
    return tuple(joined)


def _ordinary(days: Sequence[Day], weekday: int) -> tuple[Interval, ...]:
    """The hours that most of these days have, of those for which no entry of their own speaks."""
    same = [day for day in days if day.day.weekday() == weekday]
    plain = [day for day in same if not day.note] or same
    return Counter(day.open for day in plain).most_common(1)[0][0]


def _note(entries: Sequence[Reason]) -> str:
    for rule in _OUT_OF_THE_ORDINARY:
        for entry in entries:
            if entry.rule == rule:
                return entry.text.partition(": ")[2]  # before it: open or closed, and from when to when
    return ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)


def year_lines(year: Year) -> list[str]:
    """The year for a terminal: a row a month, the ordinary week, and each day that is another."""
    lines = [f"{year.year}  {('Mo Tu We Th Fr Sa Su ' * 6)[: 37 * 3].rstrip()}"]
    for month, name in enumerate(_MONTHS, 1):
        days = year.month(month)
        marks = "   " * days[0].day.weekday() + "".join(f"{_mark(year, day)}  " for day in days)
        lines.append(f"{name}   {marks}".rstrip())
    lines += [
        "",
        "# as every week   + at other times   - closed, unlike every week   . closed every week",
        "",
    ]
    if not year.holidays_known:
        lines += [f"The holidays of {year.year} are not known: it closes for none of them.", ""]
    for name, intervals in zip(_WEEKDAYS, year.ordinary, strict=True):
        lines.append(f"{name}  {', '.join(map(str, intervals)) or 'closed'}")
    if year.others:
        lines.append("")
    for day in year.others:
        shown = f"{_WEEKDAYS[day.day.weekday()]} {day.day}  {day.hours or 'closed'}"
        lines.append(f"{shown:34}  {day.note}".rstrip())
    return lines


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _mark(year: Year, day: Day) -> str:
    if year.is_ordinary(day):
        return "#" if day.open else "."
    return "+" if day.open else "-"


def year_json(year: Year) -> dict[str, object]:
    """`year`, `holidays_known`, `ordinary`: the hours of each day of the week, Monday first; `days`: `day`,
    `hours` (such as ["08:00-16:30"], on the wall clock), `ordinary` (whether they are those of the week),
    `note`."""
    return {
        "year": year.year,
        "holidays_known": year.holidays_known,
        "ordinary": [[str(interval) for interval in intervals] for intervals in year.ordinary],
        "days": [
            {
                "day": day.day.isoformat(),
                "hours": [str(interval) for interval in day.open],
                "ordinary": year.is_ordinary(day),
                "note": day.note,
            }
            for day in year.days
        ],
    }
