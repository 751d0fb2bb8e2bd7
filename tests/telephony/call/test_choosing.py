"""A menu: what is said when, which keys count, where the caller goes."""

from dataclasses import replace

import pytest

from routing.decision import WRONG_KEY, Branch
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import AlertCaller, AskForKey, Connect, EndLeg, PassEarlySound, PlayRinging
from telephony.call.call import Phase
from telephony.call.facts import EndedBy, Outcome
from telephony.call.react import end
from tests.support.calls import menu, phone, ring
from tests.support.desk import Desk, assert_dials, assert_outcome

ANNA, BO = phone("anna"), phone("bo")


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """Somebody hears a menu of keys 1, 2 and 0 for the first time of two."""
    desk = Desk()
    desk.arrives(menu())
    return desk


def said(desk: Desk) -> list[tuple[str, int]]:
    """The prompts of the menu so far, and for the how manieth time."""
    return [(fact.prompt, fact.attempt) for fact in desk.facts if isinstance(fact, m.MenuSaid)]


def left(desk: Desk) -> list[tuple[Branch, str]]:
    """How the menu was left."""
    return [(fact.branch, fact.key) for fact in desk.facts if isinstance(fact, m.MenuLeft)]


def press(desk: Desk, keys: str) -> None:
    for key in keys:
        desk.see(m.KeyPressed, key=key)


def test_the_service_answers_and_asks(desk: Desk) -> None:
    assert desk.taken() == [AskForKey("c1.0", "menu")]
    assert desk.facts_of(f.ServiceAnswered) and said(desk) == [("menu", 1)]
    assert desk.call().deadline is None  # the prompt is its own


@pytest.mark.parametrize("seconds", [None, 0.0, 4.9])
def test_a_key_is_put_to_routing_during_the_prompt_and_after_it(desk: Desk, seconds: float | None) -> None:
    if seconds is not None:
        desk.see(f.AnnouncementEnded)
        desk.wait(seconds)

    press(desk, "2")

    assert left(desk) == [(Branch.PRESSED, "2")]
    call = desk.call()
    assert (call.phase, call.question, call.key) == (Phase.ARRIVED, Branch.PRESSED, "2")
    assert call.decision and call.decision.menu and call.decision.menu.name == "val"
    assert call.deadline is None


def test_a_menu_whose_own_prompt_is_called_so_is_not_said_for_ever() -> None:
    desk = Desk()
    decision = menu(tries=1)
    assert decision.menu is not None
    own = replace(decision.menu, prompt=WRONG_KEY)
    desk.arrives(replace(decision, prompt=WRONG_KEY, menu=own))
    desk.see(f.AnnouncementEnded)
    assert said(desk) == [(WRONG_KEY, 1)]
    desk.wait(5.0)

    assert left(desk) == [(Branch.NO_KEY, "")]


def test_without_a_key_it_is_said_again_and_then_the_caller_goes_on(desk: Desk) -> None:
    desk.see(f.AnnouncementEnded)
    desk.wait(4.9)
    assert said(desk) == [("menu", 1)]
    desk.wait(0.1)
    assert said(desk) == [("menu", 1), ("menu", 2)]
    assert desk.taken() == [AskForKey("c1.0", "menu")] * 2
    desk.see(f.AnnouncementEnded)
    desk.wait(5.0)

    assert left(desk) == [(Branch.NO_KEY, "")]
    assert len(desk.facts_of(m.KeyTimeExpired)) == 2
    assert len(desk.facts_of(f.ServiceAnswered)) == 1


def test_a_wrong_key_is_said_to_be_one_before_the_menu_is_said_again(desk: Desk) -> None:
    press(desk, "7")
    assert said(desk) == [("menu", 1), (WRONG_KEY, 2)]
    desk.wait(60.0)  # no deadline: the prompt has an end of its own
    desk.see(f.AnnouncementEnded)
    assert said(desk)[2:] == [("menu", 2)]

    press(desk, "#")

    assert left(desk) == [(Branch.NO_KEY, "")]


