"""What members dial."""

import pytest

from routing.duty_codes import DutyCode, asked_for, group_of, reason_of
from tests.support.plans import GROUPS, MUNICIPALITY, tables_of

TABLES = tables_of(1, groups=GROUPS.replace('name = "Bygglov",', 'name = "Bygglov", short_code = "20",'))


@pytest.mark.parametrize(
    ("dialled", "asked"),
    [
        ("*60", (DutyCode.LOG_IN, "")),
        ("*61", (DutyCode.LOG_OUT, "")),
        ("*6220", (DutyCode.PAUSE, "20")),
        ("*63", (DutyCode.RESUME, "")),
        ("*8", None),
        ("*64", None),
        ("60", None),
        ("+46853061000", None),
    ],
)
def test_a_code_and_what_follows_it(dialled: str, asked: tuple[DutyCode, str] | None) -> None:
    assert asked_for(TABLES, dialled) == asked


def test_of_several_that_fit_the_longest_is_meant() -> None:
    tables = tables_of(
        1, municipality=f'{MUNICIPALITY}pickup_code = "*6"\nduty_codes = {{ log_in = "*6#" }}\n'
    )
    assert asked_for(tables, "*61") == (DutyCode.LOG_OUT, "")
    assert asked_for(tables, "*6#20") == (DutyCode.LOG_IN, "20")
    assert asked_for(tables, "*69") is None
    tables = tables_of(1, municipality=f'{MUNICIPALITY}pickup_code = "*600"\n')
    assert asked_for(tables, "*600") is None


def test_a_plan_may_have_no_codes() -> None:
    none = '{ log_in = "", log_out = "", pause = "", resume = "" }'
    tables = tables_of(1, municipality=f'{MUNICIPALITY}pickup_code = ""\nduty_codes = {none}\n')
    assert asked_for(tables, "*60") is None
    assert asked_for(tables, "") is None


def test_a_group_by_its_short_code() -> None:
    assert group_of(TABLES, "") == ""
    assert group_of(TABLES, "20") == "bygglov"
    assert group_of(TABLES, "21") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Lunch"),
        ("1", "Lunch"),
        ("3", "Administration"),
        ("0", None),
        ("4", None),
        ("*", None),
        ("1234567890", None),
    ],
)
def test_a_reason_by_its_place(text: str, reason: str | None) -> None:
    assert reason_of(TABLES, text) == reason


def test_a_plan_without_reasons_has_no_pause() -> None:
    assert reason_of(tables_of(1, municipality=f"{MUNICIPALITY}pause_reasons = []\n"), "") is None
