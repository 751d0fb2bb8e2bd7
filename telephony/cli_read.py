"""The commands that read: they work offline, from the plan and the journal.

With `--json` each prints one object, all of whose keys are always there:

- `plan check`: `ok` (no error; warnings are none), `complete` (false when what it says is no plan, so that
  nothing else was checked), `problems`: objects of `path` (a place in the plan), `severity` (error or
  warning), `message`, `advice` (what to do; "" when `message` says what is allowed)
- `hours`: `number` (E.164), `function`, `spans`: see `routing.hours.hours_json`; they follow each other
  without gaps from the first midnight to the last
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import assert_never

from routing.check import check
from routing.compile import compile_plan
from routing.errors import PlanInvalid
from routing.hours import MAX_PERIOD, STOCKHOLM, Span, effective_hours, hours_json, hours_lines
from routing.load import load_plan
from routing.numbers import show
from routing.problem import Severity
from routing.tables import NumberRow, Tables
from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.errors import JournalUnusable
from telephony.archive.findings import Damage, Finding, Gap, NotUnderstood, TornTail
from telephony.archive.reader import JournalReader
from telephony.archive.upcasts import UPCASTS
from telephony.call.facts import Fact
from telephony.call.record import Record, records
from telephony.call.registry import FACTS
from telephony.cli_text import UsageError, check_range, number_of, print_json, print_lines
from telephony.errors import VaxelnError
from telephony.media.prompts import Prompts
from telephony.plan_start import offline_plan, read_text
from telephony.prompt_keeper import load_recordings


class UnknownPhone(VaxelnError):
    """A phone account that is not in the plan."""


class UnknownNumber(VaxelnError):
    """A number that is not in the plan. The message tells which are."""


def check_plan(file: Path, as_json: bool, data: Path) -> int:
    """Print every problem of a plan; 0 when there is no error (warnings are no error)."""
    problems, is_complete = _problems(file, data)
    errors = sum(problem["severity"] == Severity.ERROR for problem in problems)
    if as_json:
        print_json({"ok": not errors, "complete": is_complete, "problems": problems})
    else:
        print_lines(_problem_line(problem) for problem in problems)
        more = "" if is_complete else "; not checked further until these are corrected"
        print(f"{file}: {_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}{more}")
    return 1 if errors else 0


def known_prompts(data: Path) -> Collection[str]:
    """The prompts that exist beside a plan's own: those that come with Växeln, and the recordings in the data
    folder."""
    prompts = Prompts.load()
    load_recordings(data, prompts)
    return prompts.names


def _problems(file: Path, data: Path) -> tuple[list[Mapping[str, str]], bool]:
    """What keeps the text from being a plan, and False; or else all that its check finds, and True."""
    try:
        plan = load_plan(read_text(file))
    except PlanInvalid as invalid:
        faults: list[Mapping[str, str]] = [
            {
                "path": fault.path,
                "severity": Severity.ERROR,
                "message": f"{fault.value}: {fault.allowed}" if fault.value else fault.allowed,
                "advice": "",
            }
            for fault in invalid.faults
        ]
        return faults, False
    problems = check(plan, datetime.now(STOCKHOLM).date(), known_prompts(data))
    return [asdict(problem) for problem in problems], True


def _problem_line(problem: Mapping[str, str]) -> str:
    advice = f" {problem['advice']}." if problem["advice"] else ""
    return f"{problem['severity']}: {problem['path']}: {problem['message']}.{advice}"


def hours(data: Path, file: Path | None, number: str, first: str, last: str, as_json: bool) -> int:
    """Print when a number is open, from the first day to the last."""
    row, spans = hours_by_plan(data, file, number, period(first, last))
    if as_json:
        print_json({"number": row.number, "function": row.function, "spans": hours_json(spans)})
    else:
        print(f"{row.function}, {show(row.number)}")
        print_lines(hours_lines(spans))
    return 0


def hours_by_plan(
    data: Path, file: Path | None, number: str, asked: tuple[datetime, datetime]
) -> tuple[NumberRow, tuple[Span, ...]]:
    """A number and its hours from a time to another, by the plan alone. Raises UnknownNumber."""
    row = row_by_plan(data, file, number)
    return row, effective_hours(row.calendar, *asked)


def row_by_plan(data: Path, file: Path | None, number: str) -> NumberRow:
    """A number of the plan. Raises UnknownNumber."""
    dialled = number_of(number, "NUMBER")
    plan, version = offline_plan(data, file)
    tables = compile_plan(plan, version)
    row = tables.numbers.get(dialled)
    if row is None:
        raise UnknownNumber(f"number {number} is not in the plan; it has {_known(tables)}")
    return row


def read_records(data: Path) -> list[Record]:
    """The calls of the journal in the data folder. Raises JournalUnusable when there is no journal."""
    return list(records(read_facts(data)).values())


def read_facts(data: Path) -> Iterator[Fact]:
    """The facts of the journal in the data folder. Raises JournalUnusable when there is no journal."""
    journal = data / "journal"
    if not journal.exists():
        raise JournalUnusable(
            f"there is no journal in {data}: no service has run with this data folder yet; "
            "another is given by --data or VAXELN_DATA"
        )
    reader: JournalReader[Fact] = JournalReader(journal, Codec(FACTS, UPCASTS), report=_warn)
    return (fact for _, fact in reader.read() if not isinstance(fact, UnknownFact))


def period(first: str, last: str) -> tuple[datetime, datetime]:
    """From the midnight before the first day to the midnight after the last. Raises UsageError."""
    begin, end = _day("--from", first), _day("--to", last)
    if end < begin:
        raise UsageError(f"--to {last} is before --from {first}")
    if end - begin >= MAX_PERIOD:
        raise UsageError(f"--from {first} --to {last} is too long; allowed: at most {MAX_PERIOD.days} days")
    return _midnight(begin), _midnight(end + timedelta(days=1))


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no date; allowed: a date such as 2026-12-21") from None
    check_range(f"{option} {text}", day)
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _known(tables: Tables) -> str:
    shown = [show(number) for number in tables.numbers]
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "")


def _warn(finding: Finding) -> None:
    print(f"vaxeln: {_in_words(finding)}", file=sys.stderr)


def _in_words(finding: Finding) -> str:
    match finding:
        case Damage(path, offset, octets, problem) if octets:
            return f"{path} is damaged: {octets} octets at {offset} cannot be read ({problem})"
        case Damage(path, offset, _, problem):
            return f"{path} is damaged at {offset}: {problem}"
        case Gap(first, last):
            return f"the journal lacks the facts {first} to {last}"
        case NotUnderstood(position, kind, version, problem):
            return f"fact {position} ({kind or 'no type'}, version {version}) is not understood: {problem}"
        case TornTail(path, offset, octets):
            return f"{path} ends with {octets} octets at {offset} that are no whole entry"
        case _ as never:
            assert_never(never)
