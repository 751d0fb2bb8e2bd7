"""The plan: one document that says who is reached how, and when. It holds no secrets.

These models give the form of the TOML document. `load` reads a text into them, `check` finds what is wrong
between their parts, `compile` makes the tables that `decide` reads. Nothing here is used while a call is
decided.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Strict,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from routing.decision import Identity, Strategy
from routing.numbers import NumberFormat
from routing.peers import parse_peer
from routing.places import ALLOWED, parse_gateway
from routing.plan_absence import MAX_ABSENCES, Absence
from routing.plan_calendar import Calendar
from routing.plan_edge import Edge
from routing.plan_flow import CallerList, Flow
from routing.plan_menu import Menu, Voicemail
from routing.plan_nets import Net
from routing.plan_part import Entry, Flag, Name, Part, Text
from routing.plan_prompt import MAX_SPOKEN, SpokenPrompt
from routing.plan_queue import Queue
from routing.plan_registration import Registration
from routing.plan_values import DEFAULT_RING_SECONDS, E164, SHORT_CODE_PATTERN, RingSeconds, Series, listed

DEFAULT_PRIORITY = 5

PAUSE_REASONS = ("Lunch", "Möte", "Administration")
"""Why members have a pause, where the plan does not say."""


def _gateway(text: str) -> str:
    parse_gateway(text)
    return text


_CODE = "^([*#][*#0-9]{1,5})?$"


def _code(text: str) -> str:
    if not re.fullmatch(_CODE, text):
        raise ValueError('must be * or # and one to five of 0-9, * and #, such as "*8"; "" is none')
    return text


PeerText = Annotated[str, AfterValidator(lambda text: str(parse_peer(text)))]
GatewayText = Annotated[str, AfterValidator(_gateway)]
OutsideClass = Literal[
    "public_service",
    "directory",
    "fixed",
    "mobile",
    "uan",
    "toll_free",
    "shared_cost",
    "premium",
    "special",
    "abroad",
]
"""The classes of numbers (`numbers.NumberClass`) that can be allowed: all but 112, which always is."""
# With a sign that no number has, so that none is hidden by it; "" is none
FunctionCode = Annotated[
    str,
    Strict(),
    AfterValidator(_code),
    WithJsonSchema({"type": "string", "pattern": _CODE}),
]


class DutyCodes(Part):
    """What a member of a group dials to log in, followed by a group's `short_code` or for all of theirs; to
    log out, likewise; to have a pause, followed by the place of its reason in `pause_reasons` or for the
    first; to be there again. "" is no such code."""

    log_in: FunctionCode = "*60"
    log_out: FunctionCode = "*61"
    pause: FunctionCode = "*62"
    resume: FunctionCode = "*63"


class Municipality(Part):
    """Whose switchboard this is. `main_number` is answered by the group `contact_centre` (P1).

    `return_ring_seconds`: how long somebody is rung again whose transfer nobody answered (P7), before
    Kontaktcenter is: as long as anybody, for the caller has waited once already.
    `next_opening`: whether the announcement `closed` goes on to say when the number opens again.
    `pickup_code` is dialled by a member of a group to answer what rings at another, `transfer_code` pressed
    in a call at a phone that has no other way to hand it on; "" is no such code. `outside`: the classes of
    numbers of the public network that phones may call. `pause_reasons`: what members may give as theirs.
    `duty_codes`: what they dial.
    """

    name: Text
    country: Literal["SE"] = "SE"
    time_zone: Literal["Europe/Stockholm"] = "Europe/Stockholm"
    main_number: E164
    contact_centre: Name = "kontaktcenter"
    return_ring_seconds: RingSeconds = DEFAULT_RING_SECONDS
    next_opening: Flag = True
    pickup_code: FunctionCode = "*8"
    transfer_code: FunctionCode = ""
    outside: Annotated[tuple[OutsideClass, ...], BeforeValidator(listed)] = ()
    pause_reasons: Annotated[tuple[Text, ...], BeforeValidator(listed), Field(max_length=20)] = PAUSE_REASONS
    duty_codes: DutyCodes = DutyCodes()


class Phone(Entry):
    """A phone account; its key is the user name.

    `display` is what others see. `legacy_digest` lets it answer a challenge without qop (RFC 2069), as pyVoIP
    does, and challenges it with MD5 alone, as phones need that give up when SHA-256 is offered too (baresip
    1.0).
    `max_contacts` is from how many places it may be registered at once (P28). `options`: whether it is asked
    by OPTIONS if it is still there; one that does not answer is not rung. `ring_seconds`: how long it is rung
    when it is a destination itself.
    """

    display: Text
    legacy_digest: Flag = False
    max_contacts: Annotated[int, Strict(), Field(ge=1, le=10)] = 1
    options: Flag = True
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS


class Gateway(Part):
    """Where calls to a trunk are sent, as `routing.places` reads it, or a table with its priority and weight.

    Those of the lowest `priority` are tried first; without one it is the gateway's place in the list, so that
    a list of addresses is tried in order. Among those of one priority each is the first to be tried in
    proportion to its `weight` (RFC 2782).
    """

    address: GatewayText
    priority: Annotated[int, Strict(), Field(ge=1, le=100)] | None = None
    weight: Annotated[int, Strict(), Field(ge=1, le=1000)] = 1

    @model_validator(mode="before")
    @classmethod
    def _of_address(cls, value: object) -> object:
        if isinstance(value, str):
            return {"address": value}
        if not isinstance(value, Mapping | Gateway):
            raise ValueError(f'{ALLOWED}, or a table such as {{ address = "192.0.2.20", weight = 3 }}')
        return value

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> str | dict[str, Any]:
        is_plain = self.priority is None and self.weight == 1
        whole: dict[str, Any] = handler(self)
        return self.address if is_plain else whole

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        table = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [{"type": "string"}, table]}


def _each_once(gateways: tuple[Gateway, ...]) -> tuple[Gateway, ...]:
    places = [parse_gateway(gateway.address) for gateway in gateways]
    for place in places:
        if places.count(place) > 1:
            raise ValueError(f"has {place} twice: each is to be there once")
    return gateways


class Trunk(Part):
    """A connection to a PBX or an operator.

    peers: from where its calls come: addresses, prefixes, or `tls:NAME` for whoever shows a certificate with
    that name. gateways: where calls to it are sent; without any the single addresses of `peers`, in order.
    trusted_identity: whether its P-Asserted-Identity is believed (RFC 3325).
    emergency: whether it takes 112. numbers: the beginnings of the numbers that it brings. options: whether
    its gateways are asked by OPTIONS if they are there. channels: how many calls it carries at once, both
    ways; `emergency_channels` of them are kept for 112, which is never refused for want of one, and
    `incoming_channels` for calls that it brings. outside: whether it takes calls to the public network.

    How callers are shown to it: identity is the header that tells its operator, number_format_out how their
    numbers are written. A number that begins with none of `numbers` is foreign: without foreign_numbers
    default_number is shown in its place, else it is shown as diverted by default_number, if there is one.

    registration: who we are to it, when it has us register or prove who we are; then calls from its registrar
    to the user that we have registered are known without `peers`.
    """

    peers: Annotated[tuple[PeerText, ...], BeforeValidator(listed)] = ()
    gateways: Annotated[tuple[Gateway, ...], BeforeValidator(listed), AfterValidator(_each_once)] = ()
    number_format: NumberFormat = NumberFormat.E164
    trusted_identity: Flag = False
    emergency: Flag = False
    numbers: tuple[Series, ...] = ()
    options: Flag = True
    identity: Identity = Identity.FROM
    number_format_out: NumberFormat = NumberFormat.E164
    default_number: E164 | None = None
    foreign_numbers: Flag = True
    channels: Annotated[int, Strict(), Field(ge=1, le=100_000)] | None = None
    emergency_channels: Annotated[int, Strict(), Field(ge=0, le=100_000)] = 0
    outside: Flag = False
    incoming_channels: Annotated[int, Strict(), Field(ge=0, le=100_000)] = 0
    registration: Registration | None = None

    @model_validator(mode="after")
    def _is_known_by_something(self) -> "Trunk":
        if not self.peers and not (self.registration and self.gateways):
            raise ValueError("peers must name at least one, unless there are gateways and a registration")
        return self

    @model_validator(mode="after")
    def _has_a_number_to_show(self) -> "Trunk":
        if not self.foreign_numbers and self.default_number is None:
            raise ValueError("foreign_numbers = false needs a default_number to be shown instead")
        return self

    @model_validator(mode="after")
    def _keeps_some_channels(self) -> "Trunk":
        for name in ("emergency_channels", "incoming_channels"):
            kept = getattr(self, name)
            if kept and (self.channels is None or kept >= self.channels):
                raise ValueError(f"{name} must be fewer than channels")
        if self.channels is not None and self.kept_channels > self.channels:
            raise ValueError("emergency_channels and incoming_channels together must not exceed channels")
        return self

    @property
    def kept_channels(self) -> int:
        """How many channels are not for calls to the public network."""
        return self.emergency_channels + self.incoming_channels


class Person(Entry):
    """Somebody who answers calls. `number_public` is their choice of P11; false is by a group number only.

    `mobile`: where they are reached outside, beside their phones: it is rung whenever these are, and counts
    as answered when they press 1.
    `outside`: the classes of numbers that they may call in the public network, instead of what everybody may.
    `absences`: when they are away, and not rung.
    """

    name: Text
    phones: tuple[Name, ...] = ()
    number: E164 | None = None
    number_public: Flag = False
    mobile: E164 | None = None
    outside: Annotated[tuple[OutsideClass, ...], BeforeValidator(listed)] | None = None
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS
    absences: Annotated[tuple[Absence, ...], Field(max_length=MAX_ABSENCES), BeforeValidator(listed)] = ()


class Group(Part):
    """People who help each other answer (P3), in the order in which a linear hunt rings them.

    strategy: as `routing.hunt` has it. weights: of members in a random hunt, skills: of members in one by
    skill; who is not named there has 1. queue: where callers wait for their turn; without one a call goes on
    when nobody is free. short_code: what is dialled after a duty code for this group.
    """

    name: Text
    members: tuple[Name, ...]
    strategy: Strategy = Strategy.ALL
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS
    weights: dict[Name, Annotated[int, Strict(), Field(ge=1, le=100)]] = Field(default_factory=dict)
    skills: dict[Name, Annotated[int, Strict(), Field(ge=1, le=10)]] = Field(default_factory=dict)
    queue: Queue | None = None
    short_code: Annotated[str, Strict(), Field(pattern=SHORT_CODE_PATTERN)] = ""

    @model_validator(mode="after")
    def _are_used(self) -> "Group":
        if self.weights and self.strategy is not Strategy.RANDOM:
            raise ValueError('weights have a meaning only with strategy = "random"')
        if self.skills and self.strategy is not Strategy.SKILL:
            raise ValueError('skills have a meaning only with strategy = "skill"')
        return self


class Number(Part):
    """A number of the municipality; its key is E.164.

    A branch that is left out is Kontaktcenter's number (the caller always gets on), or a refusal on that very
    number; `closed` left out is the announcement of that name. protected: its callers are secret (P23).
    priority: whose callers go first in a queue, 1 before 9.
    """

    function: Text
    calendar: Name
    destination: Flow
    no_answer: Flow | None = None
    busy: Flow | None = None
    nobody_there: Flow | None = None
    full: Flow | None = None
    error: Flow | None = None
    closed: Flow | None = None
    protected: Flag = False
    priority: Annotated[int, Strict(), Field(ge=1, le=9)] = DEFAULT_PRIORITY


class Plan(Part):
    """The whole document."""

    municipality: Municipality
    phones: dict[Name, Phone] = Field(default_factory=dict)
    trunks: dict[Name, Trunk] = Field(default_factory=dict)
    edges: dict[Name, Edge] = Field(default_factory=dict)
    people: dict[Name, Person] = Field(default_factory=dict)
    groups: dict[Name, Group]
    calendars: dict[Name, Calendar]
    numbers: dict[E164, Number]
    nets: dict[Name, Net] = Field(default_factory=dict)
    prompts: Annotated[dict[Name, SpokenPrompt], Field(max_length=MAX_SPOKEN)] = Field(default_factory=dict)
    menus: dict[Name, Menu] = Field(default_factory=dict)
    voicemails: dict[Name, Voicemail] = Field(default_factory=dict)
    lists: dict[Name, CallerList] = Field(default_factory=dict)
