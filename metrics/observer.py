"""Counts facts. It sees each once, in the order of the journal, also those of a replay of live calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from metrics.exposition import Histogram
from metrics.instruments import Instruments
from metrics.key_figures import THRESHOLD_SECONDS
from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call.call import Call
from telephony.call.consulting import REASON as HANDED_ON
from telephony.call.duty_facts import OfferMissed
from telephony.call.house_facts import ClockStepped
from telephony.call.repair_facts import StateRepaired
from telephony.call.sound_facts import LegSoundMeasured

UNKNOWN = "unknown"
"""The label of what the plan does not have: labels come from the plan, never from a caller."""

OTHER = "other"
"""The label of numbers beyond `MAX_NUMBERS`, of menus beyond `MAX_MENUS` and groups beyond `MAX_GROUPS`."""

EMERGENCY = "112"
"""In no plan, and counted apart everywhere."""

OUTSIDE = "outside"
"""What phones call in the public network: nobody waited for the municipality."""

MAX_MENUS = 500
"""Menus with series of their own in one life of the service: more than anybody keeps in mind. One has at most
13 lines."""

MAX_GROUPS = 2_000
"""Groups with series of their own, likewise: twice as many as are to be had. One has at most 25 lines."""

MAX_NUMBERS = 10_000
"""Numbers with series of their own in one life of the service, those that have left the plan too: ten times
the plan that a scrape is measured with. A number has at most some 30 lines."""

_CALLBACKS: dict[type[f.Fact], str] = {
    b.CallbackPromised: "promised",
    b.CallbackKept: "kept",
    b.CallbackOwed: "owed",
}

_COUNTED = frozenset(
    (
        *(f.CallArrived, f.CallRefused, f.RouteDecided, f.MemberAlerted, f.CallConnected, f.CallEnded),
        *(t.TransferDecided, t.TransferFailed, t.CallTransferred, f.CallInterrupted, ClockStepped),
        *(m.MenuLeft, q.QueueLeft, OfferMissed, LegSoundMeasured, StateRepaired),
        *_CALLBACKS,
    )
)
"""Half of a call's facts change no figure, and are passed over at once."""

_OUTCOMES = frozenset(f.Outcome)
_CHOSEN = frozenset((f.Outcome.SELF_SERVICE, f.Outcome.CALLBACK))  # by the caller: nobody turned them away


@dataclass(frozen=True, slots=True)
class _Times:
    """When things happened to a call, by the service's clock."""

    arrived: datetime
    rang: datetime | None = None
    answered: datetime | None = None  # later by all the time that transfers rang
    paused: datetime | None = None  # while a transfer rings

    def moved(self, step: timedelta) -> "_Times":
        return _Times(
            self.arrived + step,
            self.rang and self.rang + step,
            self.answered and self.answered + step,
            self.paused and self.paused + step,
        )

    def resumed(self, at: datetime) -> "_Times":
        """A transfer is over, which began when it `paused`."""
        if self.paused is None or self.answered is None:
            return self
        return replace(self, answered=self.answered + (at - self.paused), paused=None)


@dataclass(slots=True)
class _Live:
    """What the last fact of a call will need. A call of an earlier life has no times: a histogram must not
    count how long the service was down."""

    times: _Times | None
    number: str = UNKNOWN
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """The callers who wait at a number now, and for how many seconds the first of them has."""

    calls: int = 0
    longest: float = 0.0


