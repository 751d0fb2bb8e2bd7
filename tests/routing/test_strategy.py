from routing.decision import Branch, Target
from routing.strategy import choose
from tests.support.plans import Presence, tables_of

MEMBERS = tables_of().groups["bygglov"].members
DAVID_DESK = Target("david", phone="bygg1")
DAVID_MOBILE = Target("david", phone="bygg1m")
ELIF = Target("elif", phone="bygg2")


def test_every_phone_of_every_free_member_in_the_order_of_the_plan() -> None:
    assert choose(MEMBERS, Presence()) == (DAVID_DESK, DAVID_MOBILE, ELIF)


def test_a_phone_that_is_not_registered_is_left_out() -> None:
    assert choose(MEMBERS, Presence(unregistered={"bygg1"})) == (DAVID_MOBILE, ELIF)


def test_a_member_who_is_busy_is_left_out_with_all_phones() -> None:
    assert choose(MEMBERS, Presence(busy={"david"})) == (ELIF,)


def test_nobody_registered() -> None:
    absent = Presence(unregistered={"bygg1", "bygg1m", "bygg2"})

    assert choose(MEMBERS, absent) is Branch.NOBODY_THERE


def test_all_who_are_there_are_busy() -> None:
    presence = Presence(unregistered={"bygg2"}, busy={"david"})

    assert choose(MEMBERS, presence) is Branch.BUSY


def test_somebody_who_calls_the_own_group_is_not_rung() -> None:
    assert choose(MEMBERS, Presence(), caller="david") == (ELIF,)
    assert choose(MEMBERS[:1], Presence(), caller="david") is Branch.NOBODY_THERE
