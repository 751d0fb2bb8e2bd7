"""Every call has one outcome, and it is the one that the phones saw."""

from tests.simulation.hard_day import HardDay
from tests.simulation.ledger import Ledger


def test_every_call_that_got_through_has_one_record(hard_day: HardDay) -> None:
    ledger = Ledger(hard_day.town)

    assert list(ledger.callers_without_one_record()) == []
    assert len(ledger.records) == len(ledger.by_caller)
    assert ledger.by_caller.keys() <= {placed.call_id for placed in hard_day.town.placed}


def test_every_record_has_an_outcome(hard_day: HardDay) -> None:
    records = Ledger(hard_day.town).records.values()

    assert [record for record in records if record.outcome is None or record.ended_at is None] == []


def test_the_outcomes_are_what_the_phones_saw(hard_day: HardDay) -> None:
    assert list(Ledger(hard_day.town).disagreements()) == []


def test_talk_and_waiting_times_are_never_negative(hard_day: HardDay) -> None:
    for record in Ledger(hard_day.town).records.values():
        for seconds in (record.waiting_seconds, record.ringing_seconds, record.talk_seconds):
            assert seconds is None or seconds >= 0.0, record
