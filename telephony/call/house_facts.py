"""Facts that calls share: the phones' registrations, the plan, the service itself."""

from dataclasses import dataclass
from typing import ClassVar

from routing.override import Override
from routing.places import Place
from telephony.call.facts import Contact, Fact
from telephony.call.hunts import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFact(Fact):
    """A fact of one phone account of the plan."""

    phone: str

    @property
    def stream(self) -> str:
        return f"phone/{self.phone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered(PhoneFact):
    """A REGISTER was accepted: from now on these are all the contacts of the phone; none means that it
    left."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationExpired(PhoneFact):
    """Contacts that were not refreshed in time; those that are left."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLost(PhoneFact):
    """The phone is registered, but no contact of it answers OPTIONS any more: it cannot be reached (P4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFound(PhoneFact):
    """It answers OPTIONS again. A REGISTER finds it too, and is a fact of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFact(Fact):
    """A fact of one gateway of the plan's trunks, by where it is."""

    gateway: Place

    @property
    def stream(self) -> str:
        place = self.gateway
        transport = "" if place.transport == "UDP" else f"{place.transport.lower()}:"
        return f"gateway/{transport}{place.host}:{place.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLost(GatewayFact):
    """It has answered OPTIONS since the service started, and does so no more: calls go to it last, if at
    all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFound(GatewayFact):
    """It answers OPTIONS again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLoaded(Fact):
    """A plan came into force, or was in force where a journal segment began. `digest` is the SHA-256 of its
    canonical form."""

    version: int
    digest: str

    @property
    def stream(self) -> str:
        return "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanApplied(Fact):
    """A version of the plan was stored. `author` is who did it: a token's name, `local:USER`, or the program
    itself."""

    version: int
    digest: str
    author: str
    reason: str

    @property
    def stream(self) -> str:
        return "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideFact(Fact):
    """A fact of the override of one number (E.164), or "" of that for all numbers. `by` is who did it."""

    number: str
    by: str

    @property
    def stream(self) -> str:
        return f"number/{self.number or 'all'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSet(OverrideFact):
    """From now until `until` it is open, or closed, whatever the calendar says. It replaces any other."""

    VERSION: ClassVar[int] = 2

    override: Override


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnded(OverrideFact):
    """It is over: somebody ended it, or its time came (`by` is "")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesCarried(Fact):
    """All overrides, repeated where a journal segment begins, like the registrations."""

    VERSION: ClassVar[int] = 2

    overrides: dict[str, Override]


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntsCarried(Fact):
    """Whose turn it is in the groups, repeated where a journal segment begins, like the registrations."""

    turns: Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(PhoneFact):
    """The password of a phone account was set by `by`."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersShown(Fact):
    """Callers of protected numbers were shown to `by`, who stated the reason. `asked` is the filter in
    words."""

    by: str
    reason: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStarted(Fact):
    """The service began. `release` is the program's version."""

    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainStarted(Fact):
    """From here no new calls but emergency calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStopped(Fact):
    """An orderly stop: everything before this is on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(Fact):
    """The machine's clock was set. Deadlines of live calls move along by `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCut(Fact):
    """A torn or damaged piece of the journal was found at start. `octets` were unreadable in segment
    `segment`."""

    segment: str
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationsCarried(Fact):
    """The contacts of all phones, repeated where a journal segment begins, so that a restart need not read
    further back.

    `calls_since` is the first position of the oldest call that is live here, or 0 when none is.
    """

    contacts: dict[str, tuple[Contact, ...]]
    calls_since: int
