"""100rel, UPDATE and session timers where 10 % of all datagrams are lost each way: as many calls are set up
as without, holds get through, nobody is lost for a refresh, and nothing is left."""

import pytest

from telephony.call import facts as f
from tests.simulation import town_plan as plan
from tests.simulation.ledger import Ledger
from tests.simulation.phone import Behaviour
from tests.simulation.reliable_phone import ReliablePhone
from tests.simulation.scale import seeds
from tests.simulation.town import OPENING, SIP_PORT, Town, TownPhone

CALLS = 60
EVERY = 20.0
TALKS = Behaviour(gives_up_after=60.0, hangs_up_after=150.0)


class ReliableTown(Town):
    """Who calls from outside has a phone that wants it all."""

    def _plug_in(self, name: str, host: str, behaviour: Behaviour, seed: int | None = None) -> TownPhone:
        if not host.startswith("10.1."):
            return super()._plug_in(name, host, behaviour, seed)
        phone = ReliablePhone(name, host, behaviour, self.seed)
        self.network.attach(phone, (host, SIP_PORT))
        return phone


@pytest.mark.parametrize("seed", seeds(1, 2))
def test_calls_are_set_up_held_and_kept_alive(seed: int) -> None:
    town = ReliableTown(seed)
    town.open()
    for number in range(CALLS):
        dialled = plan.open_number(number % plan.DISTRICTS)
        town.place(OPENING + number * EVERY + town.random.uniform(0.0, 5.0), dialled, TALKS)
    town.network.run(OPENING + CALLS * EVERY)
    town.run_until_quiet(400.0)

    ledger = Ledger(town)
    set_up = [placed for placed in town.placed if ledger.is_set_up(placed)]
    events = [event for placed in set_up for event in placed.phone.events]
    assert len(set_up) >= 0.995 * CALLS
    assert events.count("heard reliably 180") >= 0.9 * len(set_up)
    assert events.count("UPDATE 200") >= 0.95 * 5 * len(set_up)
    held = [fact.held for fact in town.facts if isinstance(fact, f.LegHeld) and fact.leg.endswith(".0")]
    assert held.count(True) >= 0.95 * len(set_up)
    assert [fact.why for fact in town.facts if isinstance(fact, f.LegLost)] == []
    assert list(ledger.disagreements()) == []
    town.assert_nothing_kept()
