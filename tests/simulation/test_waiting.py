"""More callers than Kontaktcenter has members, while datagrams are lost, doubled and overtake each other.

They wait in order and get a member, are handed on and come back, give up, or are called back; nothing is left
of it; also when the node dies in the middle.
"""

from collections import Counter

import pytest

from telephony.call import callback_facts as b
from telephony.call import queue_facts as q
from telephony.call.facts import Outcome
from telephony.call.record import records
from telephony.call.transfer_facts import CallTransferred
from tests.simulation import town_plan as plan
from tests.simulation.disaster import GRACE
from tests.simulation.handing_on import Attendants
from tests.simulation.phone import Behaviour
from tests.simulation.pressing import Chooser
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, ROUND_TRIP_64, SLEEPS, Quality, Town

CALLERS = 60
EVERY = 6.0
"""Seconds from caller to caller: more than four members have the time for."""

KEYS = ("", "", "1", "")
"""One of four wants to be called back."""


def crowded(seed: int, quality: Quality, callers: int = CALLERS) -> Town:
    """A town whose Kontaktcenter has a queue, and too many callers."""
    town = Town(seed, quality, queued=True)
    for gateway in town.gateways.values():
        gateway.behaviour = Behaviour(hangs_up_after=20.0)  # who is called back
    town.open()
    for number in range(callers):
        patience = town.random.uniform(20.0, 120.0)
        Chooser.place(
            town,
            OPENING + number * EVERY,
            plan.MAIN,
            Behaviour(gives_up_after=60.0, hangs_up_after=patience),
            KEYS[number % len(KEYS)],
            after=town.random.uniform(3.0, 10.0),
            as_info=number % 8 == 2,
        )
    return town


def assert_nobody_was_overtaken(town: Town) -> None:
    """Whenever it was somebody's turn, nobody waited there who had come before."""
    waiting: dict[str, q.QueueJoined] = {}
    turns = set[str]()
    for fact in town.facts:
        match fact:
            case q.QueueJoined():
                waiting[fact.call] = fact
            case q.TurnCame():
                mine = waiting[fact.call]
                before = [call for call, it in waiting.items() if it.since < mine.since and call not in turns]
                assert before == []
                turns.add(fact.call)
            case q.TurnPassed():
                turns.discard(fact.call)
            case q.QueueLeft():
                waiting.pop(fact.call, None)
                turns.discard(fact.call)
            case _:
                pass


def settle(town: Town) -> None:
    """Let all be over: calls, and then who is to be called back."""
    house = town.node.switchboard.house
    town.run_until_quiet(400.0)
    last = town.network.now + 900.0
    while house.queues.callbacks() and town.network.now < last:
        town.network.run(town.network.now + 1.0)
    town.run_until_quiet(400.0)
    assert not house.queues


@pytest.mark.parametrize("loss", [0.05, 0.15], ids=["5 %", "15 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_callers_wait_in_order_and_nothing_is_left(seed: int, loss: float) -> None:
    town = crowded(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.network.run(OPENING + CALLERS * EVERY + 100.0)
    settle(town)

    town.assert_nothing_kept()
    assert_nobody_was_overtaken(town)
    left = Counter([fact.why for fact in town.facts if isinstance(fact, q.QueueLeft)])
    assert left[q.ANSWERED] > 20 and left[q.LEFT] > 0 and left[q.CALLBACK] > 0
    promised = [fact for fact in town.facts if isinstance(fact, b.CallbackPromised)]
    ended = [fact.callback for fact in town.facts if isinstance(fact, b.CallbackKept | b.CallbackOwed)]
    assert sorted(fact.callback for fact in promised) == sorted(ended)
    assert None not in {record.outcome for record in records(town.facts).values()}
    for name in plan.CONTACT_CENTRE:
        assert town.members[name].most_at_once <= 1


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_who_is_handed_on_in_vain_waits_with_the_others(seed: int) -> None:
    town = crowded(seed, Quality(loss=0.05, duplicate=0.05, jitter=0.2))
    for name, phone in town.members.items():
        if name not in plan.CONTACT_CENTRE:
            phone.behaviour = SLEEPS
    Attendants(town, OPENING + CALLERS * EVERY + 100.0)
    town.network.run(OPENING + CALLERS * EVERY + 100.0)
    settle(town)

    town.assert_nothing_kept()
    assert_nobody_was_overtaken(town)
    queued = [fact for fact in town.facts if isinstance(fact, CallTransferred) and fact.group]
    assert queued
    made = records(town.facts)
    assert {made[fact.call].outcome for fact in queued} == {Outcome.ANSWERED}


@pytest.mark.parametrize("seed", seeds(1, 6))
def test_a_crash_ends_who_waits_and_keeps_who_is_to_be_called_back(seed: int) -> None:
    town = crowded(seed, Quality(loss=0.05, jitter=0.1), callers=16)
    last = OPENING + 16 * EVERY
    while not any(isinstance(fact, b.CallbackPromised) for fact in town.facts):
        town.network.run(town.network.now + 0.1)
        assert town.network.now < last
    town.network.run(town.network.now + town.random.uniform(0.0, 3.0))
    town.kill_node()
    town.network.run(town.network.now + 1.0)
    town.revive_node()
    town.network.run(last + ROUND_TRIP_64 + GRACE)
    settle(town)

    town.assert_nothing_kept()
    outcomes = {record.outcome for record in records(town.facts).values()}
    assert Outcome.INTERRUPTED in outcomes and None not in outcomes
    promised = {fact.callback for fact in town.facts if isinstance(fact, b.CallbackPromised)}
    ended = {fact.callback for fact in town.facts if isinstance(fact, b.CallbackKept | b.CallbackOwed)}
    assert promised == ended
