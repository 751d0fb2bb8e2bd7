"""The node dies, and what it had under way then is looked at when it has come back."""

from collections.abc import Iterator

from telephony.call.call import Call
from telephony.call.facts import CallArrived, CallFact, Outcome
from telephony.call.record import Record, records
from telephony.switchboard import Switchboard
from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.phone_leg import Leg
from tests.simulation.town import ROUND_TRIP_64, Town
from tests.support.switchboard import MemoryJournal

CALLS = 12
"""Placed within some seconds before each disaster, so that the node dies with calls in every phase."""

GRACE = 5.0
"""Seconds beyond 64*T1 for what the network delays, and an ACK that comes by the next repetition only."""


class Disaster:
    """A node that dies in the middle of some calls, and comes back after a while."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._place_calls()
        self._die()
        self._facts = list(town.facts)
        journal = Switchboard(MemoryJournal(), town.tables, talk_limit=0.0)
        journal.replay(enumerate(self._facts, 1))
        self._open = journal.calls
        town.network.run(town.network.now + town.random.choice([0.3, 1.0, 5.0, 40.0]))
        self._come_back()
        town.network.run(town.network.now + ROUND_TRIP_64 + GRACE)

    def _place_calls(self) -> None:
        town, random = self.town, self.town.random
        for phone in town.members.values():
            answers_after = random.choice([0.5, 2.0, 8.0, None])
            phone.behaviour = Behaviour(rings_after=random.choice([None, 0.2]), answers_after=answers_after)
        numbers = [plan.MAIN, plan.CLOSED, plan.CLOSED_EARLY]
        for district in range(plan.DISTRICTS):
            numbers += [of(district) for of in (plan.open_number, plan.row_number, plan.asleep_number)]
        for _ in range(CALLS):
            caller = Behaviour(hangs_up_after=random.choice([2.0, random.uniform(0.0, 20.0), 100.0]))
            account = random.choice(plan.OFFICIALS) if random.random() < 0.2 else ""
            town.place(town.network.now + random.uniform(0.0, 12.0), random.choice(numbers), caller, account)

    def _die(self) -> None:
        """Between two inputs; or inside of one, at a journal entry, with nothing sent that it led to."""
        town, random = self.town, self.town.random
        town.network.run(town.network.now + random.uniform(3.0, 12.0))
        if random.random() < 0.5:
            town.journal.dies_in = random.randint(1, 30)
            town.journal.dies_before_writing = random.random() < 0.5
            last = town.network.now + 30.0
            while town.station.is_alive and town.network.now < last:
                town.network.run(town.network.now + 0.1)
        town.kill_node()

    def _come_back(self) -> None:
        """Now and then it dies once more while it cleans up."""
        random = self.town.random
        self.town.revive_node(dies_in=random.randint(1, 4) if random.random() < 0.3 else None)
        if not self.town.station.is_alive:
            self.town.network.run(self.town.network.now + 1.0)
        self.town.revive_node()

    # ---- what must be true

    @property
    def cut_off(self) -> list[str]:
        """The calls that nothing had ended yet."""
        return [call.id for call in self._open.values() if call.is_live]

    def phones_left(self) -> Iterator[tuple[str, Leg]]:
        """Phones that are still in a call that the journal had as open when the node died."""
        again = {fact.sip_call_id for fact in self._new_facts if isinstance(fact, CallArrived)}
        old = {call_id for call in self._open.values() for call_id in _call_ids(call)} - again
        yield from [(name, leg) for name, leg in self.town.open_legs() if leg.call_id in old]

    def wrong_records(self) -> Iterator[Record]:
        """Calls that were cut off and are not recorded as interrupted when their last fact was; others whose
        outcome is not what it was."""
        made = records(self.town.facts)
        for call, before in records(self._facts).items():
            cut_off = call in self.cut_off
            outcome = Outcome.INTERRUPTED if cut_off else before.outcome
            ended_at = self._last_fact_of(call).at if cut_off else before.ended_at
            if (made[call].outcome, made[call].ended_at) != (outcome, ended_at):
                yield made[call]

    @property
    def _new_facts(self) -> list[CallFact]:
        return [fact for fact in self.town.facts[len(self._facts) :] if isinstance(fact, CallFact)]

    def _last_fact_of(self, call: str) -> CallFact:
        return [fact for fact in self._facts if isinstance(fact, CallFact) and fact.call == call][-1]


def _call_ids(call: Call) -> Iterator[str]:
    """The Call-IDs of all that the journal has as open. Without a snapshot nothing was sent."""
    for leg in call.open_legs():
        match leg.dialog:
            case {"dialog": {"call_id": str(call_id)}}:
                yield call_id
            case {"invite": {"headers": [*headers]}}:
                yield dict([tuple(field) for field in headers])["Call-ID"]
