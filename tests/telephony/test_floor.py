"""What goes on, as a whole and as changes."""

import asyncio
import json
from datetime import datetime
from typing import Any

from metrics.day_counts import DayCount
from telephony.admin.values import LiveEvent
from telephony.call import duty_facts as d
from telephony.floor import Floor
from telephony.live_feed import HEARTBEAT
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, after, registered
from tests.support.plans import GROUPS, MAIN, tables_of
from tests.support.switchboard import MemoryJournal

TABLES = tables_of(1)


class Room:
    def __init__(self) -> None:
        self.now: datetime = NOON
        self.board = Switchboard(MemoryJournal(), TABLES, talk_limit=0.0)
        self.counts = {MAIN: DayCount()}
        self.floor = Floor(self.board, TABLES, lambda: self.now, lambda: dict(self.counts))
        self.floor.look()


def data(event: LiveEvent | None, name: str) -> Any:
    assert event is not None
    assert event.name == name
    assert "\n" not in event.data
    return json.loads(event.data)


def test_how_everything_is() -> None:
    room = Room()
    room.board.house.queues.join("c1", "kc", 0, NOON)
    live = room.floor.live()
    assert live.at == NOON
    assert [member.person for member in live.members] == ["amina", "bengt", "david", "elif"]
    assert [(queue.group, [who.call for who in queue.waiting]) for queue in live.queues] == [("kc", ["c1"])]
    assert [number.number for number in live.today] == [MAIN]
    assert room.floor.counts() == {("kc", "unreachable"): 2, ("bygglov", "unreachable"): 2}


def test_a_listener_hears_of_members_and_queues_as_they_change() -> None:
    async def play() -> None:
        room = Room()
        listener = room.floor.listen()
        whole = data(await listener.next(), "whole")
        assert {member["state"] for member in whole["members"]} == {"unreachable"}
        assert whole["queues"] == []

        room.floor.look()  # nothing has changed
        room.board.receive(registered("kc1", at=after(1)), after(1))
        room.board.receive(d.MemberPaused(at=after(2), member="bengt", by="", reason="Lunch"), after(2))
        room.floor.look()
        change = data(await listener.next(), "change")
        assert [(member["person"], member["state"]) for member in change["members"]] == [
            ("amina", "available"),
            ("bengt", "paused"),
        ]
        assert (change["gone"], change["queues"]) == ([], None)

        room.board.house.queues.join("c1", "kc", 0, after(3))
        room.floor.look()
        change = data(await listener.next(), "change")
        assert change["members"] == []
        assert change["queues"] == [
            {"group": "kc", "waiting": [{"call": "c1", "since": "2026-11-24T11:00:03Z", "priority": 0}]}
        ]
        room.counts[MAIN] = DayCount(1, 1)
        room.floor.look()
        change = data(await listener.next(), "change")
        assert change["today"] == [
            {
                "number": MAIN,
                "answered": 1,
                "answered_in_time": 1,
                "abandoned_short": 0,
                "abandoned_late": 0,
            }
        ]
        assert (change["members"], change["queues"]) == ([], None)
        room.floor.load(tables_of(2, groups=GROUPS.replace('["david", "elif"]', '["david"]')))
        room.floor.look()
        assert data(await listener.next(), "change")["gone"] == ["elif"]
        room.floor.end()
        assert await listener.next() is None
        assert HEARTBEAT.name == ""

    asyncio.run(play())
