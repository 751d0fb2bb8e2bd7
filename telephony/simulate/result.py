"""What a simulation gives: figures of the simulated calls beside those of what happened, and what differs.

It is sent as JSON as it stands here. No caller's number is in it: a call's id finds it in the log, for those
who may see it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from telephony.simulate.values import Staff


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long it took in seconds, of `count` calls; null when there was none."""

    count: int
    mean: float | None
    median: float | None
    p90: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls counted by what became of them.

    Of those who were answered `answered_in_time` were within 20 s; `service_level` is their share of those
    that were offered, in [0, 1], null when there were none (service_level_of_offered of the key figures).

    `calls` came; each has one of the `outcomes` of the call log, which add up to it: those that were lost or
    cut off count as failed, or as answered if they were. `offered` is without `closed` (closed doors), as in
    the key figures. `went_on`: ended at another number than was dialled. `groups` are answered calls by
    group, `members` by person (or trunk), `announcements` what callers heard.
    """

    calls: int
    offered: int
    outcomes: Mapping[str, int]
    went_on: int
    groups: Mapping[str, int]
    members: Mapping[str, int]
    announcements: Mapping[str, int]
    until_answer: Waiting
    until_given_up: Waiting
    answered_in_time: int
    service_level: float | None


@dataclass(frozen=True, slots=True)
class OfNumber:
    """The calls to one number: E.164, `personal` for people's own together, `unknown` for what no plan
    has. `then` is what happened, null for an invented load."""

    number: str
    function: str
    then: Tally | None
    now: Tally


@dataclass(frozen=True, slots=True)
class OfQueue:
    """The queue of a group: how often a call joined it, and how it left again, by why (answered, left,
    too_long and so on, as `vaxeln_queue_left_total` has it).

    `answered_in_time` were answered within 20 s of joining; `service_level` is their share of those who
    joined. `longest_queue`: how many waited at once. `occupancy` is that of the group's members together.
    """

    group: str
    joined: int
    left: Mapping[str, int]
    answered_in_time: int
    service_level: float | None
    until_answer: Waiting
    until_left: Waiting
    longest_queue: int
    occupancy: float | None


@dataclass(frozen=True, slots=True)
class OfMember:
    """A member of groups: how many calls they answered, for how long they were there (could be rung, and
    neither paused nor logged out of all), and at work: talked, or wrote down what a call was about.
    `occupancy` is the share of the one in the other, in [0, 1]."""

    member: str
    answered: int
    there_seconds: int
    work_seconds: int
    occupancy: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """How many calls to a number ended as `then`, and end as `now`."""

    number: str
    then: str
    now: str
    calls: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a call: outcome, group and number that it reached, who answered, what was heard."""

    outcome: str
    number: str
    group: str
    answered_by: str
    announcement: str
    waited_seconds: float


@dataclass(frozen=True, slots=True)
class Different:
    """A call that ends otherwise, and the reasons of the simulated decision. `number` is as in `OfNumber`."""

    id: str
    arrived_at: datetime
    number: str
    then: Fate
    now: Fate
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What nobody can know, and in how many calls it counted; null where that is not counted."""

    what: str
    calls: int | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """All of it.

    `source` is `log` or `load`. `outgoing` calls of phones to what is no number of the plan keep their people
    busy, and are in no figure. `left_out` are calls of the log that were not simulated, by why. `overrides`
    is how many changes of overrides were counted; null when it is not known what there was. `moves` and
    `different` compare: `different_count` calls end otherwise, of which `different` are the first. `faults`
    are calls that a fault of the program ended; there should be none. `queues` and `members` are of the
    simulated day alone: the log does not tell them.
    """

    source: str
    start: datetime
    end: datetime
    staff: Staff
    seed: int
    plan_digest: str
    outgoing: int
    left_out: Mapping[str, int]
    overrides: int | None
    assumed: tuple[Assumption, ...]
    then: Tally | None
    now: Tally
    numbers: tuple[OfNumber, ...]
    queues: tuple[OfQueue, ...]
    members: tuple[OfMember, ...]
    moves: tuple[Move, ...]
    different_count: int
    different: tuple[Different, ...]
    faults: int
