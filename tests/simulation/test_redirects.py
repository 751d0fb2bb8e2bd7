"""Phones that point elsewhere (3xx) while datagrams are lost, doubled and overtake each other."""

import pytest

from telephony.call import facts as f
from telephony.call.record import records
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, ROUND_TRIP_64, Quality, Town

CALLS = 120
EVERY = 12.0
CITIZEN = Behaviour(gives_up_after=60.0, hangs_up_after=3.0)


@pytest.mark.parametrize(("loss", "rate"), [(0.1, 0.995), (0.2, 0.97)], ids=["10 %", "20 %"])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_who_is_pointed_at_answers_and_nothing_is_left(seed: int, loss: float, rate: float) -> None:
    """Everybody of a hunt has forwarded the phone to where a whole group rings."""
    town = Town(seed, Quality(loss=loss, duplicate=0.05, jitter=0.2))
    town.open()
    away = Behaviour(refuses_with=302, points_at=plan.open_number(1), answers_after=0.3)
    for member in plan.row_members(0):
        town.members[member].behaviour = away
    for number in range(CALLS):
        town.place(OPENING + number * EVERY, plan.row_number(0), CITIZEN)
    town.network.run(OPENING + CALLS * EVERY)
    town.run_until_quiet(400.0)
    town.network.run(town.network.now + ROUND_TRIP_64)  # a 2xx that came again is remembered anew

    taken = [placed for placed in town.placed if placed.saw("answered")]
    assert len(taken) >= rate * CALLS
    followed = [fact for fact in town.facts if isinstance(fact, f.RedirectDecided)]
    assert len(followed) >= CALLS
    answered = {record.answered_by for record in records(town.facts).values() if record.answered_by}
    assert answered <= {*plan.open_members(1), *plan.CONTACT_CENTRE}  # there when the ring time was over
    town.assert_nothing_kept()
