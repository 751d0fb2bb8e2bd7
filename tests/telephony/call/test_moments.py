"""Since when things are as they are."""

from datetime import timedelta

import pytest

from routing.decision import Origin
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import transfer_facts as t
from telephony.call.house import House
from telephony.call.moments import MomentsCarried
from telephony.call.repair_facts import Repair, StateRepaired
from tests.support.calls import NOON, after, arrive, contact, phone, registered, trunk


@pytest.fixture
def house() -> House:
    return House()


def offered(seconds: float, leg: str = "c1.1", member: str = "anna") -> f.MemberOffered:
    target = phone(member)
    return f.MemberOffered(at=after(seconds), call="c1", leg=leg, target=target, contact=contact(member))


def fold(house: House, *facts: f.Fact) -> None:
    for fact in facts:
        house.evolve(fact)


def test_of_whom_there_was_nothing_nothing_is_known(house: House) -> None:
    assert house.moments.of_member("anna") is None
    assert house.moments.of_phone("anna") is None
    assert house.moments.take_changed() == (set(), set())


def test_a_member_is_rung_answers_and_becomes_free(house: House) -> None:
    fold(house, offered(1), offered(2, "c1.2"))
    assert house.moments.of_member("anna") == after(1)
    assert house.moments.take_changed() == ({"anna"}, set())
    fold(house, f.MemberAnswered(at=after(5), call="c1", leg="c1.1"))
    assert house.moments.of_member("anna") == after(5)
    fold(house, f.LegEnded(at=after(6), call="c1", leg="c1.2"))
    assert house.moments.of_member("anna") == after(5)  # the other one still talks
    fold(house, f.LegEnded(at=after(9), call="c1", leg="c1.1"))
    assert house.moments.of_member("anna") == after(9)


def test_who_calls_does_so_since_then_and_a_citizen_is_nobody(house: House) -> None:
    own = arrive("c2", at=after(3), origin=Origin.PHONE, origin_name="anna", member="anna")
    fold(house, own, arrive("c1"), f.MemberAnswered(at=after(4), call="c1", leg="c1.0"))
    assert house.moments.take_changed() == ({"anna"}, set())
    assert house.moments.of_member("anna") == after(3)
    fold(house, t.LegHandedOver(at=after(8), call="c2", leg="c2.0", to="c3.1"))
    assert house.moments.of_member("anna") == after(8)


def test_a_trunk_that_is_rung_is_nobody(house: House) -> None:
    fold(house, f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=trunk("telia"), contact=None))
    assert house.moments.take_changed() == (set(), set())


def test_what_somebody_says_of_themselves_is_a_change(house: House) -> None:
    for seconds, kind in enumerate((d.MemberResumed, d.MemberRested)):
        fold(house, kind(at=after(seconds), member="anna", by="x"))
        assert house.moments.of_member("anna") == after(seconds)
    fold(house, d.MemberPaused(at=after(7), member="anna", by="x", reason="Lunch"))
    assert house.moments.of_member("anna") == after(7)


def test_a_repaired_leg_frees_its_member(house: House) -> None:
    fold(house, offered(1), StateRepaired(at=after(9), kind=Repair.STUCK_IN_CALL, member="anna", leg="c1.1"))
    assert house.moments.of_member("anna") == after(9)
    assert house.is_free("anna")
    assert not house.legs()


def test_a_phone_comes_moves_and_leaves(house: House) -> None:
    fold(house, registered("anna", at=after(1)), registered("anna", contact("anna", 2), at=after(2)))
    assert house.moments.of_phone("anna") == after(1)
    left = h.RegistrationExpired(at=after(3), phone="anna", contacts=(contact("anna"),))
    fold(house, left)
    assert house.moments.of_phone("anna") == after(1)
    fold(house, h.RegistrationExpired(at=after(4), phone="anna", contacts=()))
    assert house.moments.of_phone("anna") == after(4)
    fold(house, registered("anna", at=after(5)), h.PhoneRegistered(at=after(6), phone="anna", contacts=()))
    assert house.moments.of_phone("anna") == after(6)
    assert house.moments.take_changed() == (set(), {"anna"})


def test_a_phone_is_lost_and_found(house: House) -> None:
    fold(house, h.PhoneLost(at=NOON, phone="anna"), h.PhoneFound(at=NOON, phone="anna"))
    assert house.moments.of_phone("anna") is None  # it was never there
    fold(house, registered("anna"), h.PhoneLost(at=after(2), phone="anna"))
    assert house.moments.of_phone("anna") == after(2)
    fold(house, h.PhoneFound(at=after(3), phone="anna"))
    assert house.moments.of_phone("anna") == after(3)


def test_a_new_life_tries_the_lost_again(house: House) -> None:
    fold(house, registered("anna"), h.PhoneLost(at=after(2), phone="anna"))
    fold(house, h.ServiceStarted(at=after(3), release="1"))
    assert house.is_registered("anna")
    assert house.moments.of_phone("anna") == after(3)


def test_it_is_carried_over_and_follows_the_clock(house: House) -> None:
    fold(house, registered("anna", at=after(1)), d.MemberResumed(at=after(2), member="anna", by=""))
    members, phones = house.moments.carry()
    other = House()
    fold(
        other,
        h.RegistrationsCarried(at=NOON, contacts=dict(house.registrations()), calls_since=0),
        MomentsCarried(at=NOON, members=dict(members), phones=dict(phones)),
        h.ClockStepped(at=NOON, seconds=60.0),
        registered("anna", at=after(99)),
    )
    assert other.moments.of_member("anna") == after(2) + timedelta(minutes=1)
    assert other.moments.of_phone("anna") == after(1) + timedelta(minutes=1)
