"""`vaxeln simulate`: what another plan would do with the calls of the log, or with an invented load.

It asks the running service; while none runs it reads the journal. An invented load needs no service but for
a plan by its version. `--json` prints `telephony.simulate.result.Simulation`.
"""

import argparse
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from routing.hours import STOCKHOLM
from telephony.admin.client import Client
from telephony.admin.errors import ServiceAway, ServiceRefused
from telephony.admin.wire import JSON, TOML
from telephony.cli_calls import DATABASE_AWAY
from telephony.cli_options import (
    Commands,
    add_choice,
    add_command,
    add_json,
    add_settings,
    add_url,
    place_of,
    settings_of,
)
from telephony.cli_read import known_prompts, period, read_records
from telephony.cli_remote import Place, ask, ask_if_running, note
from telephony.cli_text import UsageError, print_json, print_lines
from telephony.plan_prepare import Prepared, prepare
from telephony.plan_start import naming, offline_plan, read_text
from telephony.simulate.history import call_of, why_left_out
from telephony.simulate.lines import simulation_lines
from telephony.simulate.load import read_load
from telephony.simulate.result import Simulation
from telephony.simulate.simulation import invent, replay
from telephony.simulate.values import MAX_CALLS, MAX_DAYS, MAX_SEED, Options, Staff, TooManyCalls
from telephony.simulation_reader import read_meanwhile

_FROM_JOURNAL = "this is simulated from the journal"
_SIMULATION = TypeAdapter(Simulation)


def add_commands(commands: Commands) -> None:
    """`vaxeln simulate`."""
    simulate = add_command(
        commands, "simulate", "show what a plan would do with calls of the log, or invented ones", _simulate
    )
    simulate.add_argument(
        "plan", metavar="PLAN", help="a plan's file, in TOML or .json, or a version's number"
    )
    simulate.add_argument("--day", metavar="DATE", help="the calls of this day, such as 2026-11-24")
    simulate.add_argument("--from", dest="first", metavar="DATE", help="the calls from this day on")
    simulate.add_argument(
        "--to", dest="last", metavar="DATE", help=f"to this day, included; at most {MAX_DAYS} days"
    )
    simulate.add_argument(
        "--load", type=Path, metavar="FILE", help="an invented load in place of the log, in TOML"
    )
    add_choice(
        simulate,
        "--staff",
        Staff,
        "whose phones are registered: everybody's, or those that were then (default: %(default)s)",
        default=Staff.EVERYBODY,
    )
    simulate.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="another chance for what is drawn (default: 1)"
    )
    simulate.add_argument(
        "--offline", action="store_true", help="read the journal, whether a service runs or not"
    )
    add_json(simulate)
    add_url(simulate)
    add_settings(simulate, "data", "calls.max_seconds")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:11]) <= MAX_SEED):
        raise argparse.ArgumentTypeError(f"{text} is out of range; allowed: from 0 to {MAX_SEED}")
    return int(text)


def _simulate(options: argparse.Namespace) -> int:
    settings, place = settings_of(options), place_of(options)
    limit = float(settings.calls.max_seconds)
    if options.load is not None:
        if options.day or options.first or options.last or options.staff is Staff.LOG:
            raise UsageError("--load brings its own date and calls: leave out --day, --from, --to, --staff")
        found = _with_load(place, options, limit)
    else:
        found = _with_log(place, options, limit)
    if options.json:
        print_json(_SIMULATION.dump_python(found, mode="json"))
    else:
        print_lines(simulation_lines(found))
    return 0


def _with_load(place: Place, options: argparse.Namespace, limit: float) -> Simulation:
    text, media_type = _plan(place, options.plan, offline=options.offline)
    load = read_load(read_text(options.load))
    return invent(_prepared(place, options.plan, text, media_type).tables, load, options.seed, limit)


def _with_log(place: Place, options: argparse.Namespace, limit: float) -> Simulation:
    asked = _asked(options, limit)
    found = None if options.offline else _from_service(place, options, asked)
    if found is not None:
        return _SIMULATION.validate_python(found)
    if options.offline:
        note(_FROM_JOURNAL)
    text, media_type = _plan(place, options.plan, offline=True)
    tables = _prepared(place, options.plan, text, media_type).tables
    records = [record for record in read_records(place.data) if asked.start <= record.arrived_at < asked.end]
    left_out = Counter(why for record in records if (why := why_left_out(record)))
    calls = [call_of(record) for record in records if not why_left_out(record)]
    if len(calls) > MAX_CALLS:
        raise TooManyCalls(len(calls))
    calls.sort(key=lambda call: (call.arrived_at, call.id))
    meanwhile = read_meanwhile(place.data / "journal", asked.start, asked.end)
    return replay(tables, calls, meanwhile, asked, left_out)


def _asked(options: argparse.Namespace, limit: float) -> Options:
    """The period and the rest. Raises UsageError."""
    if (options.day is None) == (options.first is None) or (options.first is None) != (options.last is None):
        raise UsageError("give one of --day DATE, --from DATE --to DATE, or --load FILE")
    first, last = options.day or options.first, options.day or options.last
    start, end = period(first, last)
    if end - start > timedelta(days=MAX_DAYS):  # on the wall clock: both are local
        raise UsageError(f"--from {first} --to {last} is too long; allowed: at most {MAX_DAYS} days")
    return Options(start.astimezone(UTC), end.astimezone(UTC), options.staff, options.seed, limit)


def _from_service(place: Place, options: argparse.Namespace, asked: Options) -> Any:
    """What the service says; None when none runs here, or one without a database."""
    parameters = {
        "from": str(_local_day(asked.start)),
        "to": str(_local_day(asked.end - timedelta(hours=1))),
        "staff": asked.staff.value,
        "seed": str(asked.seed),
    }

    async def question(client: Client) -> Any:
        text, media_type = await _plan_of(client, options.plan)
        headers = {"Content-Type": media_type}
        try:
            reply = await client.ask(
                "POST", "/plan/simulation", parameters=parameters, body=text, headers=headers
            )
        except ServiceRefused as refused:
            if refused.status != DATABASE_AWAY:
                raise
            if (await client.ask("GET", "/status")).value["archive"]["is_on"]:
                raise
            raise ServiceAway("the service has no database") from refused
        return reply.value

    return ask_if_running(place, question, _FROM_JOURNAL)


def _local_day(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()


def _plan(place: Place, plan: str, *, offline: bool) -> tuple[str, str]:
    """The plan's text and its media type; a version is asked of the service, or is the one on disk."""
    if not plan.isdigit():
        return read_text(Path(plan)), _media_type(plan)
    if not offline:
        return ask(place, lambda client: _plan_of(client, plan))
    kept, version = offline_plan(place.data, None)
    if version != int(plan):
        there = f"on disk is version {version}" if version else "on disk is none"
        raise UsageError(f"version {plan} needs a running service: {there}; or give a file")
    return kept.model_dump_json(), JSON


async def _plan_of(client: Client, plan: str) -> tuple[str, str]:
    if not plan.isdigit():
        return read_text(Path(plan)), _media_type(plan)
    reply = await client.ask("GET", f"/plan/versions/{plan}", headers={"Accept": JSON})
    return TypeAdapter(dict[str, Any]).dump_json(reply.value).decode(), JSON


def _media_type(plan: str) -> str:
    return JSON if plan.endswith(".json") else TOML


def _prepared(place: Place, plan: str, text: str, media_type: str) -> Prepared:
    today = datetime.now(STOCKHOLM).date()
    with naming(plan):
        return prepare(text, toml=media_type == TOML, today=today, prompts=known_prompts(place.data))
