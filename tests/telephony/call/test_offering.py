"""Whom a call is offered to, and that who answers has what the plan gives them afterwards."""

from dataclasses import replace

from telephony.call import facts as f
from telephony.call.call import LegState
from telephony.call.duty_facts import MemberPaused
from telephony.call.offering import has_answered
from tests.support.queue_town import QueueTown, queue_tables
from tests.support.small_town import Town


def answered(town: Town) -> f.CallConnected:
    """Whoever is rung first answers the call."""
    (leg, *_) = town.switchboard.calls["c1"].ringing()
    town.see(f.MemberAnswered, leg.id)
    return next(fact for fact in town.seen if isinstance(fact, f.CallConnected))


def test_who_answers_from_a_queue_has_time_to_write_down() -> None:
    town = QueueTown("kc1", tables=queue_tables("wrap_up_seconds = 45.0"))
    town.calls("c1")

    assert answered(town).wrap_up_seconds == 45.0


def test_who_answers_without_one_has_none() -> None:
    town = Town("kc1", talk_limit=60.0)
    town.arrives()

    connected = answered(town)
    assert connected.wrap_up_seconds == 0.0
    assert connected.until is not None


def test_an_answer_that_came_too_late_is_none() -> None:
    town = Town("kc1")
    town.arrives()
    (leg,) = town.switchboard.calls["c1"].ringing()
    late = replace(leg, state=LegState.ANSWERED, withdrawn="ring_time")

    assert not has_answered(late)
    assert has_answered(replace(late, withdrawn=""))


def test_who_has_a_pause_when_it_is_their_turn_is_passed_over() -> None:
    town = Town("bygg1", "bygg2")
    town.arrives("+46853061201")
    town.feed(MemberPaused(at=town.now, member="elif", by="elif", reason="Lunch"))
    town.wait(15)

    skipped = [fact for fact in town.seen if isinstance(fact, f.MemberSkipped)]
    assert [(fact.target.member, fact.why) for fact in skipped] == [("elif", "off_duty")]
