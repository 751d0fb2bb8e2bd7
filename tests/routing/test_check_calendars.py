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


# ---- bases, breaks, rules, announcements


def test_a_base_that_is_none_is_told_where_it_stands() -> None:
    plan = plan_of(calendars='[calendars]\nx = { based_on = "y" }\ny = { based_on = "z" }\n')

    problems = {problem.path: problem.message for problem in check_calendars(plan, TODAY)}

    assert problems == {"calendars.y.based_on": 'there is no calendar "z"'}


def test_calendars_that_are_based_on_each_other() -> None:
    plan = plan_of(calendars='[calendars]\nx = { based_on = "y" }\ny = { based_on = "x" }\n')

    problems = {problem.path: problem.message for problem in check_calendars(plan, TODAY)}

    assert problems["calendars.x.based_on"] == "is based on itself: x -> y -> x"
    assert problems["calendars.y.based_on"] == "is based on itself: y -> x -> y"


def test_breaks_are_of_one_day_and_do_not_overlap() -> None:
    assert found(
        'open = "always"\nbreaks = ["23:00-01:00", "14:00-14:00", "11:00-12:30", "12:00-13:00"]'
    ) == {
        "calendars.x.breaks[0]": "23:00-01:00 goes over midnight",
        "calendars.x.breaks[1]": "14:00-14:00 is empty",
        "calendars.x.breaks[3]": "12:00-13:00 overlaps 11:00-12:30",
    }


def test_a_rule_about_holidays_needs_a_calendar_that_keeps_some() -> None:
    rule = '{ between = true, intervals = ["09:00-10:00", "09:30-11:00"], note = "n" }'

    assert found(f'open = "always"\nrules = [{rule}]') == {
        "calendars.x.rules[0].intervals[1]": "09:30-11:00 overlaps 09:00-10:00",
        "calendars.x.rules[0]": "is about the holidays of a calendar that keeps none",
    }
    named = '{ day_before = ["Julafton"], closes = "12:00", note = "n" }'
    assert found(f'open = "always"\nrules = [{named}]') == {}
    lost = found(f'based_on = "gone"\nrules = [{rule.replace(", " + chr(34) + "09:30-11:00" + chr(34), "")}]')
    assert lost == {"calendars.x.based_on": 'there is no calendar "gone"'}


def test_announcements_must_exist() -> None:
    text = (
        'open = "always"\n'
        'rules = [{ day_before = ["Julafton"], closes = "12:00", note = "n", announcement = "a" }]\n'
        'deviations = [{ date = 2027-01-04, note = "n", announcement = "b" }]'
    )
    plan = plan_of(calendars=f"[calendars.x]\n{text}\n")

    assert {problem.path for problem in check_calendars(plan, TODAY, {"b"})} == {
        "calendars.x.rules[0].announcement"
    }
    assert not list(check_calendars(plan, TODAY))
