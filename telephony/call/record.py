"""The record made of a call: its facts, folded into the row of the call log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.decision import Origin
from routing.numbers import show
from telephony.call import facts as f
from telephony.call.changed import changed
from telephony.call.facts import EndedBy, Outcome

MASKED = "maskerat"  # in place of a caller of a protected number

RECORDED: tuple[type[f.CallFact], ...] = (
    f.CallArrived,
    f.RouteDecided,
    f.MemberOffered,
    f.MemberAlerted,
    f.ServiceAnswered,
    f.AnnouncementStarted,
    f.AnnouncementEnded,
    f.CallConnected,
    f.CallEnded,
    f.CallInterrupted,
)
"""The facts that a record is made of: no other changes one, so who folds many may leave the others out."""


@dataclass(frozen=True, slots=True)
class Record:
    """One call as the log shows it (P17). Times are aware UTC; `outcome` is None while the call is live.

    `caller` is None when hidden. `offered`, `rang` and `answered_by` name people (or trunks) of the plan.
    """

    id: str
    arrived_at: datetime
    origin: Origin
    origin_name: str
    caller: str | None
    hidden: bool
    dialled: str
    sip_call_id: str
    function: str = ""
    number: str = ""
    group: str = ""
    protected: bool = False
    emergency: bool = False
    plan_version: int = 0
    offered: tuple[str, ...] = ()
    rang: tuple[str, ...] = ()
    answered_by: str = ""
    announcement: str = ""
    reasons: tuple[str, ...] = ()
    service_answered_at: datetime | None = None
    person_answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    reason: str = ""
    first_rang_at: datetime | None = None
    legs: tuple[tuple[str, str], ...] = ()  # (leg, member)

    @property
    def waiting_seconds(self) -> float | None:
        """From arrival to a person's answer, or to the end without one."""
        return _seconds(self.arrived_at, self.person_answered_at or self.ended_at)

    @property
    def ringing_seconds(self) -> float | None:
        """From the first phone that rang to a person's answer, or to the end without one."""
        return _seconds(self.first_rang_at, self.person_answered_at or self.ended_at)

    @property
    def talk_seconds(self) -> float | None:
        """How long a person and the caller were connected."""
        return _seconds(self.person_answered_at, self.ended_at)

    def shown_caller(self, *, unmask: bool = False) -> str:
        """The caller as people may see it: masked where the number is protected, `dold` when hidden."""
        if self.hidden or self.caller is None:
            return "dold"
        if self.protected and not unmask:
            return MASKED
        return show(self.caller)

    def shown_origin_name(self) -> str:
        """The trunk or phone it came from: a phone tells who called, so it is masked with its caller."""
        return MASKED if self.protected and self.origin is Origin.PHONE else self.origin_name

    def to_json(self) -> dict[str, object]:
        """The documented object of `vaxeln calls --json`: times in ISO 8601 UTC, seconds as numbers."""
        return {
            "id": self.id,
            "arrived_at": self.arrived_at.isoformat(),
            "service_answered_at": _iso(self.service_answered_at),
            "person_answered_at": _iso(self.person_answered_at),
            "ended_at": _iso(self.ended_at),
            "origin": self.origin.value,
            "origin_name": self.shown_origin_name(),
            "caller": self.shown_caller(),
            "dialled": self.dialled,
            "number": self.number,
            "function": self.function,
            "group": self.group,
            "offered": list(self.offered),
            "rang": list(self.rang),
            "answered_by": self.answered_by or None,
            "announcement": self.announcement or None,
            "outcome": self.outcome.value if self.outcome else None,
            "reason": self.reason or None,
            "ended_by": self.ended_by.value if self.ended_by else None,
            "waiting_seconds": self.waiting_seconds,
            "ringing_seconds": self.ringing_seconds,
            "talk_seconds": self.talk_seconds,
            "plan_version": self.plan_version,
            "emergency": self.emergency,
            "sip_call_id": self.sip_call_id,
            "reasons": list(self.reasons),
        }


def records(facts: Iterable[f.Fact]) -> dict[str, Record]:
    """The records of all calls that begin within `facts`, by id, in the order in which they arrived."""
    made: dict[str, Record] = {}
    for fact in facts:
        if isinstance(fact, f.CallArrived):
            made[fact.call] = begin(fact)
        elif isinstance(fact, f.CallFact) and fact.call in made:
            made[fact.call] = extend(made[fact.call], fact)
    return made


def begin(fact: f.CallArrived) -> Record:
    """The record after the call's first fact."""
    return Record(
        id=fact.call,
        arrived_at=fact.at,
        origin=fact.origin,
        origin_name=fact.origin_name,
        caller=fact.caller,
        hidden=fact.hidden,
        dialled=fact.dialled,
        sip_call_id=fact.sip_call_id,
    )


def extend(record: Record, fact: f.CallFact) -> Record:
    """The record after one more fact of the call."""
    match fact:
        case f.RouteDecided(decision=d):
            return changed(
                record,
                function=d.function or record.function,
                number=d.number or record.number,
                group=d.group or record.group,
                protected=record.protected or d.protected,
                emergency=record.emergency or d.emergency,
                plan_version=d.plan_version,
                reasons=record.reasons + tuple(reason.text for reason in d.reasons),
            )
        case f.MemberOffered(leg=leg, target=target):
            legs = (*record.legs, (leg, target.member))
            return changed(record, legs=legs, offered=_with(record.offered, target.member))
        case f.MemberAlerted(at=at, leg=leg):
            rang = _with(record.rang, dict(record.legs).get(leg, leg))
            return changed(record, rang=rang, first_rang_at=record.first_rang_at or at)
        case f.ServiceAnswered(at=at):
            return changed(record, service_answered_at=at)
        case f.AnnouncementStarted(prompt=prompt):
            return changed(record, announcement=prompt)
        case f.AnnouncementEnded(played=False):
            return changed(record, announcement="", service_answered_at=None)
        case f.CallConnected(at=at, member=member):
            return changed(record, person_answered_at=at, answered_by=member)
        case f.CallEnded(at=at, outcome=outcome, ended_by=ended_by, reason=reason):
            return changed(record, ended_at=at, outcome=outcome, ended_by=ended_by, reason=reason)
        case f.CallInterrupted(ended_at=ended_at):
            return changed(
                record,
                ended_at=ended_at,
                outcome=Outcome.INTERRUPTED,
                ended_by=EndedBy.SERVICE,
                reason="service restarted",
            )
        case _:
            return record


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _seconds(start: datetime | None, stop: datetime | None) -> float | None:
    return None if start is None or stop is None else round((stop - start).total_seconds(), 3)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
