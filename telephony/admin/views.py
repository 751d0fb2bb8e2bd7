"""The answers of the operations that are no value of a port: as people of that role may see them."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from routing.comparison import ComingHours, GroupChange, NumberChange, PlanComparison
from routing.decision import Decision, Menu, Origin, Wait
from routing.diff import Change
from routing.explain import explain_json
from routing.override import Override
from routing.problem import Problem
from routing.year import Year, year_json
from telephony.admin.errors import FieldError, Kind, Refusal
from telephony.admin.operation import Page
from telephony.admin.values import HoursSpan
from telephony.admin.wire import ALL_NUMBERS
from telephony.archive.call_log import After
from telephony.call.explained import Explained
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, Talk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """What a check found. `ok`: no error; warnings are none. `problems` has the errors first."""

    ok: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """What changes: `count` places of the document, of which `changes` are the first; and what that means for
    numbers, groups and hours.

    When one of the plans has `errors` that is not known: `numbers` and `groups` are empty, `hours` is null.
    An override is no part of a plan: `overrides` are those in force, for all numbers or for one whose hours
    change. While they last the hours do not count there.
    """

    count: int
    changes: tuple[Change, ...]
    errors: tuple[Problem, ...]
    number_count: int
    numbers: tuple[NumberChange, ...]
    group_count: int
    groups: tuple[GroupChange, ...]
    hours: ComingHours | None
    overrides: tuple["OverrideView", ...]

    @classmethod
    def of(cls, found: PlanComparison, overrides: Mapping[str, Override], most: int) -> "PlanDiff":
        """At most so many of each kind of change. `overrides` are all in force, by number, "" for all."""
        tables = found.tables
        numbers, groups = (tables.numbers, tables.groups) if tables else ((), ())
        hours = tables.hours if tables else None
        changing = {*hours.numbers, ""} if hours and hours.numbers else set()
        return cls(
            count=len(found.changes),
            changes=found.changes[:most],
            errors=found.errors[:most],
            number_count=len(numbers),
            numbers=numbers[:most],
            group_count=len(groups),
            groups=groups[:most],
            hours=hours,
            overrides=tuple(
                OverrideView.of(number, override)
                for number, override in sorted(overrides.items())
                if number in changing
            )[:most],
        )


@dataclass(frozen=True, slots=True)
class OverrideView:
    """An override in force. `number` is E.164, or `all`; `announcement` what callers hear while it is closed
    so, "" for the number's own."""

    number: str
    open: bool
    until: datetime
    reason: str
    owner: str
    announcement: str

    @classmethod
    def of(cls, number: str, override: Override) -> "OverrideView":
        """`number` is "" for all."""
        return cls(number or ALL_NUMBERS, **asdict(override))