class Observer:
    """Keeps for each live call only what its last fact will need.

    `labels` gives the label of every number of the plan in force.
    """

    def __init__(self, instruments: Instruments, labels: Callable[[], Mapping[str, str]]) -> None:
        self._instruments = instruments
        self._labels = labels
        self._used: set[str] = set()
        self._menus: set[str] = set()
        self._groups: set[str] = set()
        self._live: dict[str, _Live] = {}

    def adopt(self, call: Call) -> None:
        """Take over a call that an earlier life of the service left live, so that its end is counted."""
        if call.is_live:
            decision = call.decision
            label = self._label(decision.number if decision else "")
            self._live[call.id] = _Live(None, OUTSIDE if decision and decision.outside else label)

    def observe(self, fact: f.Fact) -> None:
        """Count one fact."""
        if type(fact) not in _COUNTED:
            return
        match fact:
            case f.CallArrived(call=call, at=at):
                self._live[call] = _Live(_Times(at))
            case f.CallRefused(dialled=dialled, outcome=outcome):
                self._instruments.calls.add(self._label(dialled), outcome.value)
                self._instruments.turned_away.add(self._label(dialled), outcome.value)
            case LegSoundMeasured():
                self._sounded(fact)
            case f.CallFact(call=call) if call in self._live:
                self._of_call(self._live[call], fact)
            case b.CallbackFact(queue=group):
                self._instruments.callbacks.add(self._group(group), _CALLBACKS[type(fact)])
            case OfferMissed(group=group, why=why):
                self._instruments.offers_missed.add(self._group(group), why)
            case StateRepaired(kind=kind):
                self._instruments.repairs.add(kind.value)
            case ClockStepped(seconds=seconds):
                step = timedelta(seconds=seconds)
                for live in self._live.values():
                    live.times = live.times and live.times.moved(step)
            case _:
                pass

    def _sounded(self, fact: LegSoundMeasured) -> None:
        instruments = self._instruments
        instruments.sound_loss.observe(fact.lost / max(fact.packets + fact.lost, 1))
        if fact.jitter is not None:
            instruments.sound_jitter.observe(fact.jitter)
        if fact.round_trip is not None:
            instruments.sound_round_trip.observe(fact.round_trip)

    def opened(self, number: str, seconds: float, unattended: str) -> None:
        """Count time that a number was open. `unattended` says why nobody could have answered, or is ""."""
        label = self._label(number)
        self._instruments.open_time.add(label, by=seconds)
        if unattended:
            self._instruments.unattended.add(label, unattended, by=seconds)

    def in_progress(self) -> int:
        """How many calls have no outcome yet."""
        return len(self._live)

    def waiting(self, now: datetime) -> Mapping[str, Waiting]:
        """Who waits for a person, by number; numbers where nobody does are left out."""
        found: dict[str, Waiting] = {}
        for live in self._live.values():
            if live.waits and live.times is not None:
                before = found.get(live.number, Waiting())
                waited = _seconds(live.times.arrived, now)
                found[live.number] = Waiting(before.calls + 1, max(before.longest, waited))
        return found

    # ---- one call

    def _of_call(self, live: _Live, fact: f.CallFact) -> None:
        match fact:
            case f.RouteDecided(decision=decision):
                went_outside = bool(decision.outside)
                live.number = OUTSIDE if went_outside else self._label(decision.number)
                live.waits = not decision.outcome and not went_outside
                if decision.outcome and decision.outcome not in _CHOSEN:
                    self._instruments.turned_away.add(live.number, _outcome(decision.outcome))
            case f.MemberAlerted(at=at) if live.times is not None:
                live.times = _Times(live.times.arrived, live.times.rang or at, live.times.answered)
            case f.CallConnected(at=at):
                self._connected(live, at)
            case m.MenuLeft():
                self._instruments.menu_keys.add(self._menu(fact.menu), _key(fact))
            case q.QueueLeft(queue=group, why=why, seconds=seconds):
                self._instruments.queue_left.add(self._group(group), why)
                self._instruments.queue_wait.observe(seconds, self._group(group))
            case t.TransferDecided(at=at) if live.times is not None:
                live.times = replace(live.times, paused=live.times.paused or at)
            case t.CallTransferred(at=at) | t.TransferFailed(at=at, resumed=True) if live.times is not None:
                live.times = live.times.resumed(at)
            case f.CallEnded(outcome=outcome, at=at, reason=reason):
                self._ended(live, fact.call, outcome, at, gave_up=reason != HANDED_ON)
            case f.CallInterrupted(at=at):
                self._ended(live, fact.call, f.Outcome.INTERRUPTED, at)
            case _:
                pass

    def _connected(self, live: _Live, at: datetime) -> None:
        live.waits = False
        if live.times is None:
            return
        self._instruments.answer.observe(_seconds(live.times.arrived, at), live.number)
        self._measure(self._instruments.ring, live, live.times.rang, at)
        live.times = _Times(live.times.arrived, live.times.rang, at)

    def _ended(
        self, live: _Live, call: str, outcome: f.Outcome, at: datetime, *, gave_up: bool = True
    ) -> None:
        """`gave_up`: an abandoned call was given up by who waited. A colleague who was being rung when
        somebody was handed on to them was not waited for in vain."""
        del self._live[call]
        self._instruments.calls.add(live.number, _outcome(outcome))
        if live.times is None:
            return
        if live.times.answered is not None:
            self._measure(self._instruments.talk, live, live.times.answered, live.times.paused or at)
        else:
            self._measure(self._instruments.ring, live, live.times.rang, at)
        if outcome == f.Outcome.ABANDONED and gave_up:
            is_short = _seconds(live.times.arrived, at) <= THRESHOLD_SECONDS
            self._instruments.abandoned.add(live.number, "short" if is_short else "late")
            self._measure(self._instruments.abandon, live, live.times.arrived, at)

    def _measure(self, histogram: Histogram, live: _Live, start: datetime | None, at: datetime) -> None:
        """Of all numbers together but 112 and those outside, which would spoil what is said of the
        municipality."""
        if start is not None and live.number not in (EMERGENCY, OUTSIDE):
            histogram.observe(_seconds(start, at))

    # ---- labels

    def _menu(self, name: str) -> str:
        """The menu as a label."""
        return _bounded(name, self._menus, MAX_MENUS)

    def _group(self, name: str) -> str:
        """The group as a label."""
        return _bounded(name, self._groups, MAX_GROUPS)

    def _label(self, number: str) -> str:
        """The number as a label. What has left the plan keeps its series: counters only rise."""
        if number == EMERGENCY:
            return EMERGENCY
        label = self._labels().get(number, UNKNOWN)
        if label not in self._used:
            if len(self._used) >= MAX_NUMBERS:
                return OTHER
            self._used.add(label)
        return label


def _bounded(name: str, used: set[str], most: int) -> str:
    """A name of the plan as a label: plans follow one another."""
    if name not in used:
        if len(used) >= most:
            return OTHER
        used.add(name)
    return name


def _key(fact: m.MenuLeft) -> str:
    """Not which extension was keyed: that would be a label of the caller's."""
    return (
        fact.branch.value
        if fact.branch.value == "extension"
        else fact.key or ("unheard" if fact.branch.value == "error" else "none")
    )


def _outcome(text: str) -> str:
    return str(text) if text in _OUTCOMES else UNKNOWN


def _seconds(start: datetime, stop: datetime) -> float:
    return max((stop - start).total_seconds(), 0.0)
