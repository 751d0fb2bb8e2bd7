"""The process that simulates: what is needed comes in as lines of JSON, what it gives goes out as JSON.

In: a `Job`, then for a log any number of `Calls`. Out: a line with an `Ending`; when that has no problem, the
`telephony.simulate.result.Simulation`.
"""

import json
import os
import resource
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

from pydantic import TypeAdapter, ValidationError

from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.tables import Tables
from telephony.plan_prepare import prepare
from telephony.simulate.load import Load, LoadInvalid, words_of
from telephony.simulate.result import Simulation
from telephony.simulate.simulation import StaffUnknown, invent, replay
from telephony.simulate.values import Options, SimulatedCall, TooManyCalls
from telephony.simulation_reader import read_meanwhile

LOWEST_PRIORITY = 19
"""Of nice(2): whatever a call needs goes before."""

CPU_SECONDS = 120
"""Nothing that is let in takes a tenth of it; whatever does is a fault, and ends."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to simulate: a plan's text, and its `options` for the log, or a `load`, whose text has both.

    `text` is TOML or JSON of a plan, or with `load` the JSON object of `plan` (as object, or its TOML as
    text) and `load`. `journal` is its folder.
    """

    text: str
    toml: bool
    today: date
    prompts: tuple[str, ...]
    journal: str
    options: Options
    load: bool


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of the log, in any order, and how many were left out by why."""

    calls: list[SimulatedCall]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended: `problem` is "", plan_invalid, plan_refused or refused; `faults` are its places."""

    problem: str = ""
    faults: tuple[Fault, ...] = ()


JOB, CALLS, ENDING = TypeAdapter(Job), TypeAdapter(Calls), TypeAdapter(Ending)
_SIMULATION = TypeAdapter(Simulation)


def main() -> None:
    """Simulate what standard input says."""
    os.nice(LOWEST_PRIORITY)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.excepthook = _tell_where
    lines = sys.stdin.buffer
    ending, simulation = simulate(JOB.validate_json(lines.readline()), map(CALLS.validate_json, lines))
    out = sys.stdout.buffer
    out.write(ENDING.dump_json(ending) + b"\n")
    if simulation is not None:
        out.write(_SIMULATION.dump_json(simulation))
    out.flush()


def simulate(job: Job, calls: Iterable[Calls]) -> tuple[Ending, Simulation | None]:
    """The simulation, or what is wrong with what was asked."""
    try:
        return Ending(), _simulation(job, calls)
    except PlanInvalid as error:
        return Ending("plan_invalid", error.faults), None
    except PlanRefused as error:
        faults = tuple([Fault(p.path, p.message, p.advice) for p in error.problems])
        return Ending("plan_refused", faults), None
    except LoadInvalid as error:
        return Ending("refused", (Fault("/load", "", str(error)),)), None
    except TooManyCalls as error:
        return Ending("refused", (Fault("/load/calls", "", str(error)),)), None
    except StaffUnknown as error:
        return Ending("refused", (Fault("?staff", "", str(error)),)), None


def _simulation(job: Job, calls: Iterable[Calls]) -> Simulation:
    if job.load:
        text, toml, load = with_load(job.text)
        return invent(_tables(job, text, toml=toml), load, job.options.seed, job.options.talk_limit)
    tables = _tables(job, job.text, toml=job.toml)
    all_calls: list[SimulatedCall] = []
    left_out: Counter[str] = Counter()
    for some in calls:
        all_calls += some.calls
        left_out.update(some.left_out)
    all_calls.sort(key=lambda call: (call.arrived_at, call.id))
    meanwhile = read_meanwhile(Path(job.journal), job.options.start, job.options.end)
    return replay(tables, all_calls, meanwhile, job.options, left_out)


def _tables(job: Job, text: str, *, toml: bool) -> Tables:
    return prepare(text, toml=toml, today=job.today, prompts=job.prompts).tables


def with_load(text: str) -> tuple[str, bool, Load]:
    """The plan's text, whether it is TOML, and the load. Raises LoadInvalid."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise LoadInvalid("the body must be JSON") from None
    if not isinstance(given, dict) or set(given) != {"plan", "load"}:
        raise LoadInvalid("the body must be an object of `plan` and `load`")
    try:
        load = Load.model_validate(given["load"])
    except ValidationError as error:
        raise LoadInvalid(words_of(error)) from None
    plan = given["plan"]
    return (plan, True, load) if isinstance(plan, str) else (json.dumps(plan), False, load)


def _tell_where(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """Where it broke, without the error's words: there may be a caller's number in them."""
    sys.stderr.write("".join(traceback.format_tb(trace)) + kind.__name__ + "\n")


if __name__ == "__main__":
    main()
