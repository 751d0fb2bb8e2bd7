"""What a member is doing, in one word."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.call import Call
from telephony.call.evolve import begin, evolve
from telephony.call.house import House
from telephony.desk.member_state import Member, State, member_of, members_of
from tests.support.calls import NOON, after, arrive, contact, phone, registered, ring
from tests.support.plans import PEOPLE, TRUNKS, tables_of

AWAY = PEOPLE.replace(
    "ring_seconds = 25 }", "ring_seconds = 25, absences = [{ from = 2026-11-25, to = 2026-11-26 }] }"
)


class Room:
    """Members of a small plan, the house and the calls that tell of them."""

    def __init__(self, **parts: str) -> None:
        self.tables: Tables = tables_of(1, **parts)
        self.house = House()
        self.calls: dict[str, Call] = {}

    def see(self, *facts: f.Fact) -> None:
        for fact in facts:
            if isinstance(fact, f.CallArrived):
                self.calls[fact.call] = begin(fact)
            elif isinstance(fact, f.CallFact):
                self.calls[fact.call] = evolve(self.calls[fact.call], fact)
            self.house.evolve(fact)

    def member(self, person: str, at: datetime = NOON) -> Member:
        return member_of(self.house, self.calls, self.tables, self.tables.people[person], at)

    def doing(self, person: str, at: datetime = NOON) -> tuple[State, datetime | None]:
        member = self.member(person, at)
        return member.state, member.since


@pytest.fixture
def room() -> Room:
    return Room()


def said(kind: type[d.MemberFact], seconds: float, person: str = "amina", **fields: Any) -> d.MemberFact:
    return kind(at=after(seconds), member=person, by="eva", **fields)


def test_everybody_in_a_group_is_a_member(room: Room) -> None:
    assert list(members_of(room.tables)) == ["amina", "bengt", "david", "elif"]


def test_who_has_no_phone_there_is_unreachable(room: Room) -> None:
    assert room.doing("amina") == (State.UNREACHABLE, None)
    room.see(registered("kc1", at=after(1)))
    assert room.doing("amina") == (State.AVAILABLE, after(1))
    room.see(h.PhoneLost(at=after(5), phone="kc1"))
    assert room.doing("amina") == (State.UNREACHABLE, after(5))


def test_of_two_phones_one_is_enough(room: Room) -> None:
    room.see(registered("bygg1", at=after(1)), registered("bygg1m", at=after(2)))
    room.see(h.PhoneLost(at=after(5), phone="bygg1"))
    assert room.doing("david") == (State.AVAILABLE, after(2))


def test_who_has_a_mobile_is_reached_there() -> None:
    room = Room(
        people=PEOPLE.replace('phones = ["kc1"]', 'phones = ["kc1"], mobile = "+46701740699"'),
        trunks=f"{TRUNKS}outside = true\n",
    )
    assert room.doing("amina") == (State.AVAILABLE, None)


def test_ringing_then_in_a_call_then_writing_it_down(room: Room) -> None:
    target = phone("amina", "kc1")
    room.see(
        registered("kc1"),
        arrive(),
        f.RouteDecided(at=NOON, call="c1", decision=ring(target), talk_limit=0.0),
        f.MemberOffered(at=after(1), call="c1", leg="c1.1", target=target, contact=contact("kc1")),
    )
    assert room.doing("amina") == (State.RINGING, after(1))
    room.see(f.MemberAnswered(at=after(4), call="c1", leg="c1.1"))
    assert room.doing("amina") == (State.IN_CALL, after(4))
    room.house.duty.answer("amina", "c1.1", timedelta(seconds=30))
    room.house.evolve(f.LegEnded(at=after(9), call="c1", leg="c1.1"))
    assert room.doing("amina") == (State.WRAP_UP, after(9))
    assert room.member("amina").until == after(39)
    room.see(said(d.MemberRested, 39))
    assert room.doing("amina") == (State.AVAILABLE, after(39))


def test_who_calls_is_in_a_call_and_so_is_who_has_a_leg_that_no_call_knows(room: Room) -> None:
    room.see(arrive("c2", at=after(2), member="amina"))
    assert room.doing("amina") == (State.IN_CALL, after(2))
    room.calls.clear()
    assert room.doing("amina") == (State.IN_CALL, after(2))


def test_who_is_rung_to_call_somebody_back_is_rung_until_they_answer(room: Room) -> None:
    room.see(arrive("c2", at=after(2), member="amina", calls_back="c1"))
    assert room.doing("amina") == (State.RINGING, after(2))
    room.see(f.MemberAnswered(at=after(5), call="c2", leg="c2.0"))
    assert room.doing("amina") == (State.IN_CALL, after(5))


def test_who_missed_an_offer_rests(room: Room) -> None:
    missed = said(d.OfferMissed, 3, call="c1", group="kc", why="ring_time", until=after(13))
    room.see(registered("kc1"), missed)
    assert room.doing("amina") == (State.RESTING, after(3))
    assert room.member("amina").until == after(13)


def test_a_pause_has_its_reason(room: Room) -> None:
    room.see(registered("kc1"), said(d.MemberPaused, 2, reason="Lunch"))
    assert room.doing("amina") == (State.PAUSED, after(2))
    assert room.member("amina").reason == "Lunch"


def test_a_pause_that_begins_in_a_call_is_told(room: Room) -> None:
    room.see(arrive("c2", at=after(2), member="amina"), said(d.MemberPaused, 3, reason="Lunch"))
    assert room.doing("amina") == (State.IN_CALL, after(2))
    assert room.member("amina").reason == "Lunch"


def test_who_is_logged_out_of_some_groups_is_there_for_the_others() -> None:
    room = Room(
        groups='[groups]\nkc = { name = "K", members = ["amina"] }\n'
        'bygglov = { name = "B", members = ["amina", "david"] }\n'
    )
    room.see(registered("kc1"), said(d.MemberLoggedOut, 2, group="kc"))
    member = room.member("amina")
    assert (member.state, member.groups, member.logged_out_of) == (
        State.AVAILABLE,
        ("bygglov", "kc"),
        ("kc",),
    )
    room.see(said(d.MemberLoggedOut, 5, group="bygglov"))
    assert room.doing("amina") == (State.LOGGED_OUT, after(5))


def test_who_is_away_by_the_plan_is_absent_and_then_back() -> None:
    room = Room(people=AWAY)
    room.see(registered("bygg1"))
    start = datetime.fromisoformat("2026-11-25T00:00+01:00")
    assert room.doing("david", start) == (State.ABSENT, start)
    back = start + timedelta(days=2)
    assert room.doing("david", back) == (State.AVAILABLE, back)
