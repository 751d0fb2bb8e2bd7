from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.coming import (
    COMING_DAYS,
    MAX_SPANS,
    MAX_SPANS_IN_ALL,
    Changes,
    ComingSpan,
    calendar_changes,
    days_from,
)
from routing.coming_days import Days
from routing.errors import NaiveTime
from routing.hours import STOCKHOLM, is_open
from routing.tables import CalendarTable, NumberRow, Tables
from tests.routing.calendar_oracle import Level, Oracle
from tests.routing.hours_oracle import DAY_NAMES, MINUTE, stockholm
from tests.routing.made_calendars import DAYS, compiled, levels, table_of
from tests.support.plans import BYGGLOV, MAIN, tables_of

OFFICE = {day: ["08:00-16:30"] for day in DAY_NAMES[:5]}
CLOCK_CHANGES = [date(year, month, 28) for year in (2027, 2032) for month in (3, 10)]
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def tables(**calendars: CalendarTable) -> Tables:
    """Numbers with these calendars: `n1` is +46853061001."""
    made = tables_of()
    row = made.numbers[BYGGLOV]
    numbers = {
        f"+4685306100{name[1:]}": replace(row, number=f"+4685306100{name[1:]}", calendar=calendar)
        for name, calendar in calendars.items()
    }
    return replace(made, numbers=numbers)


def spans(before: CalendarTable, after: CalendarTable, days: Days) -> Sequence[ComingSpan]:
    """What changes for a number that has the one calendar and then the other."""
    found = Changes(tables(n1=before), tables(n1=after), days)
    changes = calendar_changes(found)
    assert len(changes) <= 1
    assert list(found.runs(())) == []
    for pair in found.pairs:
        assert pair.amount.runs == len(list(found.runs(pair.turns)))
    for change in changes:
        assert change.numbers == ("+46853061001",)
        assert change.opened_seconds == seconds(change.spans, opens=True)
        assert change.closed_seconds == seconds(change.spans, opens=False)
    return changes[0].spans if changes else ()


def seconds(found: Sequence[ComingSpan], *, opens: bool) -> float:
    return sum((span.end - span.start).total_seconds() for span in found if span.opens is opens)


def moments(start: datetime, end: datetime, found: Sequence[ComingSpan]) -> Iterator[datetime]:
    """Every minute, and the seconds about each edge."""
    at = start
    while at < end:
        yield at
        at += MINUTE
    for span in found:
        for edge in (span.start, span.end):
            yield from (edge + step * timedelta(seconds=1) for step in (-1, 0))


def assert_says_what_is_open_says(
    before: CalendarTable, after: CalendarTable, start: datetime, end: datetime
) -> Sequence[ComingSpan]:
    """The spans of the period against each minute of it."""
    found = spans(before, after, Days(start, end))
    inside = iter(found)
    span = next(inside, None)
    for at in sorted({at for at in moments(start, end, found) if start <= at < end}):
        while span is not None and span.end <= at:
            span = next(inside, None)
        was, now = is_open(before, at), is_open(after, at)
        if span is not None and span.start <= at:
            assert (was.open, now.open) == (not span.opens, span.opens), at
            assert (was.entry, now.entry) == (span.before, span.after), at
        else:
            assert was.open is now.open, at
    return found


@settings(deadline=None, max_examples=60)
@given(data=st.data(), day=DAYS | st.sampled_from(CLOCK_CHANGES), clock=st.integers(0, 86399))
def test_every_second_is_as_is_open_says_and_as_an_oracle_does(
    data: st.DataObject, day: date, clock: int
) -> None:
    chains: list[list[Level]] = [
        [data.draw(levels(day)) for _ in range(data.draw(st.integers(1, 3)))] for _ in range(2)
    ]
    before, after = (table_of(chain, eves=index == 0) for index, chain in enumerate(chains))
    start = datetime.combine(day - timedelta(days=1), time(), UTC) + timedelta(seconds=clock)
    end = start + timedelta(days=3)

    found = assert_says_what_is_open_says(before, after, start, end)

    was, now = (Oracle(chain, eves=index == 0) for index, chain in enumerate(chains))
    minute = start.replace(second=0) + MINUTE
    while minute < end:
        wall = stockholm(minute)
        span = next((span for span in found if span.start <= minute < span.end), None)
        expected = (not span.opens, span.opens) if span else (was.is_open(wall),) * 2
        assert (was.is_open(wall), now.is_open(wall)) == expected, wall
        minute += 15 * MINUTE


def test_all_400_days_are_as_is_open_says() -> None:
    before = compiled({"weekly": OFFICE, "holidays": "SE", "breaks": ["12:00-12:30"]})
    after = compiled(
        {
            "weekly": OFFICE | {"sat": ["22:00-03:30"], "sun": ["01:00-02:30"]},
            "holidays": "SE",
            "holiday_eves": True,
            "rules": [{"between": True, "intervals": [], "note": "Klämdag"}],
            "deviations": [{"date": date(2027, 5, 4), "intervals": ["08:00-12:00"], "note": "Möte"}],
        }
    )
    days = days_from(NOW)
    changes = Changes(tables(n1=before), tables(n1=after), days)
    opened = {run.start: run for run in changes.runs(changes.pairs[0].turns)}

    at, run = days.start, None
    while at < days.end:
        run = opened.get(at, run)
        moment = datetime.fromtimestamp(at, UTC)
        was, now = is_open(before, moment).open, is_open(after, moment).open
        expected = None if was is now else now
        assert (run.opens if run and at < run.end else None) is expected, moment
        at += 300
    assert days.end - days.start == COMING_DAYS * 86400


