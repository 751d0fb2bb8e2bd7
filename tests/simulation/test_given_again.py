"""A simulation of a day that the whole node carried, with phones over a network, gives that day again."""

from datetime import timedelta
from functools import partial

import pytest

from telephony.call.record import records
from telephony.simulate.history import HOUSE_FACTS, HouseBook, call_of, why_left_out
from telephony.simulate.result import Simulation
from telephony.simulate.simulation import replay
from telephony.simulate.values import Options, Staff
from tests.simulation import town_plan
from tests.simulation.hard_day import HardDay
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import GOOD, OPENING, Town

CALLS = 400


def given_again(town: Town) -> Simulation:
    """The day of the town as its own plan would have had it, with the phones that were registered."""
    made = [record for record in records(town.facts).values() if not why_left_out(record)]
    start = min(record.arrived_at for record in made)
    end = max(record.arrived_at for record in made) + timedelta(seconds=1)
    book = HouseBook(start, end)
    for fact in town.facts:
        if isinstance(fact, HOUSE_FACTS):
            book.see(fact)
    calls = sorted([call_of(record) for record in made], key=lambda call: (call.arrived_at, call.id))
    return replay(town.tables, calls, book.meanwhile(), Options(start, end, Staff.LOG), {})


def mood(town: Town, name: str, now: float) -> None:
    """What a member's phone does from now on, all day: it answers early, late, or never."""
    answers = None if town.random.random() < 0.25 else town.random.uniform(1.0, 12.0)
    town.members[name].behaviour = Behaviour(answers_after=answers, hangs_up_after=None)


def a_day(seed: int) -> Town:
    """An hour with many calls, whose callers give up or hang up when they like."""
    town = Town(seed, GOOD)
    town.open()
    for name in town.members:
        town.do(OPENING + 1.0, partial(mood, town, name))
    numbers = [town_plan.MAIN, town_plan.CLOSED, town_plan.CLOSED_EARLY]
    for district in range(town_plan.DISTRICTS):
        for of in (town_plan.open_number, town_plan.row_number, town_plan.asleep_number):
            numbers.append(of(district))
    when = OPENING + 2.0
    for _ in range(CALLS):
        when += town.random.expovariate(1 / 9.0)
        gives_up, hangs_up = town.random.uniform(3.0, 90.0), town.random.uniform(5.0, 120.0)
        caller = Behaviour(gives_up_after=gives_up, hangs_up_after=hangs_up)
        town.place(when, town.random.choice(numbers), caller)
    town.network.run(when)
    town.run_until_quiet(400.0)
    return town


@pytest.mark.parametrize("seed", seeds(1, 2))
def test_a_day_on_a_good_network_is_given_again(seed: int) -> None:
    found = given_again(a_day(seed))

    assert found.then is not None and found.now.calls > 0.95 * CALLS
    assert (
        min(found.then.outcomes["answered"], found.then.outcomes["abandoned"], found.then.outcomes["closed"])
        > 20
    )
    # On the wire a member is free some milliseconds after the talk, so that a race of two calls for one
    # person may end the other way
    assert found.different_count <= CALLS // 100
    assert sum(one.calls or 0 for one in found.assumed) <= CALLS // 50
    assert found.now.outcomes["closed"] == found.then.outcomes["closed"]


def test_on_a_hard_day_one_call_in_ten_at_most_ends_otherwise(hard_day: HardDay) -> None:
    found = given_again(hard_day.town)

    assert found.then is not None and found.now.calls > 400
    # Phones refuse, and lose their power: the log does not tell when they did
    assert found.different_count <= found.now.calls // 10
    assert found.now.outcomes["closed"] == found.then.outcomes["closed"] > 20
    assert abs(found.now.outcomes["answered"] - found.then.outcomes["answered"]) <= found.now.calls // 20
