"""The plan: one document that says who is reached how, and when. It holds no secrets.

These models give the form of the TOML document. `load` reads a text into them, `check` finds what is wrong
between their parts, `compile` makes the tables that `decide` reads. Nothing here is used while a call is
decided.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Strict,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from routing.decision import Identity, Strategy
from routing.interval import Interval
from routing.numbers import MAX_DIGITS, MIN_DIGITS, NumberFormat, is_e164
from routing.peers import Peer

# Three signals are some 15 s; a citizen who hears more than a minute of them has given up.
DEFAULT_RING_SECONDS = 20.0
MAX_RING_SECONDS = 300.0


def _e164(text: str) -> str:
    if not is_e164(text):
        raise ValueError("must be E.164: + and 7 to 15 digits, such as +46853061000")
    return text


def _series(text: str) -> str:
    if not (text.startswith("+") and text[1:].isascii() and text[1:].isdigit() and len(text) <= 16):
        raise ValueError("must be the beginning of E.164 numbers: + and at most 15 digits, such as +4685306")
    return text


def _gateway(text: str) -> str:
    if Peer.parse(text).is_prefix:
        raise ValueError(
            "must be one address (with a port or without), not a prefix: it is where calls are sent"
        )
    return text


def _interval(value: object) -> Interval:
    if not isinstance(value, str):
        raise ValueError('must be text such as "08:00-16:30"')
    return Interval.parse(value)


_NAME = "[a-z0-9][a-z0-9_.-]{0,63}"
NAME_RULE = '1 to 64 of a-z, 0-9, "_", "." and "-", the first a letter or digit'
Name = Annotated[str, StringConstraints(pattern=f"^{_NAME}$")]
# Nothing that cannot be seen, or that turns the direction of writing: what is read is what is meant
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$"
Text = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_VISIBLE)]
E164 = Annotated[
    str,
    AfterValidator(_e164),
    WithJsonSchema({"type": "string", "pattern": rf"^\+[1-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}$"}),
]
Series = Annotated[str, AfterValidator(_series)]
PeerText = Annotated[str, AfterValidator(lambda text: str(Peer.parse(text)))]
GatewayText = Annotated[str, AfterValidator(_gateway)]
Hours = Annotated[
    Interval,
    BeforeValidator(_interval),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"}),
]
Flag = Annotated[bool, Strict()]
RingSeconds = Annotated[float, Strict(), Field(ge=1, le=MAX_RING_SECONDS)]


def is_name(text: str) -> bool:
    """Whether something in a plan may be called so."""
    return re.fullmatch(_NAME, text) is not None


class Part(BaseModel):
    """Any part of a plan: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Part):
    """A part of which a plan may have thousands. Each lets other threads in.

    Pydantic holds the interpreter from one call into Python to the next: with 10,000 people for 50 ms, in
    which no call would be answered.
    """

    @model_validator(mode="after")
    def _let_others_in(self) -> Self:
        return self


class Municipality(Part):
    """Whose switchboard this is. `main_number` is answered by the group `contact_centre` (P1).

    `return_ring_seconds`: how long somebody is rung again whose transfer nobody answered (P7), before
    Kontaktcenter is: as long as anybody, for the caller has waited once already.
    """

    name: Text
    country: Literal["SE"] = "SE"
    time_zone: Literal["Europe/Stockholm"] = "Europe/Stockholm"
    main_number: E164
    contact_centre: Name = "kontaktcenter"
    return_ring_seconds: RingSeconds = DEFAULT_RING_SECONDS


class Phone(Entry):
    """A phone account; its key is the user name.

    `display` is what others see. `legacy_digest` lets it answer a challenge without qop (RFC 2069), as pyVoIP
    does, and challenges it with MD5 alone, as phones need that give up when SHA-256 is offered too (baresip
    1.0).
    `max_contacts` is from how many places it may be registered at once (P28). `options`: whether it is asked
    by OPTIONS if it is still there; one that does not answer is not rung.
    """

    display: Text
    legacy_digest: Flag = False
    max_contacts: Annotated[int, Strict(), Field(ge=1, le=10)] = 1
    options: Flag = True


