"""An invented load: how many calls come in a day, when, and how patient everybody is.

date = 2026-12-07
[calls]                       # how many a day, by number
"+46853061000" = 400
"08-53061201" = 60
[profile]                     # how they are spread: shares by half-hour of the wall clock; any scale
"08:00" = 8
"08:30" = 12
[staff.kc]                    # how many of the group's members are there, from each half-hour on
"08:00" = 3
"16:30" = 0
[means]                       # seconds
talk = 180
patience = 120
answer = 8
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import log
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError

from routing.decision import Origin
from routing.hours import STOCKHOLM
from routing.numbers import NumberFormat, is_e164, normalise, show
from telephony.errors import VaxelnError
from telephony.simulate.draws import Draws
from telephony.simulate.knowledge import (
    MEAN_ANSWER,
    MEAN_PATIENCE,
    MEAN_TALK,
    Knowledge,
)
from telephony.simulate.spread import Exponential
from telephony.simulate.values import MAX_CALLS, SimulatedCall, TooManyCalls

MAX_NUMBERS = 2000
"""Numbers of a load: as many as a large plan has."""

MAX_STAFF = 10_000
"""Of one group: as many people as a large plan has."""

HALF_HOUR = timedelta(minutes=30)

TRUNK = "invented"
"""By which trunk invented calls come: none of a plan, which decides nothing by it but the last way to 112."""

_MAX_TEXT = 64
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


class LoadInvalid(VaxelnError):
    """A load that cannot be understood: one line for each place, with what is allowed."""


def _number(text: str) -> str:
    number = normalise(text, NumberFormat.NATIONAL)
    if not is_e164(number):
        raise ValueError("must be a number such as +46853061000 or 08-53061000")
    return number


def _half_hour(text: str) -> str:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or len(text) != 5 or at.minute not in (0, 30):
        raise ValueError('must be a half-hour such as "08:00" or "08:30"')
    return text


def _day(day: date) -> date:
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError(f"must be from {_EARLIEST} to {_LATEST}")
    return day


def _date(value: object) -> object:
    """TOML has dates; JSON has text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("must be a date such as 2026-12-07") from None


def _each_once(calls: object) -> object:
    """One number may be written in two ways."""
    given = calls if isinstance(calls, Mapping) else {}
    numbers = Counter(normalise(str(key)[:_MAX_TEXT], NumberFormat.NATIONAL) for key in given)
    twice = [number for number, count in numbers.items() if count > 1]
    if twice:
        raise ValueError(f"names {show(twice[0])} twice")
    return calls


Day = Annotated[date, BeforeValidator(_date), AfterValidator(_day)]
DialledNumber = Annotated[str, Field(max_length=_MAX_TEXT), AfterValidator(_number)]
Share = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
HalfHour = Annotated[str, AfterValidator(_half_hour)]
Mean = Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)]


class Means(BaseModel):
    """How long it takes on average, in seconds; each time is drawn without memory (exponentially)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    talk: Mean = Field(MEAN_TALK, description="A call that is answered.")
    patience: Mean = Field(MEAN_PATIENCE, description="Until a caller gives up.")
    answer: Mean = Field(MEAN_ANSWER, description="Until somebody answers whose phone rings.")


class Load(BaseModel):
    """A day of invented calls."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    date: Day = Field(description="The day on which they come.")
    calls: Annotated[
        Mapping[DialledNumber, Annotated[float, Field(ge=0, le=MAX_CALLS, allow_inf_nan=False)]],
        Field(min_length=1, max_length=MAX_NUMBERS),
        BeforeValidator(_each_once),
    ] = Field(description="How many calls come on average, by the number that is dialled.")
    profile: Annotated[Mapping[HalfHour, Share], Field(min_length=1, max_length=48)] = Field(
        description="How they are spread over the day: shares by the half-hour of the wall clock."
    )
    staff: Annotated[
        Mapping[
            Annotated[str, Field(max_length=_MAX_TEXT)],
            Annotated[
                Mapping[HalfHour, Annotated[int, Strict(), Field(ge=0, le=MAX_STAFF)]],
                Field(min_length=1, max_length=48),
            ],
        ],
        Field(max_length=MAX_NUMBERS),
    ] = Field(
        default_factory=dict,
        description="How many of a group's members are there, the first of the plan, from each half-hour on; "
        "none before the first. Of a group that is not named all are there, all the time.",
    )
    means: Means = Means()


def read_load(text: str) -> Load:
    """The load in a TOML text. Raises LoadInvalid."""
    try:
        return Load.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise LoadInvalid(words_of(error)) from None
    except (ValueError, RecursionError) as error:
        raise LoadInvalid(f"must be TOML: {error}") from None


def words_of(error: ValidationError) -> str:
    """What is wrong with it, place by place, and what is allowed there."""
    lines = []
    for detail in error.errors(include_url=False):
        place = ".".join(str(step) for step in detail["loc"] if step != "[key]")
        lines.append(f"{place}: {detail['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)


def calls_of(load: Load, draws: Draws) -> list[SimulatedCall]:
    """The calls of the day as they come by chance (Poisson), in order. Raises TooManyCalls."""
    if not any(load.profile.values()):
        raise LoadInvalid("profile: must have a share above 0")
    if sum(load.calls.values()) > MAX_CALLS:
        raise TooManyCalls(round(sum(load.calls.values())))
    calls = [call for number in load.calls for call in _of_number(load, number, draws)]
    if len(calls) > MAX_CALLS:
        raise TooManyCalls(len(calls))
    return sorted(calls, key=lambda call: (call.arrived_at, call.id))


def _of_number(load: Load, number: str, draws: Draws) -> Iterator[SimulatedCall]:
    whole = sum(load.profile.values())
    made = 0
    for half_hour, share in load.profile.items():
        if not share:
            continue
        begin = datetime.combine(load.date, time.fromisoformat(half_hour), STOCKHOLM).astimezone(UTC)
        pace = load.calls[number] * share / whole / HALF_HOUR.total_seconds()
        if not pace:
            return
        at = 0.0
        while True:
            made += 1
            at -= log(1.0 - draws("arrival", number, str(made))) / pace
            if at >= HALF_HOUR.total_seconds():
                break
            yield SimulatedCall(
                id=f"{number}-{made}",
                arrived_at=begin + timedelta(seconds=at),
                origin=Origin.TRUNK,
                origin_name=TRUNK,
                caller=None,
                hidden=True,
                dialled=number,
            )


def knowledge_of(load: Load, draws: Draws) -> Knowledge:
    """How everybody behaves in it."""
    means = load.means
    return Knowledge(
        draws,
        Exponential(means.patience),
        Exponential(means.answer),
        {"": Exponential(means.talk)},
        [
            f"{what}: {mean:g} s on average, without memory"
            for what, mean in (
                ("how long callers wait", means.patience),
                ("how soon somebody answers whose phone rings", means.answer),
                ("how long a call lasts", means.talk),
            )
        ],
    )


def period_of(load: Load) -> tuple[datetime, datetime]:
    """Its day, in UTC."""
    start = datetime.combine(load.date, time(), STOCKHOLM)
    end = datetime.combine(load.date + timedelta(days=1), time(), STOCKHOLM)
    return start.astimezone(UTC), end.astimezone(UTC)