@dataclass(frozen=True, slots=True)
class Overrides:
    """All overrides in force."""

    items: tuple[OverrideView, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a number is open; the spans follow each other without gaps."""

    number: str
    spans: tuple[HoursSpan, ...]


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day's hours on the wall clock, such as "08:00-16:30". `ordinary`: they are those of its day of the
    week. `note`: why, where the plan has an entry for the day."""

    day: date
    hours: tuple[str, ...]
    ordinary: bool
    note: str


@dataclass(frozen=True, slots=True)
class YearView:
    """A number's hours of a year. `ordinary`: those of each day of the week, Monday first; `holidays_known`
    is false when its calendar keeps holidays that nobody knows yet, and closes for none of them."""

    number: str
    function: str
    year: int
    holidays_known: bool
    ordinary: tuple[tuple[str, ...], ...]
    days: tuple[YearDay, ...]

    @classmethod
    def of(cls, number: str, function: str, year: Year) -> "YearView":
        """The year, as it is answered."""
        return TypeAdapter(cls).validate_python({"number": number, "function": function, **year_json(year)})


@dataclass(frozen=True, slots=True)
class TargetView:
    """What is rung: a phone of a member, or a number by a trunk."""

    member: str
    phone: str
    trunk: str
    number: str
    gateway: str


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A step of a decision: the rule, where in the plan, and what it said."""

    rule: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a call would go, and why. Keys as in `routing.explain.explain_json`.

    kind: ring, announce, menu, voicemail, queue or reject. outcome: closed, nobody_there, busy, no_answer,
    full, failed, or "" when it rings, waits or a menu is offered. status: the SIP status that ends the call,
    0 when none is sent. menu: what is offered, or null. voicemail: whose box takes a message, or "". wait:
    how it waits in a queue, or null. sentences: the same in Swedish.
    """

    kind: str
    outcome: str
    number: str
    function: str
    group: str
    strategy: str
    ring_seconds: float
    first_response_seconds: float
    targets: tuple[TargetView, ...]
    prompt: str
    early: bool
    status: int
    menu: Menu | None
    voicemail: str
    wait: Wait | None
    emergency: bool
    outside: str
    protected: bool
    plan_version: int
    reasons: tuple[ReasonView, ...]
    sentences: tuple[str, ...]


_EXPLANATION = TypeAdapter(Explanation)


def explanation_of(decision: Decision) -> Explanation:
    """The decision as the API shows it."""
    return _EXPLANATION.validate_python(explain_json(decision))


@dataclass(frozen=True, slots=True)
class CallView:
    """A call of the log. `caller` is as people write it, `dold` when hidden, `maskerat` when the number is
    protected; `caller_member` is the person whose phone called, or "". `outcome` is null while the call
    lasts. `talks` are several in a call that was transferred. Times are UTC."""

    id: str
    arrived_at: datetime
    service_answered_at: datetime | None
    person_answered_at: datetime | None
    ended_at: datetime | None
    origin: Origin
    origin_name: str
    caller: str
    caller_member: str
    dialled: str
    number: str
    function: str
    group: str
    protected: bool
    emergency: bool
    offered: tuple[str, ...]
    rang: tuple[str, ...]
    answered_by: str
    announcement: str
    outcome: Outcome | None
    ended_by: EndedBy | None
    reason: str
    waiting_seconds: float | None
    ringing_seconds: float | None
    talk_seconds: float | None
    talks: tuple[Talk, ...]
    plan_version: int
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, record: Record, *, unmask: bool) -> "CallView":
        """The record; `unmask` shows the caller of a protected number."""
        # The Call-ID is left out: a phone's has its address in it, and tells who called.
        same: dict[str, Any] = {name: getattr(record, name) for name in _SAME}
        return cls(
            **same,
            caller=record.shown_caller(unmask=unmask),
            caller_member=record.shown_caller_member(unmask=unmask),
            origin_name=record.shown_origin_name(unmask=unmask),
        )


_MASKED = ("caller", "caller_member", "origin_name")
_SAME = tuple(name for name in CallView.__dataclass_fields__ if name not in _MASKED)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What was decided in a call, and when (UTC). `transfer`: it was about handing the call on."""

    at: datetime
    transfer: bool
    decision: Explanation


@dataclass(frozen=True, slots=True)
class CallExplanation:
    """A call of the log, all that was decided in it, in order, and what the plan in force would decide of it
    as it arrives, if everybody were there and nothing opened or closed by hand. `same`: it would begin as it
    did."""

    call: CallView
    decisions: tuple[PastDecision, ...]
    today: Explanation
    same: bool

    @classmethod
    def of(cls, call: CallView, explained: Explained) -> "CallExplanation":
        """The call as it may be seen, explained."""
        decisions = [
            PastDecision(past.at, past.transfer, explanation_of(past.decision))
            for past in explained.decisions
        ]
        return cls(call, tuple(decisions), explanation_of(explained.today), explained.same)


def page_of(items: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """A page of `limit` items; `items` has one more when there is a next one."""
    shown = tuple(items[:limit])
    return Page(shown, cursor_of(shown[-1]) if len(items) > limit else None)


def cursor_of_call(record: Record) -> str:
    """Where a page of calls ended, as an opaque word."""
    return _packed(f"{record.arrived_at.isoformat()} {record.id}")


def place_of(cursor: str) -> After | None:
    """Where a page of calls begins; None is the newest. Raises Refusal when the cursor is none of ours."""
    if not cursor:
        return None
    try:
        at, _, call = _unpacked(cursor).partition(" ")
        place = After(datetime.fromisoformat(at), call)
    except ValueError:
        raise _not_ours() from None
    if place.arrived_at.tzinfo is None or not 0 < len(call) <= 64 or not call.isprintable():
        raise _not_ours()
    return place


def version_of(cursor: str) -> int | None:
    """The version under which a page begins; None is the newest. Raises Refusal."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise _not_ours()
    return int(cursor)


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> str:
    """Raises ValueError."""
    try:
        octets = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return octets.decode()


def _not_ours() -> Refusal:
    error = FieldError("?cursor", "string", "`next` of a page before, as it was given")
    return Refusal(Kind.INVALID, "the cursor is none of ours", [error])
