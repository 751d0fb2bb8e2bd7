"""Callers are handed on while datagrams are lost, doubled and overtake each other.

They get there, and nothing is left of it; also when the node dies in the middle.
"""

from collections import Counter

import pytest

from telephony.call.facts import Outcome
from telephony.call.record import records
from telephony.call.transfer_facts import CallTransferred, TransferDecided
from tests.simulation import town_plan as plan
from tests.simulation.disaster import GRACE
from tests.simulation.handing_on import Attendants, Way
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, ROUND_TRIP_64, SLEEPS, Quality, Town

ROUNDS = 40
EVERY = 70.0
"""Seconds from call to call: longer than one lasts, so that somebody is always free."""

PATIENT = Behaviour(gives_up_after=60.0, hangs_up_after=50.0)
"""Long enough for a REFER, a consulting call and its answer, however often they are lost."""


def handed_on(seed: int, quality: Quality, rounds: int = ROUNDS) -> tuple[Town, Attendants]:
    """A town whose attendants hand on every caller, in all ways."""
    town = Town(seed, quality)
    town.open()
    for colleague in plan.CONTACT_CENTRE[1:]:
        town.members[colleague].behaviour = SLEEPS
    for number in range(rounds):
        town.place(OPENING + number * EVERY + town.random.uniform(0.0, 5.0), plan.MAIN, PATIENT)
    attendants = Attendants(town, OPENING + rounds * EVERY + 100.0)
    return town, attendants


@pytest.mark.parametrize(("loss", "rate"), [(0.1, 0.995), (0.2, 0.97)], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_callers_are_handed_on_and_nothing_is_left(seed: int, loss: float, rate: float) -> None:
    town, attendants = handed_on(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.network.run(OPENING + ROUNDS * EVERY + 100.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    asked = [handing for handing in attendants.done if handing.asked]
    taken = [fact for fact in town.facts if isinstance(fact, CallTransferred)]
    assert len(asked) > 0.9 * ROUNDS
    assert set(Counter(handing.way for handing in asked)) == set(Way)
    assert len(taken) >= rate * len(asked)
    for record in records(town.facts).values():
        assert record.outcome is not None
        for before, after in zip(record.talks, record.talks[1:], strict=False):
            assert before.ended_at is not None
            assert before.started_at <= before.ended_at <= after.started_at


@pytest.mark.parametrize("seed", seeds(1, 12))
def test_a_crash_in_the_middle_ends_all_legs_at_the_next_start(seed: int) -> None:
    town, _ = handed_on(seed, Quality(loss=0.05, jitter=0.1), rounds=1)
    last = town.network.now + 60.0
    while not any(isinstance(fact, TransferDecided | CallTransferred) for fact in town.facts):
        town.network.run(town.network.now + 0.05)
        assert town.network.now < last
    town.network.run(town.network.now + town.random.uniform(0.0, 1.5))
    town.kill_node()
    town.network.run(town.network.now + 1.0)
    town.revive_node()

    town.network.run(town.network.now + ROUND_TRIP_64 + GRACE)
    assert list(town.open_legs()) == []
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    outcomes = {record.outcome for record in records(town.facts).values()}
    assert Outcome.INTERRUPTED in outcomes
    assert None not in outcomes
