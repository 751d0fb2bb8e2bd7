"""What the house has wrong is found, and put right."""

from datetime import datetime

import pytest

from telephony.call import facts as f
from telephony.call.call import Call
from telephony.call.duty import Rest, RestKind
from telephony.call.duty_facts import MemberRested
from telephony.call.evolve import begin, evolve
from telephony.call.house import House
from telephony.call.repair_facts import Repair, StateRepaired
from telephony.desk.reconcile import disagreements, follows, seen_twice
from tests.support.calls import NOON, after, arrive, contact, phone, ring


class Room:
    """A call that rings at anna's; the network side knows the legs in `legs`."""

    def __init__(self) -> None:
        self.house = House()
        self.calls: dict[str, Call] = {}
        self.legs = {"c1.0", "c1.1"}
        target = phone("anna")
        self.see(
            arrive(),
            f.RouteDecided(at=NOON, call="c1", decision=ring(target), talk_limit=0.0),
            f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=target, contact=contact("anna")),
        )

    def see(self, *facts: f.Fact) -> None:
        for fact in facts:
            if isinstance(fact, f.CallArrived):
                self.calls[fact.call] = begin(fact)
            elif isinstance(fact, f.CallFact) and fact.call in self.calls:
                self.calls[fact.call] = evolve(self.calls[fact.call], fact)
            self.house.evolve(fact)

    def wrong(self, at: datetime = NOON) -> list[StateRepaired]:
        return list(disagreements(self.house, self.calls, self.legs.__contains__, at))

    def kinds(self, at: datetime = NOON) -> set[tuple[Repair, str, str]]:
        return {(each.kind, each.member, each.leg) for each in self.wrong(at)}


@pytest.fixture
def room() -> Room:
    return Room()


def test_where_all_agree_nothing_is_wrong(room: Room) -> None:
    assert room.wrong() == []


def test_a_member_and_a_channel_of_a_call_that_is_gone_are_stuck(room: Room) -> None:
    room.calls.clear()
    assert room.kinds() == {
        (Repair.STUCK_IN_CALL, "anna", "c1.1"),
        (Repair.STUCK_CHANNEL, "telia", "c1.0"),
    }
    room.see(*room.wrong())
    assert room.wrong() == []
    assert room.house.is_free("anna")
    assert room.house.channels("telia") == 0


def test_a_leg_that_its_call_lacks_or_has_ended_is_stuck(room: Room) -> None:
    call = room.calls["c1"]
    room.calls["c1"] = evolve(call, f.LegEnded(at=NOON, call="c1", leg="c1.1"))
    assert room.kinds() == {(Repair.STUCK_IN_CALL, "anna", "c1.1")}
    room.house._reserve("anna", "c1.9")
    assert (Repair.STUCK_IN_CALL, "anna", "c1.9") in room.kinds()


def test_a_leg_of_which_the_network_side_knows_nothing_is_over(room: Room) -> None:
    room.legs.clear()
    found = room.wrong()
    assert room.kinds() == {(Repair.LEG_UNKNOWN, "anna", "c1.1"), (Repair.LEG_UNKNOWN, "", "c1.0")}
    for repair in found:
        room.see(repair, *follows(repair, NOON))
    assert all(not leg.is_open for leg in room.calls["c1"].legs.values())
    assert room.wrong() == []


def test_a_rest_whose_time_has_come_is_over(room: Room) -> None:
    room.house.duty.begin_rest("anna", Rest(RestKind.MISSED, NOON, after(10)))
    assert room.wrong(after(12)) == []  # it is only on its way
    (found,) = room.wrong(after(13))
    assert (found.kind, found.member, found.leg) == (Repair.REST_OVERDUE, "anna", "")
    assert list(follows(found, after(13))) == [MemberRested(at=after(13), member="anna", by="")]


def test_a_stuck_leg_needs_nothing_beside_its_repair(room: Room) -> None:
    room.calls.clear()
    assert [list(follows(repair, NOON)) for repair in room.wrong()] == [[], []]


def test_what_is_seen_once_is_on_its_way(room: Room) -> None:
    room.legs.clear()
    first = room.wrong()
    assert list(seen_twice([], first)) == []
    assert list(seen_twice(first, room.wrong(after(3)))) == room.wrong(after(3))


def test_a_place_of_a_call_that_is_gone_is_stuck_and_given_up(room: Room) -> None:
    room.house.queues.join("c1", "kc", 5, NOON)
    assert room.wrong() == []
    room.house.queues.join("c9", "kc", 5, NOON)
    (found,) = room.wrong()
    assert (found.kind, found.member, found.leg) == (Repair.STUCK_IN_QUEUE, "", "c9.0")

    room.see(found)
    assert room.house.waiting("kc") == 1 and room.house.queues.position("c1") == 1
