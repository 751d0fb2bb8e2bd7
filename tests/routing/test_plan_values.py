import pytest

from routing.errors import PlanInvalid
from routing.plan_values import listed
from tests.support.plans import TRUNKS, plan_of


def test_a_list_is_in_brackets() -> None:
    assert listed(["a"]) == ["a"]
    with pytest.raises(ValueError, match="must be a list, in brackets"):
        listed("a")


@pytest.mark.parametrize("series", ["4685306", "+46 8", "+46853061000123456", "+x"])
def test_a_series_is_the_beginning_of_numbers(series: str) -> None:
    with pytest.raises(PlanInvalid, match=r"beginning of E\.164 numbers"):
        plan_of(trunks=TRUNKS.replace("+4685306", series))
