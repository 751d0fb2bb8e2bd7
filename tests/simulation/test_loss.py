"""10 % of all datagrams lost each way: at least 99.5 % of the calls are set up, and none is left open."""

import pytest

from telephony.call.facts import CallConnected
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, Town

CALLS = 200
"""In each of four districts, one after the other, so that somebody is always free."""

EVERY = 90.0
"""Seconds from call to call: longer than a caller's patience and all repeated messages."""

PATIENT = Behaviour(gives_up_after=60.0, hangs_up_after=3.0)
RATE = 0.995


def made(seed: int) -> Town:
    town = Town(seed)
    town.open()
    for number in range(CALLS):
        for district in range(plan.DISTRICTS):
            when = OPENING + number * EVERY + district
            town.place(when, plan.open_number(district), PATIENT)
    town.network.run(OPENING + CALLS * EVERY)
    town.run_until_quiet(400.0)
    return town


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_calls_are_set_up_and_nothing_is_left(seed: int) -> None:
    town = made(seed)

    answered = sum(placed.saw("answered") for placed in town.placed)
    connected = sum(isinstance(fact, CallConnected) for fact in town.facts)
    assert len(town.placed) == CALLS * plan.DISTRICTS
    assert answered >= RATE * len(town.placed)
    assert connected >= answered
    town.assert_nothing_kept()
