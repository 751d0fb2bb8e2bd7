"""Callers choose from a menu while datagrams are lost, doubled and overtake each other.

They get to whom they chose, hear nothing but sound once they were answered, and nothing is left of it; also
when the node dies anywhere in it.
"""

from collections import Counter

import pytest

from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.facts import Outcome
from telephony.call.record import records
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.pressing import Chooser
from tests.simulation.scale import seeds
from tests.simulation.town import GOOD, OPENING, Quality, Town

ROUNDS = 40
EVERY = 75.0
"""Seconds from call to call: longer than one lasts, so that somebody is always free."""

CALLER = Behaviour(gives_up_after=60.0, hangs_up_after=60.0)
KEYS = ("1", "2", "3", "0", "", "9", "91", "99")
"""One that leads somewhere, none, a wrong one first, wrong ones alone."""


def choosing(seed: int, quality: Quality, rounds: int = ROUNDS) -> tuple[Town, list[Chooser]]:
    """A town in which people call the menu, one after the other."""
    town = Town(seed, quality)
    town.open()
    choosers = [
        Chooser.place(
            town,
            OPENING + number * EVERY,
            plan.MENU,
            CALLER,
            KEYS[number % len(KEYS)],
            after=town.random.uniform(0.5, 8.0),
            as_info=number % 2 == 0,
        )
        for number in range(rounds)
    ]
    return town, choosers


@pytest.mark.parametrize("loss", [0.1, 0.2], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_callers_get_to_whom_they_chose_and_nothing_is_left(seed: int, loss: float) -> None:
    town, choosers = choosing(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.network.run(OPENING + ROUNDS * EVERY + 100.0)
    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    outcomes = Counter([record.outcome for record in records(town.facts).values()])
    assert outcomes[Outcome.ANSWERED] >= 0.8 * ROUNDS
    left = Counter([fact.key for fact in town.facts if isinstance(fact, m.MenuLeft)])
    assert left.keys() == {"", "0", "1", "2", "3"}
    for chooser in choosers:
        heard = [event for event in chooser.placed.phone.events if event.startswith(("heard", "answered"))]
        assert "answered" not in heard or heard[-1] == "answered"  # and no 180 after it
        assert "info 488" not in chooser.placed.phone.events or len(chooser.keys) > 1


def test_a_key_is_pressed_once_however_its_packets_come() -> None:
    town, _ = choosing(5, Quality(loss=0.2, duplicate=0.2, jitter=0.2), rounds=16)
    town.network.run(OPENING + 16 * EVERY)
    town.run_until_quiet(400.0)

    pressed = Counter([fact.call for fact in town.facts if isinstance(fact, m.KeyPressed)])
    assert pressed and max(pressed.values()) <= max(map(len, KEYS))


@pytest.mark.parametrize("before_writing", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("entries", range(1, 19))
def test_wherever_the_node_dies_nothing_is_left(entries: int, before_writing: bool) -> None:
    town = Town(entries, GOOD)
    town.open()
    town.journal.dies_in = entries
    town.journal.dies_before_writing = before_writing
    Chooser.place(town, OPENING, plan.MENU, CALLER, "91", after=2.0, as_info=True)
    Chooser.place(town, OPENING + 0.5, plan.MENU, CALLER, "3", after=1.0, as_info=False)
    town.network.run(OPENING + 30.0)
    assert not town.station.is_alive
    town.revive_node()

    town.run_until_quiet(400.0)

    town.assert_nothing_kept()
    assert all(record.outcome is not None for record in records(town.facts).values())


def test_each_entry_of_such_a_call_was_one_at_which_it_died() -> None:
    town = Town(1, GOOD)
    town.open()
    before = len(town.journal.entries)
    Chooser.place(town, OPENING, plan.MENU, CALLER, "91", after=2.0, as_info=True)
    Chooser.place(town, OPENING + 0.5, plan.MENU, CALLER, "3", after=1.0, as_info=False)
    town.network.run(OPENING + 30.0)

    assert len(town.journal.entries) - before >= 18
    assert any(isinstance(fact, f.CallConnected) for fact in town.facts)
