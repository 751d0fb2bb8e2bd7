"""The commands that read: they work offline, from the plan and the journal."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from routing.check import check
from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import Origin, Question
from routing.explain import explain_json, explain_lines
from routing.hours import STOCKHOLM, effective_hours, hours_json, hours_lines
from routing.numbers import NumberFormat, normalise, show
from routing.problem import Severity
from routing.tables import Tables
from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.findings import Finding
from telephony.archive.reader import JournalReader
from telephony.archive.upcasts import UPCASTS
from telephony.call.facts import Fact
from telephony.call.record import Record, records
from telephony.call.registry import FACTS
from telephony.cli_serve import read_plan
from telephony.errors import VaxelnError
from telephony.media.prompts import Prompts


class UsageError(VaxelnError):
    """An argument that cannot be understood: says which, and what is allowed."""


class Everybody:
    """The situation that `explain` supposes: every phone is registered and nobody is in a call."""

    def is_registered(self, phone: str) -> bool:
        """Everybody is there."""
        return True

    def is_free(self, member: str) -> bool:
        """And free."""
        return True


def check_plan(file: Path, as_json: bool) -> int:
    """Print every problem of a plan; 0 when there is no error (warnings are no error)."""
    problems = check(read_plan(file), datetime.now(STOCKHOLM).date(), Prompts.load().names)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if as_json:
        _print_json({"ok": not errors, "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            print(problem)
        print(f"{file}: {errors} errors, {len(problems) - errors} warnings")
    return 1 if errors else 0


def explain(plan: Path, number: str, caller: str | None, at: str | None, as_json: bool) -> int:
    """Print where a call from outside would go, and why, if everybody were there."""
    tables = compile_plan(read_plan(plan))
    question = Question(
        dialled=normalise(number, NumberFormat.NATIONAL),
        origin=Origin.TRUNK,
        origin_name="",
        caller=normalise(caller, NumberFormat.NATIONAL) if caller else None,
    )
    decision = decide(tables, question, Everybody(), _moment(at))
    if as_json:
        _print_json(explain_json(decision))
    else:
        _print_lines(explain_lines(decision))
    return 0


def hours(plan: Path, number: str, first: str, last: str, as_json: bool) -> int:
    """Print when a number is open, from the first day to the last."""
    tables = compile_plan(read_plan(plan))
    row = tables.numbers.get(normalise(number, NumberFormat.NATIONAL))
    if row is None:
        raise UsageError(f"number {number} is not in the plan; it has {_known(tables)}")
    start = _midnight("--from", first)
    end = _midnight("--to", last) + timedelta(days=1)
    if end <= start:
        raise UsageError(f"--to {last} is before --from {first}")
    spans = effective_hours(row.calendar, start, end.replace(fold=0))
    if as_json:
        _print_json({"number": row.number, "function": row.function, "spans": hours_json(spans)})
    else:
        print(f"{row.function}, {show(row.number)}")
        _print_lines(hours_lines(spans))
    return 0


def calls(data: Path, as_json: bool) -> int:
    """Print the calls that the journal holds, in the order in which they came."""
    made = read_records(data)
    if as_json:
        _print_json({"calls": [record.to_json() for record in made]})
    else:
        _print_lines(line for record in made for line in record_lines(record))
        print(f"{len(made)} calls")
    return 0


def read_records(data: Path) -> list[Record]:
    """The calls of the journal in the data folder. Raises ArchiveError when there is no journal."""
    reader: JournalReader[Fact] = JournalReader(data / "journal", Codec(FACTS, UPCASTS), report=_warn)
    facts = (fact for _, fact in reader.read() if not isinstance(fact, UnknownFact))
    return list(records(facts).values())


def record_lines(record: Record) -> list[str]:
    """One call as a few lines for a terminal, in local time. A protected number's caller is masked."""
    when = record.arrived_at.astimezone(STOCKHOLM)
    dialled = f"{record.function}, {show(record.dialled)}" if record.function else record.dialled
    lines = [f"{when:%Y-%m-%d %H:%M:%S}  {record.shown_caller()} called {dialled}  [{record.id}]"]
    lines += [f"  because {reason}" for reason in record.reasons]
    if record.offered:
        rang = ", ".join(record.rang) or "nobody"
        lines.append(f"  offered to {', '.join(record.offered)}; {rang} rang")
    if record.announcement:
        lines.append(f"  heard the announcement {record.announcement}")
    lines.append(f"  {_ending(record)}")
    return lines


def _ending(record: Record) -> str:
    if record.outcome is None:
        return "in progress"
    text = f"{record.outcome.value.replace('_', ' ')}"
    if record.answered_by:
        text += (
            f" by {record.answered_by} after {record.waiting_seconds:.1f} s, {record.talk_seconds:.1f} s talk"
        )
    elif record.waiting_seconds is not None:
        text += f" after {record.waiting_seconds:.1f} s"
    ended_by = f", ended by the {record.ended_by.value}" if record.ended_by else ""
    reason = f" ({record.reason})" if record.reason else ""
    return f"{text}{ended_by}{reason}"


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {text} is no time; allowed: local time such as 2026-12-23T15:05") from None
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def _midnight(option: str, text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no date; allowed: a date such as 2026-12-21") from None
    return datetime.combine(day, time(), STOCKHOLM)


def _known(tables: Tables) -> str:
    shown = [show(number) for number in tables.numbers]
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "")


def _warn(finding: Finding) -> None:
    print(f"vaxeln: {finding}", file=sys.stderr)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
