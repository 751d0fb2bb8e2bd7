"""Simulated calls counted as they end."""

from bisect import insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.decision import Origin
from routing.tables import Tables
from telephony.call.facts import Outcome
from telephony.call.record import Record
from telephony.simulate.history import call_of
from telephony.simulate.knowledge import ANSWER, PATIENCE, TALK
from telephony.simulate.result import Different, Fate, Move, OfNumber, Tally
from telephony.simulate.values import SimulatedCall, Then
from telephony.simulate.waits import IN_TIME_SECONDS, share_of, waiting_of

UNKNOWN, PERSONAL = "unknown", "personal"

MAX_DIFFERENT = 50
"""Calls told that end otherwise: nobody reads more, and the counts tell how many there are."""

_FAILED = (Outcome.LOST, Outcome.INTERRUPTED)
COUNTED = tuple([outcome.value for outcome in Outcome if outcome not in _FAILED])
"""The outcomes that are told apart."""

_SAME_SECONDS = 0.001


def _outcome(then: Then) -> str:
    """One of `COUNTED`: what was lost or cut off before an answer has failed."""
    return Outcome.FAILED.value if then.outcome in _FAILED else then.outcome.value


@dataclass
class _Count:
    """Calls counted by what became of them."""

    outcomes: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    members: Counter[str] = field(default_factory=Counter)
    announcements: Counter[str] = field(default_factory=Counter)
    went_on: int = 0
    answered_after: list[float] = field(default_factory=list)
    gave_up_after: list[float] = field(default_factory=list)

    def add(self, dialled: str, then: Then) -> None:
        """One call."""
        outcome = _outcome(then)
        self.outcomes[outcome] += 1
        self.went_on += then.number not in ("", dialled)
        if then.announcement:
            self.announcements[then.announcement] += 1
        if outcome == Outcome.ANSWERED:
            self.answered_after.append(then.waited)
            self.members[then.answered_by] += 1
            if then.group:
                self.groups[then.group] += 1
        elif outcome == Outcome.ABANDONED:
            self.gave_up_after.append(then.waited)

    def tally(self) -> Tally:
        """The sums."""
        calls = self.outcomes.total()
        offered = calls - self.outcomes["closed"]
        in_time = sum(seconds <= IN_TIME_SECONDS for seconds in self.answered_after)
        return Tally(
            calls=calls,
            offered=offered,
            outcomes={name: self.outcomes[name] for name in COUNTED},
            went_on=self.went_on,
            groups=_most_first(self.groups),
            members=_most_first(self.members),
            announcements=_most_first(self.announcements),
            until_answer=waiting_of(self.answered_after),
            until_given_up=waiting_of(self.gave_up_after),
            answered_in_time=in_time,
            service_level=share_of(in_time, offered),
        )


def _most_first(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


class Counting:
    """Counts calls as the driver gives them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._then: dict[str, _Count] = {}
        self._now: dict[str, _Count] = {}
        self._all_then, self._all_now = _Count(), _Count()
        self._moves: Counter[tuple[str, str, str]] = Counter()
        self._different: list[Different] = []
        self.outgoing = 0
        self.assumed: Counter[str] = Counter()

    def ended(self, call: SimulatedCall, record: Record) -> None:
        """A simulated call has ended with this record."""
        now = call_of(record).then
        assert now is not None  # a record of a call that has ended has one
        if call.origin is Origin.PHONE and call.dialled not in self._tables.numbers:
            self.outgoing += 1
            return
        label = self._label(call)
        _add(self._now, label, call, now)
        self._all_now.add(call.dialled, now)
        if call.then is None:
            return
        _add(self._then, label, call, call.then)
        self._all_then.add(call.dialled, call.then)
        self._count_assumed(call.then, now)
        before, after = _outcome(call.then), _outcome(now)
        if before != after:
            self._moves[label, before, after] += 1
            reasons = record.reasons
            self._tell(
                Different(call.id, call.arrived_at, label, _fate(call.then), _fate(now), tuple(reasons))
            )

    def then(self) -> Tally:
        """What happened."""
        return self._all_then.tally()

    def now(self) -> Tally:
        """What the simulation gave."""
        return self._all_now.tally()

    def numbers(self, *, compared: bool) -> tuple[OfNumber, ...]:
        """By number, those of the plan in its order, and then the others."""
        known = list(self._tables.numbers)
        order = {number: at for at, number in enumerate(known)}
        labels = sorted(self._now, key=lambda label: (order.get(label, len(known)), label))
        return tuple(
            [
                OfNumber(
                    label,
                    self._function(label),
                    self._then[label].tally() if compared else None,
                    self._now[label].tally(),
                )
                for label in labels
            ]
        )

    def moves(self) -> tuple[Move, ...]:
        """The most frequent first."""
        ordered = sorted(self._moves.items(), key=lambda one: (-one[1], one[0]))
        return tuple([Move(number, then, now, calls) for (number, then, now), calls in ordered])

    def different(self) -> tuple[int, tuple[Different, ...]]:
        """How many calls end otherwise, and the first of them."""
        return self._moves.total(), tuple(self._different)

    def _tell(self, different: Different) -> None:
        insort(self._different, different, key=lambda one: (one.arrived_at, one.id))
        del self._different[MAX_DIFFERENT:]

    def _label(self, call: SimulatedCall) -> str:
        row = self._tables.numbers.get(call.dialled)
        if row is not None:
            return PERSONAL if row.personal else call.dialled
        was_known = call.then is not None and call.then.number
        return call.dialled if was_known else UNKNOWN

    def _function(self, label: str) -> str:
        row = self._tables.numbers.get(label)
        return row.function if row is not None else ""

    def _count_assumed(self, then: Then, now: Then) -> None:
        """Which of what was drawn decided something."""
        if now.outcome is Outcome.ABANDONED and then.outcome is not Outcome.ABANDONED:
            self.assumed[PATIENCE] += 1
        if now.answered and not (then.answered and abs(now.waited - then.waited) < _SAME_SECONDS):
            self.assumed[ANSWER] += 1
        if now.answered and not then.answered:
            self.assumed[TALK] += 1


def _add(counts: dict[str, _Count], label: str, call: SimulatedCall, then: Then) -> None:
    counts.setdefault(label, _Count()).add(call.dialled, then)


def _fate(then: Then) -> Fate:
    return Fate(
        _outcome(then), then.number, then.group, then.answered_by, then.announcement, round(then.waited, 1)
    )
