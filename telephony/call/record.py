"""The record made of a call: its facts, folded into the row of the call log."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.decision import Branch, Origin
from routing.numbers import show
from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import pickup_facts as p
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call.changed import changed
from telephony.call.choosing import CENTRE_KEY
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import ClockStepped

RecordedFact = f.CallFact | ClockStepped
"""What a record is made of: the facts of its call, and the steps of the clock that it lived through."""

MASKED = "maskerat"  # in place of a caller of a protected number
HIDDEN = "dold"  # in place of a caller who does not want to be known

_QUEUE = "queue "  # with this begins what the reasons tell of a wait in a queue

RECORDED: tuple[type[RecordedFact], ...] = (
    f.CallRefused,
    f.CallArrived,
    f.RouteDecided,
    f.MemberOffered,
    f.MemberAlerted,
    f.MemberAnswerUnusable,
    f.ServiceAnswered,
    f.AnnouncementStarted,
    f.AnnouncementEnded,
    m.MenuLeft,
    m.CentreAsked,
    c.ConfirmationAsked,
    q.QueueLeft,
    f.CallConnected,
    t.TransferRefused,
    t.TransferDecided,
    t.TransferFailed,
    t.CallTransferred,
    t.LegTakenOver,
    t.LegHandedOver,
    p.LegPickedUp,
    f.CallEnded,
    f.CallInterrupted,
    ClockStepped,
)
"""The facts that a record is made of: no other changes one, so who folds many may leave the others out."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A time in which one person (or trunk) talked with the other party of the call; `ended_at` is None while
    they do. While a transfer rings nobody talks."""

    member: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)  # no slots: `changed` copies it at one go
class Record:
    """One call as the log shows it (P17). Times are aware UTC; `outcome` is None while the call is live.

    `caller` is None when hidden; `caller_member` is the person whose phone called, or "". `offered`, `rang`
    and `answered_by` name people (or trunks) of the plan.
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
    caller_member: str = ""
    talks: tuple[Talk, ...] = ()

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
        """How long the caller talked with people, without the waiting while a transfer rang."""
        if self.ended_at is None or not self.talks:  # none: written by a program that knew of no transfers
            return _seconds(self.person_answered_at, self.ended_at)
        talked = (_seconds(talk.started_at, talk.ended_at or self.ended_at) for talk in self.talks)
        return round(sum(seconds or 0.0 for seconds in talked), 3)

    @property
    def was_queued(self) -> bool:
        """Whether the call waited in a queue."""
        return any(reason.startswith(_QUEUE) for reason in self.reasons)

    def shown_caller(self, *, unmask: bool = False) -> str:
        """The caller as people may see it: masked where the number is protected, `dold` when hidden."""
        if self.hidden or self.caller is None:
            return HIDDEN
        if self.protected and not unmask:
            return MASKED
        return show(self.caller)

    def shown_origin_name(self, *, unmask: bool = False) -> str:
        """The trunk or phone it came from: a phone tells who called, so it is masked or hidden with its
        caller."""
        if self.origin is not Origin.PHONE:
            return self.origin_name
        if self.hidden:
            return HIDDEN
        return MASKED if self.protected and not unmask else self.origin_name

    def shown_caller_member(self, *, unmask: bool = False) -> str:
        """The person whose phone called, or "" when hidden; masked where the number is protected."""
        if self.hidden or not self.caller_member:
            return ""
        return MASKED if self.protected and not unmask else self.caller_member


def records(facts: Iterable[f.Fact]) -> dict[str, Record]:
    """The records of all calls that begin within `facts`, by id, in the order in which they arrived."""
    made: dict[str, Record] = {}
    for fact in facts:
        if isinstance(fact, BEGINNINGS):
            made[fact.call] = begin(fact)
        elif isinstance(fact, ClockStepped):
            made = {call: stepped(record, fact) for call, record in made.items()}
        elif isinstance(fact, f.CallFact) and fact.call in made:
            made[fact.call] = extend(made[fact.call], fact)
    return made


_TOLD_BY_FACT = "menu"
"""Reasons of this rule say which key was pressed, as `MenuLeft` does with the name of the menu."""

