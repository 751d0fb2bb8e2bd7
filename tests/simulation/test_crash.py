"""The node dies at any moment, and its next life ends what is left: on every phone, and in the journal."""

import pytest

from telephony.call.facts import CallInterrupted, Outcome
from telephony.call.record import records
from tests.simulation import town_plan as plan
from tests.simulation.disaster import Disaster
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import GOOD, HOSTILE, OPENING, Quality, Town

CALLER = Behaviour(gives_up_after=60.0, hangs_up_after=30.0)
DISASTERS = 12
"""One after the other in each town, each with calls of its own."""

NUMBERS = (plan.MAIN, plan.CLOSED, plan.CLOSED_EARLY, *map(plan.open_number, range(2)), plan.row_number(0))


def crashed(seed: int, quality: Quality, entries: int, *, before_writing: bool) -> Town:
    """A town whose node died at its so manieth journal entry after the first call, and came back."""
    town = Town(seed, quality)
    town.open()
    town.journal.dies_in = entries
    town.journal.dies_before_writing = before_writing
    for place, number in enumerate(NUMBERS):
        town.place(OPENING + 0.7 * place, number, CALLER)
    town.network.run(OPENING + 40.0)
    assert not town.station.is_alive
    town.revive_node()
    town.run_until_quiet(400.0)
    return town


@pytest.mark.parametrize("before_writing", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("entries", range(1, 41))
def test_nothing_is_left_wherever_it_dies(entries: int, before_writing: bool) -> None:
    town = crashed(entries, GOOD, entries, before_writing=before_writing)

    town.assert_nothing_kept()
    made = records(town.facts).values()
    assert all(record.outcome is not None for record in made)


@pytest.mark.parametrize("seed", seeds(1, 20))
def test_nothing_is_left_on_a_hostile_network_either(seed: int) -> None:
    town = crashed(seed, HOSTILE, 5 + 2 * seed, before_writing=seed % 2 == 0)

    town.assert_nothing_kept()


@pytest.mark.parametrize("seed", seeds(201, 3))
def test_no_phone_is_left_in_a_call_64_t1_after_the_next_start(seed: int) -> None:
    town = Town(seed, HOSTILE)
    town.open()
    cut_off = 0

    for _ in range(DISASTERS):
        disaster = Disaster(town)
        cut_off += len(disaster.cut_off)
        assert list(disaster.phones_left()) == []
        assert list(disaster.wrong_records()) == []
        town.run_until_quiet(400.0)
        town.assert_nothing_kept()

    assert cut_off > 3 * DISASTERS


def test_interrupted_calls_end_at_the_time_of_their_last_fact() -> None:
    town = crashed(7, GOOD, 30, before_writing=False)

    interrupted = [fact for fact in town.facts if isinstance(fact, CallInterrupted)]
    assert interrupted
    for fact in interrupted:
        earlier = [
            other.at
            for other in town.facts
            if other.stream == fact.stream and not isinstance(other, CallInterrupted) and other.at < fact.at
        ]
        assert fact.ended_at == max(earlier)
        record = records(town.facts)[fact.call]
        assert (record.outcome, record.ended_at) == (Outcome.INTERRUPTED, fact.ended_at)


def test_a_second_death_while_it_cleans_up_is_harmless() -> None:
    town = Town(3, GOOD)
    town.open()
    for place, number in enumerate(NUMBERS):
        town.place(OPENING + 0.7 * place, number, CALLER)
    town.network.run(OPENING + 8.0)
    town.kill_node()
    town.network.run(OPENING + 9.0)
    town.revive_node()
    town.kill_node()
    town.network.run(OPENING + 10.0)
    town.revive_node()
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    assert all(record.outcome is not None for record in records(town.facts).values())
