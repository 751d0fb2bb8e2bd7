"""What a simulation is given: calls, and what of the house changed meanwhile. Plain values, sent as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.decision import Origin
from routing.override import Override
from telephony.call.duty_facts import MemberFact
from telephony.call.facts import Outcome
from telephony.errors import VaxelnError

MAX_CALLS = 50_000
"""Calls of one simulation: two months of a municipality with 700 a day, which take about 60 MB and less time
than the API grants an answer."""

MAX_DAYS = 31
"""The longest period: a month. The journal, which knows who was there, is kept for 30 days."""

MAX_SEED = 2**31 - 1


class TooManyCalls(VaxelnError):
    """More calls than one simulation takes. The message says how many, and what to do."""

    def __init__(self, calls: int | None = None) -> None:
        many = "there are more calls" if calls is None else f"{calls} calls are more"
        super().__init__(f"{many} than a simulation takes: at most {MAX_CALLS}; let fewer come")


class Staff(StrEnum):
    """Whose phones are registered: everybody's, or those that were then."""

    EVERYBODY = "everybody"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Then:
    """What became of a call. Seconds are from its arrival.

    `waited`: until a person answered, or the end. `talked`: with who answered first. `number` is the one that
    it reached in the end. `queued`: it waited in a queue, so phones may have rung more than once.
    """

    outcome: Outcome
    waited: float
    answered: bool
    talked: float = 0.0
    rang: float | None = None
    number: str = ""
    group: str = ""
    offered: tuple[str, ...] = ()
    answered_by: str = ""
    announcement: str = ""
    protected: bool = False
    queued: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call that comes. `caller` is E.164, None when hidden or unknown; `member` is the person whose phone
    calls, or "". `then` is what became of it, None of an invented one."""

    id: str
    arrived_at: datetime
    origin: Origin
    origin_name: str
    caller: str | None
    hidden: bool
    dialled: str
    member: str = ""
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class PhoneChange:
    """From then on the phone could be reached, or could not."""

    at: datetime
    phone: str
    there: bool


@dataclass(frozen=True, slots=True)
class OverrideChange:
    """An override of a number (E.164, "" is all) was put in force, or ended (None)."""

    at: datetime
    number: str
    override: Override | None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What is known of the house in the period; what was so at its beginning comes first, with its time.

    `duties` are pauses, log-ins and log-outs of members, and their ends.
    `known_from` is since when the facts of it are there, None when they are not there at all.
    """

    phones: Sequence[PhoneChange] = ()
    overrides: Sequence[OverrideChange] = ()
    duties: Sequence[MemberFact] = ()
    known_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How it is simulated. The period is from `start` to before `end`. `talk_limit` is in seconds."""

    start: datetime
    end: datetime
    staff: Staff = Staff.EVERYBODY
    seed: int = 1
    talk_limit: float = 14400.0
