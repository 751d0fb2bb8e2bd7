"""The joint of legs and switchboard: what it promises whoever drives it."""

from telephony.call.facts import (
    CallArrived,
    CallEnded,
    LegDialogChanged,
    MemberOffered,
    Outcome,
    RingTimeExpired,
)
from telephony.call.house_facts import ClockStepped, DrainStarted
from tests.support.plans import MAIN
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import utc


def test_what_is_sent_is_in_the_journal_before() -> None:
    stage = Stage()
    stage.register("kc1")
    before = len(stage.virtual.journal.facts)

    call = stage.call(DIRECT)

    written = [type(fact) for fact in stage.virtual.journal.facts[before:]]
    assert written.index(CallArrived) < written.index(MemberOffered) < written.index(LegDialogChanged)
    assert stage.offered("kc1").invite is not None
    assert call.statuses[0] == 100


def test_a_deadline_is_not_missed_by_a_rounding_error() -> None:
    stage = Stage()
    stage.register("kc1")
    stage.call(DIRECT)
    stage.offered("kc1").ring()
    deadline = stage.node.switchboard.get_timer()
    assert deadline is not None

    while not stage.facts(RingTimeExpired):
        due = stage.node.get_timer()
        assert due is not None
        stage.node.handle_timer(due)
        assert stage.node.get_timer() != due

    assert stage.facts(RingTimeExpired)[0].at >= deadline


def test_ending_all_spares_nobody_but_112() -> None:
    stage = Stage()
    caller, member = stage.connected()
    emergency = stage.call("112")

    stage.node.end_all(stage.now, "service stopped")
    stage.pump()

    assert stage.outcome().outcome is Outcome.ANSWERED
    assert stage.node.switchboard.has_emergency()
    assert emergency.statuses[0] == 100
    assert caller is not None and member is not None

    stage.node.end_all(stage.now, "service stopped", emergency=True)

    assert not stage.node.switchboard.has_emergency()


def test_facts_of_the_service_are_taken() -> None:
    stage = Stage()

    stage.node.record(DrainStarted(at=utc(0.0)), 0.0)
    stage.node.record(ClockStepped(at=utc(0.0), seconds=5.0), 0.0)

    assert stage.virtual.switchboard.house.draining
    assert stage.node.is_idle


def test_a_node_with_a_call_is_not_idle() -> None:
    stage = Stage()
    stage.register("kc1", "kc2")
    stage.call(MAIN)

    assert not stage.node.is_idle
    assert not stage.facts(CallEnded)
