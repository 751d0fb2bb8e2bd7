from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.decision import Origin, Reason
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import transfer_facts as t
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import ClockStepped
from telephony.call.record import HIDDEN, MASKED, RECORDED, Record, Talk, begin, extend, records
from tests.support.call_scenarios import ANNA, SCENARIOS, Scenario, play
from tests.support.calls import NOON, after, arrive, emergency, menu, registered, ring
from tests.support.desk import Desk
from tests.support.queue_town import QueueTown, queue_tables


def told(record: Record, name: str) -> Any:
    """What the record says, as the scenarios write it."""
    value = getattr(record, name)
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_facts_of_a_call_make_its_record(scenario: Scenario) -> None:
    desk = play(scenario)

    record = desk.record()

    assert {name: told(record, name) for name in scenario.record} == scenario.record
    assert desk.calls == {}


def test_a_record_begins_with_what_arrived() -> None:
    record = begin(arrive(caller_name="Ada"))

    assert record == Record(
        id="c1",
        arrived_at=NOON,
        origin=Origin.TRUNK,
        origin_name="telia",
        caller="+46701740605",
        hidden=False,
        dialled="+46853061100",
        sip_call_id="c1@192.0.2.9",
    )
    assert (record.waiting_seconds, record.ringing_seconds, record.talk_seconds) == (None, None, None)


def test_the_reasons_of_every_decision_are_kept_in_order() -> None:
    desk = Desk()
    first = ring(ANNA, plan_version=7, reasons=(Reason("calendar", "calendars.a", "open 08:00-16:30"),))
    second = ring(ANNA, plan_version=7, reasons=(Reason("presence", "groups.b", "1 of 2 free"),))
    desk.arrives(first, second)

    desk.wait(20)

    assert desk.record().reasons == ("open 08:00-16:30", "1 of 2 free")
    assert desk.record().plan_version == 7


def test_an_interrupted_call_ended_with_its_last_fact() -> None:
    interrupted = f.CallInterrupted(at=after(600), call="c1", ended_at=after(9))

    record = extend(begin(arrive()), interrupted)

    assert (record.outcome, record.ended_by) == (Outcome.INTERRUPTED, EndedBy.SERVICE)
    assert record.ended_at == after(9)
    assert record.waiting_seconds == 9.0
    assert record.reason == "service restarted"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_step_of_the_clock_changes_no_duration_of_a_live_call(hours: int) -> None:
    step = timedelta(hours=hours)
    ended = f.CallEnded(at=after(0), call="c0", outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER)

    made = records(
        [
            arrive("c0", at=after(-9)),
            ended,
            arrive(),
            f.MemberAlerted(at=after(2), call="c1", leg="c1.1"),
            ClockStepped(at=after(5) + step, seconds=step.total_seconds()),
            f.CallConnected(at=after(60) + step, call="c1", leg="c1.1", member="anna"),
            ClockStepped(at=after(70), seconds=-step.total_seconds()),
            f.CallEnded(at=after(120), call="c1", outcome=f.Outcome.ANSWERED, ended_by=f.EndedBy.CALLER),
        ]
    )

    record = made["c1"]
    assert (record.waiting_seconds, record.ringing_seconds, record.talk_seconds) == (60.0, 58.0, 60.0)
    assert (record.arrived_at, record.ended_at) == (NOON, after(120))
    assert (made["c0"].arrived_at, made["c0"].waiting_seconds) == (after(-9), 9.0), "it was over"


def test_a_duration_is_never_negative() -> None:
    ended = f.CallEnded(at=after(-5), call="c1", outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER)

    assert extend(begin(arrive()), ended).waiting_seconds == 0.0


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_recorded_facts_alone_make_the_same_record(scenario: Scenario) -> None:
    facts = play(scenario).facts

    assert records(fact for fact in facts if isinstance(fact, RECORDED)) == records(facts)


def test_who_called_a_protected_number_is_masked_and_so_is_the_phone_that_tells_it() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, protected=True), origin=Origin.PHONE, origin_name="bo", member="bo")
    record = desk.record()

    assert record.shown_caller() == MASKED
    assert record.shown_origin_name() == MASKED
    assert record.shown_caller_member() == MASKED
    assert record.shown_caller(unmask=True) == "070-174 06 05"


