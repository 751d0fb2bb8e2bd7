"""An extension keyed in a menu: when it is whole, what is heard meanwhile, and that every digit is a fact."""

import pytest

from routing.decision import WRONG_KEY, Branch, Decision
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import AskForKey
from telephony.call.call import Phase
from telephony.call.choosing import SILENCE
from tests.support.calls import menu, phone, reject, ring
from tests.support.desk import Desk, assert_dials


def offered(*others: Decision) -> Desk:
    """A menu of keys 1, 2 and 0, for the first time of two; all else begins an extension of four digits."""
    desk = Desk()
    desk.arrives(menu(digits=4), *others)
    desk.taken()
    return desk


def press(desk: Desk, keys: str) -> None:
    for key in keys:
        desk.see(m.KeyPressed, key=key)


def left(desk: Desk) -> list[tuple[Branch, str]]:
    return [(fact.branch, fact.key) for fact in desk.facts if isinstance(fact, m.MenuLeft)]


def test_the_last_digit_makes_it_whole() -> None:
    desk = offered(ring(phone("anna")))

    press(desk, "5")
    assert desk.taken() == [AskForKey("c1.0", SILENCE)]
    press(desk, "12")
    assert left(desk) == [] and desk.taken() == []
    press(desk, "0")

    assert left(desk) == [(Branch.EXTENSION, "5120")]
    assert_dials(desk.taken(), "anna")


def test_every_digit_is_a_fact() -> None:
    desk = offered()

    press(desk, "5120")

    assert [fact.key for fact in desk.facts if isinstance(fact, m.KeyPressed)] == list("5120")


def test_a_key_of_the_menu_counts_at_once() -> None:
    desk = offered()

    press(desk, "2")

    assert left(desk) == [(Branch.PRESSED, "2")]


def test_a_hash_ends_it_and_alone_is_a_wrong_key() -> None:
    desk = offered()
    press(desk, "51#")
    assert left(desk) == [(Branch.EXTENSION, "51")]

    other = offered()
    press(other, "#")
    assert [fact.prompt for fact in other.facts if isinstance(fact, m.MenuSaid)] == ["menu", WRONG_KEY]


def test_a_pause_ends_it_whatever_plays_meanwhile() -> None:
    desk = offered()
    press(desk, "5")
    desk.wait(3.0)
    press(desk, "1")
    desk.see(f.AnnouncementEnded)  # of the silence
    desk.wait(3.9)
    assert left(desk) == []

    desk.wait(0.2)

    assert left(desk) == [(Branch.EXTENSION, "51")]


def test_a_star_calls_it_off() -> None:
    desk = offered()

    press(desk, "51*")

    assert [fact.prompt for fact in desk.facts if isinstance(fact, m.MenuSaid)] == ["menu", WRONG_KEY]
    desk.see(f.AnnouncementEnded)
    press(desk, "5120")
    assert left(desk) == [(Branch.EXTENSION, "5120")]


def test_what_nobody_has_is_told_to_be_wrong_and_then_the_menu_is_said() -> None:
    again = menu(digits=4, tries=1, prompt=WRONG_KEY)
    desk = offered(again, reject(480))
    press(desk, "5999")
    assert desk.taken()[-1] == AskForKey("c1.0", WRONG_KEY)
    press(desk, "4")  # still typing
    desk.see(f.AnnouncementEnded)
    assert desk.taken() == [AskForKey("c1.0", "menu")]
    assert desk.call().tries_left == 1

    press(desk, "5998")

    assert left(desk)[-1] == (Branch.EXTENSION, "5998")
    assert desk.asked == [Branch.ARRIVED, Branch.EXTENSION, Branch.EXTENSION]


def test_without_extensions_a_digit_is_a_wrong_key() -> None:
    desk = Desk()
    desk.arrives(menu())

    press(desk, "5")

    assert [fact.prompt for fact in desk.facts if isinstance(fact, m.MenuSaid)] == ["menu", WRONG_KEY]


@pytest.mark.parametrize("keys", ["51", "5"])
def test_who_leaves_while_keying_has_abandoned(keys: str) -> None:
    desk = offered()
    press(desk, keys)

    desk.see(f.LegHungUp)

    assert desk.facts_of(f.CallEnded)


def test_in_a_menu_it_stays_in_the_menu() -> None:
    desk = offered()
    press(desk, "512")

    assert desk.call().phase is Phase.MENU and desk.call().key == ""
