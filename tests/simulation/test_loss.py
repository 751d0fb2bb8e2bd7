"""10 % of all datagrams lost each way: at least 99.5 % of the calls are set up, and none is left open."""

import pytest

from tests.simulation import town_plan as plan
from tests.simulation.ledger import Ledger
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, SLEEPS, Town

ROUNDS = 40
"""In each, every number of the town is called once."""

EVERY = 90.0
"""Seconds from round to round: longer than a caller's patience and all repeated messages, so that somebody
is always free."""

PATIENT = Behaviour(gives_up_after=60.0, hangs_up_after=20.0)
"""They talk long enough for the member's phone to get its ACK, however often that is lost."""

RATE = 0.995


def made(seed: int) -> Town:
    """A town where some sleep, but somebody answers every number within a minute."""
    town = Town(seed)
    town.open()
    numbers = [plan.MAIN]
    for district in range(plan.DISTRICTS):
        for name in (plan.row_members(district)[0], *plan.asleep_members(district)):
            town.members[name].behaviour = SLEEPS
        numbers += [of(district) for of in (plan.open_number, plan.row_number, plan.asleep_number)]
    for number in range(ROUNDS):
        for place, dialled in enumerate(numbers):
            account = town.random.choice(plan.OFFICIALS) if place % 4 == 0 else ""
            town.place(OPENING + number * EVERY + town.random.uniform(0.0, 5.0), dialled, PATIENT, account)
    town.network.run(OPENING + ROUNDS * EVERY)
    town.run_until_quiet(400.0)
    return town


@pytest.mark.parametrize("seed", seeds(1, 4))
def test_calls_are_set_up_and_nothing_is_left(seed: int) -> None:
    town = made(seed)

    ledger = Ledger(town)
    set_up = [placed for placed in town.placed if ledger.is_set_up(placed)]
    assert len(set_up) >= RATE * len(town.placed) > 500 * RATE
    assert list(ledger.disagreements()) == []
    town.assert_nothing_kept()
