"""112: every emergency trunk in turn, the next after 4 s without a sign of life, or any failure."""

import pytest

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call.actions import Dial, EndLeg
from telephony.call.facts import EndedBy, Outcome
from tests.support.calls import emergency, reject
from tests.support.desk import Desk, assert_dials, assert_ends, assert_outcome, assert_rings


def calling(*trunks: str) -> Desk:
    desk = Desk()
    desk.arrives(emergency(*trunks), reject(503), dialled="112")
    return desk


def test_the_first_trunk_is_dialled_at_once_with_the_number_and_the_caller() -> None:
    (dial,) = calling("telia", "tele2").taken()

    assert isinstance(dial, Dial)
    assert (dial.target.trunk, dial.called, dial.number, dial.contact) == (
        "telia",
        "112",
        "+46701740605",
        None,
    )
    assert dial.display == ""


def test_the_next_trunk_is_tried_after_four_seconds_of_silence() -> None:
    desk = calling("telia", "tele2")
    desk.taken()
    desk.wait(3.9)
    assert desk.taken() == []

    desk.wait(0.1)

    actions = desk.taken()
    assert actions[0] == EndLeg("c1.1", reason="no response")
    assert_dials(actions, "trunk/tele2")


@pytest.mark.parametrize("sign", [f.MemberResponded, f.MemberAlerted, f.MemberGaveEarlySound])
def test_a_trunk_that_gives_a_sign_of_life_is_waited_for(sign: type[f.LegFact]) -> None:
    desk = calling("telia", "tele2")
    desk.wait(3.9)

    desk.see(sign, "trunk/telia")
    desk.wait(60)

    assert_rings(desk, "trunk/telia")


@pytest.mark.parametrize("status", [403, 408, 486, 503, 603])
def test_the_next_trunk_is_tried_after_any_refusal(status: int) -> None:
    desk = calling("telia", "tele2")
    desk.taken()

    desk.see(f.MemberRefused, "trunk/telia", status=status)

    assert_dials(desk.taken(), "trunk/tele2")


def test_a_trunk_that_dies_while_it_is_tried_is_left() -> None:
    desk = calling("telia", "tele2")
    desk.taken()

    desk.see(f.LegLost, "trunk/telia", why="transport")

    actions = desk.taken()
    assert_ends(actions, "c1.1")
    assert_dials(actions, "trunk/tele2")


def test_a_trunk_that_answers_after_it_was_left_does_not_get_the_call() -> None:
    desk = calling("telia", "tele2")
    desk.wait(4)
    desk.taken()

    desk.see(f.MemberAnswered, "trunk/telia")

    assert desk.taken() == []
    assert_rings(desk, "trunk/tele2")


def test_two_emergency_calls_use_the_same_trunk() -> None:
    desk = calling("telia")
    desk.arrives(emergency("telia"), call="c2")

    assert_dials(desk.taken(), "trunk/telia", "trunk/telia")


def test_when_no_trunk_takes_it_the_caller_is_told() -> None:
    desk = calling("telia", "tele2")

    desk.see(f.MemberRefused, "trunk/telia", status=503)
    desk.wait(4)

    assert desk.asked == [Branch.ARRIVED, Branch.ERROR]
    assert_outcome(desk, Outcome.FAILED, EndedBy.SERVICE)
