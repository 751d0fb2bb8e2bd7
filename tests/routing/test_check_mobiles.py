"""routing/check_mobiles.py: whom nobody can ring outside, or is not to."""

import pytest

from routing.check import check
from routing.problem import Severity
from tests.support.flows import number
from tests.support.plans import FORSKOLA, GROUPS, NUMBERS, PEOPLE, TRUNKS, plan_of

OUT = TRUNKS.replace('numbers = ["+4685306"]', 'numbers = ["+4685306"]\noutside = true')
PATH = "people.elif.mobile"


def with_mobile(mobile: str) -> str:
    return PEOPLE.replace('["bygg2"]', f'["bygg2"], mobile = "{mobile}"')


def problems(mobile: str = "+46701740699", **parts: str) -> dict[str, str]:
    given = {"people": with_mobile(mobile), "trunks": OUT, **parts}
    found = check(plan_of(**given), prompts={"closed", "confirm_outside"})
    return {problem.path: problem.message for problem in found}


@pytest.mark.parametrize("mobile", ["+46701740699", "+46317654321", "+4740612345"])
def test_a_mobile_or_fixed_number_is_rung(mobile: str) -> None:
    assert problems(mobile) == {}


@pytest.mark.parametrize(
    ("mobile", "message"),
    [
        ("+46853061201", "is in the plan, not outside"),
        ("+46853069999", "is of our own series"),
        ("+4670174069", "is no valid telephone number"),
        ("+46771567567", "is nobody's own telephone"),
        ("+46104567890", "is nobody's own telephone"),
    ],
)
def test_another_number_is_not(mobile: str, message: str) -> None:
    assert message in problems(mobile)[PATH]


def test_there_is_a_trunk_for_it() -> None:
    assert "no trunk takes calls" in problems(trunks=TRUNKS)[PATH]


def test_a_mobile_belongs_to_one_person() -> None:
    twice = with_mobile("+46701740699") + 'ulla = { name = "Ulla", mobile = "+46701740699" }\n'

    assert "is given already (people.elif.mobile)" in problems(people=twice)["people.ulla.mobile"]


def test_the_prompt_that_asks_has_to_be_there() -> None:
    plan = plan_of(people=with_mobile("+46701740699"), trunks=OUT)

    (problem,) = check(plan, prompts={"closed"})
    assert problem.path == PATH and "confirm_outside" in problem.message
    assert check(plan) == ()


def test_who_has_a_mobile_alone_can_be_reached() -> None:
    alone = PEOPLE + 'ulla = { name = "Ulla", number_public = true, mobile = "+46701740699" }\n'
    night = GROUPS + 'natt = { name = "Natt", members = ["ulla"] }\n'
    numbers = NUMBERS + number(FORSKOLA, '{ person = "ulla" }', 'busy = { group = "natt" }')

    assert problems(people=alone, groups=night, numbers=numbers) == {}


@pytest.mark.parametrize(
    ("destination", "warned"),
    [
        ('{ group = "bygglov" }', True),
        ('{ person = "elif" }', True),
        ('{ group = "kc" }', False),
        ('{ person = "amina" }', False),
        ('{ announcement = "closed" }', False),
    ],
)
def test_secret_callers_are_shown_outside(destination: str, warned: bool) -> None:
    people = with_mobile("+46701740699").replace('["kc1"]', '["kc1"], number_public = true')
    people = people.replace('mobile = "', 'number_public = true, mobile = "')
    numbers = NUMBERS + number(FORSKOLA, destination, 'busy = { group = "kc" }', "protected = true")

    found = problems(people=people, numbers=numbers).get(f"numbers.{FORSKOLA}.destination", "")

    assert ("rings outside, where its callers are shown (P23)" in found) is warned


def test_what_is_unknown_is_told_elsewhere() -> None:
    numbers = NUMBERS + number(
        FORSKOLA, '{ group = "gone" }', 'busy = { person = "gone" }', "protected = true"
    )
    plan = plan_of(people=with_mobile("+46701740699"), trunks=OUT, numbers=numbers)

    assert {problem.severity for problem in check(plan)} == {Severity.ERROR}
