"""Why a gateway is left for the next, and that to 112 nothing is an answer for good."""

import pytest

from routing.decision import Target
from routing.places import Place
from telephony.call import facts as f
from telephony.call.actions import Dial
from tests.support.calls import reject, ring
from tests.support.desk import Desk, assert_dials


def gateway(trunk: str, place: int = 1) -> Target:
    member = f"trunk/{trunk}" if place == 1 else f"trunk/{trunk}/{place}"
    return Target(member, trunk=trunk, number="112", gateway=Place("192.0.2.9", 5060 + place))


def calling_112() -> Desk:
    desk = Desk()
    targets = (gateway("telia"), gateway("telia", 2), gateway("tele2"))
    decision = ring(*targets, linear=True, seconds=180.0, first_response_seconds=4.0, emergency=True)
    desk.arrives(decision, reject(503), dialled="112")
    assert_dials(desk.taken(), "trunk/telia")
    return desk


@pytest.mark.parametrize(
    ("status", "cause"),
    [(408, 0), (500, 0), (502, 0), (503, 0), (504, 0), (480, 34), (480, 38), (404, 41), (486, 42)],
)
def test_a_gateway_is_left_for_the_next_of_its_trunk(status: int, cause: int) -> None:
    desk = calling_112()

    desk.see(f.MemberRefused, "trunk/telia", status=status, cause=cause)

    assert_dials(desk.taken(), "trunk/telia/2")


def test_a_gateway_without_a_sign_of_life_is_left_for_the_next_of_its_trunk() -> None:
    desk = calling_112()

    desk.wait(4)

    assert_dials(desk.taken(), "trunk/telia/2")


def test_a_gateway_that_dies_is_left_for_the_next_of_its_trunk() -> None:
    desk = calling_112()

    desk.see(f.LegLost, "trunk/telia", why="transport")

    assert_dials(desk.taken(), "trunk/telia/2")


@pytest.mark.parametrize(
    ("status", "cause"), [(403, 0), (404, 0), (480, 0), (486, 0), (487, 0), (501, 0), (603, 0), (480, 17)]
)
def test_what_a_gateway_answers_its_trunk_has_answered_and_another_trunk_is_next(
    status: int, cause: int
) -> None:
    desk = calling_112()

    desk.see(f.MemberRefused, "trunk/telia", status=status, cause=cause)

    assert_dials(desk.taken(), "trunk/tele2")


def test_when_nobody_else_is_left_112_goes_to_the_other_gateway_all_the_same() -> None:
    desk = calling_112()

    desk.see(f.MemberRefused, "trunk/telia", status=486)
    desk.taken()
    desk.see(f.MemberRefused, "trunk/tele2", status=486)

    assert_dials(desk.taken(), "trunk/telia/2")


# ---- calls to the public network


def test_what_a_trunk_answers_ends_a_call_outside_and_its_status_is_told() -> None:
    desk = Desk()
    targets = (gateway("telia"), gateway("telia", 2), gateway("tele2"))
    desk.arrives(ring(*targets, linear=True, seconds=120.0, first_response_seconds=4.0), reject(404))
    assert_dials(desk.taken(), "trunk/telia")

    desk.see(f.MemberRefused, "trunk/telia", status=503)
    assert_dials(desk.taken(), "trunk/telia/2")
    desk.see(f.MemberRefused, "trunk/telia/2", status=404)

    assert not [action for action in desk.taken() if isinstance(action, Dial)]
    assert len(desk.asked) == 2  # as it came, and as it led nowhere
