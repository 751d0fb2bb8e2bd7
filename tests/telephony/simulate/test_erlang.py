"""The queue is right: with callers who stay it gives what Erlang's C formula says (M/M/c), through the real
switchboard."""

import heapq
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from statistics import fmean, stdev

import pytest

from routing.tables import Tables
from telephony.call.record import Record
from telephony.simulate.draws import Draws
from telephony.simulate.driver import Driver
from telephony.simulate.knowledge import Knowledge
from telephony.simulate.spread import Exponential, Seen
from telephony.simulate.values import SimulatedCall
from tests.support.calls import NOON
from tests.support.erlang import erlang_b, erlang_c, mean_wait, served_within
from tests.support.plans import MAIN, tables_of
from tests.support.simulated import came, everybody

SERVICE = 120.0
WITHIN = 20.0
BATCHES = 10
T_99 = 3.250
"""Student's t for 9 degrees of freedom: 99 % of confidence, of both sides."""


def staffed(members: int) -> Tables:
    """A plan with a queue at the main number, for which so many answer."""
    names = [f"m{number}" for number in range(members)]
    people = "[people]\n" + "".join(
        f'{name} = {{ name = "{name}", phones = ["{name}"] }}\n' for name in names
    )
    phones = "[phones]\n" + "".join(f'{name} = {{ display = "{name}" }}\n' for name in names)
    groups = f"""
[groups.kc]
name = "Kontaktcenter"
members = {names}
strategy = "longest_idle"
[groups.kc.queue]
max_waiting = 500
max_wait_seconds = 7200
comfort_seconds = 600
"""
    numbers = f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "alltid"
destination = {{ group = "kc" }}
"""
    return tables_of(people=people, phones=phones, groups=groups, numbers=numbers)


@dataclass(frozen=True)
class Interval:
    """What a measure's mean is in, with 99 % of confidence, by the means of batches."""

    mean: float
    half: float

    @classmethod
    def of(cls, seen: Sequence[float]) -> "Interval":
        size = len(seen) // BATCHES
        means = [fmean(seen[first : first + size]) for first in range(0, size * BATCHES, size)]
        return cls(fmean(means), T_99 * stdev(means) / sqrt(BATCHES))

    def __str__(self) -> str:
        return f"{self.mean:.3f} +- {self.half:.3f}"

    def __contains__(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half


@dataclass(frozen=True)
class Run:
    """How long each caller waits, in order of arrival: as the switchboard serves them, and as servers do that
    serve the same calls with the same talks in order of arrival (Kiefer and Wolfowitz)."""

    switchboard: list[float]
    servers: list[float]


def run(members: int, load: float, calls: int, seed: int) -> Run:
    """The first tenth, in which the queue fills, is carried too, and left out."""
    chance = random.Random(seed)
    at, coming = 0.0, list[SimulatedCall]()
    for number in range(calls + calls // 10):
        at += chance.expovariate(load / SERVICE)
        coming.append(came(f"{number:06}", at))
    answers_at_once = Seen.of([1e-6])
    knowledge = Knowledge(Draws(seed), Exponential(1e9), answers_at_once, {"": Exponential(SERVICE)})
    seen: dict[str, float] = {}

    def ended(call: SimulatedCall, record: Record) -> None:
        assert record.person_answered_at is not None
        seen[call.id] = (record.person_answered_at - record.arrived_at) / timedelta(seconds=1)

    tables = staffed(members)
    Driver(tables, knowledge, 0.0, ended).run(coming, everybody(tables))
    times = [((call.arrived_at - NOON) / timedelta(seconds=1), knowledge.talks_for(call)) for call in coming]
    first = calls // 10
    return Run([seen[call.id] for call in coming][first:], list(served_in_order(members, times))[first:])


def served_in_order(servers: int, calls: Iterable[tuple[float, float]]) -> Iterator[float]:
    """How long each waits of (when it comes, how long it takes), of so many servers."""
    free_at = [0.0] * servers  # a heap
    for at, takes in calls:
        begins = max(at, free_at[0])
        heapq.heapreplace(free_at, begins + takes)
        yield begins - at


def assert_as_erlang(waits: Sequence[float], servers: int, load: float) -> None:
    """What Erlang says of those who wait, of the mean wait and of the service level is in the intervals."""
    waited = Interval.of([float(seconds > 0.01) for seconds in waits])
    mean = Interval.of(waits)
    level = Interval.of([float(seconds <= WITHIN) for seconds in waits])
    wanted = erlang_c(servers, load), mean_wait(servers, load, SERVICE)
    in_time = served_within(servers, load, SERVICE, WITHIN)
    print(  # noqa: T201 (shown with -s, and when it fails)
        f"c={servers} rho={load / servers:.2f}, {len(waits)} calls: wait {waited} ({wanted[0]:.3f}), "
        f"mean {mean} s ({wanted[1]:.1f}), within {WITHIN:g} s {level} ({in_time:.3f})"
    )
    assert wanted[0] in waited
    assert wanted[1] in mean
    assert in_time in level


CASES = [(1, 0.5, 1_000), (5, 4.0, 4_000), (20, 18.0, 12_000)]
"""Members, load in erlang, and calls: the fuller it is the longer one wait depends on those before."""


@pytest.mark.parametrize(("members", "load", "calls"), CASES)
def test_callers_who_stay_wait_as_erlang_says(members: int, load: float, calls: int) -> None:
    found = run(members, load, calls, seed=6)

    assert_as_erlang(found.switchboard, members, load)
    late = [abs(one - other) for one, other in zip(found.switchboard, found.servers, strict=True)]
    assert (
        max(late) < 0.05
    )  # each in order of arrival, by whoever is free first, and nobody is idle meanwhile


@pytest.mark.parametrize(("servers", "load"), [case[:2] for case in CASES])
def test_servers_that_serve_in_order_are_what_erlang_speaks_of(servers: int, load: float) -> None:
    """So narrow an interval takes more calls than the switchboard need carry."""
    chance, at, calls = random.Random(7), 0.0, list[tuple[float, float]]()
    for _ in range(200_000):
        at += chance.expovariate(load / SERVICE)
        calls.append((at, chance.expovariate(1 / SERVICE)))

    waits = list(served_in_order(servers, calls))[20_000:]

    assert_as_erlang(waits, servers, load)
    assert Interval.of([float(seconds > 0) for seconds in waits]).half < 0.06


def test_the_oracle_is_that_of_the_tables() -> None:
    """Of one server C is the load; of two, and of B, the values are worked out by hand."""
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_b(2, 1.0) == pytest.approx(0.2)  # (1/2) / (1 + 1 + 1/2)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert mean_wait(1, 0.5, 120.0) == pytest.approx(120.0)
    assert erlang_c(5, 4.0) == pytest.approx(0.5541, abs=1e-4)
