from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.compile_calendar import compile_calendar
from routing.decision import Reason
from routing.hours import STOCKHOLM, Span, effective_hours, is_open
from routing.interval import Interval
from routing.plan_calendar import Calendar
from routing.tables import CalendarTable
from routing.year import Year, period_of, year_json, year_lines, year_of

OFFICE = ["08:00-12:00", "13:00-16:30"]
WEEK = {day: OFFICE for day in ("mon", "tue", "wed", "thu")} | {"fri": ["08:00-15:00"]}


def table(**said: object) -> CalendarTable:
    return compile_calendar("hours", {"hours": Calendar.model_validate({"weekly": WEEK, **said})})


def seen(calendar: CalendarTable, year: int) -> Year:
    return year_of(effective_hours(calendar, *period_of(year)), year)


def hours_on(year: Year, day: date) -> tuple[str, str]:
    (found,) = [each for each in year.days if each.day == day]
    return found.hours, found.note


@pytest.mark.parametrize(("year", "days"), [(2027, 365), (2028, 366)])
def test_a_year_has_each_day_once(year: int, days: int) -> None:
    assert [day.day for day in seen(table(), year).days] == [
        date(year, 1, 1) + timedelta(days=index) for index in range(days)
    ]


def test_a_day_out_of_the_ordinary_says_why() -> None:
    year = seen(
        table(
            holidays="SE",
            rules=[
                {"day_before": ["Kristi himmelsfärdsdag"], "closes": "15:00", "note": "Dag före helgdag"},
                {"between": True, "intervals": [], "note": "Klämdag"},
            ],
            deviations=[{"date": date(2027, 3, 1), "intervals": ["10:00-14:00"], "note": "Flytt: till 2"}],
        ),
        2027,
    )

    assert hours_on(year, date(2027, 3, 1)) == ("10:00-14:00", "Flytt: till 2")
    assert hours_on(year, date(2027, 5, 5)) == ("08:00-12:00, 13:00-15:00", "Dag före helgdag")
    assert hours_on(year, date(2027, 5, 6)) == ("", "Kristi himmelsfärdsdag")
    assert hours_on(year, date(2027, 5, 7)) == ("", "Klämdag")
    assert hours_on(year, date(2027, 5, 10)) == ("08:00-12:00, 13:00-16:30", "")
    assert [str(day.day) for day in year.others if day.day.month == 5] == [
        "2027-05-05", "2027-05-06", "2027-05-07",
    ]  # fmt: skip
    assert [len(intervals) for intervals in year.ordinary] == [2, 2, 2, 2, 1, 0, 0]


def test_an_override_counts_before_a_deviation() -> None:
    begin, end = period_of(2027)
    drill = Reason("override", "overrides.all", "closed by override until 2028-01-01 14:00: Drill (Anna)")
    moved = Reason("deviation", "calendars.hours.deviations[0]", "closed all day: Flytt")
    noon = begin + timedelta(hours=12)

    year = year_of([Span(begin, noon, False, moved), Span(noon, end, False, drill)], 2027)

    assert {day.note for day in year.days} == {"Drill (Anna)"}
    assert year.others == ()  # each day of the week is like the others of this year


@pytest.mark.parametrize("night", ["01:00-04:00", "02:30-04:00", "01:00-02:30", "02:15-02:45", "22:00-06:00"])
def test_the_days_of_the_clock_changes_keep_their_ends_on_the_wall(night: str) -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    year = seen(table(weekly={day: [night] for day in days}), 2027)
    ordinary, (spring, autumn) = hours_on(year, date(2027, 6, 1)), _changes(2027)

    assert hours_on(year, autumn) == ordinary
    if night == "02:15-02:45":
        assert hours_on(year, spring) == ("", "")  # the clock never shows it then
    elif night == "02:30-04:00":
        assert hours_on(year, spring) == ("03:00-04:00", "")
    elif night == "01:00-02:30":
        assert hours_on(year, spring) == ("01:00-02:00", "")
    else:
        assert hours_on(year, spring) == ordinary


