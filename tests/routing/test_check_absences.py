"""Who will be away, and whether anybody is left."""

from datetime import date

import pytest

from routing.check_absences import check_absences
from routing.problem import Problem, Severity
from tests.support.flows import told
from tests.support.plans import GROUPS, PEOPLE, plan_of

TODAY = date(2026, 12, 1)


def problems(amina: str = "[]", bengt: str = "[]", today: date | None = TODAY) -> list[Problem]:
    people = PEOPLE.replace('["kc1"] }', f'["kc1"], absences = {amina} }}')
    people = people.replace('["kc2"] }', f'["kc2"], absences = {bengt} }}')
    people += 'ulla = { name = "Ulla" }\n'
    groups = GROUPS.replace('["amina", "bengt"]', '["amina", "bengt", "ulla", "gone"]')
    groups += 'nobody = { name = "Nobody", members = ["ulla"] }\n'
    return list(check_absences(plan_of(people=people, groups=groups), today))


def test_a_group_of_which_somebody_is_always_there() -> None:
    assert problems("[{ from = 2026-12-21, to = 2027-01-06 }]", "[{ from = 2027-01-07 }]") == []


def test_days_on_which_only_absent_members_are_left() -> None:
    (problem,) = problems(
        "[{ from = 2026-12-21, to = 2027-01-06 }]",
        "[{ from = 2026-11-01, to = 2026-12-23 }, { from = 2027-01-05, to = 2027-01-20 }]",
    )

    assert (problem.path, problem.severity) == ("groups.kc.members", Severity.WARNING)
    assert problem.message == "every member is away on 2026-12-21, 2026-12-22, 2026-12-23 and 2 more days"


def test_a_single_day() -> None:
    (problem,) = problems("[{ from = 2026-12-24, to = 2026-12-24 }]", "[{ from = 2026-12-24 }]")

    assert problem.message == "every member is away on 2026-12-24"


def test_a_group_with_only_absent_members_for_good_is_an_error() -> None:
    (problem,) = problems("[{ from = 2026-11-01 }]", "[{ from = 2026-12-01 }]")

    assert (problem.path, problem.severity) == ("groups.kc.members", Severity.ERROR)
    assert problem.message == "every member is away for good"


def test_a_group_that_nobody_will_be_left_in_is_a_warning_before_that_day() -> None:
    (problem,) = problems("[{ from = 2026-12-02 }]", "[{ from = 2026-12-01 }]")

    assert problem.severity is Severity.WARNING
    assert problem.message.endswith("2026-12-04 and 396 more days")


def test_an_empty_a_past_and_an_overlapping_absence() -> None:
    absences = "[{ from = 2027-01-06, to = 2027-01-05 }, { from = 2026-11-01, to = 2026-11-30 }, "
    absences += "{ from = 2026-12-01 }, { from = 2027-03-01, to = 2027-03-01 }]"

    found = problems(absences)

    assert told(found) == {
        "people.amina.absences[0]": "is empty: 2027-01-05 is before 2027-01-06",
        "people.amina.absences[1]": "2026-11-30 is in the past",
        "people.amina.absences[3]": "overlaps the absence from 2026-12-01",
    }
    assert [problem.severity for problem in found] == [Severity.ERROR, Severity.WARNING, Severity.WARNING]


@pytest.mark.parametrize("to", ["2026-11-30", "2027-11-30"])
def test_without_a_date_of_today_nothing_is_said_of_days_to_come_or_past(to: str) -> None:
    absences = f"[{{ from = 2026-11-01, to = {to} }}]"

    assert problems(absences, absences, today=None) == []
