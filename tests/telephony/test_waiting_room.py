"""Whoever becomes free is given to those who wait; how that looks from a call is in `call/test_queueing`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest

from telephony.call.callback_facts import CallbackOwed
from telephony.call.duty_facts import MISSED, MemberLoggedIn, MemberLoggedOut, MemberPaused, MemberResumed
from telephony.call.facts import Fact, LegEnded, MemberRefused
from telephony.call.house_facts import PhoneLost, PhoneRegistered, RegistrationExpired
from telephony.call.menu_facts import KeyPressed
from telephony.call.queue_facts import QueueLeft
from telephony.switchboard import Switchboard
from telephony.waiting_room import PAUSE, TOGETHER
from tests.support.calls import contact, registered
from tests.support.plans import BYGGLOV
from tests.support.queue_town import QueueTown, queue_tables
from tests.support.switchboard import MemoryJournal


def is_turn(town: QueueTown, call: str) -> bool:
    waiting = town.switchboard.calls[call].waiting
    return waiting is not None and waiting.is_turn


def left(town: QueueTown) -> list[tuple[str, str, str | None]]:
    """Who has left a queue without a person: the call, why, and by which branch it went on."""
    return [
        (fact.call, fact.why, fact.branch)
        for fact in town.seen
        if isinstance(fact, QueueLeft) and fact.why != "answered"
    ]


def waits(queue: str = "") -> QueueTown:
    """c2 waits while amina talks."""
    town = QueueTown("kc1", tables=queue_tables(queue))
    (leg,) = town.rings(town.calls("c1"))
    town.answers(leg)
    town.calls("c2")
    return town


def test_a_phone_that_registers_brings_somebody() -> None:
    town = waits()
    town.feed(registered("kc2", contact("kc2", 2)))
    assert is_turn(town, "c2")


def test_a_phone_of_nobody_brings_nobody() -> None:
    town = waits()
    town.feed(registered("stranger", contact("stranger", 9)))
    assert not is_turn(town, "c2")


def test_who_logs_in_is_there_for_who_waits() -> None:
    town = waits()
    town.feed(MemberLoggedOut(at=town.now, member="bengt", by="x", group=""))
    town.feed(registered("kc2", contact("kc2", 2)))
    assert not is_turn(town, "c2")
    town.feed(MemberLoggedIn(at=town.now, member="bengt", by="x", group=""))
    assert is_turn(town, "c2")


def test_a_plan_may_bring_somebody() -> None:
    town = QueueTown("bygg2", tables=queue_tables("staffed_only = false"))
    town.calls("c1")
    assert not is_turn(town, "c1")
    town.switchboard.load(queue_tables("staffed_only = false", members='"amina", "elif"'), town.now)
    assert is_turn(town, "c1")


def test_who_waits_for_a_group_that_leaves_the_plan_goes_on_at_once() -> None:
    town = QueueTown("bygg1", tables=queue_tables(bygglov="callback = true"))
    (leg,) = town.rings(town.calls("c1", BYGGLOV))
    town.answers(leg)
    for call in ("c2", "c3"):
        town.calls(call, BYGGLOV)
    town.see(KeyPressed, "c2.0", key="1")

    town.switchboard.load(replace(town.tables, groups={"kc": town.tables.groups["kc"]}), town.now)

    left = [fact for fact in town.journal.facts if isinstance(fact, QueueLeft)][-1]
    assert (left.call, left.why) == ("c3", "too_long")
    town.switchboard.handle_timer(town.now)
    assert [fact.callback for fact in town.journal.facts if isinstance(fact, CallbackOwed)] == ["c2"]
    assert not town.switchboard.house.queues


def test_of_several_who_wait_each_gets_one_of_several_who_come() -> None:
    town = waits()
    town.calls("c3", BYGGLOV)
    town.feed(registered("bygg1", contact("bygg1", 3)))
    assert is_turn(town, "c3")
    assert not is_turn(town, "c2")


def test_the_times_of_rests_and_callbacks_are_known_to_a_next_life() -> None:
    town = waits("callback = true\nwrap_up_seconds = 30.0")
    town.see(KeyPressed, "c2.0", key="1")
    town.see(LegEnded, "c2.0")
    town.hangs_up("c1.0")
    made = count(100)
    later = Switchboard(MemoryJournal(), town.tables, talk_limit=0.0, new_call=lambda: f"made{next(made)}")
    later.replay(enumerate(town.journal.facts, 1))
    later.interrupt(town.now)
    rest = later.house.duty.rest("amina")
    assert rest is not None
    assert later.get_timer() == rest.until
    later.handle_timer(rest.until)
    assert later.house.queues.is_tried("c2")


def test_without_ids_for_new_calls_nobody_is_called_back() -> None:
    town = waits("callback = true")
    town.see(KeyPressed, "c2.0", key="1")
    town.see(LegEnded, "c2.0")
    simulated = Switchboard(MemoryJournal(), town.tables, talk_limit=0.0)
    simulated.replay(enumerate(town.journal.facts, 1))
    simulated.receive(LegEnded(at=town.now, call="c1", leg="c1.1"), town.now)
    assert not simulated.house.queues.is_tried("c2")


def test_when_the_last_member_has_gone_nobody_waits_on() -> None:
    town = waits()
    town.calls("c3")
    town.feed(MemberLoggedOut(at=town.now, member="amina", by="x", group="bygglov"))
    assert left(town) == []
    town.feed(MemberLoggedOut(at=town.now, member="amina", by="x", group=""))

    assert left(town) == [("c2", "unstaffed", "nobody_there"), ("c3", "unstaffed", "nobody_there")]


@pytest.mark.parametrize(
    "gone",
    [
        lambda at: MemberPaused(at=at, member="amina", by="", reason=MISSED),
        lambda at: PhoneLost(at=at, phone="kc1"),
        lambda at: PhoneRegistered(at=at, phone="kc1", contacts=()),
        lambda at: RegistrationExpired(at=at, phone="kc1", contacts=()),
    ],
)
def test_however_they_go(gone: Callable[[datetime], Fact]) -> None:
    town = waits()
    town.hangs_up("c1.0")
    (leg,) = town.switchboard.calls["c2"].ringing()
    town.see(MemberRefused, leg.id, status=486)
    assert left(town) == []  # she is left alone for a moment
    town.feed(gone(town.now))

    assert left(town) == [("c2", "unstaffed", "nobody_there")]


def test_a_pause_of_ones_own_sends_nobody_away() -> None:
    town = waits("comfort_seconds = 20.0")
    town.feed(MemberPaused(at=town.now, member="amina", by="amina", reason="Lunch"))
    town.hangs_up("c1.0")
    town.wait(60)
    assert left(town) == []
    town.feed(MemberResumed(at=town.now, member="amina", by=""))

    assert town.switchboard.calls["c2"].ringing()


def test_many_leave_step_by_step_and_who_comes_back_meanwhile_finds_the_rest() -> None:
    town = waits()
    for number in range(2 * TOGETHER + 4):
        town.calls(f"d{number:02}")
    town.feed(MemberPaused(at=town.now, member="amina", by="", reason=MISSED))
    assert len(left(town)) == TOGETHER
    town.wait(PAUSE.total_seconds())
    assert len(left(town)) == 2 * TOGETHER
    town.feed(MemberResumed(at=town.now, member="amina", by=""))
    town.wait(1)

    assert len(left(town)) == 2 * TOGETHER


def test_whose_turn_it_is_leaves_when_that_is_over() -> None:
    town = waits()
    town.hangs_up("c1.0")
    (leg,) = town.switchboard.calls["c2"].ringing()
    town.feed(MemberPaused(at=town.now, member="amina", by="", reason=MISSED))
    assert left(town) == []  # she may yet take this one
    town.see(MemberRefused, leg.id, status=486)

    assert left(town) == [("c2", "unstaffed", "nobody_there")]


def test_a_plan_may_leave_nobody() -> None:
    town = waits("callback = true")
    town.calls("c3")
    town.see(KeyPressed, "c3.0", key="1")
    town.switchboard.load(queue_tables("callback = true", members='"elif"'), town.now)

    assert [call for call, *_ in left(town)] == ["c3", "c2"]
    assert town.switchboard.house.queues.position("c3") == 1  # who is to be called back keeps the place


def test_what_no_fact_tells_is_seen_when_something_is_said() -> None:
    town = waits("comfort_seconds = 20.0")
    town.switchboard.house.duty.begin_pause("amina", MISSED, town.now)  # as an absence that begins
    town.wait(19)
    assert left(town) == []
    town.wait(1)
    assert left(town) == [("c2", "unstaffed", "nobody_there")]


def test_a_member_who_is_busy_or_left_alone_for_a_moment_has_not_gone() -> None:
    town = waits("comfort_seconds = 20.0\nwrap_up_seconds = 120.0")
    town.wait(45)
    town.hangs_up("c1.0")
    town.wait(45)

    assert town.switchboard.house.queues.position("c2") == 1


def test_where_callers_may_wait_for_nobody_they_wait_on() -> None:
    town = waits("comfort_seconds = 20.0\nstaffed_only = false")
    town.feed(MemberLoggedOut(at=town.now, member="amina", by="x", group=""))
    town.wait(60)

    assert town.switchboard.house.queues.position("c2") == 1
