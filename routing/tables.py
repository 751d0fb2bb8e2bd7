"""The frozen tables that `decide` reads: a plan with every reference followed and every sentence written
beforehand.

Only `compile` makes them. They hold no pydantic, no library types and nothing that can change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from routing.decision import Branch, CallerKind, Identity, Menu, Reason, Strategy, Target, Wait
from routing.nets import NetTable
from routing.numbers import NumberClass, NumberFormat
from routing.peers import PeerTable
from routing.places import Named, Place


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """Open (or a break) from `start` to before `end`, in seconds of the wall clock, and the entry that says
    so."""

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class DayHours:
    """The intervals that begin on one day; `closed` is the entry that decides the rest of that day.

    `breaks`: when it is closed all the same, by the entries of these. `announcement`: the prompt that callers
    hear while it is closed on that day; "" is the number's own.
    """

    intervals: tuple[OpenInterval, ...]
    closed: Reason
    breaks: tuple[OpenInterval, ...] = ()
    announcement: str = ""


@dataclass(frozen=True, slots=True)
class RuleDays:
    """The days of all years that a rule speaks of, and the hours that it gives each day of the week."""

    days: frozenset[date]
    week: tuple[DayHours, ...]


@dataclass(frozen=True, slots=True)
class CalendarTable:
    """When something is open. `weekly` begins with Monday, `rules` are days relative to holidays: the first
    that speaks of a day decides.

    `holidays` are those that it keeps, by name, `holiday_hours` what it is open on each.
    `holiday_years` are those whose holidays are known; None when the calendar keeps no holidays. What a
    hundred years have is shared by all calendars: a plan may have one for each of its numbers.
    """

    name: str
    weekly: tuple[DayHours, ...]
    holidays: Mapping[date, str]
    holiday_hours: Mapping[str, DayHours]
    rules: tuple[RuleDays, ...]
    deviations: Mapping[date, DayHours]
    holiday_years: range | None


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Go through the whole flow of another number."""

    number: str


@dataclass(frozen=True, slots=True)
class ToGroup:
    """Ring a group."""

    group: str


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Ring one person."""

    person: str


@dataclass(frozen=True, slots=True)
class ToPhone:
    """Ring one phone account."""

    phone: str


@dataclass(frozen=True, slots=True)
class ToAnnouncement:
    """Play a prompt. `next_opening`: whether it goes on to say when the number opens again; None is as the
    plan has it for all, which is for the prompt `closed` alone."""

    prompt: str
    early: bool
    next_opening: bool | None = None


@dataclass(frozen=True, slots=True)
class ToOutside:
    """Call a number of the public network."""

    number: str


@dataclass(frozen=True, slots=True)
class ToReject:
    """Refuse with a SIP status."""

    status: int


@dataclass(frozen=True, slots=True)
class ToVoicemail:
    """Take a message in a box of the plan."""

    voicemail: str


@dataclass(frozen=True, slots=True)
class ToMenu:
    """Offer a menu of the plan."""

    menu: str


Destination = (
    ToNumber | ToGroup | ToPerson | ToPhone | ToOutside | ToAnnouncement | ToVoicemail | ToMenu | ToReject
)


@dataclass(frozen=True, slots=True)
class CallersRow:
    """A list of callers: whole numbers, and beginnings of others."""

    name: str
    numbers: frozenset[str]
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold for a case, all of it: `caller` is who calls, `callers` the list for a listed one."""

    caller: CallerKind | None
    callers: CallersRow | None
    open: CalendarTable | None
    closed: CalendarTable | None


@dataclass(frozen=True, slots=True)
class Case:
    """One of several destinations; without a condition it always counts. `where` is its place in the plan."""

    condition: Condition | None
    route: "Route"
    where: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The first of these whose condition holds. The last has none."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A destination, and the entry of the plan that names it."""

    destination: Destination | OneOf
    reason: Reason


@dataclass(frozen=True, slots=True)
class MenuRow:
    """A menu, with where its keys lead, and where whoever presses none of them goes on to. `series` is what
    keyed digits come after, or ""."""

    menu: Menu
    keys: Mapping[str, Route]
    no_key: Route
    where: str
    series: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """The queue of a group: how callers wait there, and where its keys lead.

    max_waiting: how many callers. staffed_only: only while a member is there. tells_closing: they are told
    when it closes; closing_seconds: how long whoever waits then is still served. `where` is its place.
    """

    wait: Wait
    keys: Mapping[str, Route]
    max_waiting: int
    staffed_only: bool
    tells_closing: bool
    closing_seconds: float
    where: str


