"""A state that disagrees is injected, and put right within ten seconds."""

from datetime import timedelta

from structlog.testing import capture_logs

from telephony.call.duty import Rest, RestKind
from telephony.call.duty_facts import MemberRested
from telephony.call.facts import LegEnded, Outcome
from telephony.call.repair_facts import Repair, StateRepaired
from telephony.reconciler import Reconciler
from tests.support.stage import Stage
from tests.support.switchboard import utc


def watched(stage: Stage, seconds: int = 10) -> list[str]:
    """It is looked each second for that long; what the log says."""
    reconciler = Reconciler(stage.node, utc)
    with capture_logs() as log:
        for second in range(seconds):
            if reconciler.look(stage.now + second):
                stage.pump()
    return [line["event"] for line in log]


def kinds(stage: Stage) -> set[tuple[Repair, str]]:
    return {(fact.kind, fact.member) for fact in stage.facts(StateRepaired)}


def test_where_all_is_well_nothing_is_done() -> None:
    stage = Stage()
    stage.connected()

    assert watched(stage) == []
    assert stage.facts(StateRepaired) == []


def test_a_member_who_is_stuck_in_a_call_that_is_gone_is_free_again() -> None:
    stage = Stage()
    stage.connected()
    board = stage.node.switchboard
    board.calls.clear()
    assert not board.house.is_free("amina")

    assert set(watched(stage)) == {"state_repaired"}

    assert (Repair.STUCK_IN_CALL, "amina") in kinds(stage)
    assert board.house.is_free("amina")
    assert not board.house.legs()


def test_a_call_whose_member_has_no_leg_any_more_ends_and_its_caller_is_told() -> None:
    stage = Stage()
    caller, _ = stage.connected()
    board = stage.node.switchboard
    (call,) = board.calls.values()
    stage.node.legs._wire.legs.pop(call.talking_to)

    watched(stage)

    assert kinds(stage) == {(Repair.LEG_UNKNOWN, "amina")}
    assert stage.outcome().outcome is Outcome.LOST
    assert call.talking_to in {fact.leg for fact in stage.facts(LegEnded)}
    assert caller.peer.has("BYE")
    assert board.house.is_free("amina")


def test_what_puts_itself_right_meanwhile_is_no_disagreement() -> None:
    stage = Stage()
    stage.connected()
    legs = stage.node.legs._wire.legs
    away = dict(legs)
    reconciler = Reconciler(stage.node, utc)
    legs.clear()
    assert not reconciler.look(stage.now)
    legs.update(away)
    assert not reconciler.look(stage.now + 1)  # it is not time yet
    assert not reconciler.look(stage.now + 3)
    assert stage.facts(StateRepaired) == []


def test_a_rest_that_was_never_ended_is_over() -> None:
    stage = Stage()
    duty, now = stage.node.switchboard.house.duty, utc(stage.now)
    duty.begin_rest("amina", Rest(RestKind.MISSED, now - timedelta(seconds=30), now - timedelta(seconds=10)))

    watched(stage)

    assert kinds(stage) == {(Repair.REST_OVERDUE, "amina")}
    assert [fact.member for fact in stage.facts(MemberRested)] == ["amina"]
    assert duty.rest("amina") is None
