"""Which coming minutes two plans have open differently, number by number: what an admin wants to know before
a plan is applied.

It says of every second what `hours.is_open` says of it by the one plan and the other. What is worked out is
the wall clock of each day, once for each pair of days that differ in their hours: a municipality may have
2,000 numbers with a calendar each, and half a million of their days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from routing.coming_days import Days
from routing.decision import Reason
from routing.errors import NaiveTime
from routing.hours import NEXT_OPENING_DAYS, day_hours, edge_seconds, opening_on, special_days
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
"""From a second of the wall clock to before another it is open by one plan alone: if true by the later."""


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
class Amount:
    """How much changes: in how many runs, and how long it opens and closes in all, in seconds."""

    runs: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class HoursPair:
    """The numbers that had their hours by one calendar and have them by another, perhaps of the same name.

    `turns` is what changes day by day, for `Changes.runs`: equal for two pairs that change alike.
    """

    before: CalendarTable
    after: CalendarTable
    numbers: tuple[str, ...]
    turns: tuple[int, ...]
    amount: Amount


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


def calendar_changes(changes: "Changes") -> list[CalendarChange]:
    """The first pairs of calendars for an answer, with the entries that decide."""
    found, left = [], MAX_SPANS_IN_ALL
    for pair in changes.pairs[:MAX_CALENDARS]:
        spans = tuple(_told(pair, changes, min(MAX_SPANS, left)))
        left -= len(spans)
        found.append(
            CalendarChange(
                before=pair.before.name,
                after=pair.after.name,
                numbers=pair.numbers,
                opened_seconds=pair.amount.opened,
                closed_seconds=pair.amount.closed,
                span_count=pair.amount.runs,
                spans=spans,
            )
        )
    return found


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


_DayAmount = tuple[int, int, int, bool | None, bool | None]
"""Runs, seconds opened and closed; whether a run that the day begins with opens, and one that it ends with:
None when it begins, or ends, with none."""

_CLOSED = DayHours((), Reason("calendar", "", ""))


class Changes:
    """What changes in the days of a period from the tables of one plan to those of another.

    pairs: those of calendars by which something does, in the order of the plan. A number that only one of the
    plans has is none of a pair, nor is a person's own, which has no hours.
    """

    def __init__(self, before: Tables, after: Tables, days: Days) -> None:
        self.days = days
        self._index = {day: place for place, day in enumerate(days.with_day_before)}
        self._seen: dict[int, tuple[DayHours, tuple[int, int]]] = {}
        self._shapes: dict[object, int] = {}
        self._hours: list[DayHours] = []
        self._of_days: dict[tuple[int, int, int, int], int] = {}
        self._turns: dict[tuple[Turn, ...], int] = {(): 0}
        self._all_turns: list[tuple[Turn, ...]] = [()]
        self._amounts: dict[tuple[int, int], _DayAmount] = {}
        self._shape(_CLOSED)  # 0: what a day without a night leaves to the next
        self.pairs = tuple(self._pairs(before, after))

    def runs(self, turns: Sequence[int]) -> Iterator[Run]:
        """The changes of these days, one where they touch."""
        run: Run | None = None
        for day, turn in enumerate(turns):
            for start, stop, opens, first, last in self._of_day(day, turn):
                if run is not None and run.end == start and run.opens is opens:
                    run = Run(run.start, stop, opens, run.first_day, run.first_second, day, last)
                    continue
                if run is not None:
                    yield run
                run = Run(start, stop, opens, day, first, day, last)
        if run is not None:
            yield run

    def _pairs(self, before: Tables, after: Tables) -> Iterator[HoursPair]:
        for (old, new), numbers in _calendars(before.numbers, after.numbers):
            turns = self._turns_of(old, new)
            amount = self._amount(turns)
            if amount.runs:
                yield HoursPair(old, new, tuple(numbers), turns, amount)

    def _turns_of(self, before: CalendarTable, after: CalendarTable) -> tuple[int, ...]:
        """For each day what changes on its wall clock: 0 is nothing."""
        (old, old_nights), (new, new_nights) = self._days_of(before), self._days_of(after)
        if old == new:
            return ()
        known, found = self._of_days, []
        for key in zip(old_nights, old[1:], new_nights, new[1:], strict=False):  # nights lead into the next
            turn = known.get(key)
            if turn is None:
                turn = known[key] = self._turn(*key)
            found.append(turn)
        return tuple(found)

    def _days_of(self, calendar: CalendarTable) -> tuple[list[int], list[int]]:
        """The shape of each day's hours, the day before them first, and of the night that each ends with."""
        days = self.days.with_day_before
        week = [self._shape(hours) for hours in calendar.weekly]
        first = days[0].weekday()
        shapes = [*week[first:], *(week * (len(days) // 7 + 1))][: len(days)]
        for day, hours in special_days(calendar, self._index.keys()).items():
            shapes[self._index[day]] = self._shape(hours)
        return [shape for shape, _ in shapes], [night for _, night in shapes]

    def _shape(self, hours: DayHours) -> tuple[int, int]:
        """The same for all hours that are open at the same times, whoever says so; and so of their night."""
        seen = self._seen.get(id(hours))
        if seen is not None:
            return seen[1]
        nights = tuple([interval for interval in hours.intervals if interval.end > DAY])
        night = self._shape_of(replace(_CLOSED, intervals=nights)) if nights else 0
        shape = self._shape_of(hours), night
        self._seen[id(hours)] = hours, shape  # kept, or its id would be another's
        return shape

    def _shape_of(self, hours: DayHours) -> int:
        key = (
            tuple([(interval.start, interval.end) for interval in hours.intervals]),
            tuple([(rest.start, rest.end) for rest in hours.breaks]),
        )
        shape = self._shapes.setdefault(key, len(self._hours))
        if shape == len(self._hours):
            self._hours.append(hours)
        return shape

    def _turn(self, old_night: int, old: int, new_night: int, new: int) -> int:
        """What changes on a day, by its shapes and the nights that lead into it."""
        if old == new and old_night == new_night:
            return 0
        was, now = (self._hours[old], self._hours[old_night]), (self._hours[new], self._hours[new_night])
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

    def _of_day(self, day: int, turn: int) -> Iterator[tuple[int, int, bool, int, int]]:
        """The turns of a day in seconds UTC and on the wall clock, as far as they lie in the period."""
        for begin, end, utc in self.days.stretches[day]:
            for first, last, opens in self._all_turns[turn]:
                start, stop = max(first, begin), min(last, end)
                if start < stop:
                    yield utc + start - begin, utc + stop - begin, opens, first, last

    def _amount(self, turns: Sequence[int]) -> Amount:
        """How much the changes of these days are, without making them."""
        runs = opened = closed = 0
        tail: bool | None = None
        odd = self.days.odd
        for day, turn in enumerate(turns):
            if not turn:
                tail = None
                continue
            key = (turn, day if day in odd else -1)
            amount = self._amounts.get(key)
            if amount is None:
                amount = self._amounts[key] = self._day_amount(day, turn)
            count, opens, closes, head, next_tail = amount
            runs += count - (tail is not None and head is tail)
            opened += opens
            closed += closes
            tail = next_tail
        return Amount(runs, opened, closed)

    def _day_amount(self, day: int, turn: int) -> _DayAmount:
        found = list(self._of_day(day, turn))
        if not found:
            return 0, 0, 0, None, None
        begin, end = self.days.bounds(day)
        joined = sum(one[1] == other[0] and one[2] is other[2] for one, other in pairwise(found))
        opened = sum(stop - start for start, stop, opens, _, _ in found if opens)
        closed = sum(stop - start for start, stop, opens, _, _ in found if not opens)
        head = found[0][2] if found[0][0] == begin else None
        tail = found[-1][2] if found[-1][1] == end else None
        return len(found) - joined, opened, closed, head, tail


def _told(pair: HoursPair, changes: Changes, most: int) -> Iterator[ComingSpan]:
    """The first spans of a pair, cut where another entry decides."""
    told = 0
    for run in changes.runs(pair.turns):
        last: ComingSpan | None = None
        for start, end, before, after in _by_entries(pair, changes.days, run):
            if last is not None and (last.before, last.after) == (before, after):
                last = ComingSpan(last.start, end, run.opens, before, after)
                continue
            if last is not None:
                yield last
                told += 1
            if told == most:
                return
            last = ComingSpan(start, end, run.opens, before, after)
        assert last is not None  # a run lasts a second at least
        yield last
        told += 1
        if told == most:
            return


def _by_entries(pair: HoursPair, days: Days, run: Run) -> Iterator[tuple[datetime, datetime, Reason, Reason]]:
    """The run cut at every second at which another entry may decide."""
    dates = days.with_day_before
    for day in range(run.first_day, run.last_day + 1):
        yesterday, today = dates[day], dates[day + 1]
        edges = {DAY}
        for calendar in (pair.before, pair.after):
            edges.update(edge_seconds(day_hours(calendar, today), day_hours(calendar, yesterday)))
        ordered = sorted(edges)
        for begin, end, utc in days.stretches[day]:
            for first, last in pairwise(ordered):
                start = max(utc + max(first, begin) - begin, run.start)
                stop = min(utc + min(last, end) - begin, run.end)
                if start < stop:
                    entries = entries_at(pair, days, day, first)
                    yield _utc(start), _utc(stop), *entries


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
