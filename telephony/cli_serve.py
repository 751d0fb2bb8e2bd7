"""The commands that run a service."""

import asyncio
import gc
import resource
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from routing.check import check
from routing.compile import compile_plan
from routing.errors import Fault, PlanInvalid, PlanRefused
from routing.hours import STOCKHOLM
from routing.load import load_plan
from routing.plan import Plan
from routing.problem import Problem, Severity
from routing.tables import Tables
from telephony.config import ConfigError, Settings
from telephony.errors import VaxelnError
from telephony.log import set_up_log
from telephony.media.prompts import Prompts
from telephony.service import Service

try:
    import uvloop
except ImportError:  # it has no wheel for every machine
    uvloop = None  # type: ignore[assignment]

log = structlog.get_logger("vaxeln")

PLAN_NAME = "plan.toml"


class PlanUnreadable(VaxelnError):
    """The system does not give us the plan's file. The message names it and what the system said."""


def plan_file(settings: Settings, given: Path | None) -> Path:
    """The plan that was named, or else the one in the data folder. Raises ConfigError when there is none."""
    file = given or settings.data / PLAN_NAME
    if not file.is_file():
        raise ConfigError(
            f"no plan at {file}: give one with --plan, or put it there; deploy/botkyrka.toml is an example"
        )
    return file


def read_plan(file: Path) -> Plan:
    """Read a plan file. Raises PlanUnreadable, and PlanInvalid with every fault."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise PlanUnreadable(f"cannot read the plan {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlanInvalid([Fault("plan", f"octet {error.start}", "must be text in UTF-8")]) from error
    return load_plan(text)


def tables_of(plan: Plan, prompts: Prompts) -> tuple[Tables, list[Problem]]:
    """Check and compile a plan; its warnings. Raises PlanRefused when there are errors."""
    problems = check(plan, datetime.now(STOCKHOLM).date(), prompts.names)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise PlanRefused(problems)
    return compile_plan(plan), list(problems)


def raise_file_limit() -> None:
    """Let the process open what the system allows: a call takes four sockets, 1,024 is a common limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(settings: Settings, plan: Path | None) -> int:
    """Run the service until SIGTERM; 0 when every fact is on disk then."""
    set_up_log(settings.log)
    raise_file_limit()
    prompts = Prompts.load()
    tables, warnings = tables_of(read_plan(plan_file(settings, plan)), prompts)
    for warning in warnings:
        log.warning("plan_warning", path=warning.path, problem=warning.message, advice=warning.advice)
    return run_loop(_serve(Service(settings, tables, prompts), settings.sip.advertise))


def spare_start_from_collection() -> None:
    """Keep what the start has made, and is never garbage, out of the garbage collector's rounds: a full one
    through all of it would hold up every call and its sound for 50 ms."""
    gc.collect()
    gc.freeze()


async def _serve(service: Service, advertised: str | None) -> int:
    listening = await service.start()
    spare_start_from_collection()
    for address in listening.sip:
        _announce(f"Växeln takes SIP on {address}")
    if advertised:
        _announce(f"Peers are told the address {advertised}")
    _announce(f"Health and figures are at http://{listening.http}/healthz")
    return 0 if await service.run() else 1


def _announce(line: str) -> None:
    """Tell whoever started us. That nobody reads it stops no service."""
    with suppress(OSError):
        print(line, flush=True)


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where it is installed: a quarter of the cost per packet; else on asyncio."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None) as runner:
        return runner.run(main)
