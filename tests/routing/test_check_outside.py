"""routing/check_outside.py: what may be wrong with calls to the public network."""

import pytest

from routing.check import check
from routing.errors import PlanInvalid
from tests.support.plans import MAIN, MUNICIPALITY, TRUNKS, plan_of

OUT = TRUNKS.replace('numbers = ["+4685306"]', 'numbers = ["+4685306"]\noutside = true')


def number(outside: str) -> str:
    return f"""
[numbers."+46853061800"]
function = "Simhall"
calendar = "alltid"
destination = {{ outside = "{outside}" }}
"""


def problems(**parts: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in check(plan_of(**parts))}


@pytest.mark.parametrize(
    ("outside", "message"),
    [
        (MAIN, "is in the plan, not outside"),
        ("+46853069999", "is of our own series"),
        ("+4600000000", "is no valid telephone number"),
    ],
)
def test_a_destination_outside_is_a_number_of_somebody_else(outside: str, message: str) -> None:
    found = problems(trunks=OUT, more=number(outside))

    assert message in found["numbers.+46853061800.destination"]


def test_a_destination_outside_needs_a_trunk_for_it() -> None:
    assert problems(trunks=OUT, more=number("+46317654321")) == {}
    assert "no trunk takes calls" in problems(more=number("+46317654321"))["numbers.+46853061800.destination"]


def test_permissions_without_a_trunk_are_warned_of() -> None:
    town = MUNICIPALITY + 'outside = ["fixed"]\n'

    assert "so they get 503" in problems(municipality=town)["municipality.outside"]
    assert problems(municipality=town, trunks=OUT) == {}


def test_a_trunk_for_outside_has_somewhere_to_send_to() -> None:
    found = problems(trunks=OUT + '[trunks.pbx]\npeers = ["10.1.0.0/24"]\noutside = true\n')

    assert "cannot be sent to a prefix" in found["trunks.pbx.gateways"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("incoming_channels = 2", "incoming_channels must be fewer than channels"),
        ("channels = 2\nincoming_channels = 2", "incoming_channels must be fewer than channels"),
        ("channels = 4\nincoming_channels = 3\nemergency_channels = 2", "together must not exceed channels"),
    ],
)
def test_channels_that_are_kept_are_some_of_all(options: str, message: str) -> None:
    with pytest.raises(PlanInvalid, match=message):
        plan_of(trunks=f'[trunks.pbx]\npeers = ["10.1.0.5"]\n{options}\n')


def test_112_is_no_class_that_is_allowed() -> None:
    with pytest.raises(PlanInvalid, match=r"municipality\.outside"):
        plan_of(municipality=MUNICIPALITY + 'outside = ["emergency"]\n')


def test_secret_callers_who_would_be_shown_outside_are_warned_of() -> None:
    found = problems(trunks=OUT, more=number("+46317654321") + "protected = true\n")

    assert "its callers are shown (P23)" in found["numbers.+46853061800.destination"]


def test_a_premium_number_is_warned_of() -> None:
    found = problems(trunks=OUT, more=number("+469001234567"))

    assert "is a premium number" in found["numbers.+46853061800.destination"]
