"""Whose turn it is: in order, and nobody gets two calls, whatever happens."""

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from routing.decision import Target
from telephony.call import facts as f
from telephony.call.house import House
from telephony.call.house_facts import PhoneRegistered
from telephony.call.queue_facts import QueueJoined, QueueLeft, TurnCame, TurnPassed
from telephony.call.queues import Place
from telephony.desk.turns import next_turn
from tests.support.calls import NOON, after, contact, registered
from tests.support.plans import BYGGLOV, MAIN
from tests.support.queue_town import URGENT, QueueTown, queue_tables

TABLES = queue_tables("missed_limit = 0", "missed_limit = 0")


def house(*phones: str) -> House:
    """These phones are there."""
    found = House()
    for phone in phones:
        found.evolve(registered(phone))
    return found


def turn(
    house: House, *queues: str, callers: dict[str, str] | None = None
) -> tuple[str, str, list[str]] | None:
    """The call, its queue and who is rung."""
    names = callers or {}
    found = next_turn(
        TABLES, house, queues, lambda call: names.get(call, ""), lambda callback: False, NOON, 0.0
    )
    if found is None:
        return None
    return found.place.call, found.queue, [target.phone for target in found.targets]


def test_nobody_has_a_turn_while_nobody_waits_or_nobody_is_free() -> None:
    assert turn(house("kc1"), "kc") is None
    waits = house()
    waits.queues.join("a", "kc", 5, after(0))
    assert turn(waits, "kc") is None


def test_the_first_is_offered_to_the_first() -> None:
    office = house("kc1", "kc2")
    office.queues.join("a", "kc", 5, after(0))
    office.queues.join("b", "kc", 5, after(1))

    assert turn(office, "kc") == ("a", "kc", ["kc1"])


def test_a_hunt_comes_to_everybody_before_it_begins_again() -> None:
    office = house("kc1", "kc2")
    office.queues.join("a", "kc", 5, after(0))
    office.evolve(TurnCame(at=after(0), call="a", queue="kc", targets=(Target("amina", phone="kc1"),)))
    office.queues.end_turn("a")

    assert turn(office, "kc") == ("a", "kc", ["kc2"])  # Amina is free again, and was the first
    office.queues.begin_turn("a", ["bengt"])
    office.queues.end_turn("a")
    assert turn(office, "kc") == ("a", "kc", ["kc1"])
    office.queues.leave("a", after(60), answered=False)
    office.queues.join("b", "kc", 5, after(60))
    assert turn(office, "kc") == ("b", "kc", ["kc1"])


def test_all_phones_of_the_one_member_ring() -> None:
    office = house("bygg1", "bygg1m", "kc1")
    office.queues.join("a", "bygglov", 5, after(0))

    assert turn(office, "bygglov") == ("a", "bygglov", ["bygg1", "bygg1m"])


def test_of_queues_that_share_a_member_the_better_place_is_served() -> None:
    office = house("kc1")
    office.queues.join("a", "kc", 5, after(10))
    office.queues.join("b", "bygglov", 5, after(0))

    assert turn(office, "kc", "bygglov") == ("b", "bygglov", ["kc1"])
    office.queues.join("c", "kc", 1, after(20))
    assert turn(office, "kc", "bygglov") == ("c", "kc", ["kc1"])


def test_who_waits_for_a_group_that_is_gone_has_no_turn() -> None:
    office = house("kc1")
    office.queues.join("a", "gone", 5, after(0))

    assert turn(office, "gone") is None


def test_a_member_who_waits_for_colleagues_does_not_hold_up_others() -> None:
    office = house("kc1")
    office.queues.join("own", "kc", 5, after(0))
    office.queues.join("b", "kc", 5, after(1))

    assert turn(office, "kc", callers={"own": "amina"}) == ("b", "kc", ["kc1"])


def test_who_comes_before_a_colleagues_call_in_another_queue_is_served_there() -> None:
    """The best place of one queue is a colleague's, whom nobody there can be offered to."""
    office = house("kc1", "bygg1")
    office.queues.join("own", "kc", 5, after(0))
    office.queues.join("late", "kc", 5, after(20))
    office.queues.join("b", "bygglov", 5, after(10))

    assert turn(office, "kc", "bygglov", callers={"own": "amina"}) == ("b", "bygglov", ["bygg1"])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["calls", "answers", "declines", "hangs up", "leaves", "time", "phone"]),
        st.integers(0, 5),
    ),
    min_size=5,
    max_size=60,
)
NUMBERS = (MAIN, BYGGLOV, MAIN, BYGGLOV, MAIN, URGENT)
PHONES = ("kc1", "kc2", "bygg1", "bygg1m", "kc1", "kc2")


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_nobody_is_overtaken_and_nobody_has_two_calls(steps: list[tuple[str, int]]) -> None:
    """At each moment when it is a call's turn, no call of the same queue with a better place has none. A
    member is never rung for two calls, nor rung while they talk."""
    town = QueueTown("kc1", tables=TABLES)
    made = 0
    waiting: dict[str, dict[str, Place]] = {}
    for what, number in steps:
        seen = len(town.seen)
        calls = sorted(town.switchboard.calls)
        call = town.switchboard.calls[calls[number % len(calls)]] if calls else None
        ringing = call.ringing() if call else []
        if what == "calls":
            made += 1
            town.calls(f"c{made:03}", NUMBERS[number])
        elif what == "time":
            town.wait(number * 7)
        elif what == "phone":
            _comes_or_goes(town, PHONES[number], number + 1)
        elif call and what in ("answers", "declines") and ringing:
            leg = ringing[number % len(ringing)].id
            if what == "answers":
                town.answers(leg)
            else:
                town.see(f.MemberRefused, leg, status=486)
        elif call and what in ("hangs up", "leaves"):
            town.hangs_up(call.caller.id)
        for one in town.switchboard.calls.values():
            for withdrawn in [leg for leg in one.members() if leg.withdrawn and leg.is_open]:
                town.taken_back(withdrawn.id)
        _check(town)
        for fact in town.seen[seen:]:
            _follow(waiting, fact)


def _comes_or_goes(town: QueueTown, phone: str, device: int) -> None:
    """A phone that is there leaves, one that is not registers."""
    expires = (town.now - NOON) / timedelta(seconds=1) + 3600
    there = town.switchboard.house.is_registered(phone)
    contacts = () if there else (contact(phone, device, expires=expires),)
    town.feed(PhoneRegistered(at=town.now, phone=phone, contacts=contacts))


def _check(town: QueueTown) -> None:
    house = town.switchboard.house
    for member in ("amina", "bengt", "david"):
        calls = {leg.partition(".")[0] for leg in house.legs_of(member)}
        live = {
            call for call in calls if call in town.switchboard.calls and town.switchboard.calls[call].is_live
        }
        assert len(live) <= 1, f"{member} has {live}"


def _follow(waiting: dict[str, dict[str, Place]], fact: f.Fact) -> None:
    """Who waits for their turn in which queue (first), by what the facts say, in their order."""
    match fact:
        case QueueJoined(call=call, queue=queue):
            waiting.setdefault(queue, {})[call] = Place(fact.priority, fact.since, call)
        case TurnCame(call=call, queue=queue):
            places = waiting[queue]
            better = [other for other in places.values() if other < places[call]]
            assert not better, f"{call} has overtaken {better}"
            waiting["turn " + call] = {call: places.pop(call)}
        case TurnPassed(call=call, queue=queue):
            waiting[queue].update(waiting.pop("turn " + call))
        case QueueLeft(call=call, queue=queue):
            waiting[queue].pop(call, None)
        case _:
            pass
