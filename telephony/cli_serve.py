"""The commands that run a service."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from routing.check import check
from routing.compile import compile_plan
from routing.errors import PlanRefused
from routing.load import load_plan
from routing.plan import Plan
from routing.problem import Problem, Severity
from routing.tables import Tables
from telephony.config import ConfigError, Settings
from telephony.demo.demo import run_demo
from telephony.log import set_up_log
from telephony.media.prompts import Prompts
from telephony.service import Service

try:
    import uvloop
except ImportError:  # it has no wheel for every machine
    uvloop = None  # type: ignore[assignment]

PLAN_NAME = "plan.toml"


def plan_file(settings: Settings, given: Path | None) -> Path:
    """The plan that was named, or else the one in the data folder. Raises ConfigError when there is none."""
    file = given or settings.data / PLAN_NAME
    if not file.is_file():
        raise ConfigError(
            f"no plan at {file}: give one with --plan, or put it there; deploy/botkyrka.toml is an example"
        )
    return file


def read_plan(file: Path) -> Plan:
    """Read a plan file. Raises RoutingError with every fault, OSError."""
    return load_plan(file.read_text("utf-8"))


def tables_of(plan: Plan, prompts: Prompts) -> tuple[Tables, list[Problem]]:
    """Check and compile a plan; its warnings. Raises PlanRefused when there are errors."""
    problems = check(plan, prompts=prompts.names)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise PlanRefused(problems)
    return compile_plan(plan), list(problems)


def serve(settings: Settings, plan: Path | None) -> int:
    """Run the service until SIGTERM."""
    set_up_log(settings.log)
    prompts = Prompts.load()
    tables, warnings = tables_of(read_plan(plan_file(settings, plan)), prompts)
    for warning in warnings:
        print(warning, file=sys.stderr)
    return run_loop(_serve(Service(settings, tables, prompts)))


async def _serve(service: Service) -> int:
    listening = await service.start()
    for host, port in listening.sip:
        print(f"Växeln takes SIP on udp:{host}:{port}", flush=True)
    print(f"Health and figures are at http://{listening.http[0]}:{listening.http[1]}/healthz", flush=True)
    return 0 if await service.run() else 1


def demo(keep: bool) -> int:
    """Make the demonstration's calls; 0 when every one did what it should."""
    return run_demo(keep=keep)


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where it is installed: a quarter of the cost per packet; else on asyncio."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None) as runner:
        return runner.run(main)
