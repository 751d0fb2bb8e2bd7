"""Simulations beside the calls: each in a process of its own, one at a time.

A thread would hold the interpreter while it works, and calls would wait for it. The process has the lowest
priority, is given plain data and gives plain data, and is killed when nobody waits for it any more.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.problem import Problem, Severity
from telephony.call.record import Record
from telephony.config import Settings
from telephony.errors import Busy, VaxelnError
from telephony.simulate.history import call_of, why_left_out
from telephony.simulate.values import MAX_CALLS, Options, TooManyCalls
from telephony.simulator_child import CALLS, ENDING, JOB, Calls, Ending, Job

MAX_STDERR = 20_000
"""Octets kept of what a broken process says."""

_MODULE = "telephony.simulator_child"


class SimulationRefused(VaxelnError):
    """What was asked cannot be simulated. `path` is where in what was asked; the message says why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(why)
        self.path = path


class SimulationBroke(RuntimeError):
    """The process ended otherwise than it should: a fault of ours. The message says where."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be simulated: see `simulator_child.Job`."""

    text: str
    toml: bool
    today: date
    options: Options
    load: bool = False


class Simulator:
    """Simulates for one service. `journal` is its folder, `prompts` the names of its announcements."""

    def __init__(self, journal: Path, prompts: Collection[str], talk_limit: float) -> None:
        self.talk_limit = talk_limit
        self._journal = journal
        self._prompts = prompts
        self._works = False

    @classmethod
    def of(cls, settings: Settings, prompts: Collection[str]) -> "Simulator":
        """The one of a service with these settings."""
        return cls(settings.data / "journal", prompts, float(settings.calls.max_seconds))

    async def run(self, asked: Asked, log: AsyncIterator[Sequence[Record]]) -> str:
        """The JSON of the simulation. `log` are the calls of the period, page by page.

        Raises Busy, PlanInvalid, PlanRefused, SimulationRefused, TooManyCalls, and what `log` raises.
        """
        if self._works:
            raise Busy("another simulation is being worked on")
        self._works = True
        try:
            return await self._run(asked, log)
        finally:
            self._works = False

    async def _run(self, asked: Asked, log: AsyncIterator[Sequence[Record]]) -> str:
        # -P: what lies in the working directory is not imported
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", _MODULE, stdin=pipe, stdout=pipe, stderr=pipe
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed(process, asked, log))
                said = group.create_task(_all_of(process.stdout))
                complained = group.create_task(_all_of(process.stderr))
            code = await process.wait()
        except ExceptionGroup as group_error:
            raise group_error.exceptions[0] from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            raise SimulationBroke(f"exit code {code}\n{complained.result()[-MAX_STDERR:]}")
        head, _, result = said.result().partition("\n")
        ending = ENDING.validate_json(head)
        if ending.problem:
            _refuse(ending)
        return result

    async def _feed(
        self, process: asyncio.subprocess.Process, asked: Asked, log: AsyncIterator[Sequence[Record]]
    ) -> None:
        stdin = process.stdin
        assert stdin is not None  # it was asked for
        job = Job(
            text=asked.text,
            toml=asked.toml,
            today=asked.today,
            prompts=tuple(sorted(self._prompts)),
            journal=str(self._journal),
            options=asked.options,
            load=asked.load,
        )
        calls = 0
        try:
            stdin.write(JOB.dump_json(job) + b"\n")
            async for records in log:
                await stdin.drain()
                some = _calls(records)
                calls += len(some.calls)
                if calls > MAX_CALLS:
                    raise TooManyCalls
                stdin.write(CALLS.dump_json(some) + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has seen enough, or broke: what it said tells
        finally:
            stdin.close()


def _calls(records: Sequence[Record]) -> Calls:
    left_out = Counter(why for record in records if (why := why_left_out(record)))
    return Calls([call_of(record) for record in records if not why_left_out(record)], left_out)


async def _all_of(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None  # it was asked for
    return (await stream.read()).decode()


def _refuse(ending: Ending) -> NoReturn:
    faults = ending.faults
    match ending.problem:
        case "plan_invalid":
            raise PlanInvalid(faults)
        case "plan_refused":
            raise PlanRefused([_problem(fault) for fault in faults])
        case _:
            raise SimulationRefused(faults[0].path, faults[0].allowed)


def _problem(fault: Fault) -> Problem:
    return Problem(fault.path, Severity.ERROR, fault.value, fault.allowed)
