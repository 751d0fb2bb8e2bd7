"""Lamps of colleagues under loss: in the end each shows what is, whatever was lost on the way."""

import pytest

from tests.simulation import town_plan as plan
from tests.simulation.lamp_phone import Key, LampPhone
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import ANSWERS, OPENING, SIP_PORT, SLEEPS, Quality, Town

SETTLES = 40.0
"""Seconds after which a lamp shows what is: a NOTIFY that is repeated until 64*T1, and a little."""

CALLER = Behaviour(gives_up_after=60.0, hangs_up_after=150.0)
WATCHED = plan.open_members(0)


def watching(town: Town) -> list[Key]:
    """A phone that watches all of a group."""
    phone = LampPhone(WATCHED[0], "10.4.0.1", SLEEPS, town.seed)
    town.network.attach(phone, ("10.4.0.1", SIP_PORT))
    keys: list[Key] = []

    def watch(now: float) -> None:
        keys.extend([phone.watch(name, now) for name in WATCHED])

    town.network.at(OPENING, watch, phone)
    return keys


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.2], ids=["0 %", "10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 4))
def test_lamps_show_what_is(seed: int, loss: float) -> None:
    town = Town(seed, Quality(loss, 0.05, 0.2) if loss else Quality(), ANSWERS)
    town.open()
    keys = watching(town)
    town.place(OPENING + 20.0, plan.open_number(0), CALLER)
    town.network.run(OPENING + 20.0 + SETTLES + 20.0)

    assert sorted(key.lit for key in keys) == [[], [], ["confirmed"]]
    town.network.run(OPENING + 20.0 + 150.0 + 2 * SETTLES)
    assert [key.lit for key in keys] == [[], [], []]
    if not loss:
        history = next(key.history for key in keys if ["confirmed"] in key.history)
        shown = [states[0] for states in history if states]
        assert list(dict.fromkeys(shown)) == ["trying", "early", "confirmed", "terminated"]


@pytest.mark.parametrize("seed", seeds(11, 3))
def test_after_a_restart_phones_subscribe_anew_and_show_nothing_that_is_over(seed: int) -> None:
    town = Town(seed, Quality(loss=0.1), ANSWERS)
    town.open()
    keys = watching(town)
    town.place(OPENING + 20.0, plan.open_number(0), CALLER)
    town.network.run(OPENING + 60.0)
    assert sorted(key.lit for key in keys) == [[], [], ["confirmed"]]

    town.kill_node()
    town.network.run(town.network.now + 1.0)
    town.revive_node()
    town.network.run(town.network.now + 180.0)

    assert [key.lit for key in keys] == [[], [], []]
    town.place(town.network.now + 1.0, plan.open_number(0), CALLER)
    town.network.run(town.network.now + 2.0 + SETTLES)
    assert sorted(key.lit for key in keys) == [[], [], ["confirmed"]]
