"""P14: within 2 working days of Friday 16:00 is Tuesday 23:59:59, if nothing lies between."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.compile_calendar import compile_calendar
from routing.errors import NaiveTime
from routing.hours import STOCKHOLM
from routing.plan_calendar import Calendar
from routing.tables import CalendarTable
from routing.working_days import MAX_WORKING_DAYS, due, is_working_day, working_days_after

WEEK = {day: ["08:00-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}


def table(**said: object) -> CalendarTable:
    return compile_calendar("c", {"c": Calendar.model_validate({"weekly": WEEK, "holidays": "SE", **said})})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("since", "days", "last"),
    [
        ("2026-10-09T16:00", 2, "2026-10-13"),  # a Friday: Monday, Tuesday
        ("2026-10-09T00:00", 1, "2026-10-12"),
        ("2026-10-09T23:59:59", 1, "2026-10-12"),
        ("2026-10-10T12:00", 2, "2026-10-13"),  # a Saturday
        ("2026-12-23T16:00", 2, "2026-12-28"),  # julafton is open here, juldagen is not
        ("2027-05-05T16:00", 1, "2027-05-07"),  # over Kristi himmelsfärdsdag
        ("2027-10-29T16:00", 2, "2027-11-02"),  # over the change of the clocks
    ],
)
def test_what_is_due_is_due_at_the_end_of_a_working_day(since: str, days: int, last: str) -> None:
    at = due(table(), local(since), days)

    assert at == local(f"{last}T23:59:59")
    assert at.utcoffset() == timedelta(0)


def test_days_on_which_the_municipality_is_closed_all_day_do_not_count() -> None:
    calendar = table(
        holiday_eves=True,
        rules=[{"between": True, "intervals": [], "note": "Klämdag"}],
        deviations=[
            {"date": date(2027, 5, 10), "note": "Flytt"},
            {"date": date(2027, 5, 11), "intervals": ["08:00-10:00"], "note": "Flytt"},
        ],
    )

    days = (date(2027, 5, 11), date(2027, 5, 12))
    assert working_days_after(calendar, local("2027-05-05T16:00"), 2) == days
    assert due(calendar, local("2026-12-23T16:00"), 1) == local("2026-12-28T23:59:59")


@pytest.mark.parametrize("kept", [None, "SE"])
def test_a_holiday_is_none_though_somebody_answers(kept: str | None) -> None:
    calendar = table(open="always", weekly={}, holidays=kept)

    assert working_days_after(calendar, local("2027-05-05T16:00"), 1) == (date(2027, 5, 7),)


def test_a_day_that_is_all_breaks_is_closed_all_day() -> None:
    week = {"mon": ["10:00-12:00", "13:00-14:00"], "tue": ["10:00-12:01"], "wed": ["09:00-12:00"]}
    calendar = table(weekly=week, breaks=["11:00-12:00", "10:00-11:00", "13:00-14:00"])

    # On Wednesday an hour before the breaks is left, on Tuesday a minute after them
    week_of = [date(2026, 10, 5) + timedelta(days=index) for index in range(3)]
    assert [is_working_day(calendar, day) for day in week_of] == [False, True, True]


def test_a_calendar_that_never_opens_makes_no_duty_vanish() -> None:
    never = table(open="never", weekly={})
    once = table(open="never", weekly={}, deviations=[
        {"date": date(2026, 10, 20), "intervals": ["10:00-12:00"], "note": "Öppet hus"},
    ])  # fmt: skip

    assert due(never, local("2026-10-09T16:00"), 2) == local("2026-10-13T23:59:59")
    assert working_days_after(once, local("2026-10-09T16:00"), 2) == (date(2026, 10, 20), date(2026, 10, 21))


@pytest.mark.parametrize("count", [0, -1, MAX_WORKING_DAYS + 1])
def test_days_are_counted_within_reason(count: int) -> None:
    with pytest.raises(ValueError, match="allowed: from 1 to 60"):
        due(table(), local("2026-10-09T16:00"), count)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTime):
        due(table(), datetime(2026, 10, 9, 16), 2)  # noqa: DTZ001


@given(start=st.dates(date(2024, 1, 1), date(2032, 12, 31)), count=st.integers(1, 10))
def test_as_many_working_days_lie_between_as_were_asked_for(start: date, count: int) -> None:
    calendar = table(holiday_eves=True)
    days = working_days_after(calendar, local(f"{start}T12:00"), count)

    between = [start + timedelta(days=step) for step in range(1, (days[-1] - start).days + 1)]
    assert [day for day in between if is_working_day(calendar, day)] == list(days)
    assert len(days) == count
