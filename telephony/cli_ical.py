"""`vaxeln plan ical` and `ical-import`: deviations of a calendar to and from iCalendar files."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from routing.load import load_plan, load_plan_json
from routing.plan import Plan
from telephony.admin.wire import JSON
from telephony.cli_remote import Place, ask_if_running, note
from telephony.cli_text import UsageError
from telephony.errors import VaxelnError
from telephony.ical.merging import Merged, merge, put_into_text
from telephony.ical.reading import read
from telephony.ical.writing import write
from telephony.plan_start import naming, offline_plan, read_text


def export(place: Place, plan: Path | None, calendar: str, first: str | None, last: str | None) -> int:
    """Print the calendar's own deviations as iCalendar, all or those of some days."""
    begin, end = _day("--from", first, date.min), _day("--to", last, date.max)
    deviations = _known(_plan(place, plan), calendar).calendars[calendar].deviations
    wanted = [deviation for deviation in deviations if begin <= deviation.date <= end]
    sys.stdout.write(write(calendar, wanted, datetime.now(UTC)))
    return 0


def import_into(plan: Path, calendar: str, file: Path, output: Path | None, remove_others: bool) -> int:
    """Print the plan's text with the deviations of an iCalendar file in a calendar of it, and say on standard
    error what that makes another."""
    text = read_text(plan)
    with naming(plan):
        document = _known(load_plan(text), calendar)
        found = read(_octets(file))
        merged = merge(document.calendars[calendar], found.deviations, remove_others=remove_others)
        edited = put_into_text(text, calendar, merged.deviations)
    for line in told(merged, found.left_out):
        note(line)
    if output is None:
        sys.stdout.write(edited)
    else:
        output.write_text(edited, "utf-8")
    return 0


def told(merged: Merged, left_out: Sequence[str]) -> list[str]:
    """What an import makes another, for people."""
    parts = {
        "added": merged.added,
        "replaced": merged.replaced,
        "removed": merged.removed,
        "as it was": merged.same,
    }
    lines = [f"{word}: {', '.join(map(str, days))}" for word, days in parts.items() if days]
    return [*lines, *(f"left out: {what}" for what in left_out)] or ["the file has no events"]


def _plan(place: Place, file: Path | None) -> Plan:
    """The plan of the file, else that in force."""
    if file is None:
        instead = "this is by the plan on disk"
        reply = ask_if_running(
            place, lambda client: client.ask("GET", "/plan", headers={"Accept": JSON}), instead
        )
        if reply is not None:
            return load_plan_json(json.dumps(reply.value))
    return offline_plan(place.data, file)[0]


def _known(plan: Plan, calendar: str) -> Plan:
    if calendar not in plan.calendars:
        raise UsageError(f"there is no calendar {calendar}; there are {', '.join(plan.calendars) or 'none'}")
    return plan


def _day(option: str, text: str | None, otherwise: date) -> date:
    try:
        return otherwise if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no day; allowed: such as 2026-12-21") from None


def _octets(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IcalUnreadable(f"cannot read {file}: {error.strerror}") from error


class IcalUnreadable(VaxelnError):
    """The system does not give us the file. The message names it and what the system said."""
