"""Whoever becomes free is given to those who wait; how that looks from a call is in `call/test_queueing`."""

from dataclasses import replace
from itertools import count

from telephony.call.callback_facts import CallbackOwed
from telephony.call.duty_facts import MemberLoggedIn, MemberLoggedOut
from telephony.call.facts import LegEnded
from telephony.call.menu_facts import KeyPressed
from telephony.call.queue_facts import QueueLeft
from telephony.switchboard import Switchboard
from tests.support.calls import contact, registered
from tests.support.plans import BYGGLOV
from tests.support.queue_town import QueueTown, queue_tables
from tests.support.switchboard import MemoryJournal


def is_turn(town: QueueTown, call: str) -> bool:
    waiting = town.switchboard.calls[call].waiting
    return waiting is not None and waiting.is_turn


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
    town = waits("comfort_seconds = 20.0")
    town.feed(MemberLoggedOut(at=town.now, member="amina", by="x", group=""))
    town.wait(19)
    assert "c2" in town.switchboard.calls
    town.wait(1)

    left = [fact for fact in town.seen if isinstance(fact, QueueLeft) and fact.call == "c2"]
    assert [(fact.why, fact.branch) for fact in left] == [("unstaffed", "nobody_there")]


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