def test_the_trunk_that_a_protected_call_came_by_tells_nothing_about_its_caller() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, protected=True))

    assert desk.record().shown_origin_name() == "telia"


def test_a_phone_that_calls_is_recorded_with_its_person() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), origin=Origin.PHONE, origin_name="bo", member="bo")

    assert (desk.record().origin_name, desk.record().shown_caller_member()) == ("bo", "bo")


@pytest.mark.parametrize(
    ("status", "fault"),
    [(488, "without a codec in common (488)"), (400, "with sound that cannot be understood (400)")],
)
def test_an_answer_that_cannot_be_connected_is_among_the_reasons(status: int, fault: str) -> None:
    desk = Desk()
    desk.arrives(emergency("operator"))
    desk.see(f.MemberAnswerUnusable, "trunk/operator", status=status)

    assert f"trunk/operator answered {fault}" in desk.record().reasons


def test_a_call_stays_protected_when_it_overflows() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, protected=True), ring(ANNA))
    desk.wait(20)

    assert desk.record().protected


@pytest.mark.parametrize("fields", [{"caller": None}, {"hidden": True}, {"caller": None, "hidden": True}])
def test_a_hidden_caller_is_shown_as_hidden(fields: dict[str, Any]) -> None:
    assert begin(arrive(**fields)).shown_caller(unmask=True) == "dold"


def test_records_are_made_of_the_calls_that_begin_within_the_facts() -> None:
    late = f.LegEnded(at=NOON, call="older", leg="older.0")
    second = arrive("c2", at=NOON + timedelta(seconds=1))

    made = records([late, registered("anna"), arrive(), second, f.LegEnded(at=NOON, call="c1", leg="c1.0")])

    assert list(made) == ["c1", "c2"]


def test_a_phone_that_rings_without_an_offer_on_record_is_named_by_its_leg() -> None:
    record = extend(begin(arrive()), f.MemberAlerted(at=after(1), call="c1", leg="c1.4"))

    assert record.rang == ("c1.4",)


def test_a_call_that_could_not_be_taken_up_is_a_record_of_its_own() -> None:
    refused = f.CallRefused(
        at=NOON, call="c9", origin=Origin.TRUNK, origin_name="telia", caller="+46701740605", protected=True,
        dialled="+46853061300", number="+46853061300", function="Social", emergency=False, sip_call_id="x",
        status=503, why="no_port",
    )  # fmt: skip

    record = records([refused])["c9"]

    assert (record.outcome, record.ended_by) == (Outcome.FULL, EndedBy.SERVICE)
    assert (record.number, record.function, record.reason) == ("+46853061300", "Social", "503 no_port")
    looped = records([replace(refused, why="loop")])["c9"]
    assert looped.outcome is Outcome.FAILED
    assert (record.arrived_at, record.ended_at, record.waiting_seconds) == (NOON, NOON, 0.0)
    assert record.shown_caller() == MASKED


def test_a_phone_that_hides_is_not_shown_by_its_account_either() -> None:
    hidden = arrive(origin=Origin.PHONE, origin_name="kc1", hidden=True, caller=None, member="amina")
    known = arrive(origin=Origin.PHONE, origin_name="kc1", member="amina")

    assert begin(hidden).shown_origin_name() == begin(hidden).shown_origin_name(unmask=True) == HIDDEN
    assert begin(known).shown_origin_name() == "kc1"
    assert begin(arrive(hidden=True, caller=None)).shown_origin_name() == "telia"


def test_the_person_whose_phone_called_is_masked_with_the_caller() -> None:
    known = begin(arrive(origin=Origin.PHONE, origin_name="kc1", member="amina"))
    protected = replace(known, protected=True)

    assert known.shown_caller_member() == protected.shown_caller_member(unmask=True) == "amina"
    assert (protected.shown_caller_member(), protected.shown_origin_name()) == (MASKED, MASKED)
    assert begin(arrive()).shown_caller_member() == ""
    assert replace(known, hidden=True).shown_caller_member(unmask=True) == ""


# ---- transfers


def handed_on(seconds: float, stage: t.Stage = t.Stage.TARGET, **fields: Any) -> t.TransferDecided:
    decision = ring(ANNA, reasons=(Reason("presence", "people.bo", "1 of 1 free"),), **fields)
    return t.TransferDecided(
        at=after(seconds), call="c1", leg="c1.1", stage=stage, kept="c1.0", by=ANNA, number="+46853061777",
        decision=decision,
    )  # fmt: skip


