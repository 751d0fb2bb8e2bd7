"""Which coming minutes two plans have open differently, number by number: what an admin wants to know before
a plan is applied.

It says of every second what `hours.is_open` says of it by the one plan and the other. What is worked out is
the wall clock of each day, once for each pair of days that differ in their hours: a municipality may have
2,000 numbers with a calendar each, and half a million of their days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from routing.coming_days import Days
from routing.decision import Reason
from routing.errors import NaiveTime
from routing.hours import NEXT_OPENING_DAYS, day_hours, edge_seconds, opening_on
from routing.interval import DAY
from routing.tables import CalendarTable, DayHours, NumberRow, Tables

COMING_DAYS = NEXT_OPENING_DAYS
"""How far is looked: a year and what lies over its end, as far as callers are told of an opening."""

MAX_SPANS, MAX_SPANS_IN_ALL = 100, 2_000
"""Spans listed, of one pair of calendars and together. Who wants every one of them asks for a number's hours
by each plan; the counts are of all."""

MAX_CALENDARS = 200
"""Pairs of calendars of which spans are listed."""

Turn = tuple[int, int, bool]
"""From a second of the wall clock to before another one it is open by one plan alone: by the later if true."""


@dataclass(frozen=True, slots=True)
class Run:
    """A while in which it opens (closes) that did not. `start` and `end` are seconds UTC; the rest is when
    that is on the wall clock: the index of the day, the second of it."""

    start: int
    end: int
    opens: bool
    first_day: int
    first_second: int
    last_day: int
    last_second: int


@dataclass(frozen=True, slots=True)
class ComingSpan:
    """From `start` to before `end` (UTC) it is open by the later plan and was not (`opens`), or the other way
    round; by these entries."""

    start: datetime
    end: datetime
    opens: bool
    before: Reason
    after: Reason


@dataclass(frozen=True, slots=True)
class HoursPair:
    """The numbers that had their hours by one calendar and have them by another, perhaps of the same name.

    `runs` are all changes, `turns` the same day by day, opaque: equal for two pairs that change alike.
    """

    before: CalendarTable
    after: CalendarTable
    numbers: tuple[str, ...]
    turns: tuple[int, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What changes for the numbers of a pair of calendars: `before` and `after` are their names.

    `span_count` spans, of which `spans` are the first, in all `opened_seconds` and `closed_seconds`. A span
    ends also where another entry decides; `span_count` counts those that touch as one.
    """

    before: str
    after: str
    numbers: tuple[str, ...]
    opened_seconds: int
    closed_seconds: int
    span_count: int
    spans: tuple[ComingSpan, ...]


def coming_pairs(before: Tables, after: Tables, days: Days) -> list[HoursPair]:
    """The pairs of calendars by which something changes in the period, in the order of the plan.

    A number that only one of the plans has is none of a pair, nor is a person's own, which has no hours.
    """
    comparison = _Comparison(days)
    found: dict[tuple[int, ...], tuple[Run, ...]] = {}
    pairs = []
    for (old, new), numbers in _calendars(before.numbers, after.numbers):
        turns = comparison.turns(old, new)
        if turns not in found:
            found[turns] = tuple(comparison.runs(turns))
        if found[turns]:
            pairs.append(HoursPair(old, new, tuple(numbers), turns, found[turns]))
    return pairs


def calendar_changes(pairs: Sequence[HoursPair], days: Days) -> list[CalendarChange]:
    """The first of them for an answer, with the entries that decide."""
    changes, left = [], MAX_SPANS_IN_ALL
    for pair in pairs[:MAX_CALENDARS]:
        lengths = [(run.end - run.start, run.opens) for run in pair.runs]
        spans = tuple(_told(pair, days, min(MAX_SPANS, left)))
        left -= len(spans)
        changes.append(
            CalendarChange(
                before=pair.before.name,
                after=pair.after.name,
                numbers=pair.numbers,
                opened_seconds=sum(length for length, opens in lengths if opens),
                closed_seconds=sum(length for length, opens in lengths if not opens),
                span_count=len(pair.runs),
                spans=spans,
            )
        )
    return changes


def days_from(now: datetime) -> Days:
    """The days that are looked at from an aware time on. Raises NaiveTime."""
    if now.tzinfo is None:
        raise NaiveTime("a time needs a time zone: hours are judged in Europe/Stockholm")
    start = now.astimezone(UTC).replace(microsecond=0)
    return Days(start, start + timedelta(days=COMING_DAYS))


def entries_at(pair: HoursPair, days: Days, day: int, second: int) -> tuple[Reason, Reason]:
    """The entries of the two plans that decide at a second of a day's wall clock."""
    dates = days.with_day_before
    yesterday, today = dates[day], dates[day + 1]
    old, new = (
        opening_on(day_hours(calendar, today), day_hours(calendar, yesterday), second).entry
        for calendar in (pair.before, pair.after)
    )
    return old, new


def _calendars(
    before: Mapping[str, NumberRow], after: Mapping[str, NumberRow]
) -> Iterator[tuple[tuple[CalendarTable, CalendarTable], list[str]]]:
    """Each pair of calendars that some number has, with the numbers."""
    found: dict[tuple[int, int], tuple[tuple[CalendarTable, CalendarTable], list[str]]] = {}
    for number, row in after.items():
        old = before.get(number)
        if old is None or old.personal or row.personal:
            continue
        key = id(old.calendar), id(row.calendar)
        found.setdefault(key, ((old.calendar, row.calendar), []))[1].append(number)
    yield from found.values()


