from datetime import date

from routing.check_calendars import check_calendars
from routing.problem import Severity
from tests.support.plans import plan_of

TODAY = date(2026, 11, 24)


def found(calendar: str, today: date | None = TODAY) -> dict[str, str]:
    plan = plan_of(calendars=f"[calendars.x]\n{calendar}\n")
    return {problem.path: problem.message for problem in check_calendars(plan, today)}


def test_hours_that_touch_and_go_over_midnight_are_sound() -> None:
    assert (
        found('weekly = { mon = ["08:00-12:00", "12:00-16:00", "22:00-06:00"], tue = ["06:00-08:00"] }') == {}
    )


def test_an_empty_interval() -> None:
    assert found('weekly = { mon = ["08:00-08:00"] }') == {
        "calendars.x.weekly.mon[0]": "08:00-08:00 is empty"
    }


def test_overlapping_intervals() -> None:
    assert found('weekly = { mon = ["08:00-12:00", "11:00-16:00"] }') == {
        "calendars.x.weekly.mon[1]": "11:00-16:00 overlaps 08:00-12:00"
    }


def test_a_night_that_overlaps_the_next_morning_also_from_sunday_to_monday() -> None:
    assert found('weekly = { sun = ["22:00-06:00"], mon = ["07:00-12:00", "05:00-06:30"] }') == {
        "calendars.x.weekly.mon[1]": "05:00-06:30 overlaps the night of the day before"
    }


def test_a_calendar_without_hours_is_warned_of() -> None:
    assert "never open" in found("")["calendars.x"]
    assert found('open = "never"') == {}


def test_two_deviations_of_one_day() -> None:
    deviation = '{ date = 2027-01-05, note = "n", intervals = ["08:00-09:00", "08:30-09:30"] }'

    assert found(f'open = "always"\ndeviations = [{deviation}, {{ date = 2027-01-05, note = "m" }}]') == {
        "calendars.x.deviations[0].intervals[1]": "08:30-09:30 overlaps 08:00-09:00",
        "calendars.x.deviations[1]": "2027-01-05 has a deviation already (calendars.x.deviations[0])",
    }


def test_a_deviation_in_the_past_is_warned_of_when_today_is_known() -> None:
    text = (
        'open = "always"\ndeviations = [{ date = 2026-11-23, note = "n" }, { date = 2026-11-24, note = "m" }]'
    )

    assert found(text) == {"calendars.x.deviations[0]": "2026-11-23 is in the past"}
    assert found(text, today=None) == {}
    (problem,) = check_calendars(plan_of(calendars=f"[calendars.x]\n{text}\n"), TODAY)
    assert problem.severity is Severity.WARNING
