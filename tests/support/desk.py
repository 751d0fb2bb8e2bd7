"""The contract of evolve and react, run by hand: decisions come from the test in place of routing.

A `Desk` plays the part of the switchboard above and of the network below. Like `legs`, it gives each leg a
dialog as soon as it is dialled. Nothing else happens in the network unless the test says so.
"""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from routing.decision import Branch, Decision
from telephony.call import facts as f
from telephony.call.actions import Action, Dial, EndLeg
from telephony.call.call import Call, Phase
from telephony.call.ending import Reaction
from telephony.call.evolve import begin, evolve
from telephony.call.house import House
from telephony.call.house_facts import ClockStepped
from telephony.call.react import expire, react
from telephony.call.record import Record, records
from tests.support.calls import NOON, arrive, registered

PEOPLE = ("anna", "bo", "cecilia")


class Desk:
    """Calls that share a house. `phones` are the accounts that are registered, each from one device."""

    def __init__(self, *phones: str, talk_limit: float = 0.0) -> None:
        self.now = NOON
        self.house = House()
        self.calls: dict[str, Call] = {}
        self.facts: list[f.Fact] = []
        self.actions: list[Action] = []
        self.asked: list[Branch] = []
        self._talk_limit = talk_limit
        self._decisions: dict[str, deque[Decision]] = {}
        self.feed(*(registered(phone) for phone in phones or PEOPLE))

    # ---- what happens

    def arrives(self, *decisions: Decision, call: str = "c1", **fields: Any) -> None:
        """A call comes; routing will answer with these, in turn, and then not at all."""
        self._decisions[call] = deque(decisions)
        arrived = arrive(call, at=self.now, **fields)
        self.feed(arrived, f.LegDialogChanged(at=self.now, call=call, leg=arrived.leg, dialog={"leg": 0}))

    def see(self, kind: type[f.LegFact], who: str = "caller", *, call: str = "c1", **fields: Any) -> None:
        """Something is observed of the caller's leg, or of the last leg of a member or phone."""
        self.feed(kind(at=self.now, call=call, leg=self.leg(who, call), **fields))

    def step_clock(self, seconds: float) -> None:
        """The machine's clock is set."""
        self.now += timedelta(seconds=seconds)
        self.feed(ClockStepped(at=self.now, seconds=seconds))

    def wait(self, seconds: float) -> None:
        """Time passes; each deadline on the way is met when it is due."""
        until = self.now + timedelta(seconds=seconds)
        while True:
            call = min(self.calls.values(), key=lambda call: call.deadline or until, default=None)
            if call is None or call.deadline is None or call.deadline > until:
                break
            self.now = max(self.now, call.deadline)
            self._run(call.id, Reaction(expire(call, self.now)))
        self.now = until

    def settle(self) -> None:
        """The network closes every leg that it was asked to end."""
        for action in self.actions:
            if isinstance(action, EndLeg):
                self._close(action.leg)

    def feed(self, *facts: f.Fact) -> None:
        """Take facts, one after the other."""
        for fact in facts:
            if isinstance(fact, f.CallFact):
                self._run(fact.call, Reaction([fact]))
            else:
                self._fold(fact)

    # ---- what came out

    def leg(self, who: str = "caller", call: str = "c1") -> str:
        """The caller's leg, or the last one offered to this member or phone."""
        if who == "caller":
            return f"{call}.0"
        offers = [fact for fact in self.facts if isinstance(fact, f.MemberOffered) and fact.call == call]
        return next(fact.leg for fact in reversed(offers) if who in (fact.target.member, fact.target.phone))

    def call(self, call: str = "c1") -> Call:
        """The state of a call that is not over."""
        return self.calls[call]

    def record(self, call: str = "c1") -> Record:
        """What the call log says of a call."""
        return records(self.facts)[call]

    def taken(self) -> list[Action]:
        """The actions since this was last asked."""
        taken, self.actions = self.actions, []
        return taken

    def facts_of(self, kind: type[f.Fact]) -> list[f.Fact]:
        """Every fact of one kind, in order."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    # ---- the contract

    def _run(self, call_id: str, reaction: Reaction) -> None:
        while reaction.facts:
            for fact in reaction.facts:
                self._fold(fact)
            self.actions += reaction.actions
            reaction = self._follow_up(call_id)
        self._connect_dialled(call_id)

    def _follow_up(self, call_id: str) -> Reaction:
        call = self.calls.get(call_id)
        if call is None:
            return Reaction()
        reaction = react(call, self.house, self.now)
        decisions = self._decisions.get(call_id)
        if reaction.facts or call.question is None or not decisions:
            return reaction
        self.asked.append(call.question)
        decision = decisions.popleft()
        return Reaction(
            [f.RouteDecided(at=self.now, call=call_id, decision=decision, talk_limit=self._talk_limit)]
        )

    def _connect_dialled(self, call_id: str) -> None:
        """Each leg that was dialled gets its dialog."""
        call = self.calls.get(call_id)
        for leg in call.legs.values() if call else ():
            if leg.dialog is None and leg.target is not None and leg.is_open:
                number = int(leg.id.rpartition(".")[2])
                self._fold(f.LegDialogChanged(at=self.now, call=call_id, leg=leg.id, dialog={"leg": number}))

    def _fold(self, fact: f.Fact) -> None:
        self.facts.append(fact)
        self.calls = fold(self.calls, self.house, fact)

    def _close(self, leg: str) -> None:
        call = self.calls.get(leg.rpartition(".")[0])
        if call is not None and leg in {open_leg.id for open_leg in call.open_legs()}:
            self.feed(f.LegEnded(at=self.now, call=call.id, leg=leg))


def fold(calls: dict[str, Call], house: House, fact: f.Fact) -> dict[str, Call]:
    """The calls after one more fact; the house changes in place."""
    house.evolve(fact)
    if isinstance(fact, f.CallArrived):
        return calls | {fact.call: begin(fact)}
    if isinstance(fact, f.CallFact):
        folded = calls | {fact.call: evolve(calls[fact.call], fact)} if fact.call in calls else calls
    else:
        folded = {name: evolve(call, fact) for name, call in calls.items()}
    return {name: call for name, call in folded.items() if call.phase is not Phase.ENDED}


def replay(facts: Iterable[f.Fact]) -> tuple[dict[str, Call], House]:
    """What an earlier life left behind."""
    calls: dict[str, Call] = {}
    house = House()
    for fact in facts:
        calls = fold(calls, house, fact)
    return calls, house


# ---- asserts


def assert_dials(actions: Iterable[Action], *who: str) -> None:
    """Exactly these members are dialled, in this order."""
    dialled = [action.target.member for action in actions if isinstance(action, Dial)]
    assert dialled == list(who)


def assert_ends(actions: Iterable[Action], *legs: str) -> None:
    """Exactly these legs are ended, in any order, each once."""
    ended = [action.leg for action in actions if isinstance(action, EndLeg)]
    assert sorted(ended) == sorted(legs)


def assert_rings(desk: Desk, *who: str) -> None:
    """Exactly these members may still answer."""
    ringing = [leg.target.member for leg in desk.call().ringing() if leg.target]
    assert ringing == list(who)


def assert_outcome(desk: Desk, outcome: f.Outcome, by: f.EndedBy, *, reason: str = "") -> None:
    """The call is settled so, once, and gone when its legs have closed."""
    (ended,) = desk.facts_of(f.CallEnded)
    assert isinstance(ended, f.CallEnded)
    assert (ended.outcome, ended.ended_by, ended.reason) == (outcome, by, reason)
    desk.settle()
    assert desk.calls == {}


def assert_each_once(actions: Iterable[Action]) -> None:
    """No leg is dialled or ended twice."""
    given = [(type(action), action.leg) for action in actions if isinstance(action, Dial | EndLeg)]
    assert len(given) == len(set(given))


def picture(house: House, members: Iterable[str] = PEOPLE) -> object:
    """All that a house tells, for comparison."""
    free = {member: house.is_free(member) for member in members}
    return free, dict(house.registrations()), house.draining, house.plan_version
