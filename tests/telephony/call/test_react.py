"""What a call does until somebody answers: who is dialled, what the caller is told, who is withdrawn."""

from typing import Any

import pytest

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call.actions import AlertCaller, Connect, Dial, EndLeg, PassEarlySound
from telephony.call.call import Phase
from tests.support.calls import after, contact, phone, registered, ring
from tests.support.desk import Desk, assert_dials, assert_ends, assert_rings

ANNA, BO, CECILIA = phone("anna"), phone("bo"), phone("cecilia")


# ---- offering


def test_a_group_that_rings_all_is_offered_the_call_at_once() -> None:
    desk = Desk()

    desk.arrives(ring(ANNA, BO))

    assert_dials(desk.taken(), "anna", "bo")
    assert_rings(desk, "anna", "bo")
    assert desk.facts_of(f.RingTimeStarted) == [f.RingTimeStarted(at=after(0), call="c1", until=after(20))]


def test_a_linear_group_is_offered_the_call_one_after_the_other() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO, linear=True, seconds=10.0))
    assert_dials(desk.taken(), "anna")

    desk.wait(10)

    actions = desk.taken()
    assert actions[0] == EndLeg("c1.1", reason="ring time")
    assert_dials(actions, "bo")
    assert_rings(desk, "bo")


def test_a_person_with_two_phones_is_one_stage() -> None:
    desk = Desk("anna", "bo", "mobile")
    desk.arrives(ring(ANNA, phone("anna", "mobile"), BO, linear=True))

    assert_dials(desk.taken(), "anna", "anna")


def test_a_phone_registered_from_two_places_rings_in_both_the_preferred_first() -> None:
    desk = Desk()
    desk.feed(registered("anna", contact("anna", 1, q=0.5), contact("anna", 2, q=0.8)))

    desk.arrives(ring(ANNA))

    dialled = [action.contact for action in desk.taken() if isinstance(action, Dial)]
    assert dialled == [contact("anna", 2, q=0.8), contact("anna", 1, q=0.5)]
    assert desk.call().legs.keys() == {"c1.0", "c1.1", "c1.2"}


def test_a_member_in_another_call_is_passed_over() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), call="c1")
    desk.taken()

    desk.arrives(ring(ANNA, BO), call="c2")

    assert_dials(desk.taken(), "bo")
    assert desk.facts_of(f.MemberSkipped) == [
        f.MemberSkipped(at=after(0), call="c2", target=ANNA, why="busy")
    ]


def test_two_calls_at_the_same_instant_never_get_the_same_free_member() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO, linear=True), call="c1")
    desk.arrives(ring(ANNA, BO, linear=True), call="c2")
    desk.arrives(ring(ANNA, BO, linear=True), call="c3")

    assert_dials(desk.taken(), "anna", "bo")
    assert desk.call("c3").question is Branch.BUSY


def test_a_member_whose_phone_still_rings_for_this_very_call_is_not_offered_it_again() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), ring(ANNA, BO))
    desk.taken()

    desk.wait(20)

    assert_dials(desk.taken(), "bo")


def test_a_phone_that_left_since_the_decision_is_passed_over() -> None:
    desk = Desk("anna")

    desk.arrives(ring(BO, ANNA, linear=True))

    assert_dials(desk.taken(), "anna")
    assert desk.facts_of(f.MemberSkipped) == [
        f.MemberSkipped(at=after(0), call="c1", target=BO, why="unregistered")
    ]


# ---- who calls, as the member sees it (P6)


@pytest.mark.parametrize(
    ("fields", "display", "number"),
    [
        ({}, "Bygglov: 070-174 06 05", "+46701740605"),
        ({"caller_name": "Ada"}, "Bygglov: Ada", "+46701740605"),
        ({"caller": None}, "Bygglov: dold", None),
        ({"hidden": True, "caller": None, "caller_name": "Ada"}, "Bygglov: dold", None),
        ({"hidden": True}, "Bygglov: dold", None),
    ],
)
def test_a_member_sees_the_function_and_who_calls(
    fields: dict[str, Any], display: str, number: str | None
) -> None:
    desk = Desk()

    desk.arrives(ring(ANNA), max_forwards=20, **fields)

    (dial,) = desk.taken()
    assert isinstance(dial, Dial)
    assert (dial.display, dial.number, dial.called) == (display, number, "+46853061100")
    assert (dial.caller_leg, dial.leg, dial.max_forwards) == ("c1.0", "c1.1", 19)


# ---- what the caller is told


def test_the_caller_is_told_once_that_it_rings() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.taken()

    desk.see(f.MemberAlerted, "anna")
    desk.see(f.MemberAlerted, "bo")

    assert desk.taken() == [AlertCaller("c1.0")]


