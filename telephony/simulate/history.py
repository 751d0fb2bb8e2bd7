"""The past as a simulation is given it: calls by records of the log, the house by facts of the journal."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from routing.decision import Origin
from routing.spoken import first_of
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.duty import ALL_GROUPS, Duties
from telephony.call.facts import Outcome
from telephony.call.house import House
from telephony.call.record import Record
from telephony.simulate.values import (
    Meanwhile,
    OverrideChange,
    PhoneChange,
    SimulatedCall,
    Then,
)

EMERGENCY = "calls to 112, which no plan changes"
CODE = "codes, such as for a pick-up"
REFUSED = "calls that were refused before the plan was asked"
IN_PROGRESS = "calls that had not ended"
INTERRUPTED = "calls that a restart of the service cut off while they waited"

HOUSE_FACTS: tuple[type[f.Fact], ...] = (
    h.PhoneRegistered,
    h.RegistrationExpired,
    h.RegistrationsCarried,
    h.PhoneLost,
    h.PhoneFound,
    h.ServiceStarted,
    h.OverrideSet,
    h.OverrideEnded,
    h.OverridesCarried,
    d.MemberLoggedOut,
    d.MemberLoggedIn,
    d.MemberPaused,
    d.MemberResumed,
    d.DutiesCarried,
)
"""What tells who was there, who took part in answering, and what was open by hand."""


def why_left_out(record: Record) -> str:
    """Why a call cannot be replayed, or ""."""
    if record.emergency:
        return EMERGENCY
    if record.dialled.startswith(("*", "#")):
        return CODE
    if record.outcome is None:
        return IN_PROGRESS
    if record.outcome is Outcome.INTERRUPTED and record.person_answered_at is None:
        return INTERRUPTED
    if record.outcome is Outcome.FAILED and not record.plan_version and not record.reasons:
        return REFUSED
    return ""


def call_of(record: Record) -> SimulatedCall:
    """A call of the log that has ended, as it came and as it went."""
    assert record.ended_at is not None and record.outcome is not None
    answered_at = record.person_answered_at
    answered = answered_at is not None
    talk_end = record.ended_at
    if len(record.talks) > 1 and record.talks[0].ended_at is not None:
        talk_end = record.talks[0].ended_at  # who answered was free then
    then = Then(
        outcome=Outcome.ANSWERED if answered else record.outcome,
        waited=_seconds(record.arrived_at, answered_at or record.ended_at),
        answered=answered,
        talked=_seconds(answered_at, talk_end) if answered_at else 0.0,
        rang=record.ringing_seconds,
        number=record.number,
        group=record.group,
        offered=record.offered,
        answered_by=record.answered_by,
        announcement=first_of(record.announcement),
        protected=record.protected,
        queued=record.was_queued,
    )
    return SimulatedCall(
        id=record.id,
        arrived_at=record.arrived_at,
        origin=record.origin,
        origin_name=record.origin_name,
        caller=record.caller,
        hidden=record.hidden,
        dialled=record.dialled,
        member=record.caller_member if record.origin is Origin.PHONE else "",
        then=then,
    )


def _seconds(start: datetime, stop: datetime) -> float:
    return max((stop - start).total_seconds(), 0.0)


_NO_DUTIES = Duties({}, {})


def _changes(before: Duties, after: Duties, at: datetime) -> Iterator[d.MemberFact]:
    """The facts by which the one becomes the other: pauses, and who is logged out of what."""
    for member in sorted({*before.paused} - {*after.paused}):
        yield d.MemberResumed(at=at, member=member, by="")
    for member, pause in sorted(after.paused.items()):
        if member not in before.paused:
            yield d.MemberPaused(at=at, member=member, by="", reason=pause.reason)
    for member in sorted({*before.logged_out, *after.logged_out}):
        out, now = before.logged_out.get(member, {}), after.logged_out.get(member, {})
        if {*out} - {*now}:  # to be back in one is to be back in all, and then to leave the others
            yield d.MemberLoggedIn(at=at, member=member, by="", group=ALL_GROUPS)
            out = {}
        for group in sorted({*now} - {*out}):
            yield d.MemberLoggedOut(at=at, member=member, by="", group=group)


class HouseBook:
    """Who could be reached and took part, and what was open by hand from `start` to before `end`, told by the
    facts of a journal in order, which may begin before."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._end = end
        self._house = House()
        self._there: set[str] = set()
        self._phones: list[PhoneChange] = []
        self._overrides: list[OverrideChange] = []
        self._duties: list[d.MemberFact] = []
        self._known_from: datetime | None = None
        self._has_begun = False

    def see(self, fact: f.Fact) -> None:
        """Take the next of `HOUSE_FACTS`."""
        if fact.at >= self._end:
            return
        if fact.at >= self._start:
            self._begin()
        if self._known_from is None:
            self._known_from = max(fact.at, self._start)
        before, duties = dict(self._house.overrides()), self._duties_now(fact)
        self._house.evolve(fact)
        if not self._has_begun:
            return
        if isinstance(fact, d.MemberFact):
            self._duties.append(fact)
        elif isinstance(fact, d.DutiesCarried):
            self._duties += _changes(duties, self._house.duty.carry(), fact.at)
        elif isinstance(fact, h.OverrideFact | h.OverridesCarried):
            self._look_at_overrides(fact, before)
        else:
            self._look_at_phones(fact)

    def _duties_now(self, fact: f.Fact) -> Duties:
        return self._house.duty.carry() if isinstance(fact, d.DutiesCarried) else _NO_DUTIES

    def meanwhile(self) -> Meanwhile:
        """All of it, once the facts are over."""
        self._begin()
        return Meanwhile(tuple(self._phones), tuple(self._overrides), tuple(self._duties), self._known_from)

    def _begin(self) -> None:
        """What is so now was so at the start."""
        if self._has_begun:
            return
        self._has_begun = True
        self._there = self._reachable()
        self._phones = [PhoneChange(self._start, phone, there=True) for phone in sorted(self._there)]
        self._overrides = [
            OverrideChange(self._start, number, override)
            for number, override in self._house.overrides().items()
            if override.until > self._start
        ]
        self._duties = [*_changes(_NO_DUTIES, self._house.duty.carry(), self._start)]

    def _reachable(self) -> set[str]:
        return set(self._house.registrations()) - set(self._house.lost())

    def _look_at_phones(self, fact: f.Fact) -> None:
        there = self._there
        if isinstance(fact, h.PhoneFact):  # most: there are many phones, and many such facts
            now = self._house.is_registered(fact.phone)
            changed = {fact.phone} if now != (fact.phone in there) else set()
        else:
            changed = there ^ self._reachable()
        for phone in sorted(changed):
            self._phones.append(PhoneChange(fact.at, phone, there=phone not in there))
        self._there = there ^ changed

    def _look_at_overrides(self, fact: f.Fact, before: Mapping[str, object]) -> None:
        after = self._house.overrides()
        for number in {*before, *after}:
            if before.get(number) != after.get(number):
                self._overrides.append(OverrideChange(fact.at, number, after.get(number)))