def test_who_types_a_whole_number_has_made_one_mistake(desk: Desk) -> None:
    press(desk, "853*8534")
    assert said(desk) == [("menu", 1), (WRONG_KEY, 2)]

    press(desk, "1")

    assert left(desk) == [(Branch.PRESSED, "1")]
    press(desk, "2")  # too late
    assert left(desk) == [(Branch.PRESSED, "1")]


def test_a_menu_without_keys_only_speaks() -> None:
    desk = Desk()
    desk.arrives(menu(keys="", wait=0.0, tries=1))
    desk.see(f.AnnouncementEnded)

    desk.wait(0.0)

    assert left(desk) == [(Branch.NO_KEY, "")]


def test_the_time_to_press_moves_with_the_clock(desk: Desk) -> None:
    desk.see(f.AnnouncementEnded)
    desk.step_clock(3600.0)
    desk.wait(4.9)
    assert len(said(desk)) == 1

    desk.wait(0.2)

    assert len(said(desk)) == 2


def test_one_that_cannot_be_played_is_a_fault_that_routing_is_asked_about(desk: Desk) -> None:
    desk.see(f.AnnouncementEnded, played=False)

    assert left(desk) == [(Branch.ERROR, "")]
    assert not desk.call().service_answered


def test_an_end_of_what_is_not_played_is_of_no_matter() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    before = desk.call()

    desk.see(f.AnnouncementEnded)

    assert desk.call() == before


def test_a_key_outside_of_a_menu_is_of_no_matter() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))

    press(desk, "1")

    assert desk.call().key == ""


# ---- afterwards


def test_who_has_had_a_200_hears_the_ringing_tone_and_no_180() -> None:
    desk = Desk()
    desk.arrives(menu(), ring(ANNA, BO), ring(BO))
    press(desk, "1")
    desk.see(f.MemberAlerted, "anna")
    desk.see(f.MemberRefused, "bo", status=486)
    desk.see(f.MemberGaveEarlySound, "anna")

    actions = desk.taken()
    assert_dials(actions, "anna", "bo")
    assert actions[1] == PlayRinging("c1.0")
    assert not any(isinstance(action, AlertCaller | PassEarlySound) for action in actions)
    desk.wait(20.0)  # and it goes on for those who are rung next
    assert not any(isinstance(action, PlayRinging | AlertCaller) for action in desk.taken())
    desk.see(f.MemberAnswered, "bo")
    assert Connect("c1.0", desk.leg("bo")) in desk.taken()


def test_a_second_menu_comes_in_the_place_of_the_tone_and_the_tone_again_after_it() -> None:
    desk = Desk()
    desk.arrives(menu(), ring(ANNA), menu("mer"), ring(BO))
    press(desk, "1")
    desk.wait(20.0)
    press(desk, "1")

    heard = [action for action in desk.taken() if isinstance(action, AskForKey | PlayRinging)]
    assert heard == [
        AskForKey("c1.0", "menu"),
        PlayRinging("c1.0"),
        AskForKey("c1.0", "menu"),
        PlayRinging("c1.0"),
    ]
    assert len(desk.facts_of(f.ServiceAnswered)) == 1


def test_who_heard_a_phone_ring_before_the_menu_is_alerted_anew() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), menu(), ring(BO))
    desk.see(f.MemberGaveEarlySound, "anna")
    desk.wait(20.0)
    press(desk, "1")

    assert desk.taken()[-2:][0] == PlayRinging("c1.0")


# ---- the end


def test_who_leaves_has_given_up(desk: Desk) -> None:
    desk.see(f.LegHungUp)

    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


def test_whose_phone_dies_has_too(desk: Desk) -> None:
    desk.see(f.LegLost, why="no_ack")

    assert_outcome(desk, Outcome.ABANDONED, EndedBy.SERVICE, reason="no_ack")


def test_a_service_that_stops_ends_it(desk: Desk) -> None:
    reaction = end(desk.call(), desk.now, "service stopped")

    assert reaction.actions == [EndLeg("c1.0", status=503, reason="service stopped")]
