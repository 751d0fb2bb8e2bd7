"""`vaxeln calls`: the call log, from the database through the service, or from the journal.

`--json` prints `calls`, in the order in which they arrived: objects as `telephony.admin.views.CallView`.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from routing.numbers import NumberFormat, normalise
from telephony.admin.client import Client
from telephony.admin.errors import ServiceAway, ServiceRefused
from telephony.admin.views import CallView
from telephony.archive.lock import is_locked
from telephony.call.facts import Outcome
from telephony.call.record import HIDDEN, MASKED, Record
from telephony.call_lines import log_lines
from telephony.cli_options import (
    USUAL,
    Commands,
    add_choice,
    add_command,
    add_json,
    add_last,
    add_service,
    place_of,
)
from telephony.cli_read import read_records
from telephony.cli_remote import Place, ask_if_running, listed, note
from telephony.cli_text import UsageError, number_of, print_json, print_lines
from telephony.cli_time import moment

_FROM_JOURNAL = "these calls are from the journal"
DATABASE_AWAY = 503
"""The status of a refusal because the database does not answer."""

_RECORD, _VIEW = TypeAdapter(Record), TypeAdapter(CallView)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls, as it was typed. `reason` is why callers of protected numbers must be shown."""

    since: str | None = None
    until: str | None = None
    last: int = USUAL
    number: str | None = None
    outcome: Outcome | None = None
    answered_by: str | None = None
    reason: str | None = None

    def period(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when to before when. Raises UsageError."""
        start = moment("--since", self.since, now) if self.since else None
        end = moment("--until", self.until, now) if self.until else None
        if start and end and end <= start:
            raise UsageError(f"--until {self.until} is not after --since {self.since}")
        return start, end


def add_commands(commands: Commands) -> None:
    """`vaxeln calls`."""
    calls = add_command(commands, "calls", "show the call log", _calls)
    calls.add_argument(
        "--since", metavar="TIME", help="calls that arrived then or later, as 14:00 (today) or 2026-12-23"
    )
    calls.add_argument("--until", metavar="TIME", help="calls that arrived before then")
    add_last(calls, "calls")
    calls.add_argument("--number", help="calls to this number of the plan")
    add_choice(calls, "--outcome", Outcome, "calls that ended so")
    calls.add_argument("--answered-by", metavar="WHO", help="calls that this person or trunk answered")
    calls.add_argument("--reason", help="why callers of protected numbers must be shown: it is journalled")
    calls.add_argument(
        "--offline", action="store_true", help="read the journal, whether a service runs or not"
    )
    add_service(calls)
    add_json(calls)


def _calls(options: argparse.Namespace) -> int:
    wanted = Wanted(**{field.name: getattr(options, field.name) for field in fields(Wanted)})
    return show_calls(place_of(options), wanted, offline=options.offline, as_json=options.json)


def show_calls(place: Place, wanted: Wanted, *, offline: bool, as_json: bool) -> int:
    """Print the newest calls that are wanted, in the order in which they came."""
    if wanted.number is not None:
        number_of(wanted.number, "--number")
    start, end = wanted.period(datetime.now(UTC))
    found = None if offline else _from_service(place, wanted, start, end)
    if found is not None:
        shown, records = found, [_record(call) for call in found]
    elif wanted.reason is not None:
        raise UsageError("--reason needs a running service, which journals it")
    else:
        if offline:
            note(_FROM_JOURNAL)
        records = [record for record in read_records(place.data) if _fits(record, wanted, start, end)]
        records = records[-wanted.last :]
        shown = [_VIEW.dump_python(CallView.of(record, unmask=False), mode="json") for record in records]
    if as_json:
        print_json({"calls": shown})
    else:
        is_running = found is not None or is_locked(place.data / "journal")
        print_lines(log_lines(records, is_running=is_running))
    return 0


async def read_log(client: Client, asked: Mapping[str, str], most: int) -> list[dict[str, Any]]:
    """The newest calls in the order in which they arrived, as the API shows them.

    Raises ServiceAway when the service has no database, and ServiceRefused with what is wrong with it.
    """
    try:
        return (await listed(client, "/calls", asked, most))[::-1]
    except ServiceRefused as refused:
        if refused.status != DATABASE_AWAY:
            raise
        archive = (await client.ask("GET", "/status")).value["archive"]
        if not archive["is_on"]:
            raise ServiceAway("the service has no database") from refused
        because = f" ({archive['problem']})" if archive["problem"] else ""
        raise ServiceRefused(DATABASE_AWAY, f"{refused}{because}; --offline reads the journal") from refused


def _from_service(
    place: Place, wanted: Wanted, start: datetime | None, end: datetime | None
) -> list[dict[str, Any]] | None:
    """The calls as the API shows them; None when no service runs here, or one without a database.

    Raises ServiceAway and ServiceRefused.
    """
    given = {
        "from": start and start.isoformat(),
        "to": end and end.isoformat(),
        "number": wanted.number,
        "outcome": wanted.outcome,
        "answered_by": wanted.answered_by,
        "reason": wanted.reason,
    }
    asked = {name: str(value) for name, value in given.items() if value is not None}

    return ask_if_running(place, lambda client: read_log(client, asked, wanted.last), _FROM_JOURNAL)


def _fits(record: Record, wanted: Wanted, start: datetime | None, end: datetime | None) -> bool:
    number = None if wanted.number is None else number_of(wanted.number, "--number")
    return (
        (start is None or start <= record.arrived_at)
        and (end is None or record.arrived_at < end)
        and number in (None, record.number)
        and wanted.outcome in (None, record.outcome)
        and wanted.answered_by in (None, record.answered_by)
    )


def _record(call: Mapping[str, Any]) -> Record:
    """The call as the API shows it; what is masked there stays so, and what is not was meant to be seen."""
    caller = call["caller"]
    same = {field.name: call[field.name] for field in fields(Record) if field.name in call}
    seen = {
        "hidden": caller == HIDDEN,
        "protected": caller == MASKED,
        "caller": caller if caller in (HIDDEN, MASKED) else normalise(caller, NumberFormat.NATIONAL),
        "sip_call_id": "",
    }
    return _RECORD.validate_python({**same, **seen})
