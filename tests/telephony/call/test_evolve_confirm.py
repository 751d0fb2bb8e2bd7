"""What the facts of asking somebody outside change, and when they may not be. (Calls: test_confirming.)"""

import pytest

from routing.decision import Target
from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.call import Confirming, LegState
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import evolve
from tests.support.calls import NOON, after, menu, phone, ring
from tests.support.desk import Desk

MOBILE = Target("anna", trunk="net", number="+46701740699")
ASKED = c.ConfirmationAsked(
    at=NOON, call="c1", leg="c1.1", prompt="confirm_outside", attempt=1, until=after(8.0)
)
EXPIRED = c.ConfirmationTimeExpired(at=NOON, call="c1", leg="c1.1")


@pytest.mark.parametrize("fact", [ASKED, EXPIRED], ids=lambda fact: type(fact).__name__)
def test_they_are_of_a_call_that_rings(fact: f.Fact) -> None:
    desk = Desk()
    desk.arrives(menu())

    with pytest.raises(IllegalTransition):
        evolve(desk.call(), fact)


def test_an_answer_outside_waits_for_its_confirmation_and_one_of_a_phone_does_not() -> None:
    desk = Desk()
    desk.arrives(ring(MOBILE, phone("bo")))
    outside = evolve(desk.call(), f.MemberAnswered(at=NOON, call="c1", leg="c1.1"))
    both = evolve(outside, f.MemberAnswered(at=NOON, call="c1", leg="c1.2"))

    assert (both.legs["c1.1"].state, both.legs["c1.1"].confirming) == (LegState.ASKED, Confirming())
    assert both.legs["c1.1"].may_answer and both.legs["c1.1"].confirm_by is None
    assert (both.legs["c1.2"].state, both.legs["c1.2"].confirming) == (LegState.ANSWERED, None)


def test_the_time_is_over_once() -> None:
    desk = Desk()
    desk.arrives(ring(MOBILE))
    desk.see(f.MemberAnswered, "anna")
    assert desk.call().legs["c1.1"].confirm_by == desk.call().deadline == after(8.0)

    call = evolve(desk.call(), EXPIRED)

    assert call.legs["c1.1"].confirm_by is None


def test_a_key_of_somebody_who_is_not_asked_changes_nothing() -> None:
    desk = Desk()
    desk.arrives(ring(MOBILE, phone("bo")))
    for leg in ("c1.1", "c1.2"):
        key = m.KeyPressed(at=NOON, call="c1", leg=leg, key="1")

        assert evolve(desk.call(), key).legs == desk.call().legs
