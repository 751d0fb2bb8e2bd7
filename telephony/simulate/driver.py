"""Calls carried by the real switchboard on an invented clock: the driver is everybody around it.

It does what callers, members and their phones do, and nothing that the switchboard does: whom to ring, for
how long, where to go on are its own decisions, by the plan that it is given.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from routing.decision import Origin
from routing.gateways import Names
from routing.override import Override
from routing.places import Found, Named, default_port
from routing.tables import Tables
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.actions import Action, Announce, AskForKey, Connect, Dial, EndLeg, KeepWaiting
from telephony.call.call import Phase
from telephony.call.confirming import KEY as CONFIRM_KEY
from telephony.call.errors import IllegalTransition
from telephony.call.house import House
from telephony.call.record import RECORDED, Record, begin, extend
from telephony.simulate.knowledge import Knowledge
from telephony.simulate.values import Meanwhile, SimulatedCall
from telephony.switchboard import Journal, Switchboard

ANNOUNCEMENT_SECONDS = 10.0
"""How long an announcement is: what becomes of the call does not depend on it."""

LONGEST_WAIT_SECONDS = 3600.0
"""Whoever would wait for ever gives up all the same, so that every call ends."""

MISSED_SECONDS = 600.0
"""After so long somebody is back whom the service gave a pause, for missing one call after the other."""

_NOT_TAKEN = 480
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class EveryName(Names):
    """DNS is not asked: a name stands for what it would say, as `explain` supposes."""

    def places(self, named: Named) -> Sequence[Found]:
        """The name itself."""
        return (Found(0, 0, (named.at(named.name, named.port or default_port(named.transport)),)),)


class _Counted:
    """A journal that keeps nothing."""

    def __init__(self) -> None:
        self._position = 0

    def append(self, facts: Sequence[f.Fact]) -> int:
        """The position of the last."""
        self._position += len(facts)
        return self._position


class Driver:
    """Carries calls, and gives the record of each to `ended` together with the call.

    `watch` is called with every fact, and the house. Facts go to `journal`; without one they are gone.
    `faults` counts calls that a fault of ours ended.
    """

    def __init__(
        self,
        tables: Tables,
        knowledge: Knowledge,
        talk_limit: float,
        ended: Callable[[SimulatedCall, Record], None],
        journal: Journal | None = None,
        watch: Callable[[f.Fact, House], None] = lambda fact, house: None,
    ) -> None:
        self._knowledge = knowledge
        self._watch = watch
        self._ended = ended
        self._tables = tables
        self._coming: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._calls: dict[str, SimulatedCall] = {}
        self._records: dict[str, Record] = {}
        self._turns: dict[str, int] = {}  # how often it has been a call's turn
        self._away: set[str] = set()  # who has a pause that is not of our making
        routes = count()
        self._switchboard = Switchboard(
            journal or _Counted(),
            tables,
            talk_limit=talk_limit,
            draw=lambda: knowledge.draws("route", str(next(routes))),
            names=EveryName(),
            observe=self._observe,
            report_fault=self._fault,
        )
        self.faults = 0

    def run(self, calls: Iterable[SimulatedCall], meanwhile: Meanwhile) -> None:
        """Let them all come, and end."""
        for change in meanwhile.phones:
            self._at(change.at, self._phone_changes, change.phone, change.there)
        for override in meanwhile.overrides:
            self._at(override.at, self._override_changes, override.number, override.override)
        for duty in meanwhile.duties:
            self._at(duty.at, self._duty_changes, duty)
        for call in calls:
            self._at(call.arrived_at, self._arrive, call)
        while self._coming or self._switchboard.calls:
            due = self._switchboard.get_timer()
            if self._coming and (due is None or self._coming[0][0] <= due):
                now, _, what, given = heapq.heappop(self._coming)
                what(now, *given)
            else:
                assert due is not None  # a call that waits for nothing would never end
                self._switchboard.handle_timer(due)
                self._act(due)

    def _at(self, when: datetime, what: Callable[..., None], *given: Any) -> None:
        heapq.heappush(self._coming, (when, next(self._order), what, given))

    def _after(self, call: SimulatedCall, seconds: float, what: Callable[..., None], *given: Any) -> None:
        self._at(call.arrived_at + timedelta(seconds=seconds), what, call.id, *given)

    # ---- the house

    def _phone_changes(self, now: datetime, phone: str, there: bool) -> None:
        contact = f.Contact(
            uri=f"sip:{phone}@simulated.invalid",
            transport="UDP",
            remote=("192.0.2.1", 5060),
            local=("192.0.2.2", 5060),
            call_id=phone,
            cseq=1,
            expires_at=_FOR_EVER,
        )
        self._switchboard.receive(
            h.PhoneRegistered(at=now, phone=phone, contacts=(contact,) if there else ()), now
        )
        self._act(now)

    def _override_changes(self, now: datetime, number: str, override: Override | None) -> None:
        if override is None:
            self._switchboard.receive(h.OverrideEnded(at=now, number=number, by=""), now)
        else:
            self._switchboard.receive(h.OverrideSet(at=now, number=number, override=override, by=""), now)

    def _duty_changes(self, now: datetime, fact: d.MemberFact) -> None:
        match fact:
            case d.MemberPaused():
                self._away.add(fact.member)
            case d.MemberResumed():
                self._away.discard(fact.member)
            case _:
                pass
        self._switchboard.receive(fact, now)
        self._act(now)

    def _comes_back(self, now: datetime, member: str) -> None:
        """Who had missed calls, unless it is known that they were away."""
        if member not in self._away:
            self._switchboard.receive(d.MemberResumed(at=now, member=member, by=""), now)
            self._act(now)

    # ---- callers and members

    def _arrive(self, now: datetime, call: SimulatedCall) -> None:
        self._calls[call.id] = call
        phone = self._tables.phones.get(call.origin_name) if call.origin is Origin.PHONE else None
        arrived = f.CallArrived(
            at=now,
            call=call.id,
            leg=f"{call.id}.0",
            origin=call.origin,
            origin_name=call.origin_name,
            member=call.member or (phone.person if phone else ""),
            caller=call.caller,
            hidden=call.hidden,
            dialled=call.dialled,
            sip_call_id="",
        )
        patience = self._knowledge.gives_up_after(call)
        wait = LONGEST_WAIT_SECONDS if patience is None else min(patience, LONGEST_WAIT_SECONDS)
        self._after(call, wait, self._give_up)
        self._receive([arrived], now)

    def _give_up(self, now: datetime, call_id: str) -> None:
        call = self._switchboard.calls.get(call_id)
        if call is not None and call.phase is not Phase.TALKING:
            self._hang_up(now, call_id)

    def _hang_up(self, now: datetime, call_id: str) -> None:
        if call_id in self._switchboard.calls:
            self._receive([f.LegHungUp(at=now, call=call_id, leg=f"{call_id}.0")], now)

    def _answer(self, now: datetime, call_id: str, leg: str) -> None:
        if self._may_answer(call_id, leg):
            self._receive([f.MemberAnswered(at=now, call=call_id, leg=leg)], now)

    def _refuse(self, now: datetime, call_id: str, leg: str) -> None:
        if self._may_answer(call_id, leg):
            self._receive([f.MemberRefused(at=now, call=call_id, leg=leg, status=_NOT_TAKEN)], now)

    def _may_answer(self, call_id: str, leg: str) -> bool:
        call = self._switchboard.calls.get(call_id)
        return call is not None and leg in call.legs and call.legs[leg].may_answer

    def _announced(self, now: datetime, call_id: str) -> None:
        if call_id in self._switchboard.calls:
            self._receive([f.AnnouncementEnded(at=now, call=call_id, leg=f"{call_id}.0")], now)

    # ---- the switchboard

    def _receive(self, facts: Sequence[f.Fact], now: datetime) -> None:
        self._switchboard.receive_all(facts, now)
        self._act(now)

    def _act(self, now: datetime) -> None:
        """Do what it asks for, and what follows at once: phones ring, legs end."""
        while at_once := [fact for action in self._switchboard.actions() if (fact := self._do(action, now))]:
            self._switchboard.receive_all(at_once, now)

    def _do(self, action: Action, now: datetime) -> f.Fact | None:
        call_id = action.leg.rpartition(".")[0]
        match action:
            case Dial():
                self._rings(self._calls[call_id], action, now)
                return f.MemberAlerted(at=now, call=call_id, leg=action.leg)
            case EndLeg():
                return f.LegEnded(at=now, call=call_id, leg=action.leg)
            case Connect():
                talk = self._knowledge.talks_for(self._calls[call_id])
                self._at(now + timedelta(seconds=talk), self._hang_up, call_id)
            case AskForKey() if not action.leg.endswith(".0"):  # who takes it outside says so
                return m.KeyPressed(at=now, call=call_id, leg=action.leg, key=CONFIRM_KEY)
            case KeepWaiting():  # until somebody is free, or they give up: of the keys nobody presses any
                pass
            case Announce():
                self._at(now + timedelta(seconds=ANNOUNCEMENT_SECONDS), self._announced, call_id)
            case _ if isinstance(getattr(action, "prompt", None), str):
                # A menu: nobody presses anything. The keys of the log belong here, once records have them
                self._at(now + timedelta(seconds=ANNOUNCEMENT_SECONDS), self._announced, call_id)
            case _:  # tones and the like: nothing follows
                pass
        return None

    def _rings(self, call: SimulatedCall, dial: Dial, now: datetime) -> None:
        rung_after = (now - call.arrived_at).total_seconds()
        then, member = call.then, dial.target.member
        is_network = dial.target.trunk and not dial.target.is_mobile
        if is_network and then is not None and not then.answered and member in then.offered:
            # The network did not take it then either, nor at another time
            self._after(call, max(then.waited, rung_after), self._refuse, dial.leg)
            return
        again = max(self._turns.get(call.id, 0) - 1, 0)
        seconds = self._knowledge.answers_after(call, member, rung_after, again)
        if seconds is not None:
            self._after(call, seconds, self._answer, dial.leg)

    # ---- what comes of it

    def _observe(self, fact: f.Fact) -> None:
        self._watch(fact, self._switchboard.house)
        if isinstance(fact, q.TurnCame):
            self._turns[fact.call] = self._turns.get(fact.call, 0) + 1
        elif isinstance(fact, d.MemberPaused) and (fact.by, fact.reason) == ("", d.MISSED):
            self._at(fact.at + timedelta(seconds=MISSED_SECONDS), self._comes_back, fact.member)
        elif isinstance(fact, f.CallArrived):
            self._records[fact.call] = begin(fact)
        elif isinstance(fact, f.CallFact) and isinstance(fact, RECORDED) and fact.call in self._records:
            record = extend(self._records[fact.call], fact)
            self._records[fact.call] = record
            if isinstance(fact, f.CallEnded):
                del self._records[fact.call]
                self._turns.pop(fact.call, None)
                self._ended(self._calls.pop(fact.call), record)

    def _fault(self, call_id: str, fault: IllegalTransition) -> None:
        self.faults += 1
