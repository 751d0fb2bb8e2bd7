"""`vaxeln hours NUMBER --due DAYS`: when something is due that has so many working days (P14).

With `--json` it prints one object: see `telephony.admin.values.Due`.
"""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from routing.hours import STOCKHOLM
from routing.numbers import show
from routing.working_days import MAX_WORKING_DAYS
from telephony import cli_read
from telephony.admin.client import Client
from telephony.admin.values import Due
from telephony.administration.number_desk import due_of
from telephony.cli_remote import Place, ask_if_running, segment
from telephony.cli_text import number_of, print_json, print_lines
from telephony.cli_time import clock, moment

_DUE = TypeAdapter(Due)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many working days, since when (now when None), and whether as an object."""

    days: int
    since: str | None
    as_json: bool


def days(text: str) -> int:
    """A number of working days, for argparse."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_WORKING_DAYS):
        raise argparse.ArgumentTypeError(f"{text!r} is none; allowed: from 1 to {MAX_WORKING_DAYS}")
    return int(text)


def show_due(place: Place, file: Path | None, number: str, wanted: Wanted, offline: str) -> int:
    """Print when it is due, and which days were counted. `offline` is said when no service runs."""
    number_of(number, "NUMBER")
    now = datetime.now(UTC)
    since = moment("--since", wanted.since, now) if wanted.since is not None else now

    async def question(client: Client) -> Due:
        asked = {"days": str(wanted.days), "from": since.isoformat()}
        told = await client.ask("GET", f"/numbers/{segment(number)}/due", parameters=asked)
        return _DUE.validate_python(told.value)

    found = None if file else ask_if_running(place, question, offline)
    if found is None:
        found = due_of(cli_read.row_by_plan(place.data, file, number), since, wanted.days)
    if wanted.as_json:
        print_json(_DUE.dump_python(found, mode="json"))
        return 0
    counted = f"{wanted.days} working day{'' if wanted.days == 1 else 's'}"
    by = found.due.astimezone(STOCKHOLM)
    print_lines(
        [
            f"{show(found.number)}: {counted} from {clock(found.since)} end {by:%Y-%m-%d %H:%M:%S}",
            f"counted: {', '.join(map(str, found.working_days))}",
        ]
    )
    return 0
