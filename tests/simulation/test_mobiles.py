"""A member who is reached on a mobile, behind a trunk that loses, doubles and delays datagrams.

Now it is they who answer, and press 1; now it is their voicemail, and the call goes on to Kontaktcenter.
"""

from collections import Counter

import pytest

from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.pressing import LOOK_EVERY, press_in_sound
from tests.simulation.scale import seeds
from tests.simulation.town import GOOD, OPENING, Quality, Town

ROUNDS = 30
EVERY = 90.0
"""Seconds from call to call: longer than one lasts, so that somebody is always free."""

CALLER = Behaviour(gives_up_after=80.0, hangs_up_after=5.0)
ALIVE = 40.0
"""For so long from each call on somebody has the telephone at hand, every other time."""


class Owner:
    """Whoever has the mobile: presses 1 soon after the prompt has begun, while they have it at hand."""

    def __init__(self, town: Town, until: float) -> None:
        self._town = town
        self._until = until
        town.network.at(town.network.now, self._look, town.gateways["net1"])

    def _look(self, now: float) -> None:
        call = int((now - OPENING) // EVERY)
        is_there = call % 2 == 0 and 3.0 < (now - OPENING) % EVERY < ALIVE
        if is_there:
            for name in plan.NETWORK:
                press_in_sound(self._town, self._town.gateways[name], "1", self._town.random, now)
        if now < self._until:
            self._town.network.at(now + LOOK_EVERY * 5, self._look, self._town.gateways["net1"])


def calling(seed: int, quality: Quality, rounds: int = ROUNDS) -> Town:
    """A town in which people call the number of who is outside, one after the other."""
    town = Town(seed, quality)
    town.open()
    for number in range(rounds):
        town.place(OPENING + number * EVERY, plan.MOBILE, CALLER)
    Owner(town, OPENING + rounds * EVERY)
    return town


@pytest.mark.parametrize("loss", [0.1, 0.2], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_voicemail_wins_no_call_and_nothing_is_left(seed: int, loss: float) -> None:
    town = calling(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.network.run(OPENING + ROUNDS * EVERY + 100.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    answered = Counter(
        [record.answered_by for record in records(town.facts).values() if record.outcome is Outcome.ANSWERED]
    )
    assert answered.total() >= 0.8 * ROUNDS
    assert answered[plan.AWAY] >= 0.3 * ROUNDS
    assert answered.keys() - {plan.AWAY} <= set(plan.CONTACT_CENTRE)
    by_voicemail = [fact for fact in town.facts if isinstance(fact, f.OfferWithdrawn)]
    assert Counter([fact.why for fact in by_voicemail])["unconfirmed"] >= 0.3 * ROUNDS


@pytest.mark.parametrize("before_writing", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("entries", range(1, 13))
def test_wherever_the_node_dies_nothing_is_left(entries: int, before_writing: bool) -> None:
    town = Town(entries, GOOD)
    town.open()
    town.journal.dies_in = entries
    town.journal.dies_before_writing = before_writing
    town.place(OPENING, plan.MOBILE, CALLER)
    town.place(OPENING + 60.0, plan.MOBILE, CALLER)
    town.network.run(OPENING + 90.0)
    assert not town.station.is_alive
    town.revive_node()

    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    assert all(record.outcome is not None for record in records(town.facts).values())


def test_a_silent_gateway_is_left_for_the_trunk_that_takes_the_call() -> None:
    town = Town(4, GOOD)
    town.network.detach(town.gateways["net1"])
    town.open()
    town.place(OPENING, plan.MOBILE, CALLER)
    Owner(town, OPENING + EVERY)
    town.network.run(OPENING + EVERY)

    (record,) = records(town.facts).values()
    assert record.answered_by == plan.AWAY
    assert record.waiting_seconds is not None and 4.0 <= record.waiting_seconds < 12.0
    assert len([fact for fact in town.facts if isinstance(fact, c.ConfirmationAsked)]) == 1
