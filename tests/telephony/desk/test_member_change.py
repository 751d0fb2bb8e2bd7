"""What a change is made of."""

import pytest

from telephony.call.duty import Rest, RestKind
from telephony.call.duty_facts import MemberFact
from telephony.call.house import House
from telephony.desk.member_change import Change, Refused, Wanted, change
from tests.support.calls import NOON, after
from tests.support.plans import tables_of

TWO = """[groups]
kc = { name = "K", members = ["amina"] }
bygglov = { name = "B", members = ["amina", "david"] }
"""
TABLES = tables_of(1, groups=TWO)


@pytest.fixture
def house() -> House:
    return House()


def asked(wanted: Wanted, group: str = "", reason: str = "") -> Change:
    return Change("amina", wanted, "eva", group, reason)


def done(house: House, wanted: Wanted, group: str = "", reason: str = "") -> list[str]:
    """It is done; what the facts were."""
    facts = change(house, TABLES, asked(wanted, group, reason), NOON)
    assert isinstance(facts, tuple), facts
    for fact in facts:
        assert isinstance(fact, MemberFact)
        assert (fact.member, fact.by, fact.at) == ("amina", "eva", NOON)
        house.evolve(fact)
    return [type(fact).__name__ for fact in facts]


def test_a_pause_begins_changes_its_reason_and_ends(house: House) -> None:
    assert done(house, Wanted.PAUSED, reason="lunch") == ["MemberPaused"]
    assert done(house, Wanted.PAUSED, reason="Lunch") == []
    assert done(house, Wanted.PAUSED, reason="Möte") == ["MemberPaused"]
    assert house.duty.pause("amina").reason == "Möte"  # type: ignore[union-attr]
    assert done(house, Wanted.AVAILABLE) == ["MemberResumed"]
    assert done(house, Wanted.AVAILABLE) == []


def test_to_be_available_ends_a_rest_too(house: House) -> None:
    house.duty.begin_rest("amina", Rest(RestKind.WRAP_UP, NOON, after(30)))
    assert done(house, Wanted.AVAILABLE) == ["MemberRested"]
    assert house.duty.rest("amina") is None


def test_a_reason_that_the_plan_lacks_is_refused_with_those_that_it_has(house: House) -> None:
    refused = change(house, TABLES, asked(Wanted.PAUSED, reason="Golf"), NOON)
    assert refused == Refused("reason", "must be one of the plan's: Lunch, Möte, Administration")


def test_a_group_of_others_is_refused_with_ones_own(house: House) -> None:
    refused = change(house, TABLES, asked(Wanted.LOGGED_OUT, "vd"), NOON)
    assert refused == Refused("group", "amina is no member of 'vd', but of bygglov, kc")


def test_one_group_is_left_and_taken_up_again(house: House) -> None:
    assert done(house, Wanted.LOGGED_IN, "kc") == []
    assert done(house, Wanted.LOGGED_OUT, "kc") == ["MemberLoggedOut"]
    assert done(house, Wanted.LOGGED_OUT, "kc") == []
    assert done(house, Wanted.LOGGED_IN, "kc") == ["MemberLoggedIn"]
    assert house.on_duty("amina", "kc")


def test_all_groups_are_left_and_taken_up_again(house: House) -> None:
    assert done(house, Wanted.LOGGED_IN) == []
    assert done(house, Wanted.LOGGED_OUT) == ["MemberLoggedOut"]
    assert not house.on_duty("amina", "kc")
    assert done(house, Wanted.LOGGED_IN) == ["MemberLoggedIn"]
    assert house.on_duty("amina", "kc")
    assert house.on_duty("amina", "bygglov")


def test_of_all_groups_one_alone_is_taken_up_again(house: House) -> None:
    done(house, Wanted.LOGGED_OUT)
    assert done(house, Wanted.LOGGED_IN, "kc") == ["MemberLoggedIn", "MemberLoggedOut"]
    assert house.on_duty("amina", "kc")
    assert not house.on_duty("amina", "bygglov")
