"""The command that runs a service."""

import asyncio
import gc
import resource
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from telephony.cli_options import Commands, add_command, add_plan, add_settings, settings_of
from telephony.cli_time import clock
from telephony.config import Settings
from telephony.log import set_up_log
from telephony.media.prompts import Prompts
from telephony.plan_start import first_plan
from telephony.prompt_keeper import load_recordings, speech_of
from telephony.service import Service

try:
    import uvloop
except ImportError:  # it has no wheel for every machine
    uvloop = None  # type: ignore[assignment]

COLLECT_AFTER = (20_000, 1, 30)
"""How many objects more make the garbage collector look at the young ones, how often that makes it look at
the middle ones, and they at all. An ended call leaves no garbage (a test sees to it): this is for what
libraries leave. A look takes a microsecond an object: the young and the middle ones together 40 ms, once in
2 s with 150 calls a second. Looks as rare as this meet fewer objects that would soon have gone by
themselves."""

log = structlog.get_logger("vaxeln")


def add_commands(commands: Commands) -> None:
    """Add `vaxeln serve`."""
    command = add_command(commands, "serve", "start the service", lambda o: serve(settings_of(o), o.plan))
    add_settings(command)
    add_plan(command)


def raise_file_limit() -> None:
    """Let the process open what the system allows: a call takes four sockets, 1,024 is a common limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(settings: Settings, plan: Path | None) -> int:
    """Run the service until SIGTERM; 0 when every fact is on disk then."""
    set_up_log(settings.log)
    raise_file_limit()
    return run_loop(_serve(settings, plan))


def tune_collection() -> None:
    """Keep what the start has made, and is never garbage, out of the garbage collector's rounds: a full one
    through all of it would hold up every call and its sound for 50 ms. And look for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _serve(settings: Settings, plan: Path | None) -> int:
    prompts = Prompts.load()
    load_recordings(settings.data, prompts)
    speak = speech_of(settings.data, prompts).speak
    first = await first_plan(settings, plan, prompts.names, datetime.now(UTC), speak)
    for warning in first.warnings:
        log.warning("plan_warning", path=warning.path, problem=warning.message, advice=warning.advice)
    service = Service(settings, first.plan, prompts, first.pending)
    listening = await service.start()
    tune_collection()
    version = first.plan.about.version
    _announce(f"Plan {version or '(no version yet)'} is in force, from {first.where}")
    if first.pending is not None and (at := first.pending.about.valid_from) is not None:
        _announce(f"Plan {first.pending.about.version} comes into force at {clock(at)}")
    for address in listening.sip:
        _announce(f"Växeln takes SIP on {address}")
    if settings.sip.advertise:
        _announce(f"Peers are told the address {settings.sip.advertise}")
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