@dataclass(frozen=True, slots=True)
class VoicemailRow:
    """A box that takes messages after `prompt`. `name` is whose it is, for people, `person` the key of whose,
    or "" when it is a function's."""

    key: str
    name: str
    person: str
    prompt: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number that can be dialled.

    `routes` has one for every branch; ARRIVED is where a call goes when the number is open.
    `internal_only`: a person's own number that is not public, so nobody outside is told of it (P11).
    `personal`: a person's own number, which has no hours. `priority`: in a queue.
    """

    number: str
    function: str
    calendar: CalendarTable
    routes: Mapping[Branch, Route]
    closed: Route
    protected: bool
    internal_only: bool
    personal: bool
    reason: Reason
    priority: int


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Somebody is away from `start` to before `end`, aware UTC; `reason` says so."""

    start: datetime
    end: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person, with one target for each phone. `key` is the name in the plan, `name` what people say,
    `mobile` a number outside, or "".

    A single phone that is a destination is one too, with the absences of whose it is.
    """

    key: str
    name: str
    number: str
    number_public: bool
    ring_seconds: float
    targets: tuple[Target, ...]
    absences: tuple[AbsenceRow, ...] = ()
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group, with its members in the order of the plan. `weights` and `skills` are those that are not 1."""

    key: str
    name: str
    members: tuple[PersonRow, ...]
    strategy: Strategy
    ring_seconds: float
    weights: Mapping[str, int]
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A phone account. `person` is the key of whose it is, or "". `outside`: the classes of numbers that it
    may call in the public network, by the entry `outside_where`."""

    account: str
    display: str
    legacy_digest: bool
    max_contacts: int
    person: str
    options: bool
    outside: frozenset[NumberClass]
    outside_where: str


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """Where calls to a trunk are sent. `member` is what a target there is called, `where` its place in the
    plan."""

    address: Place | Named
    priority: int
    weight: int
    member: str
    where: str


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """Who we are to a trunk: `user` and `realm` are of digest, `number` and `domain` of our address there."""

    user: str
    realm: str
    number: str
    domain: str
    expires: int


@dataclass(frozen=True, slots=True)
class TrunkRow:
    """A trunk. `gateways` are in the order of their priority. `takes_calls`: calls may be sent to it.
    `channels`: how many calls it has at once before it brings no more but 112, or None for any number;
    `channels_out`: before none but 112 is sent to it."""

    name: str
    gateways: tuple[GatewayRow, ...]
    number_format: NumberFormat
    trusted_identity: bool
    emergency: bool
    series: tuple[str, ...]
    options: bool
    takes_calls: bool
    channels: int | None
    channels_out: int | None
    identity: Identity
    number_format_out: NumberFormat
    default_number: str
    foreign_numbers: bool
    registration: RegistrationRow | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """One version of the plan, ready for use.

    `digest` is the SHA-256 of the plan's canonical form: two plans with the same digest decide alike.
    `return_ring_seconds`: how long somebody is rung whose transfer led nowhere, before Kontaktcenter is.
    `next_opening`: whether the announcement `closed` says when it opens again.
    `transfer_code`: what phones press to hand a call on, or "".
    `outside` are the classes that phones of nobody may call, `outside_trunks` those that carry them.
    `emergency_trunks` are those that take 112, in the order of the plan. `registered_users`: whose trunk's
    address of record has this user. `edges`: None without any. `pickup_code` begins what
    is dialled to answer a colleague's call, or is "". `memberships` are the groups of each person who is in
    any. `single_phones` are who is rung at the phone accounts. `queues` are by group.
    `pause_reasons`: what members may give as theirs. `duty_codes`: by what is dialled, what for;
    `short_codes`: by what follows it, the group.
    """

    version: int
    digest: str
    municipality: str
    main_number: str
    contact_centre: str
    return_ring_seconds: float
    next_opening: bool
    transfer_code: str
    outside: frozenset[NumberClass]
    outside_trunks: tuple["TrunkRow", ...]
    numbers: Mapping[str, NumberRow]
    groups: Mapping[str, GroupRow]
    people: Mapping[str, PersonRow]
    phones: Mapping[str, PhoneRow]
    trunks: Mapping[str, TrunkRow]
    calendars: Mapping[str, CalendarTable]
    emergency_trunks: tuple[TrunkRow, ...]
    own_series: tuple[str, ...]
    peers: PeerTable
    registered_users: Mapping[str, str]
    edges: PeerTable | None
    pickup_code: str
    duty_codes: Mapping[str, str]
    short_codes: Mapping[str, str]
    pause_reasons: tuple[str, ...]
    memberships: Mapping[str, frozenset[str]]
    nets: NetTable
    menus: Mapping[str, MenuRow]
    voicemails: Mapping[str, VoicemailRow]
    queues: Mapping[str, QueueRow]
    single_phones: Mapping[str, PersonRow]