def test_early_sound_passes_when_exactly_one_rings() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    desk.taken()

    desk.see(f.MemberAlerted, "anna")
    desk.see(f.MemberGaveEarlySound, "anna")
    desk.see(f.MemberGaveEarlySound, "anna")

    assert desk.taken() == [AlertCaller("c1.0"), PassEarlySound("c1.0", "c1.1")]


def test_early_sound_waits_while_several_ring_and_passes_when_one_is_left() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.taken()
    desk.see(f.MemberAlerted, "anna")
    desk.see(f.MemberGaveEarlySound, "anna")
    assert desk.taken() == [AlertCaller("c1.0")]

    desk.see(f.MemberRefused, "bo", status=486)

    assert desk.taken() == [PassEarlySound("c1.0", "c1.1")]


def test_the_early_sound_of_the_next_stage_passes_too() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO, linear=True))
    desk.see(f.MemberGaveEarlySound, "anna")
    desk.see(f.MemberRefused, "anna", status=503)
    desk.taken()

    desk.see(f.MemberAlerted, "bo")
    desk.see(f.MemberGaveEarlySound, "bo")

    assert desk.taken() == [AlertCaller("c1.0"), PassEarlySound("c1.0", "c1.2")]


# ---- the answer


def test_the_first_answer_wins_and_the_others_are_withdrawn_as_answered_elsewhere() -> None:
    desk = Desk(talk_limit=60.0)
    desk.arrives(ring(ANNA, BO, CECILIA))
    desk.see(f.MemberAlerted, "anna")
    desk.taken()

    desk.see(f.MemberAnswered, "bo")

    assert desk.taken() == [
        Connect("c1.0", "c1.2"),
        EndLeg("c1.1", reason="answered elsewhere", elsewhere=True),
        EndLeg("c1.3", reason="answered elsewhere", elsewhere=True),
    ]
    assert desk.call().phase is Phase.TALKING
    assert desk.call().talk_until == after(60)


def test_a_second_answer_in_the_same_instant_is_ended_once_and_changes_nothing() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))

    desk.see(f.MemberAnswered, "bo")
    desk.see(f.MemberAnswered, "anna")

    assert_ends(desk.taken(), "c1.1")
    assert desk.call().talking_to == "c1.2"


def test_the_other_phone_of_the_person_who_answered_is_withdrawn() -> None:
    desk = Desk("anna", "mobile")
    desk.arrives(ring(ANNA, phone("anna", "mobile")))

    desk.see(f.MemberAnswered, "mobile")

    assert_ends(desk.taken(), "c1.1")
    assert desk.record().answered_by == "anna"


# ---- 6xx (RFC 3261 21.6)


def two_contacts_and_bo() -> Desk:
    """Anna's phone rings in two places, and Bo's."""
    desk = Desk()
    desk.feed(registered("anna", contact("anna", 1), contact("anna", 2)))
    desk.arrives(ring(ANNA, BO))
    for leg in ("c1.1", "c1.2", "c1.3"):
        desk.feed(f.MemberAlerted(at=desk.now, call="c1", leg=leg))
    desk.taken()
    return desk


@pytest.mark.parametrize("status", [600, 603, 606])
def test_who_says_no_for_all_ends_the_other_contacts_of_the_phone_alone(status: int) -> None:
    desk = two_contacts_and_bo()

    desk.feed(f.MemberRefused(at=desk.now, call="c1", leg="c1.1", status=status))

    assert desk.taken() == [EndLeg("c1.2", reason="declined")]
    assert_rings(desk, "bo")


@pytest.mark.parametrize("status", [302, 480, 486])
def test_any_other_no_is_that_of_one_contact(status: int) -> None:
    desk = two_contacts_and_bo()

    desk.feed(f.MemberRefused(at=desk.now, call="c1", leg="c1.1", status=status))

    assert desk.taken() == []
    assert_rings(desk, "anna", "bo")


@pytest.mark.parametrize(("status", "branch"), [(603, Branch.NO_ANSWER), (600, Branch.BUSY)])
def test_what_became_of_it_is_what_was_said(status: int, branch: Branch) -> None:
    desk = Desk()
    desk.feed(registered("anna", contact("anna", 1), contact("anna", 2)))
    desk.arrives(ring(ANNA))
    desk.feed(f.MemberAlerted(at=desk.now, call="c1", leg="c1.2"))

    desk.feed(f.MemberRefused(at=desk.now, call="c1", leg="c1.1", status=status))

    assert desk.call().question is branch
