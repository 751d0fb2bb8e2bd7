"""The loop of the contract: one input at a time, facts appended before their actions are given out.

Synchronous and without I/O of its own: the journal comes in as an argument with `append`. `receive` takes an
observation, folds it, lets `react` and routing decide until nothing more follows, appends all of it as one
entry, and only then lets the actions out.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Protocol

from routing.decide import decide
from routing.decision import Branch, Decision, Question
from routing.gateways import NO_NAMES, Names
from routing.tables import Tables
from routing.transfer import transfer_return, transfer_target
from telephony.agenda import Agenda
from telephony.call import calling_back, picking, queueing, redirecting, transferring
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.actions import Action
from telephony.call.call import Call, Leg, Phase, Transfer, Waiting
from telephony.call.callback_facts import CallbackFact
from telephony.call.consulting import hand_over
from telephony.call.duty_facts import MemberRested
from telephony.call.ending import Reaction
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import begin, evolve
from telephony.call.failover import last_status
from telephony.call.house import House
from telephony.call.queue_facts import TurnCame
from telephony.call.react import end, expire, give_up, interrupt, react
from telephony.call.transfer_facts import LegHandedOver, Stage
from telephony.desk.dialled import by_code
from telephony.desk.reconcile import stuck_in_queues
from telephony.waiting_room import WaitingRoom


class Journal(Protocol):
    """Where facts go before anybody hears of them."""

    def append(self, facts: Sequence[f.Fact]) -> int:
        """Append the facts as one entry; give the position of the last."""


def _raise(call_id: str, fault: IllegalTransition) -> None:
    raise fault


def _call_of(fact: f.Fact) -> str:
    """The call that a fact is an observation of; "" when nothing can follow from it in any call."""
    return fact.call if isinstance(fact, f.CallFact) and not isinstance(fact, f.CallRefused) else ""


class Switchboard:
    """All live calls and the house, the tables in force, and what is due when.

    `names` knows what host names of gateways mean.
    `talk_limit`: the longest that two people may be connected, in seconds; 0 for no limit.
    `observe` is called with every fact once it has been appended (metrics, log). `report_fault` is told of a
    fault of ours that ended a call. `new_call` gives the id of a call that we make (UUIDv7); without it
    nobody is called back.
    """

    def __init__(
        self,
        journal: Journal,
        tables: Tables,
        *,
        talk_limit: float,
        draw: Callable[[], float] = lambda: 0.0,
        names: Names = NO_NAMES,
        observe: Callable[[f.Fact], None] = lambda fact: None,
        report_fault: Callable[[str, IllegalTransition], None] = _raise,
        new_call: Callable[[], str] | None = None,
    ) -> None:
        self._journal = journal
        self._tables = tables
        self._talk_limit = talk_limit
        self._draw = draw
        self._observe = observe
        self._report_fault = report_fault
        self._actions: deque[Action] = deque()
        self._agenda: Agenda[datetime] = Agenda()  # `call/ID`; phone/, override/, member/, queue/ with a name
        self.house = House(names)
        self.calls: dict[str, Call] = {}
        self.first_positions: dict[str, int] = {}
        self._waiting = WaitingRoom(
            self.house, self._agenda, self._commit, draw, lambda call: self.calls[call], new_call
        )

    # ---- life

    def replay(self, facts: Iterable[tuple[int, f.Fact]]) -> None:
        """Fold what an earlier life wrote, with `evolve` alone: nothing is decided, no action follows."""
        for position, fact in facts:
            self._fold(fact)
            if isinstance(fact, f.CallArrived):
                self.first_positions[fact.call] = position

    def interrupt(self, now: datetime, lost: Collection[str] = ()) -> None:
        """End what replay left open: actions follow for every open leg that is not `lost`. Queues first give
        up what they have of calls that the journal has lost."""
        if stuck := list(stuck_in_queues(self.house, self.calls, now)):
            self.record(stuck)
        self._reschedule()
        for call in list(self.calls.values()):
            self._commit(call.id, interrupt(call, now, lost), now)

    def load(self, tables: Tables, now: datetime) -> None:
        """Take these tables for every decision from now on; calls that run keep theirs."""
        self._tables = tables
        self.record([h.PlanLoaded(at=now, version=tables.version, digest=tables.digest)])
        self._waiting.dissolve(tables, now)
        self._waiting.give_turns(tables, self.house.queues.names(), now)  # others may be there

    def record(self, facts: Sequence[f.Fact]) -> None:
        """Append and fold facts that ask for no reaction, such as those of the service itself.

        Appended first: a segment that begins here opens with what was before them.
        """
        self._append(facts, fold=True)

    def end_all(self, now: datetime, reason: str, *, emergency: bool = False) -> None:
        """End every live call (the drain is over); one to 112 only when `emergency` says so."""
        for call in list(self.calls.values()):
            if call.is_live and (emergency or not call.is_emergency):
                self._commit(call.id, end(call, now, reason), now)

    @property
    def live_calls(self) -> int:
        """How many calls have no outcome yet; of others legs may still be closing."""
        return sum(call.is_live for call in self.calls.values())

    def has_emergency(self) -> bool:
        """Whether a call to 112 is live."""
        return any(call.is_live and call.is_emergency for call in self.calls.values())

    # ---- inputs

    def receive_all(self, facts: Iterable[f.Fact], now: datetime) -> None:
        """Take what one input brought, in order. Observations of one call that came together are one entry,
        and it is decided once what follows from them."""
        for call, together in groupby(facts, _call_of):
            if call:
                self._observed(call, list(together), now)
                continue
            for fact in together:
                self._take(fact, now)
        self._waiting.follow_changes(self._tables, now)

    def receive(self, fact: f.Fact, now: datetime) -> None:
        """Take one observation."""
        if call := _call_of(fact):
            self._observed(call, [fact], now)
        else:
            self._take(fact, now)
        self._waiting.follow_changes(self._tables, now)

    def _take(self, fact: f.Fact, now: datetime) -> None:
        self.record([fact])
        match fact:
            case h.PhoneFact():
                self._schedule_phone(fact.phone)
            case h.OverrideFact():
                self._schedule_override(fact.number)
            case h.ClockStepped():
                self._reschedule()
            case _:
                pass

    def _observed(self, call: str, facts: Sequence[f.Fact], now: datetime) -> None:
        """Those of a call that is over and forgotten are dropped: nothing can follow from them."""
        if call in self.calls or isinstance(facts[0], f.CallArrived):
            self._commit(call, Reaction(facts), now)

    def get_timer(self) -> datetime | None:
        """When `handle_timer` is next due, or None."""
        return self._agenda.earliest()

    def handle_timer(self, now: datetime) -> None:
        """Let every deadline up to `now` pass."""
        for stream in self._agenda.due(now):
            kind, _, name = stream.partition("/")
            if kind == "phone":
                self._expire_phone(name, now)
            elif kind == "override":
                self.receive(h.OverrideEnded(at=now, number=name, by=""), now)
            elif kind == "callback":
                owed = self._waiting.late(name, now)
                self.record([owed] if owed else [])
            elif kind == "queue":
                self._waiting.dismiss(self._tables, name, now)
            elif kind == "member":
                self.receive(MemberRested(at=now, member=name, by=""), now)
            else:
                self._commit(name, Reaction(expire(self.calls[name], now)), now)
        self._waiting.follow_changes(self._tables, now)

    def actions(self) -> Iterable[Action]:
        """The actions that the last inputs led to, in order, each once."""
        while self._actions:
            yield self._actions.popleft()

    # ---- the contract

    def _commit(self, call_id: str, reaction: Reaction, now: datetime) -> None:
        """Carry the reaction through. A fault of ours ends the call, for nothing else would: its legs are
        closed, and its outcome is `failed`."""
        try:
            self._carry_through(call_id, reaction, now)
        except IllegalTransition as fault:
            call = self.calls.get(call_id)
            if call is not None and call.is_live:
                self._carry_through(call_id, give_up(call, now, "internal fault"), now)
            self._report_fault(call_id, fault)

    def _carry_through(self, call_id: str, reaction: Reaction, now: datetime) -> None:
        """Fold, react, decide until nothing follows; append it all as one entry; give the actions out."""
        entry: list[f.Fact] = []
        actions: list[Action] = []
        try:
            while reaction.facts or reaction.actions:
                for fact in reaction.facts:
                    self._fold(fact)
                    entry.append(fact)
                actions += reaction.actions
                reaction = self._follow_up(call_id, now)
        finally:  # what was folded is journalled and done, even when a fault of ours ends this input
            if self.house.queues.is_calling:
                settled = calling_back.settle(entry, self.house.queues, self.house, now)
                for fact in settled:
                    self._fold(fact)
                entry += settled
            if entry:
                self._append(entry)
            self._actions += actions
        call = self.calls.get(call_id)
        self._agenda.set(f"call/{call_id}", call.deadline if call else None)

    def _follow_up(self, call_id: str, now: datetime) -> Reaction:
        call = self.calls.get(call_id)
        if call is None:
            return Reaction()
        if call.requested is not None or call.phase is Phase.TRANSFERRING:
            return self._transfer(call, now)
        if (leg := redirecting.redirected(call)) is not None:
            return self._redirect(call, leg, now)
        reaction = react(call, self.house, now)
        if reaction.facts:
            return reaction
        if call.take_over is not None:
            return picking.settle(call, call.take_over, now)
        if call.waiting is not None:
            return self._wait(call, call.waiting, now)
        if call.question is None:
            return reaction
        dialled = by_code(call, self.house, self._tables, now)
        picked = dialled or picking.pick_up(call, self.calls, self.house, self._tables, now)
        if picked is not None:
            return picked
        decision = self._decide(call, now, call.question)
        limit = 0.0 if decision.emergency else self._talk_limit  # no limit touches 112
        return Reaction([f.RouteDecided(at=now, call=call.id, decision=decision, talk_limit=limit)])

    def _wait(self, call: Call, waiting: Waiting, now: datetime) -> Reaction:
        """Its turn, when that has come; else what is to be told to the caller, if anything is."""
        if waiting.is_due and self._waiting.is_unstaffed(self._tables, waiting.queue, now):
            return queueing.leave_unstaffed(call, now)
        if not waiting.is_turn and waiting.rang_nobody_at != now:
            turn = self._waiting.next_turn(self._tables, [waiting.queue], now)
            if turn is not None and turn.place.call == call.id:
                return Reaction([TurnCame(at=now, call=call.id, queue=turn.queue, targets=turn.targets)])
        return queueing.greet(call, waiting, self.house, now)

    def _redirect(self, call: Call, leg: Leg, now: datetime) -> Reaction:
        assert leg.target is not None  # a member's
        number, phone, draw = leg.redirect, leg.target.phone, self._draw()
        decision = transfer_target(self._tables, number, phone, self.house, now, draw)
        return redirecting.follow(call, leg, decision, now)

    def _transfer(self, call: Call, now: datetime) -> Reaction:
        reaction = transferring.react(call, self.house, now)
        if reaction.facts:
            return reaction
        if call.requested is not None and call.requested.consulted:
            return self._hand_over(call, call.requested.consulted, now)
        if call.requested is not None:
            by = transferring.asker(call, call.requested.leg)
            assert by is not None  # or it would have been refused
            number, draw = call.requested.number, self._draw()
            decision = transfer_target(self._tables, number, by.phone, self.house, now, draw)
            return transferring.decide_request(call, by, decision, now)
        if call.transfer is not None and call.transfer.is_open:
            return transferring.decide_stage(call, self._decide_stage(call, call.transfer, now), now)
        return reaction

    def _hand_over(self, call: Call, consulted: str, now: datetime) -> Reaction:
        other = self.calls.get(consulted.rpartition(".")[0])
        reaction = hand_over(call, other, now)
        for fact in reaction.facts:
            if isinstance(fact, LegHandedOver | f.CallEnded):  # then that call ends, and nothing is due in it
                self._agenda.set(f"call/{fact.call}", None)
        return reaction

    def _decide_stage(self, call: Call, transfer: Transfer, now: datetime) -> Decision:
        if transfer.stage is Stage.RETURN:
            return transfer_return(self._tables, transfer.target, transfer.number)
        return self._decide(call, now, transfer.branch)

    def _decide(self, call: Call, now: datetime, branch: Branch) -> Decision:
        """Where the call goes; at the end of a transfer that failed to Kontaktcenter."""
        arrived, before = call.arrived, call.decision
        question = Question(
            dialled=self._tables.main_number if call.transfer or call.to_centre else arrived.dialled,
            origin=arrived.origin,
            origin_name=arrived.origin_name,
            caller=transferring.known_caller(call) if call.transfer else arrived.caller,
            branch=branch,
            number=before.number if before else "",
            visited=before.visited if before else (),
            draw=self._draw(),
            status=last_status(call),
            key=call.key,
            menu=before.menu.name if before and before.menu else "",
            tries_left=call.tries_left,
            queue=before.group if before and before.wait else "",
            calls_back=bool(arrived.calls_back),
        )
        return decide(self._tables, question, self.house, now)

    def _fold(self, fact: f.Fact) -> None:
        match fact:
            case f.CallArrived():
                self.calls[fact.call] = begin(fact)
            case f.CallFact(call=call_id) if call_id in self.calls:
                call = evolve(self.calls[call_id], fact)
                if call.phase is Phase.ENDED:
                    del self.calls[call_id]
                    self.first_positions.pop(call_id, None)
                else:
                    self.calls[call_id] = call
            case h.ClockStepped():
                self.calls = {call_id: evolve(call, fact) for call_id, call in self.calls.items()}
            case _:
                pass
        self.house.evolve(fact)

    def _append(self, entry: Sequence[f.Fact], *, fold: bool = False) -> None:
        last = self._journal.append(entry)
        if fold:
            for fact in entry:
                self._fold(fact)
        first = last - len(entry) + 1
        for position, fact in enumerate(entry, first):
            if isinstance(fact, f.CallArrived) and fact.call in self.calls:
                self.first_positions[fact.call] = position
            elif isinstance(fact, CallbackFact):
                self._waiting.schedule(fact.callback)
            self._observe(fact)

    # ---- deadlines

    def _schedule_phone(self, phone: str) -> None:
        soonest = min((contact.expires_at for contact in self.house.contacts(phone)), default=None)
        self._agenda.set(f"phone/{phone}", soonest)

    def _expire_phone(self, phone: str, now: datetime) -> None:
        fact = self.house.expired(phone, now)
        if fact is not None:
            self.record([fact])
        self._schedule_phone(phone)

    def _schedule_override(self, number: str) -> None:
        override = self.house.overrides().get(number)
        self._agenda.set(f"override/{number}", override.until if override else None)

    def _reschedule(self) -> None:
        for call in self.calls.values():
            self._agenda.set(f"call/{call.id}", call.deadline)
        for phone in self.house.registrations():
            self._schedule_phone(phone)
        for number in self.house.overrides():
            self._schedule_override(number)
        self._waiting.reschedule()
