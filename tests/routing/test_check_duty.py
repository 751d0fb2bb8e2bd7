"""Codes that are given twice."""

from routing.check import check
from routing.problem import Severity
from tests.support.plans import GROUPS, MUNICIPALITY, plan_of


def test_each_code_is_there_once() -> None:
    assert not check(plan_of())
    plan = plan_of(
        municipality=f'{MUNICIPALITY}pickup_code = "*61"\nduty_codes = {{ pause = "", resume = "" }}\n'
    )
    (found,) = check(plan)
    assert (found.path, found.severity) == ("municipality.duty_codes.log_out", Severity.ERROR)
    assert found.message == "the code *61 is given already (municipality.pickup_code)"


def test_each_group_has_its_own_short_code() -> None:
    (found,) = check(
        plan_of(
            groups=GROUPS.replace('"Kontaktcenter",', '"Kontaktcenter", short_code = "1",').replace(
                '"Bygglov",', '"Bygglov", short_code = "1",'
            )
        )
    )
    assert (found.path, found.message) == (
        "groups.bygglov.short_code",
        "the code 1 is given already (groups.kc.short_code)",
    )
