"""Who is next is folded, carried into the next segment, and forgotten in time."""

from datetime import timedelta

from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.house import House
from telephony.call.hunts import KEPT, Hunts
from tests.support.calls import NOON, after, announce, phone, ring
from tests.support.plans import BYGGLOV, GROUPS, tables_of
from tests.support.small_town import Town, dialled


def talked(house: House, member: str, begin: float, end: float, leg: str = "c1.1") -> None:
    """Let a member answer and end a call."""
    house.evolve(f.MemberOffered(at=after(begin), call="c1", leg=leg, target=phone(member), contact=None))
    house.evolve(f.CallConnected(at=after(begin), call="c1", leg=leg, member=member))
    house.evolve(f.LegEnded(at=after(end), call="c1", leg=leg))


def test_who_has_talked_is_idle_since_the_end_and_has_answered() -> None:
    house = House()
    assert (house.idle_since("anna"), house.answered_today("anna", NOON)) == (None, 0)

    talked(house, "anna", 0, 60)
    talked(house, "anna", 100, 130)

    assert house.idle_since("anna") == after(130)
    assert house.answered_today("anna", after(200)) == 2
    assert house.answered_today("bo", after(200)) == 0


def test_an_offer_that_nobody_took_is_no_call() -> None:
    house = House()
    house.evolve(f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=phone("anna"), contact=None))
    house.evolve(f.LegEnded(at=after(20), call="c1", leg="c1.1"))

    assert (house.idle_since("anna"), house.answered_today("anna", after(30))) == (None, 0)


def test_each_day_begins_at_none_by_the_clock_on_the_wall() -> None:
    house = House()
    talked(house, "anna", 0, 60)
    midnight = 12 * 3600.0  # noon in UTC is 12:00 in winter at the start of these tests

    assert house.answered_today("anna", after(midnight - 3601)) == 1
    assert house.answered_today("anna", after(midnight)) == 0
    talked(house, "bo", midnight, midnight + 5)
    assert house.answered_today("anna", after(midnight + 10)) == 0
    assert house.answered_today("bo", after(midnight + 10)) == 1


def test_whom_a_group_offered_first_is_known_by_group() -> None:
    house = House()
    decisions = ring(phone("anna"), phone("bo")), ring(phone("eva"), group="kc"), ring(phone("x"), group="")
    for decision in decisions:
        house.evolve(f.RouteDecided(at=NOON, call="c1", decision=decision, talk_limit=0.0))
    house.evolve(f.RouteDecided(at=NOON, call="c1", decision=announce("closed"), talk_limit=0.0))

    assert [house.offered_first(group) for group in ("bygglov", "kc", "")] == ["anna", "eva", ""]


def test_what_is_carried_into_a_segment_says_the_same() -> None:
    house, again = House(), House()
    talked(house, "anna", 0, 60)
    decision = ring(phone("anna"))
    house.evolve(f.RouteDecided(at=NOON, call="c2", decision=decision, talk_limit=0.0))

    again.evolve(h.HuntsCarried(at=after(90), turns=house.hunts.carry(after(90))))

    assert again.hunts.carry(after(90)) == house.hunts.carry(after(90))
    assert (again.idle_since("anna"), again.answered_today("anna", after(90))) == (after(60), 1)


def test_what_is_old_is_not_carried_on() -> None:
    house = House()
    talked(house, "anna", 0, 60)
    late = after(60) + KEPT

    turns = house.hunts.carry(late)

    assert (turns.idle_since, turns.answered) == ({}, {})
    assert house.hunts.carry(late - timedelta(seconds=1)).idle_since == {"anna": after(60)}


def test_a_step_of_the_clock_moves_it_along() -> None:
    house = House()
    talked(house, "anna", 0, 60)

    house.evolve(h.ClockStepped(at=after(70), seconds=3600.0))

    assert house.idle_since("anna") == after(60) + timedelta(hours=1)


def test_nothing_is_known_at_first() -> None:
    assert Hunts().first_of("kc") == ""


def test_calls_go_round_and_a_restart_knows_whose_turn_it_is() -> None:
    town = Town("bygg1", "bygg2")
    groups = GROUPS.replace('strategy = "linear"', 'strategy = "round_robin"')
    town.switchboard.load(tables_of(2, groups=groups), town.now)

    rung = []
    for call in ("c1", "c2", "c3"):
        rung += dialled(town.arrives(BYGGLOV, call=call))
        town.see(f.MemberAnswered, f"{call}.1")
        town.see(f.LegEnded, f"{call}.1")
        town.see(f.LegEnded, f"{call}.0")
    assert rung == ["bygg1", "bygg2", "bygg1"]

    reborn = town.reborn()
    reborn.switchboard.load(tables_of(2, groups=groups), reborn.now)
    assert dialled(reborn.arrives(BYGGLOV, call="c4")) == ["bygg2"]
    assert reborn.switchboard.house.answered_today("david", reborn.now) == 2