@pytest.mark.parametrize(("month", "opened"), [(3, 2 * 3600), (10, 4 * 3600)])
def test_a_night_over_a_clock_change_is_as_long_as_it_is(month: int, opened: int) -> None:
    start = local(2027, month, 27 if month == 3 else 30)
    never, night = compiled({"open": "never"}), compiled({"weekly": {"sun": ["01:00-04:00"]}})

    (span,) = assert_says_what_is_open_says(never, night, start, start + timedelta(days=3))

    assert (span.end - span.start).total_seconds() == opened


def test_what_the_clock_leaves_out_is_no_change() -> None:
    start = local(2027, 3, 27)
    gone = compiled({"weekly": {"sun": ["02:00-03:00"]}})

    assert not spans(compiled({"open": "never"}), gone, Days(start, start + timedelta(days=2)))


def test_spans_begin_at_the_moment_asked_and_end_400_days_later() -> None:
    now = NOW.replace(microsecond=700)

    (span,) = spans(compiled({"open": "always"}), compiled({"open": "never"}), days_from(now))

    assert (span.start, span.end - span.start, span.opens) == (NOW, timedelta(days=COMING_DAYS), False)
    assert (span.before.text, span.after.text) == ("always open", "never open")


def test_a_span_ends_where_another_entry_decides() -> None:
    days = Days(local(2027, 3, 1), local(2027, 3, 3))

    found = spans(compiled({"open": "always"}), compiled({"weekly": OFFICE}), days)

    clocks = [f"{at.astimezone(STOCKHOLM):%d %H:%M}" for span in found for at in (span.start, span.end)]
    assert clocks == [
        "01 00:00",
        "01 08:00",
        "01 16:30",
        "02 00:00",
        "02 00:00",
        "02 08:00",
        "02 16:30",
        "03 00:00",
    ]
    assert [span.after.where.rpartition(".")[2] for span in found] == ["mon", "mon", "tue", "tue"]
    (change,) = calendar_changes(
        Changes(tables(n1=compiled({"open": "always"})), tables(n1=compiled({"weekly": OFFICE})), days)
    )
    assert change.span_count == 3  # the night is one


def test_numbers_of_one_pair_of_calendars_are_told_together() -> None:
    old, new, other = (
        compiled({"weekly": {"mon": [hours]}}) for hours in ("08:00-12:00", "08:00-13:00", "09:00-12:00")
    )
    days = days_from(NOW)

    pairs = Changes(
        tables(n1=old, n2=old, n3=old, n4=old), tables(n1=new, n2=other, n3=new, n4=old), days
    ).pairs

    assert [[number[-1] for number in pair.numbers] for pair in pairs] == [["1", "3"], ["2"]]
    assert pairs[0].turns != pairs[1].turns


def test_a_number_of_one_plan_alone_or_of_a_person_has_no_hours_that_change() -> None:
    never, always = compiled({"open": "never"}), compiled({"open": "always"})
    before, after = tables(n1=never, n2=never), tables(n2=always, n3=always)
    own = {number: personal(row) for number, row in after.numbers.items()}

    assert [pair.numbers for pair in Changes(before, after, days_from(NOW)).pairs] == [("+46853061002",)]
    assert Changes(before, replace(after, numbers=own), days_from(NOW)).pairs == ()


def personal(row: NumberRow) -> NumberRow:
    return replace(row, personal=True)


def test_only_the_first_spans_are_listed_and_all_are_counted() -> None:
    days = days_from(local(2026, 11, 26))
    never = compiled({"open": "never"})
    many = {
        f"n{n}": compiled({"weekly": {day: [f"08:00-1{n % 10}:{n:02}"] for day in DAY_NAMES}})
        for n in range(30)
    }

    changes = calendar_changes(Changes(tables(**dict.fromkeys(many, never)), tables(**many), days))

    assert [len(change.spans) for change in changes] == [MAX_SPANS] * 20 + [0] * 10
    assert sum(len(change.spans) for change in changes) == MAX_SPANS_IN_ALL
    assert {change.span_count for change in changes} == {COMING_DAYS}


def test_the_last_entry_of_a_long_change_counts_as_a_span_too() -> None:
    """Cut at midnight for 400 days, it is one change and a hundred spans."""
    days = days_from(NOW)
    all_day = compiled({"weekly": {day: ["00:00-24:00"] for day in DAY_NAMES}})

    (change,) = calendar_changes(Changes(tables(n1=compiled({"open": "never"})), tables(n1=all_day), days))

    assert (change.span_count, len(change.spans)) == (1, MAX_SPANS)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTime):
        days_from(NOW.replace(tzinfo=None))


def test_the_same_plan_changes_nothing() -> None:
    assert Changes(tables_of(), tables_of(), days_from(NOW)).pairs == ()
    assert MAIN in tables_of().numbers