BEGINNINGS = (f.CallArrived, f.CallRefused)
"""The facts that a call begins with."""


def begin(fact: f.CallArrived | f.CallRefused) -> Record:
    """The record after the call's first fact."""
    record = Record(
        id=fact.call,
        arrived_at=fact.at,
        origin=fact.origin,
        origin_name=fact.origin_name,
        caller=fact.caller,
        hidden=fact.hidden,
        dialled=fact.dialled,
        sip_call_id=fact.sip_call_id,
    )
    if isinstance(fact, f.CallArrived):
        record = changed(record, caller_member=fact.member)
        if not fact.calls_back:
            return record
        # The first phone that rings is the member's, and nobody has offered it to them by a group
        reason = f"calls back whoever asked for it in call {fact.calls_back}"
        return changed(record, legs=((fact.leg, fact.member),), reasons=(reason,))
    return changed(
        record,
        number=fact.number,
        function=fact.function,
        protected=fact.protected,
        emergency=fact.emergency,
        ended_at=fact.at,
        outcome=fact.outcome,
        ended_by=EndedBy.SERVICE,
        reason=f"{fact.status} {fact.why}",
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
                reasons=record.reasons + tuple(r.text for r in d.reasons if r.rule != _TOLD_BY_FACT),
            )
        case f.MemberOffered(leg=leg, target=target):
            legs = (*record.legs, (leg, target.member))
            return changed(record, legs=legs, offered=_with(record.offered, target.member))
        case f.MemberAlerted(at=at, leg=leg):
            rang = _with(record.rang, dict(record.legs).get(leg, leg))
            return changed(record, rang=rang, first_rang_at=record.first_rang_at or at)
        case _ if isinstance(fact, _TOLD):
            return changed(record, reasons=_with(record.reasons, _reason(record, fact)))
        case f.ServiceAnswered(at=at):
            return changed(record, service_answered_at=at)
        case f.AnnouncementStarted(prompt=prompt):
            return changed(record, announcement=prompt)
        case f.AnnouncementEnded(played=False):
            return changed(record, announcement="", service_answered_at=None)
        case f.CallConnected(at=at, member=member):
            talks = _begun(record, member, at)
            return changed(record, person_answered_at=at, answered_by=member, talks=talks)
        case t.TransferFact() | p.LegPickedUp():
            return _after_transfer_fact(record, fact)
        case f.CallEnded():
            return _after_end(record, fact)
        case f.CallInterrupted(ended_at=ended_at):
            return changed(
                record,
                ended_at=ended_at,
                outcome=Outcome.INTERRUPTED,
                ended_by=EndedBy.SERVICE,
                reason="service restarted",
                talks=_paused(record, ended_at),
            )
        case _:
            return record


_Told = (
    f.MemberAnswerUnusable
    | f.RedirectDecided
    | m.MenuLeft
    | m.CentreAsked
    | q.QueueLeft
    | c.ConfirmationAsked
)
_TOLD = (
    *(f.MemberAnswerUnusable, f.RedirectDecided, m.MenuLeft, m.CentreAsked, q.QueueLeft),
    c.ConfirmationAsked,
)


def _reason(record: Record, fact: _Told) -> str:
    """Why a member who was rung did not take the call, what the caller did by keys, or how they waited."""
    if isinstance(fact, q.QueueLeft):
        key = f" {fact.key}" if fact.key else ""
        return f"{_QUEUE}{fact.queue}: {fact.why.replace('_', ' ')}{key} after {fact.seconds:.0f} s"
    if isinstance(fact, m.CentreAsked):
        return f"voicemail {fact.voicemail}: {CENTRE_KEY}, to Kontaktcenter"
    if isinstance(fact, m.MenuLeft):
        without = "could not be played" if fact.branch is Branch.ERROR else "no key"
        return f"menu {fact.menu}: {fact.key or without}"
    member = dict(record.legs).get(fact.leg, fact.leg)
    if isinstance(fact, c.ConfirmationAsked):
        return f"{member} answered outside, and was asked to confirm it"
    if isinstance(fact, f.MemberAnswerUnusable):
        fault = "without a codec in common" if fact.status == 488 else "with sound that cannot be understood"
        return f"{member} answered {fault} ({fact.status})"
    why = "" if fact.targets else f": {fact.reasons[-1].text}"
    return f"{member} points at {show(fact.number)}{why}"


