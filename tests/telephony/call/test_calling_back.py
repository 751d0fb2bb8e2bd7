"""Who asks to be called back keeps the place, and is called when a member is there for them."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from telephony.call import callback_facts as b
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import Action, Connect, Dial, EndLeg, PlayAnnouncement, PlayRinging
from telephony.call.facts import Outcome
from telephony.call.house_facts import DrainStarted, ServiceStarted
from telephony.call.queue_facts import QueueJoined
from telephony.call.record import records
from telephony.call.repair_facts import Repair, StateRepaired
from telephony.switchboard import Switchboard
from tests.support.calls import CALLER, contact, registered
from tests.support.plans import BYGGLOV, MAIN, tables_of
from tests.support.queue_town import TRUNKS, QueueTown, queue_tables
from tests.support.switchboard import MemoryJournal

CALLBACK = "callback = true"
ASKED = "c2"


def town(*phones: str, queue: str = CALLBACK) -> QueueTown:
    """amina talks with somebody, so that whoever calls waits."""
    office = QueueTown("kc1", *phones, tables=queue_tables(queue, CALLBACK))
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    return office


def asks(office: QueueTown, call: str = ASKED, **fields: str) -> list[Action]:
    """Somebody calls, waits, and asks to be called back."""
    office.arrives(call=call, **fields)
    actions = office.see(m.KeyPressed, f"{call}.0", key="1")
    office.see(f.AnnouncementEnded, f"{call}.0")
    office.see(f.LegEnded, f"{call}.0")
    return actions


def free(office: QueueTown) -> str:
    """amina has done, and is rung for the callback: its call."""
    (dial,) = [action for action in office.hangs_up("c1.0") if isinstance(action, Dial)]
    office.note_dialog(dial.leg)
    return dial.leg.partition(".")[0]


def kinds(office: QueueTown, kind: type[f.Fact]) -> list[f.Fact]:
    return [fact for fact in office.seen if type(fact) is kind]


def test_a_caller_is_told_of_the_key_and_then_that_they_will_be_called() -> None:
    office = town()
    assert office.heard(office.calls("c3"))[0].endswith("+queue_callback")
    office.wait(1)

    actions = asks(office)

    assert PlayAnnouncement(f"{ASKED}.0", "callback_promised") in actions
    ended = [fact for fact in office.seen if isinstance(fact, f.CallEnded)]
    assert (ended[-1].call, ended[-1].outcome) == (ASKED, Outcome.CALLBACK)
    assert office.switchboard.house.queues.position(ASKED) == 2
    (promised,) = kinds(office, b.CallbackPromised)
    assert isinstance(promised, b.CallbackPromised)
    assert promised.stream == "queue/kc"
    assert (promised.what.number, promised.what.function, promised.what.called) == (
        CALLER,
        "Kontaktcenter",
        MAIN,
    )


def test_the_call_log_tells_whom_a_call_calls_back_and_that_the_member_was_rung() -> None:
    office = town()
    asks(office)
    call = free(office)
    office.see(f.MemberAlerted, f"{call}.0")

    record = records(office.seen)[call]

    assert record.reasons[0] == f"calls back whoever asked for it in call {ASKED}"
    assert (record.caller_member, record.rang) == ("amina", ("amina",))


def test_in_their_turn_the_member_is_rung_and_then_they_are() -> None:
    office = town()
    asks(office)
    actions = office.hangs_up("c1.0")

    (dial,) = [action for action in actions if isinstance(action, Dial)]
    assert (dial.target.phone, dial.caller_leg, dial.number) == ("kc1", "", CALLER)
    assert dial.display == "Återuppringning Kontaktcenter: 070-174 06 05"
    office.note_dialog(dial.leg)
    actions = office.see(f.MemberAnswered, dial.leg)
    assert actions[0] == PlayRinging(dial.leg)
    out = actions[1]
    assert isinstance(out, Dial)
    assert (out.target.trunk, out.target.number, out.caller_leg) == ("operator", CALLER, dial.leg)
    assert out.number == MAIN  # what the citizen had called
    office.note_dialog(out.leg)

    assert office.see(f.MemberAnswered, out.leg) == [Connect(dial.leg, out.leg)]
    assert len(kinds(office, b.CallbackKept)) == 1
    assert not office.switchboard.house.queues
    assert not office.switchboard.house.is_free("amina")
    office.hangs_up(dial.leg)
    assert office.switchboard.calls == {}
    assert kinds(office, b.CallbackOwed) == []


def test_after_the_talk_there_is_time_to_write_it_down() -> None:
    office = town(queue=f"{CALLBACK}\nwrap_up_seconds = 30")
    asks(office)
    office.hangs_up("c1.0")
    office.wait(30)
    (call,) = [call for call in office.switchboard.calls if call.startswith("made")]
    office.note_dialog(f"{call}.0")
    office.see(f.MemberAnswered, f"{call}.0")
    office.note_dialog(f"{call}.1")
    office.see(f.MemberAnswered, f"{call}.1")
    office.calls("c3")
    assert not any(isinstance(action, Dial) for action in office.hangs_up(f"{call}.1"))

    rest = office.switchboard.house.duty.rest("amina")
    assert rest is not None and rest.until == office.now + timedelta(seconds=30)
    assert not any(isinstance(action, Dial) for action in office.wait(29))
    assert any(isinstance(action, Dial) for action in office.wait(1))


def test_a_talk_of_a_queue_that_has_left_the_plan_has_no_such_time() -> None:
    office = town()
    asks(office)
    tables = tables_of(trunks=TRUNKS)  # the group is rung, and nobody waits any more
    office.switchboard.load(tables, office.now)
    free(office)

    (came,) = kinds(office, b.CallbackTurnCame)
    assert isinstance(came, b.CallbackTurnCame) and came.wrap_up_seconds == 0


def test_who_holds_the_line_behind_them_waits_for_their_turn() -> None:
    office = town()
    asks(office)
    office.calls("c3")

    call = free(office)
    assert office.switchboard.calls["c3"].waiting is not None
    assert not office.switchboard.calls["c3"].waiting.is_turn
    # and gets the next who is free: live callers are not starved
    office.see(f.MemberAnswered, f"{call}.0")
    office.see(f.MemberRefused, f"{call}.1", status=486)
    office.see(f.AnnouncementEnded, f"{call}.0")
    office.see(f.LegEnded, f"{call}.0")
    assert office.switchboard.calls["c3"].waiting.is_turn


def test_a_member_who_does_not_take_it_has_missed_a_call_and_they_keep_their_place() -> None:
    office = town()
    asks(office)
    call = free(office)
    actions = office.wait(20)

    assert EndLeg(f"{call}.0", reason="ring time") in actions
    (missed,) = kinds(office, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed)
    assert (missed.member, missed.group) == ("amina", "kc")
    assert office.switchboard.house.queues.position(ASKED) == 1
    office.see(f.LegEnded, f"{call}.0")
    (dial,) = [action for action in office.wait(5) if isinstance(action, Dial)]
    assert dial.leg != f"{call}.0"


def test_a_member_who_misses_too_many_has_a_pause() -> None:
    office = town(queue=f"{CALLBACK}\nmissed_limit = 1")
    asks(office)
    call = free(office)
    office.see(f.MemberRefused, f"{call}.0", status=486)

    assert office.switchboard.house.duty.pause("amina") is not None
    assert office.switchboard.house.queues.position(ASKED) == 1


@pytest.mark.parametrize(
    ("status", "why", "is_paused"),
    [(302, "forwarded", False), (486, "declined", True), (503, "unreachable", True)],
)
def test_how_it_was_missed_is_told_and_a_forwarded_phone_gives_no_pause(
    status: int, why: str, is_paused: bool
) -> None:
    office = town(queue=f"{CALLBACK}\nmissed_limit = 1")
    asks(office)
    call = free(office)
    office.see(f.MemberRefused, f"{call}.0", status=status)

    (missed,) = kinds(office, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed) and missed.why == why
    assert (office.switchboard.house.duty.pause("amina") is not None) is is_paused


def test_a_phone_without_sound_in_common_is_as_one_that_does_not_answer() -> None:
    office = town()
    asks(office)
    call = free(office)
    office.see(f.MemberAnswerUnusable, f"{call}.0", status=488)

    assert len(kinds(office, b.CallbackTurnPassed)) == 1


@pytest.mark.parametrize(
    ("status", "why"), [(486, "busy"), (480, "no_answer"), (404, "failed"), (503, "failed")]
)
def test_who_is_not_reached_is_somebodys_duty(status: int, why: str) -> None:
    office = town()
    asks(office)
    call = free(office)
    office.see(f.MemberAnswered, f"{call}.0")
    office.see(f.MemberRefused, f"{call}.1", status=status)
    office.see(f.AnnouncementEnded, f"{call}.0")
    office.see(f.LegEnded, f"{call}.0")

    (owed,) = kinds(office, b.CallbackOwed)
    assert isinstance(owed, b.CallbackOwed)
    assert (owed.what.number, owed.what.function, owed.callback) == (CALLER, "Kontaktcenter", ASKED)
    assert owed.why in (why, "nobody_there")
    assert not office.switchboard.house.queues


def test_a_member_who_hangs_up_while_it_rings_there_leaves_a_duty() -> None:
    office = town()
    asks(office)
    call = free(office)
    office.see(f.MemberAnswered, f"{call}.0")
    office.see(f.LegHungUp, f"{call}.0")

    (owed,) = kinds(office, b.CallbackOwed)
    assert isinstance(owed, b.CallbackOwed)
    assert owed.why == "member_left"


def test_at_the_end_of_the_day_it_is_a_duty() -> None:
    office = QueueTown("bygg1", tables=queue_tables(bygglov=CALLBACK))
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    office.answers(leg)
    office.arrives(BYGGLOV, ASKED)
    office.see(m.KeyPressed, f"{ASKED}.0", key="1")
    office.wait(6 * 3600)

    (owed,) = kinds(office, b.CallbackOwed)
    assert isinstance(owed, b.CallbackOwed)
    assert owed.why == "too_late"
    assert office.switchboard.house.waiting("bygglov") == 0


def test_one_that_is_tried_at_the_end_of_its_time_is_not_cut_off() -> None:
    office = QueueTown("bygg1", tables=queue_tables(bygglov=f'{CALLBACK}\nat_closing = "leave"'))
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    office.answers(leg)
    office.arrives(BYGGLOV, ASKED)
    office.see(m.KeyPressed, f"{ASKED}.0", key="1")
    office.see(f.AnnouncementEnded, f"{ASKED}.0")
    until = next(iter(office.switchboard.house.queues.callbacks().values())).until
    office.wait((until - office.now) / timedelta(seconds=1) - 5)
    office.feed(registered("bygg1", contact("bygg1", expires=9 * 3600)))
    call = free(office)
    office.see(f.MemberAnswered, f"{call}.0")
    office.see(f.MemberAlerted, f"{call}.1")
    office.wait(90)

    assert kinds(office, b.CallbackOwed) == []
    office.see(f.MemberAnswered, f"{call}.1")
    assert len(kinds(office, b.CallbackKept)) == 1


def test_nobody_is_called_twice_at_once() -> None:
    office = QueueTown("kc1", "kc2", tables=queue_tables(CALLBACK))
    for call in ("c1", "c9"):
        (leg,) = office.rings(office.calls(call))
        office.answers(leg)
    asks(office, "c2")
    asks(office, "c3")  # the same number once more
    free(office)
    office.see(f.LegHungUp, "c9.0")
    office.see(f.LegEnded, "c9.0")
    for leg in list(office.switchboard.calls["c9"].legs):
        office.see(f.LegEnded, leg)

    assert len(kinds(office, b.CallbackTurnCame)) == 1


def test_nobody_is_called_while_they_still_hear_that_they_will_be() -> None:
    office = town()
    office.arrives(call=ASKED)
    office.see(m.KeyPressed, f"{ASKED}.0", key="1")
    assert not any(isinstance(action, Dial) for action in office.hangs_up("c1.0"))

    actions = office.see(f.AnnouncementEnded, f"{ASKED}.0")
    assert any(isinstance(action, Dial) for action in actions)


def test_who_asked_in_two_queues_is_called_for_the_second_once_the_first_has_failed() -> None:
    office = town("bygg1")
    (leg,) = office.rings(office.calls("c9", BYGGLOV))
    office.answers(leg)
    asks(office, "c2")
    asks(office, "c3", dialled=BYGGLOV)
    call = free(office)
    office.hangs_up("c9.0")
    assert not office.switchboard.house.queues.is_tried("c3")

    office.see(f.MemberRefused, f"{call}.0", status=486)
    assert office.switchboard.house.queues.is_tried("c3")


def test_a_journal_that_has_lost_what_was_promised_can_still_be_folded() -> None:
    queues = QueueTown("kc1", tables=queue_tables(CALLBACK)).switchboard.house.queues
    queues.take_callback("made1")
    queues.pass_callback(ASKED, "made1")
    queues.end_callback(ASKED)
    assert queues.take_stirred() == set()


@pytest.mark.parametrize("lost", [f.CallArrived, f.CallEnded])
def test_a_callback_whose_call_the_journal_has_lost_can_be_tried_in_the_next_life(lost: type[f.Fact]) -> None:
    """As when a release that is older cannot read how a call began, and the service died in it."""
    office = town()
    office.arrives(call=ASKED)
    office.see(m.KeyPressed, f"{ASKED}.0", key="1")
    kept = [
        fact for fact in office.journal.facts if type(fact) is not lost or getattr(fact, "call", "") != ASKED
    ]
    made = count(1)
    journal = MemoryJournal()
    later = Switchboard(journal, office.tables, talk_limit=0.0, new_call=lambda: f"made{next(made)}")
    later.replay(enumerate(kept, 1))
    later.interrupt(office.now)
    assert later.house.queues.may_be_tried(ASKED)
    repaired = [fact.kind for fact in journal.facts if isinstance(fact, StateRepaired)]
    assert repaired == ([Repair.STUCK_IN_QUEUE] if lost is f.CallArrived else [])


def test_so_can_one_whose_try_it_has_lost_and_who_waited_in_a_lost_call_holds_up_nobody() -> None:
    office = town()
    asks(office)
    office.calls("c3")
    call = free(office)
    kept = [fact for fact in office.journal.facts if getattr(fact, "call", "") not in (call, "c3")]
    kept += [fact for fact in office.journal.facts if isinstance(fact, b.CallbackTurnCame | QueueJoined)][-2:]
    later = Switchboard(MemoryJournal(), office.tables, talk_limit=0.0)
    later.replay(enumerate(kept, 1))
    assert later.house.queues.is_tried(ASKED) and later.house.waiting("kc") == 2
    later.interrupt(office.now)

    assert not later.house.queues.is_tried(ASKED) and later.house.waiting("kc") == 1
    later.record([ServiceStarted(at=office.now, release="2")])
    later.load(office.tables, office.now)


def test_a_segment_that_begins_with_a_promise_has_it_once() -> None:
    office = town()
    asks(office)
    queues = office.switchboard.house.queues
    carried = b.CallbacksCarried(at=office.now, waiting=queues.carry())
    (promised,) = kinds(office, b.CallbackPromised)
    fresh = QueueTown("kc1", tables=queue_tables(CALLBACK)).switchboard.house
    fresh.evolve(carried)
    fresh.evolve(promised)
    assert fresh.waiting("kc") == 1


def test_a_service_that_drains_begins_no_call_to_anybody_and_the_next_life_does() -> None:
    office = town()
    asks(office)
    office.feed(DrainStarted(at=office.now))
    assert not any(isinstance(action, Dial) for action in office.hangs_up("c1.0"))

    again = office.reborn()
    again.switchboard.record([ServiceStarted(at=again.now, release="2")])
    again.switchboard.load(again.tables, again.now)
    assert again.switchboard.house.queues.is_tried(ASKED)


@pytest.mark.parametrize("fields", [{"caller": None, "hidden": True}, {"caller": "+469"}])
def test_whoever_cannot_be_called_is_not_promised_it(fields: dict[str, Any]) -> None:
    office = town()
    actions = office.arrives(call=ASKED, **fields)

    assert not office.heard(actions)[0].endswith("queue_callback")
    assert office.see(m.KeyPressed, f"{ASKED}.0", key="1") == []
    assert office.switchboard.calls[ASKED].waiting is not None


def test_a_next_life_goes_on_with_them() -> None:
    office = town()
    asks(office)
    again = office.reborn()
    again.switchboard.interrupt(again.now)
    assert again.switchboard.house.queues.position(ASKED) == 1
    carried = b.CallbacksCarried(at=office.now, waiting=office.switchboard.house.queues.carry())
    fresh = QueueTown("kc1", tables=queue_tables(CALLBACK))
    fresh.switchboard.house.evolve(carried)
    fresh.switchboard.house.evolve(carried)  # it is repeated where a segment begins
    assert fresh.switchboard.house.queues.position(ASKED) == 1
    gone = b.CallbacksCarried(at=office.now, waiting={})
    fresh.switchboard.house.evolve(gone)
    assert not fresh.switchboard.house.queues


def test_a_life_that_ends_while_one_is_called_leaves_a_duty() -> None:
    office = town()
    asks(office)
    call = free(office)
    office.see(f.MemberAnswered, f"{call}.0")
    again = office.reborn()
    again.switchboard.interrupt(again.now)

    owed = [fact for fact in again.journal.facts if isinstance(fact, b.CallbackOwed)]
    assert [fact.why for fact in owed] == ["interrupted"]
