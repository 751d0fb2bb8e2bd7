"""Sound goes past the node while datagrams are lost: no call is lost for it, and nothing is left."""

import pytest

from telephony.call.facts import CallConnected, LegDialogChanged, LegLost
from telephony.sdp.description import SessionDescription
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, Quality, Town
from tests.support.switchboard import ADDRESS

ROUNDS = 30
EVERY = 40.0
LONG = Behaviour(gives_up_after=60.0, hangs_up_after=200.0)
"""Longer than a leg may be silent when its sound is ours to hear."""


def told_past_us(fact: LegDialogChanged) -> bool:
    """Whether the far end of this leg has been told an address that is not ours."""
    local = (fact.dialog or {})["session"]["local"]
    described = SessionDescription.parse(local.encode()) if local else None
    return bool(described and described.connection and described.connection.address != ADDRESS[0])


@pytest.mark.parametrize("loss", [0.1, 0.2], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_calls_last_and_nothing_is_left(seed: int, loss: float) -> None:
    town = Town(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2), direct=True)
    town.open()
    for number in range(ROUNDS):
        district = number % plan.DISTRICTS
        town.place(OPENING + number * EVERY, plan.open_number(district), LONG)
    town.network.run(OPENING + ROUNDS * EVERY + 300.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    connected = {fact.call for fact in town.facts if isinstance(fact, CallConnected)}
    direct = {fact.call for fact in town.facts if isinstance(fact, LegDialogChanged) and told_past_us(fact)}
    lost = [fact for fact in town.facts if isinstance(fact, LegLost)]
    assert len(connected) >= 0.97 * ROUNDS
    assert len(direct) >= 0.97 * len(connected)
    assert lost == []