def _after_end(record: Record, fact: f.CallEnded) -> Record:
    reason = fact.reason
    if fact.outcome is Outcome.FAILED and fact.status and not reason:
        reason = str(fact.status)  # why, in words, is among the reasons
    return changed(
        record,
        ended_at=fact.at,
        outcome=fact.outcome,
        ended_by=fact.ended_by,
        reason=reason,
        talks=_paused(record, fact.at),
    )


def _after_transfer_fact(record: Record, fact: t.TransferFact | p.LegPickedUp) -> Record:
    match fact:
        case p.LegPickedUp(leg=leg, of=of, target=target, replaces=replaces):
            how = "taken over" if replaces else "picked up"
            text = f"{how} by {target.member} (call {_call_of(of)})"
            legs = (*record.legs, (leg, target.member))
            return changed(record, legs=legs, reasons=(*record.reasons, text))
        case t.TransferDecided(at=at, decision=d, by=by, number=number, stage=stage):
            asked = (f"{by.member} transfers to {show(number)}",) if stage is t.Stage.TARGET else ()
            return changed(
                record,
                protected=record.protected or d.protected,
                reasons=(*record.reasons, *asked, *[reason.text for reason in d.reasons]),
                talks=_paused(record, at),
            )
        case t.TransferRefused(number=number, status=status, why=why):
            text = f"transfer to {show(number)} refused: {why} ({status})"
            return changed(record, reasons=(*record.reasons, text))
        case t.TransferFailed(at=at, resumed=True, status=status):
            text = f"nobody took the transfer ({status}): they go on"
            talks = _begun(record, record.talks[-1].member, at) if record.talks else ()
            return changed(record, talks=talks, reasons=(*record.reasons, text))
        case t.LegTakenOver(leg=leg, of=of, target=target):
            text = f"handed on to {target.member} of call {_call_of(of)}"
            legs = (*record.legs, (leg, target.member))
            return changed(record, legs=legs, reasons=(*record.reasons, text))
        case t.LegHandedOver(to=to):
            text = f"goes on as call {_call_of(to)}"
            return changed(record, reasons=(*record.reasons, text), talks=_paused(record, fact.at))
        case t.CallTransferred(at=at, member=member):
            return changed(record, talks=_begun(record, member, at))
        case _:
            return record


def _call_of(leg: str) -> str:
    return leg.rpartition(".")[0]


def _begun(record: Record, member: str, at: datetime) -> tuple[Talk, ...]:
    return (*_paused(record, at), Talk(member, at))


def _paused(record: Record, at: datetime) -> tuple[Talk, ...]:
    """The talks when nobody talks any more."""
    if not record.talks or record.talks[-1].ended_at is not None:
        return record.talks
    return (*record.talks[:-1], replace(record.talks[-1], ended_at=at))


def stepped(record: Record, fact: ClockStepped) -> Record:
    """The record after the machine's clock was set: a live call's times move along, as its deadlines do, so
    that how long things took stays true. One that is over keeps the times that it was told with."""
    if record.outcome is not None:
        return record
    step = timedelta(seconds=fact.seconds)
    return changed(
        record,
        arrived_at=record.arrived_at + step,
        first_rang_at=record.first_rang_at and record.first_rang_at + step,
        service_answered_at=record.service_answered_at and record.service_answered_at + step,
        person_answered_at=record.person_answered_at and record.person_answered_at + step,
        talks=tuple(
            [
                Talk(talk.member, talk.started_at + step, talk.ended_at and talk.ended_at + step)
                for talk in record.talks
            ]
        ),
    )


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _seconds(start: datetime | None, stop: datetime | None) -> float | None:
    if start is None or stop is None:
        return None
    return max(round((stop - start).total_seconds(), 3), 0.0)