class Gateway(Part):
    """Where calls to a trunk are sent: an address, or a table with its priority and weight.

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
        return {"address": value} if isinstance(value, str) else value

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


class Trunk(Part):
    """A connection to a PBX or an operator.

    peers: from where its calls come. gateways: where calls to it are sent; when left out the single
    addresses of `peers`, in order. trusted_identity: whether its P-Asserted-Identity is believed (RFC 3325).
    emergency: whether it takes 112. numbers: the beginnings of the numbers that it brings. options: whether
    its gateways are asked by OPTIONS if they are there. channels: how many calls it carries at once, both
    ways; `emergency_channels` of them are kept for 112, which is never refused for want of one.

    How callers are shown to it: identity is the header that tells its operator, number_format_out how their
    numbers are written. A number that begins with none of `numbers` is foreign: without foreign_numbers
    default_number is shown in its place, else it is shown as diverted by default_number, if there is one.
    """

    peers: Annotated[tuple[PeerText, ...], Field(min_length=1)]
    gateways: tuple[Gateway, ...] = ()
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

    @model_validator(mode="after")
    def _has_a_number_to_show(self) -> "Trunk":
        if not self.foreign_numbers and self.default_number is None:
            raise ValueError("foreign_numbers = false needs a default_number to be shown instead")
        return self

    @model_validator(mode="after")
    def _keeps_some_channels(self) -> "Trunk":
        if self.emergency_channels and (self.channels is None or self.emergency_channels >= self.channels):
            raise ValueError("emergency_channels must be fewer than channels")
        return self


class Person(Entry):
    """Somebody who answers calls. `number_public` is their choice of P11; false is by a group number only."""

    name: Text
    phones: tuple[Name, ...] = ()
    number: E164 | None = None
    number_public: Flag = False
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS


class Group(Part):
    """People who help each other answer (P3), in the order in which a linear hunt rings them."""

    name: Text
    members: tuple[Name, ...]
    strategy: Strategy = Strategy.ALL
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS


class Weekly(Part):
    """The hours of an ordinary week. A day that is left out is closed."""

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()


class Deviation(Part):
    """One day of one year that is not like others. No intervals is closed all day."""

    date: Annotated[date, Strict()]
    intervals: tuple[Hours, ...] = ()
    note: Text


class Calendar(Part):
    """When a number is open. Precedence: deviation, then holiday, then the week (or always, or never).

    holidays: "SE" closes on the 13 legal holidays. holiday_eves: also on midsommarafton, julafton and
    nyårsafton.
    """

    open: Literal["weekly", "always", "never"] = "weekly"
    weekly: Weekly = Weekly()
    holidays: Literal["SE"] | None = None
    holiday_eves: Flag = False
    deviations: tuple[Deviation, ...] = ()

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Calendar":
        if self.open != "weekly" and self.weekly != Weekly():
            raise ValueError(f'weekly hours have no meaning with open = "{self.open}": leave one of them out')
        if self.holiday_eves and self.holidays is None:
            raise ValueError('holiday_eves needs holidays = "SE"')
        return self


class Destination(Part):
    """Where a call goes: exactly one of number (its whole flow), group, person, announcement and reject.

    `announcement` is the name of a prompt; with `early` it is played before an answer (183), then refused
    with 480. `reject` is the SIP status to refuse with.
    """

    number: E164 | None = None
    group: Name | None = None
    person: Name | None = None
    announcement: Name | None = None
    early: Flag = False
    reject: Annotated[int, Strict(), Field(ge=400, le=699)] | None = None

    @model_validator(mode="after")
    def _is_one_place(self) -> "Destination":
        places = (self.number, self.group, self.person, self.announcement, self.reject)
        if sum(place is not None for place in places) != 1:
            raise ValueError("must have exactly one of number, group, person, announcement, reject")
        if self.early and self.announcement is None:
            raise ValueError("early belongs to an announcement")
        return self


class Number(Part):
    """A number of the municipality; its key is E.164.

    A branch that is left out is Kontaktcenter's number (the caller always gets on), or a refusal on that very
    number; `closed` left out is the announcement of that name. protected: its callers are secret (P23).
    """

    function: Text
    calendar: Name
    destination: Destination
    no_answer: Destination | None = None
    busy: Destination | None = None
    nobody_there: Destination | None = None
    closed: Destination | None = None
    protected: Flag = False


class Plan(Part):
    """The whole document."""

    municipality: Municipality
    phones: dict[Name, Phone] = {}
    trunks: dict[Name, Trunk] = {}
    people: dict[Name, Person] = {}
    groups: dict[Name, Group]
    calendars: dict[Name, Calendar]
    numbers: dict[E164, Number]
