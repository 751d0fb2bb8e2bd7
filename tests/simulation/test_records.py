"""Every call has one outcome, and it is the one that its caller's phone saw."""

from collections import Counter

from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.simulation.hard_day import HardDay


def test_every_call_that_reached_the_node_has_one_outcome(hard_day: HardDay) -> None:
    town = hard_day.town
    made = records(town.facts)

    by_caller = Counter(record.sip_call_id for record in made.values())
    assert set(by_caller.values()) == {1}
    assert all(record.outcome is not None and record.ended_at is not None for record in made.values())
    dialled = {placed.call_id for placed in town.placed if placed.leg is not None}
    assert by_caller.keys() <= dialled


def test_who_heard_an_answer_talked_to_a_person_or_an_announcement(hard_day: HardDay) -> None:
    made = {record.sip_call_id: record for record in records(hard_day.town.facts).values()}

    for placed in hard_day.town.placed:
        if placed.leg is None or not placed.saw("answered"):
            continue
        record = made[placed.call_id]
        assert record.person_answered_at or record.service_answered_at, record


def test_a_call_recorded_as_refused_was_never_answered(hard_day: HardDay) -> None:
    made = {record.sip_call_id: record for record in records(hard_day.town.facts).values()}
    refused = {Outcome.BUSY, Outcome.NO_ANSWER, Outcome.NOBODY_THERE, Outcome.FAILED}

    for placed in hard_day.town.placed:
        record = made.get(placed.call_id) if placed.leg is not None else None
        if record is not None and record.outcome in refused:
            assert not placed.saw("answered"), record


def test_talk_and_waiting_times_are_never_negative(hard_day: HardDay) -> None:
    for record in records(hard_day.town.facts).values():
        for seconds in (record.waiting_seconds, record.ringing_seconds, record.talk_seconds):
            assert seconds is None or seconds >= 0.0, record
