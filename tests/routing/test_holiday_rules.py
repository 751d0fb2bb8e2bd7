"""routing/holiday_rules.py: rules relative to holidays, with calendars based on others and breaks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.holiday_rules import days_of
from routing.holiday_table import HOLIDAY_YEARS, swedish_holidays
from routing.hours import STOCKHOLM, effective_hours, is_open
from routing.plan_calendar import HolidayName, HolidayRule
from tests.routing.calendar_oracle import Level, Oracle, holidays, minutes_around
from tests.routing.hours_oracle import DAY_NAMES, MINUTE, stockholm
from tests.routing.made_calendars import DAYS, compiled, levels, table_of

OFFICE = {day: ["08:00-16:30"] for day in DAY_NAMES[:5]}
EARLY = {"day_before": ["Kristi himmelsfärdsdag"], "closes": "15:00", "note": "Dag före helgdag"}
KLAMDAG = {"between": True, "intervals": [], "note": "Klämdag"}


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def test_the_names_are_those_of_the_table() -> None:
    known = {
        name for names in swedish_holidays(HOLIDAY_YEARS, eves=True).values() for name in names.split("; ")
    }

    assert known - set(get_args(HolidayName)) == {"Annandag pingst"}  # none since 2005
    assert set(get_args(HolidayName)) <= known


def test_two_holidays_on_one_day_are_both_meant() -> None:
    rule = HolidayRule.model_validate({"day_before": ["Pingstdagen"], "closes": "15:00", "note": "n"})

    assert date(2049, 6, 5) in set(days_of(rule, {}))  # it is Nationaldagen too


@pytest.mark.parametrize("year", range(2024, 2033))
@pytest.mark.parametrize("eves", [False, True])
def test_the_oracle_knows_the_holidays_that_the_table_has(year: int, eves: bool) -> None:
    assert holidays(year, eves=eves) == {
        day: name for day, name in swedish_holidays(HOLIDAY_YEARS, eves).items() if day.year == year
    }


# ---- the day before


def test_the_day_before_kristi_himmelsfardsdag_closes_at_15_every_year() -> None:
    office = compiled({"weekly": OFFICE, "holidays": "SE", "rules": [EARLY]})

    for day in (at(2026, 5, 13, 15), at(2027, 5, 5, 15), at(2028, 5, 24, 15)):
        assert is_open(office, day - timedelta(seconds=1)).entry.text == (
            "open 08:00-15:00: Dag före helgdag"
        )
        closed = is_open(office, day)
        assert (closed.open, closed.entry.where) == (False, "calendars.x.rules[0]")
        assert closed.entry.text == "closed from 15:00: Dag före helgdag"
    assert is_open(office, at(2027, 5, 4, 15)).open


def test_a_rule_that_closes_early_opens_no_day_that_is_closed() -> None:
    rule = {"day_before": "any", "closes": "15:00", "note": "Dag före helgdag"}
    office = compiled({"weekly": OFFICE, "holidays": "SE", "rules": [rule]})

    easter_sunday, saturday = at(2027, 3, 28, 10), at(2027, 3, 27, 10)
    assert is_open(office, easter_sunday).entry.text == "closed: Påskdagen"  # though the day before another
    assert not is_open(office, saturday).open
    assert is_open(office, saturday).entry.text == "closed all day: Dag före helgdag"
    assert not is_open(office, at(2027, 3, 25, 15)).open  # skärtorsdag


def test_a_rule_that_says_its_hours_goes_before_a_holiday() -> None:
    rule = {"day_before": ["Juldagen"], "intervals": ["09:00-12:00"], "note": "Julafton"}
    office = compiled({"weekly": OFFICE, "holidays": "SE", "holiday_eves": True, "rules": [rule]})

    assert is_open(office, at(2027, 12, 24, 10)).entry.where == "calendars.x.rules[0].intervals[0]"
    assert not is_open(office, at(2027, 12, 24, 13)).open
    assert is_open(office, at(2027, 12, 31, 10)).entry.text == "closed: Nyårsafton"


def test_a_deviation_goes_before_a_rule_and_the_first_rule_before_the_second() -> None:
    later = {"day_before": "any", "closes": "12:00", "note": "Senare"}
    day = {"date": date(2027, 5, 5), "intervals": ["10:00-11:00"], "note": "Flytt"}
    office = compiled({"weekly": OFFICE, "holidays": "SE", "rules": [EARLY, later], "deviations": [day]})

    assert is_open(office, at(2027, 5, 5, 9)).entry.rule == "deviation"
    assert is_open(office, at(2026, 5, 13, 14)).entry.where == "calendars.x.rules[0]"
    assert is_open(office, at(2026, 6, 5, 13)).entry.where == "calendars.x.rules[1]"


def test_the_day_between_a_holiday_and_a_weekend() -> None:
    rule = HolidayRule.model_validate(KLAMDAG)
    known = swedish_holidays(HOLIDAY_YEARS, eves=False)

    days = [day for day in days_of(rule, known) if day.year in (2026, 2027)]

    # After Trettondedag jul on a Tuesday would be Monday; Kristi himmelsfärdsdag is a Thursday
    assert days == [date(2026, 1, 2), date(2026, 1, 5), date(2026, 5, 15), date(2027, 5, 7)]
    office = compiled({"weekly": OFFICE, "holidays": "SE", "rules": [KLAMDAG]})
    assert is_open(office, at(2027, 5, 7, 10)).entry.text == "closed all day: Klämdag"


# ---- a base


def test_a_function_takes_the_municipalitys_hours_and_adds_a_lunch_closing() -> None:
    base = {"weekly": OFFICE, "holidays": "SE", "rules": [EARLY, KLAMDAG]}
    bygglov = compiled({"based_on": "kommunen", "breaks": ["12:00-13:00"]}, kommunen=base)

    assert is_open(bygglov, at(2027, 3, 1, 11, 59)).entry.where == "calendars.kommunen.weekly.mon[0]"
    lunch = is_open(bygglov, at(2027, 3, 1, 12))
    assert (lunch.open, lunch.entry.rule, lunch.entry.text) == (False, "break", "closed 12:00-13:00")
    assert lunch.entry.where == "calendars.x.breaks[0]"
    assert is_open(bygglov, at(2027, 3, 1, 13)).open
    assert is_open(bygglov, at(2027, 5, 6, 12)).entry.text == "closed: Kristi himmelsfärdsdag"
    assert not is_open(bygglov, at(2027, 5, 5, 12, 30)).open  # a day that closes early has its lunch too
    assert not is_open(bygglov, at(2027, 5, 5, 15)).open
    assert not is_open(bygglov, at(2027, 5, 7, 10)).open


def test_its_own_entries_go_before_those_of_its_base() -> None:
    day = date(2027, 3, 1)
    base = {
        "weekly": OFFICE,
        "deviations": [
            {"date": day, "note": "Alla"},
            {"date": date(2027, 3, 2), "intervals": ["10:00-14:00"], "note": "Alla"},
        ],
    }
    own = {
        "based_on": "kommunen",
        "breaks": ["12:00-13:00"],
        "weekly": {"wed": ["07:00-18:00"]},
        "deviations": [{"date": day, "intervals": ["11:00-14:00"], "note": "Vi"}],
    }
    judged = compiled(own, kommunen=base)

    assert is_open(judged, at(2027, 3, 1, 12, 30)).open  # it says its hours itself: no lunch
    assert not is_open(judged, at(2027, 3, 2, 12, 30)).open  # the base's day has this one's lunch
    assert is_open(judged, at(2027, 3, 3, 17)).open
    assert not is_open(judged, at(2027, 3, 4, 9)).open  # its week, not the base's


@pytest.mark.parametrize("rest", ["00:00-02:00", "00:30-02:00", "01:00-02:00"])
def test_a_break_of_a_day_that_closes_early_leaves_the_night_before_open(rest: str) -> None:
    """However much of the break lies before the day closes: a night runs to its end."""
    judged = compiled(
        {
            "weekly": {"wed": ["22:00-06:00"], "thu": ["00:00-02:00"]},
            "holidays": "SE",
            "breaks": [rest],
            "rules": [{"day_before": "any", "closes": "01:00", "note": "Dag före helgdag"}],
        }
    )

    assert is_open(judged, at(2024, 3, 28, 1)).open  # the day before Långfredagen
    assert is_open(judged, at(2024, 3, 28, 0, 45)).open is (rest == "01:00-02:00")


def test_a_break_is_an_edge_of_the_effective_hours() -> None:
    judged = compiled({"weekly": OFFICE, "breaks": ["12:00-13:00"]})

    spans = effective_hours(judged, at(2027, 3, 1, 0), at(2027, 3, 2, 0))

    clocks = [(f"{span.start.astimezone(STOCKHOLM):%H:%M}", span.open) for span in spans]
    assert clocks == [("00:00", False), ("08:00", True), ("12:00", False), ("13:00", True), ("16:30", False)]


# ---- against an oracle


@settings(deadline=None, max_examples=40)
@given(data=st.data(), day=DAYS, eves=st.booleans(), depth=st.integers(1, 3))
def test_calendars_agree_with_an_oracle_minute_by_minute(
    data: st.DataObject, day: date, eves: bool, depth: int
) -> None:
    chain: Sequence[Level] = [data.draw(levels(day)) for _ in range(depth)]
    judged = table_of(chain, eves=eves)
    oracle = Oracle(chain, eves=eves)

    minutes = minutes_around(day)[::5]
    expected = [oracle.is_open(stockholm(minute)) for minute in minutes]

    assert [is_open(judged, minute).open for minute in minutes] == expected
    spans = effective_hours(judged, minutes[0], minutes[-1] + 5 * MINUTE)
    assert [
        span.open for span in spans for _ in range(round((span.end - span.start) / (5 * MINUTE)))
    ] == expected