def connected(seconds: float = 10.0) -> f.CallConnected:
    return f.CallConnected(at=after(seconds), call="c1", leg="c1.1", member="anna")


def ended(seconds: float) -> f.CallEnded:
    return f.CallEnded(at=after(seconds), call="c1", outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER)


def told_of(*facts: f.Fact) -> Record:
    return records([arrive(), *facts])["c1"]


def test_each_talk_is_who_from_and_to_and_the_waiting_between_is_no_talk() -> None:
    taken = t.CallTransferred(at=after(30), call="c1", leg="c1.2", member="bo", kept="c1.0", by="c1.1")

    record = told_of(connected(), handed_on(20), taken, ended(45))

    assert record.talks == (Talk("anna", after(10), after(20)), Talk("bo", after(30), after(45)))
    assert record.talk_seconds == 25.0
    assert record.answered_by == "anna"
    assert record.waiting_seconds == 10.0
    assert record.reasons == ("anna transfers to 08-530 617 77", "1 of 1 free")


def test_a_transfer_that_failed_is_another_talk_with_the_same_person() -> None:
    failed = t.TransferFailed(
        at=after(25), call="c1", leg="c1.1", stage=t.Stage.TARGET, status=486, resumed=True
    )

    record = told_of(connected(), handed_on(20), failed, ended(45))

    assert [talk.member for talk in record.talks] == ["anna", "anna"]
    assert record.talk_seconds == 30.0
    assert record.reasons[-1] == "nobody took the transfer (486): they go on"


def test_a_call_that_ends_while_a_transfer_rings_has_no_more_talk() -> None:
    lost = t.TransferFailed(at=after(40), call="c1", leg="c1.1", stage=t.Stage.TARGET, status=480)

    record = told_of(connected(), handed_on(20), lost, handed_on(40, t.Stage.RETURN), ended(60))

    assert record.talks == (Talk("anna", after(10), after(20)),)
    assert record.talk_seconds == 10.0


def test_a_refused_transfer_is_explained() -> None:
    refused = t.TransferRefused(
        at=after(20), call="c1", leg="c1.1", number="+46853061777", status=403, why="an outside number"
    )

    assert told_of(connected(), refused).reasons == (
        "transfer to 08-530 617 77 refused: an outside number (403)",
    )


def test_who_is_transferred_to_a_protected_number_is_protected() -> None:
    assert told_of(connected(), handed_on(20, protected=True)).protected


def test_a_live_talk_and_one_before_the_transfer_move_with_the_clock() -> None:
    taken = t.CallTransferred(at=after(30), call="c1", leg="c1.2", member="bo", kept="c1.0", by="c1.1")

    record = told_of(connected(), handed_on(20), taken, ClockStepped(at=after(100), seconds=60.0))

    assert record.talks == (Talk("anna", after(70), after(80)), Talk("bo", after(90)))


def test_a_transfer_of_a_call_whose_talk_nobody_noted_makes_none() -> None:
    failed = t.TransferFailed(
        at=after(25), call="c1", leg="c1.1", stage=t.Stage.TARGET, status=486, resumed=True
    )
    asked = t.TransferRequested(at=after(25), call="c1", leg="c1.1", number="+46853061777")

    assert told_of(failed, asked).talks == ()


def test_a_key_is_told_once_with_the_name_of_its_menu() -> None:
    desk = Desk()
    pressed = (
        Reason("menu", "menus.val.keys.1", "the caller pressed 1"),
        Reason("flow", "", "key 1: on to x"),
    )
    desk.arrives(menu(), ring(ANNA, reasons=pressed))

    desk.see(m.KeyPressed, key="1")

    assert desk.record().reasons == ("menu val: 1", "key 1: on to x")


def test_how_long_somebody_waited_in_which_queue_is_told() -> None:
    town = QueueTown("kc1", tables=queue_tables())
    town.rings(town.calls("c1"))
    town.calls("c2")
    town.wait(7)
    town.hangs_up("c2.0")

    record = records(town.seen)["c2"]
    assert record.reasons[-1] == "queue kc: left after 7 s"
    assert record.outcome is Outcome.ABANDONED
    assert record.service_answered_at is not None