times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
intervals = st.tuples(times, times).filter(lambda ends: ends[0] != ends[1]).map("-".join)


@settings(max_examples=25, deadline=None)
@given(interval=intervals, year=st.integers(2024, 2032), offset=st.integers(0, 364))
def test_each_minute_of_a_day_is_open_when_its_clock_is(interval: str, year: int, offset: int) -> None:
    days = ("mon", "wed", "sat", "sun")
    calendar = table(weekly={day: [interval] for day in days}, holidays="SE")
    whole = seen(calendar, year)

    for day in (date(year, 1, 1) + timedelta(days=offset), *_changes(year)):
        shown, opened = _on_the_clock(calendar, day)
        assert _minutes(whole, day) & shown == opened, day


def _changes(year: int) -> list[date]:
    """The last Sundays of March and October."""
    lasts = (date(year, 3, 31), date(year, 10, 31))
    return [last - timedelta(days=(last.weekday() + 1) % 7) for last in lasts]


def _minutes(year: Year, day: date) -> set[int]:
    (found,) = [each for each in year.days if each.day == day]
    return {minute for each in found.open for minute in range(each.start // 60, each.end // 60)}


def _on_the_clock(calendar: CalendarTable, day: date) -> tuple[set[int], set[int]]:
    """The minutes that the clock shows on that day, and those while it is open: each instant asked itself."""
    at = period_of(day.year)[0] + timedelta(days=(day - date(day.year, 1, 1)).days, hours=-2)
    shown, opened = set(), set()
    for _ in range(29 * 60):
        wall = at.astimezone(STOCKHOLM)
        if wall.date() == day:
            shown.add(wall.hour * 60 + wall.minute)
            if is_open(calendar, at).open:
                opened.add(wall.hour * 60 + wall.minute)
        at += timedelta(minutes=1)
    return shown, opened


def test_unknown_holidays_are_told_and_close_nothing() -> None:
    known, unknown = seen(table(holidays="SE"), 2100), seen(table(holidays="SE"), 2101)

    assert known.holidays_known
    assert not unknown.holidays_known
    assert unknown.others == ()
    assert "The holidays of 2101 are not known: it closes for none of them." in year_lines(unknown)
    assert not any("not known" in line for line in year_lines(known))


def test_a_terminal_shows_the_year_a_row_a_month() -> None:
    deviations = [
        {"date": date(2027, 2, 2), "note": "Utbildning"},
        {"date": date(2027, 2, 6), "intervals": ["10:00-12:00"], "note": "Öppet hus"},
    ]
    lines = year_lines(seen(table(deviations=deviations), 2027))

    assert lines[0].startswith("2027  Mo Tu We Th Fr Sa Su Mo")
    assert lines[2] == "Feb   " + "#  -  #  #  #  +  .  " + ("#  #  #  #  #  .  .  " * 3).rstrip()
    assert lines[1].index("#") == lines[0].index("Fr")  # the 1st of January
    assert "Mon  08:00-12:00, 13:00-16:30" in lines
    assert "Sun  closed" in lines
    assert lines[-2].split() == ["Tue", "2027-02-02", "closed", "Utbildning"]
    assert lines[-1].split() == ["Sat", "2027-02-06", "10:00-12:00", "Öppet", "hus"]
    assert year_lines(seen(table(), 2027))[-1] == "Sun  closed"


def test_the_object_has_all_days() -> None:
    told = year_json(seen(table(holidays="SE"), 2027))

    assert told["year"] == 2027
    assert told["holidays_known"] is True
    assert isinstance(told["days"], list)
    assert told["days"][0] == {"day": "2027-01-01", "hours": [], "ordinary": False, "note": "Nyårsdagen"}
    assert told["days"][3] == {"day": "2027-01-04", "hours": OFFICE, "ordinary": True, "note": ""}


def test_midnight_is_the_end_of_a_day() -> None:
    year = seen(table(open="always", weekly={}), 2027)

    assert {day.open for day in year.days} == {(Interval(0, 86_400),)}
    assert hours_on(year, date(2027, 10, 31)) == ("00:00-24:00", "")
