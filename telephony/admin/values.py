"""What the ports of the admin API give and take: plain values, which are also the schemas of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from routing.decision import Reason, Strategy
from routing.diff import Change
from routing.override import Override
from telephony.archive.plan_store import PlanHead
from telephony.archive.status import ArchiveStatus
from telephony.desk.member_state import Member


class Form(StrEnum):
    """How the text of a plan is written."""

    JSON = "json"
    TOML = "toml"


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it was sent: nobody has read it yet."""

    text: str
    form: Form


class PendingPolicy(StrEnum):
    """What is to become of the version that waits, when the plan is changed: it is withdrawn, or made anew on
    top of what is applied."""

    WITHDRAW = "withdraw"
    REBASE = "rebase"


@dataclass(frozen=True, slots=True)
class PlanMade:
    """What a change of the plan has made: the version, the one that waited and was withdrawn for it, and the
    one that waits in its place with what that will change."""

    made: PlanHead
    withdrawn: PlanHead | None = None
    rebased: PlanHead | None = None
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class PlanWaiting:
    """The version that waits for its time, and what it will change. `usable`: this program finds no errors in
    it."""

    head: PlanHead
    usable: bool
    changes: Sequence[Change]


class PromptSource(StrEnum):
    """Where what callers hear comes from: Växeln itself, the text in the plan, or a recording."""

    BUILT_IN = "built_in"
    PLAN = "plan"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class PromptState:
    """A prompt. `text` is what it says, "" where nobody has written that down. `fragment`: it is a part of
    sentences, and no plan names it. `recorded_by` and `recorded_at` are "" and null where it is no
    recording."""

    name: str
    source: PromptSource
    text: str
    seconds: float
    fragment: bool
    recorded_by: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberState:
    """A number of the plan and whether it is open now.

    `decided_by` is the entry of the plan, or the override, that says so; `until` when that may change (UTC),
    null when nothing in sight changes it. `override` is the one that is in force, its own or the one for all.
    `opens_at` is when it is open next (UTC), from now on, null when that is not in sight, and `opens_again`
    the same in Swedish for callers of a closed number, "" of an open one.
    """

    number: str
    function: str
    calendar: str
    protected: bool
    open: bool
    decided_by: Reason
    until: datetime | None
    override: Override | None
    opens_at: datetime | None
    opens_again: str


@dataclass(frozen=True, slots=True)
class Due:
    """When something has to be done at the latest: the end (UTC) of the last of these working days, which
    follow `since`."""

    number: str
    since: datetime
    working_days: tuple[date, ...]
    due: datetime


@dataclass(frozen=True, slots=True)
class HoursSpan:
    """From `start` to before `end` (UTC) the number is open, or not, by one and the same entry."""

    start: datetime
    end: datetime
    open: bool
    decided_by: Reason


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member of a group at this moment. `registered`: at least one of their phones can be reached. `away`:
    the plan says so, and they are not rung."""

    person: str
    name: str
    registered: bool
    in_call: bool
    being_offered: bool
    away: bool = False


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group of the plan, its members in the plan's order."""

    group: str
    name: str
    strategy: Strategy
    ring_seconds: float
    members: tuple[MemberState, ...]


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """A call that waits in a queue since then (UTC). The lower `priority` is served first."""

    call: str
    since: datetime
    priority: int


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The queue of a group in which somebody waits, in the order of their turns."""

    group: str
    waiting: tuple[WaitingCaller, ...]


@dataclass(frozen=True, slots=True)
class NumberToday:
    """What was counted of the calls to a number since midnight, as the counts of
    the key figures are called: of these its service level is made."""

    number: str
    answered: int
    answered_in_time: int
    abandoned_short: int
    abandoned_late: int


@dataclass(frozen=True, slots=True)
class Live:
    """What goes on `at` this time (UTC): all members of groups, the queues in which somebody waits, and what
    was counted today."""

    at: datetime
    members: tuple[Member, ...]
    queues: tuple[QueueNow, ...]
    today: tuple[NumberToday, ...]


@dataclass(frozen=True, slots=True)
class LiveChange:
    """What has changed: `members` as they are now, `gone` are members no more (the plan is another). `queues`
    are all in which somebody waits, or null when nothing has changed there; `today` are the numbers of which
    another call was counted."""

    at: datetime
    members: tuple[Member, ...]
    gone: tuple[str, ...]
    queues: tuple[QueueNow, ...] | None
    today: tuple[NumberToday, ...]


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event of a stream: its name and its data, one line of JSON. Both are "" for a heartbeat."""

    name: str
    data: str


class LiveListener(Protocol):
    """One who listens to such a stream."""

    async def next(self) -> LiveEvent | None:
        """The next event, or a heartbeat; None when it is over."""

    def close(self) -> None:
        """Nobody listens here any more."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One place at which a phone is reached until `expires_at` (UTC). `address` is where it sends from, by
    `transport`: UDP, TCP or TLS."""

    address: str
    user_agent: str
    expires_at: datetime
    transport: str


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A phone account of the plan. `person` is whose it is, or "". `registered`: it can be reached now;
    `lost`: it is registered, and answers no more. `contacts` are where it has registered, best first."""

    account: str
    display: str
    person: str
    registered: bool
    lost: bool
    has_password: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """A phone that can be reached, best contact first."""

    account: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One key figure: the sum of the counts in `over`, divided by the sum of those in `under`.

    `id` and `version` name the formula, `name` is Swedish, `words` tell it. `unit` is `%` or `s`.
    `threshold_seconds` belongs to its counts, or is null. `value` is null when nothing was counted.
    """

    id: str
    version: int
    name: str
    words: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    unit: str
    threshold_seconds: float | None
    value: float | None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The key figures of a day of local time, so far when it is today, and the counts they are made of."""

    day: date
    counts: Mapping[str, float]
    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """The position of the last fact, and whether the journal cannot be written now."""

    position: int
    failing: bool


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`status` is ok, draining or failing, as in /healthz. `plan` is in force, `pending` waits for its time.
    `archive` is the database and what is shipped.
    `registrations`: by trunk that has us register, the registrar (ADDRESS:PORT), or "" while we are not."""

    status: str
    release: str
    calls: int
    plan: PlanHead
    journal: JournalStatus
    archive: ArchiveStatus
    registrations: Mapping[str, str]
    pending: PlanHead | None = None


Overrides = Mapping[str, Override]
"""By number (E.164), or "" for all numbers."""