class _Comparison:
    """Compares calendars over the same days, and remembers what days of what hours differ in."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._dates = days.with_day_before
        self._seen: dict[int, tuple[DayHours, int]] = {}
        self._shapes: dict[object, int] = {}
        self._hours: list[DayHours] = []
        self._of_days: dict[tuple[int, int, int, int], int] = {}
        self._turns: dict[tuple[Turn, ...], int] = {(): 0}
        self._all_turns: list[tuple[Turn, ...]] = [()]

    def turns(self, before: CalendarTable, after: CalendarTable) -> tuple[int, ...]:
        """For each day what changes on its wall clock: 0 is nothing."""
        old, new = self._days_of(before), self._days_of(after)
        if old == new:
            return ()
        known, found = self._of_days, []
        for key in zip(old[:-1], old[1:], new[:-1], new[1:], strict=True):
            turn = known.get(key)
            if turn is None:
                turn = known[key] = self._turn(*key)
            found.append(turn)
        return tuple(found)

    def runs(self, turns: Sequence[int]) -> Iterator[Run]:
        """The changes of these days, one where they touch."""
        run: Run | None = None
        for day, turn in enumerate(turns):
            if not turn:
                continue
            for begin, end, utc in self._days.stretches[day]:
                for first, last, opens in self._all_turns[turn]:
                    start, stop = max(first, begin), min(last, end)
                    if start >= stop:
                        continue
                    start, stop = utc + start - begin, utc + stop - begin
                    if run is not None and run.end == start and run.opens is opens:
                        run = Run(run.start, stop, opens, run.first_day, run.first_second, day, last)
                        continue
                    if run is not None:
                        yield run
                    run = Run(start, stop, opens, day, first, day, last)
        if run is not None:
            yield run

    def _days_of(self, calendar: CalendarTable) -> list[int]:
        """The shape of each day's hours, the day before them first."""
        return [self._shape(day_hours(calendar, day)) for day in self._dates]

    def _shape(self, hours: DayHours) -> int:
        """The same for all hours that are open at the same times, whoever says so."""
        seen = self._seen.get(id(hours))
        if seen is not None:
            return seen[1]
        key = (
            tuple([(interval.start, interval.end) for interval in hours.intervals]),
            tuple([(rest.start, rest.end) for rest in hours.breaks]),
        )
        shape = self._shapes.setdefault(key, len(self._hours))
        if shape == len(self._hours):
            self._hours.append(hours)
        self._seen[id(hours)] = hours, shape  # kept, or its id would be another's
        return shape

    def _turn(self, old_before: int, old: int, new_before: int, new: int) -> int:
        """What changes on a day, by its shapes and those of the day before."""
        was = self._hours[old], self._hours[old_before]
        now = self._hours[new], self._hours[new_before]
        edges = sorted({*edge_seconds(*was), *edge_seconds(*now)})
        turns: list[Turn] = []
        for start, end in zip(edges, [*edges[1:], DAY], strict=True):
            opens = opening_on(*now, start).open
            if opens is opening_on(*was, start).open:
                continue
            if turns and turns[-1][1:] == (start, opens):
                turns[-1] = (turns[-1][0], end, opens)
            else:
                turns.append((start, end, opens))
        found = self._turns.setdefault(tuple(turns), len(self._all_turns))
        if found == len(self._all_turns):
            self._all_turns.append(tuple(turns))
        return found


def _told(pair: HoursPair, days: Days, most: int) -> Iterator[ComingSpan]:
    """The first spans of a pair, cut where another entry decides."""
    told = 0
    for run in pair.runs:
        last: ComingSpan | None = None
        for start, end, before, after in _by_entries(pair, days, run):
            if last is not None and (last.before, last.after) == (before, after):
                last = ComingSpan(last.start, end, run.opens, before, after)
                continue
            if last is not None:
                yield last
                told += 1
            if told == most:
                return
            last = ComingSpan(start, end, run.opens, before, after)
        if last is not None:
            yield last
            told += 1
        if told == most:
            return


def _by_entries(
    pair: HoursPair, days: Days, run: Run
) -> Iterator[tuple[datetime, datetime, Reason, Reason]]:
    """The run cut at every second at which another entry may decide."""
    dates = days.with_day_before
    for day in range(run.first_day, run.last_day + 1):
        yesterday, today = dates[day], dates[day + 1]
        edges = {DAY}
        for calendar in (pair.before, pair.after):
            edges.update(edge_seconds(day_hours(calendar, today), day_hours(calendar, yesterday)))
        ordered = sorted(edges)
        for begin, end, utc in days.stretches[day]:
            for first, last in zip(ordered, ordered[1:], strict=False):
                start = max(utc + max(first, begin) - begin, run.start)
                stop = min(utc + min(last, end) - begin, run.end)
                if start < stop:
                    entries = entries_at(pair, days, day, first)
                    yield _utc(start), _utc(stop), *entries


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
