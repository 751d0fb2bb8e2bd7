"""Plans for tests: the text of a small municipality, and the tables of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from routing.compile import compile_plan
from routing.load import load_plan
from routing.override import Override
from routing.places import Found, Named, Place
from routing.plan import Plan
from routing.tables import Tables
from telephony.archive.plan_store import PlanVersion
from telephony.media.prompts import Prompts
from telephony.plan_prepare import PlanInForce, prepare

MAIN = "+46853061000"
BYGGLOV = "+46853061201"
FORSKOLA = "+46853061400"
SOCIAL = "+46853061300"
MADE_AT = datetime(2026, 11, 25, 8, tzinfo=UTC)

MUNICIPALITY = f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{MAIN}"
contact_centre = "kc"
"""

PHONES = """
[phones]
kc1 = { display = "Kontaktcenter 1" }
kc2 = { display = "Kontaktcenter 2" }
bygg1 = { display = "Bygglov 1" }
bygg1m = { display = "Bygglov 1, mobile" }
bygg2 = { display = "Bygglov 2" }
"""

TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
emergency = true
numbers = ["+4685306"]
"""

PEOPLE = """
[people]
amina = { name = "Amina Berg", phones = ["kc1"] }
bengt = { name = "Bengt Lund", phones = ["kc2"] }
david = { name = "David Holm", phones = ["bygg1", "bygg1m"], ring_seconds = 25 }
elif = { name = "Elif Yilmaz", phones = ["bygg2"] }
"""

GROUPS = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina", "bengt"] }
bygglov = { name = "Bygglov", members = ["david", "elif"], strategy = "linear", ring_seconds = 15 }
"""

CALENDARS = """
[calendars]
alltid = { open = "always" }
aldrig = { open = "never" }
kontorstid = { holidays = "SE", weekly = { mon = ["08:00-16:30"], tue = ["08:00-16:30"] } }
"""

NUMBERS = f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "alltid"
destination = {{ group = "kc" }}

[numbers."{BYGGLOV}"]
function = "Bygglov"
calendar = "alltid"
destination = {{ group = "bygglov" }}
"""


@dataclass
class PlanText:
    """The parts of a plan document, each to be replaced by a test; `more` is added at the end."""

    municipality: str = MUNICIPALITY
    phones: str = PHONES
    trunks: str = TRUNKS
    people: str = PEOPLE
    groups: str = GROUPS
    calendars: str = CALENDARS
    numbers: str = NUMBERS
    more: str = ""

    def __str__(self) -> str:
        parts = (self.phones, self.trunks, self.people, self.groups, self.calendars, self.numbers, self.more)
        return self.municipality + "".join(parts)


def plan_of(**parts: str) -> Plan:
    """A valid small plan, with some parts replaced."""
    return load_plan(str(PlanText(**parts)))


def tables_of(version: int = 1, **parts: str) -> Tables:
    """The tables of such a plan."""
    return compile_plan(plan_of(**parts), version)


def in_force(version: int = 1, **parts: str) -> PlanInForce:
    """Such a plan as a service has it in force."""
    prepared = prepare(str(PlanText(**parts)), toml=True, today=MADE_AT.date(), prompts=Prompts.load().names)
    about = PlanVersion(
        version=version,
        digest=prepared.tables.digest,
        author="test",
        reason="a test",
        made_at=MADE_AT,
        document=prepared.document,
        source=prepared.source,
    )
    return PlanInForce.of(about, prepared)


@dataclass
class Presence:
    """A situation: every phone is registered and every member free, but those named."""

    unregistered: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    by_hand: dict[str, Override] = field(default_factory=dict)
    down: set[Place] = field(default_factory=set)
    names: dict[Named, tuple[Found, ...]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    off_duty: set[str] = field(default_factory=set)
    resting: set[str] = field(default_factory=set)
    queued: dict[str, int] = field(default_factory=dict)
    idle: dict[str, datetime] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def is_registered(self, phone: str) -> bool:
        return phone not in self.unregistered

    def is_free(self, member: str) -> bool:
        return member not in self.busy

    def is_up(self, gateway: Place) -> bool:
        return gateway not in self.down

    def channels(self, trunk: str) -> int:
        return self.calls.get(trunk, 0)

    def places(self, named: Named) -> tuple[Found, ...]:
        return self.names.get(named, ())

    def takes_part(self, member: str, group: str) -> bool:
        return member not in self.off_duty

    def on_duty(self, member: str, group: str) -> bool:
        return member not in self.off_duty and member not in self.resting

    def waiting(self, group: str) -> int:
        return self.queued.get(group, 0)

    def idle_since(self, member: str) -> datetime | None:
        return self.idle.get(member)

    def answered_today(self, member: str, now: datetime) -> int:
        return self.answered.get(member, 0)

    def offered_first(self, group: str) -> str:
        return self.first.get(group, "")

    def overrides(self) -> dict[str, Override]:
        return self.by_hand
