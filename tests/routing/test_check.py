from datetime import date

from routing.check import check
from routing.problem import Severity
from tests.support.plans import GROUPS, MAIN, PEOPLE, plan_of


def test_a_sound_plan_has_no_problems() -> None:
    assert check(plan_of(), date(2026, 11, 24), {"closed"}) == ()


def test_every_check_is_made_and_errors_come_first() -> None:
    calendars = """[calendars]
alltid = { open = "always", deviations = [{ date = 2020-01-01, note = "n" }] }
tom = { weekly = { mon = ["08:00-08:00"] } }
"""
    plan = plan_of(
        calendars=calendars,
        groups=GROUPS + 'tom = { name = "Tom", members = [] }\n',
        people=PEOPLE + 'ulla = { name = "Ulla", number = "+9991234567" }\n',
        trunks="",
    )

    problems = check(plan, date(2026, 11, 24), set())

    assert [(problem.severity, problem.path) for problem in problems] == [
        (Severity.ERROR, f"numbers.{MAIN}.closed"),
        (Severity.ERROR, "numbers.+46853061201.closed"),
        (Severity.ERROR, "groups.tom.members"),
        (Severity.ERROR, "calendars.tom.weekly.mon[0]"),
        (Severity.ERROR, "people.ulla.number"),
        (Severity.WARNING, "people.ulla.phones"),
        (Severity.WARNING, "calendars.alltid.deviations[0]"),
        (Severity.WARNING, "trunks"),
    ]
