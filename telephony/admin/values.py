"""What the ports of the admin API give and take: plain values, which are also the schemas of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from routing.decision import Reason, Strategy
from routing.override import Override


class Form(StrEnum):
    """How the text of a plan is written."""

    JSON = "json"
    TOML = "toml"


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it was sent: nobody has read it yet."""

    text: str
    form: Form


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of the plan: its number, SHA-256, who applied it, why and when (UTC)."""

    version: int
    digest: str
    author: str
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PlanText:
    """A version with its content: its canonical JSON, and the TOML text as given or ""."""

    about: PlanVersion
    document: str
    source: str


@dataclass(frozen=True, slots=True)
class NumberState:
    """A number of the plan and whether it is open now.

    `decided_by` is the entry of the plan, or the override, that says so; `until` when that may change (UTC),
    null when nothing in sight changes it. `override` is the one that is in force, its own or the one for all.
    """

    number: str
    function: str
    calendar: str
    protected: bool
    open: bool
    decided_by: Reason
    until: datetime | None
    override: Override | None


@dataclass(frozen=True, slots=True)
class HoursSpan:
    """From `start` to before `end` (UTC) the number is open, or not, by one and the same entry."""

    start: datetime
    end: datetime
    open: bool
    decided_by: Reason


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member of a group at this moment. `registered`: at least one of their phones can be reached."""

    person: str
    name: str
    registered: bool
    in_call: bool
    being_offered: bool


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group of the plan, its members in the plan's order."""

    group: str
    name: str
    strategy: Strategy
    ring_seconds: float
    members: tuple[MemberState, ...]


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A phone account of the plan. `person` is whose it is, or ""."""

    account: str
    display: str
    person: str
    registered: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """One place at which a phone can be reached until `expires_at` (UTC)."""

    account: str
    address: str
    user_agent: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are asked for; None is any. `start` to before `end` is when they arrived (UTC)."""

    number: str | None = None
    outcome: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the call log ended: the arrival and id of its last call."""

    arrived_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One key figure of a day: `value` is numerator / denominator, null when nothing was counted.

    `id` and `version` name the formula, `words` tell it, `threshold_seconds` belongs to it or is null.
    """

    id: str
    version: int
    words: str
    threshold_seconds: float | None
    numerator: float
    denominator: float
    value: float | None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The key figures of a day of local time, so far when it is today."""

    day: date
    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """Whether the database answers; `problem` is the last one, or ""."""

    up: bool
    problem: str


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """The position of the last fact, and whether the journal cannot be written now."""

    position: int
    failing: bool


@dataclass(frozen=True, slots=True)
class ShippingStatus:
    """How far the journal is in the database: the last position, what is behind, and what it refused."""

    position: int
    lag_facts: int
    lag_seconds: float
    dead_letters: int


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`status` is ok, draining or failing, as in /healthz. `database` and `shipping` are null without one."""

    status: str
    release: str
    calls: int
    plan: PlanVersion
    journal: JournalStatus
    database: DatabaseStatus | None
    shipping: ShippingStatus | None


Overrides = Mapping[str, Override]
"""By number (E.164), or "" for all numbers."""
