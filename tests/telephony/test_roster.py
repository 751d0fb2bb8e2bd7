"""What all members are doing, kept up to date."""

from datetime import datetime, timedelta

import pytest

from telephony import roster as module
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.desk.member_state import Member, State
from telephony.roster import Roster
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, after, registered
from tests.support.plans import GROUPS, PEOPLE, tables_of
from tests.support.switchboard import MemoryJournal

TABLES = tables_of(1)


class Room:
    def __init__(self) -> None:
        self.board = Switchboard(MemoryJournal(), TABLES, talk_limit=0.0)
        self.roster = Roster(self.board, TABLES)

    def see(self, *facts: f.Fact) -> None:
        for fact in facts:
            self.board.receive(fact, fact.at)

    def look(self, at: datetime = NOON) -> dict[str, State]:
        changed, gone = self.roster.look(at)
        assert not gone
        return {member.person: member.state for member in changed}


@pytest.fixture
def room() -> Room:
    return Room()


def pause(person: str, at: datetime = NOON) -> d.MemberPaused:
    return d.MemberPaused(at=at, member=person, by="eva", reason="Lunch")


def test_the_first_look_tells_everybody_and_the_next_what_has_changed(room: Room) -> None:
    assert room.look() == dict.fromkeys(("amina", "bengt", "david", "elif"), State.UNREACHABLE)
    assert room.look() == {}
    room.see(registered("kc1"), pause("elif"))
    assert room.look() == {"amina": State.AVAILABLE, "elif": State.PAUSED}
    assert room.look() == {}
    assert {person: member.state for person, member in room.roster.members.items()} == {
        "amina": State.AVAILABLE,
        "bengt": State.UNREACHABLE,
        "david": State.UNREACHABLE,
        "elif": State.PAUSED,
    }


def test_members_are_counted_by_group_and_state(room: Room) -> None:
    room.look()
    assert room.roster.counts == {("kc", State.UNREACHABLE): 2, ("bygglov", State.UNREACHABLE): 2}
    room.see(registered("kc1"))
    room.look()
    assert room.roster.counts["kc", State.UNREACHABLE] == 1
    assert room.roster.counts["kc", State.AVAILABLE] == 1


def test_what_passes_with_time_is_found_by_looking_in_turn(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROUND", 2)
    away = PEOPLE.replace("ring_seconds = 25 }", "absences = [{ from = 2026-11-25 }] }")
    tables = tables_of(1, people=away)
    room.roster.load(tables)
    assert set(room.look()) == {"amina", "bengt"}
    assert set(room.look()) == {"david", "elif"}
    room.see(registered("bygg1"))
    assert room.look() == {"david": State.AVAILABLE}
    tomorrow = NOON + timedelta(days=1)
    assert room.look(tomorrow) == {"david": State.ABSENT}


def test_who_leaves_the_plan_is_gone_and_counted_no_more(room: Room) -> None:
    room.look()
    room.roster.load(tables_of(2, groups=GROUPS.replace('["david", "elif"]', '["david"]')))
    changed, gone = room.roster.look(after(1))
    assert (changed, gone) == ([], ["elif"])
    assert room.roster.counts["bygglov", State.UNREACHABLE] == 1
    assert room.roster.look(after(1)) == ([], [])


def test_a_member_of_another_group_is_counted_there(room: Room) -> None:
    room.look()
    room.roster.load(tables_of(2, groups=GROUPS.replace('["amina", "bengt"]', '["amina", "bengt", "elif"]')))
    changed, _ = room.roster.look(after(1))
    assert [(type(member), member.groups) for member in changed] == [(Member, ("bygglov", "kc"))]
    assert room.roster.counts["kc", State.UNREACHABLE] == 3
