"""Calls are picked up while datagrams are lost, doubled and overtake each other; and while the node dies."""

import pytest

from telephony.call.facts import CallConnected, Outcome
from telephony.call.pickup_facts import LegPickedUp
from telephony.call.record import records
from tests.simulation import town_plan as plan
from tests.simulation.disaster import GRACE
from tests.simulation.phone import Behaviour
from tests.simulation.picking_up import Colleagues, Way
from tests.simulation.scale import seeds
from tests.simulation.town import HOSTILE, OPENING, ROUND_TRIP_64, SLEEPS, Quality, Town

ROUNDS = 60
EVERY = 20.0
PATIENT = Behaviour(gives_up_after=60.0, hangs_up_after=12.0)
IMPATIENT = Behaviour(gives_up_after=1.0, hangs_up_after=2.0)
"""Gives up as others pick up."""


def picked_up(
    seed: int, quality: Quality, rounds: int = ROUNDS, caller: Behaviour = PATIENT
) -> tuple[Town, Colleagues]:
    """A town where nobody answers what rings at their own phone."""
    town = Town(seed, quality, SLEEPS)
    town.open()
    for number in range(rounds):
        called = plan.open_number(number % 2) if number % 3 else plan.row_number(number % 2)
        town.place(OPENING + number * EVERY + town.random.uniform(0.0, 2.0), called, caller)
    return town, Colleagues(town, OPENING + rounds * EVERY + 60.0)


@pytest.mark.parametrize(("loss", "rate"), [(0.1, 0.995), (0.2, 0.97)], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_what_rings_is_picked_up_and_nothing_is_left(seed: int, loss: float, rate: float) -> None:
    town, colleagues = picked_up(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.network.run(OPENING + ROUNDS * EVERY + 60.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    assert colleagues.ways == set(Way)
    of_callers = {placed.call_id for placed in town.placed}
    made = [record for record in records(town.facts).values() if record.sip_call_id in of_callers]
    taken = {fact.leg for fact in town.facts if isinstance(fact, LegPickedUp)}
    connected = [fact for fact in town.facts if isinstance(fact, CallConnected) and fact.leg in taken]
    assert len(made) >= rate * ROUNDS
    assert len(connected) >= rate * ROUNDS
    assert [record.outcome for record in made].count(Outcome.ANSWERED) >= rate * ROUNDS


@pytest.mark.parametrize("seed", seeds(11, 3))
def test_callers_who_give_up_in_the_same_moment_leave_nothing(seed: int) -> None:
    town, _ = picked_up(seed, HOSTILE, caller=IMPATIENT)
    town.network.run(OPENING + ROUNDS * EVERY + 60.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    made = records(town.facts).values()
    assert all(record.outcome is not None for record in made)
    assert any(record.outcome is Outcome.ABANDONED for record in made)
    assert any(isinstance(fact, LegPickedUp) for fact in town.facts)


@pytest.mark.parametrize("seed", seeds(31, 3))
def test_phones_that_answer_in_the_same_moment_leave_nothing(seed: int) -> None:
    town, _ = picked_up(seed, HOSTILE)
    for phone in town.members.values():
        phone.behaviour = Behaviour(answers_after=town.random.uniform(0.2, 1.5))
    town.network.run(OPENING + ROUNDS * EVERY + 60.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    of_callers = {placed.call_id for placed in town.placed}
    made = [record for record in records(town.facts).values() if record.sip_call_id in of_callers]
    assert [record.outcome for record in made].count(Outcome.ANSWERED) >= 0.995 * ROUNDS
    taken = {fact.leg for fact in town.facts if isinstance(fact, LegPickedUp)}
    connected = {fact.leg for fact in town.facts if isinstance(fact, CallConnected)}
    assert taken & connected
    assert connected - taken


def entries_before(seed: int) -> int:
    """How many entries the journal gets after the opening, until the one that tells of the pick-up."""
    town, _ = picked_up(seed, Quality(), rounds=1)
    before = len(town.journal.entries)
    town.network.run(OPENING + 30.0)
    told = [any(isinstance(fact, LegPickedUp) for fact in entry) for entry in town.journal.entries]
    return told.index(True) - before


@pytest.mark.parametrize("before_writing", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("later", range(-1, 6))
@pytest.mark.parametrize("seed", seeds(21, 3))
def test_a_crash_in_the_middle_ends_all_legs_at_the_next_start(
    seed: int, later: int, before_writing: bool
) -> None:
    """The node dies so many entries after the one that tells of the pick-up."""
    entries = entries_before(seed) + later + 1
    town, _ = picked_up(seed, Quality(), rounds=1)
    town.journal.dies_in, town.journal.dies_before_writing = entries, before_writing
    town.network.run(OPENING + 30.0)
    assert not town.station.is_alive
    town.revive_node()

    town.network.run(town.network.now + ROUND_TRIP_64 + GRACE)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    made = records(town.facts).values()
    assert all(record.outcome is not None for record in made)
