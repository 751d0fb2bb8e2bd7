"""`vaxeln explain`: where a call would go, or why one of the log went where it did.

It asks the running service, so that overrides and who is there count; with `--plan FILE`, or while none runs,
it works from the plan on disk and the journal. `--json` prints an object as `routing.explain.explain_json`
has it (`plan_version` is 0 when the plan is a file's), of a call of the log
`telephony.admin.views.CallExplanation`.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from routing.compile import compile_plan
from routing.decide import decide
from routing.decision import OUTSIDE_MARK, Decision
from routing.explain import explain_json, explain_lines, question_of
from routing.explain_swedish import swedish_lines
from routing.hours import STOCKHOLM
from routing.numbers import show
from routing.places import parse_shown
from routing.plan_part import NAME_RULE, is_name
from routing.situation import Everybody
from routing.tables import Tables
from telephony.admin.client import Client
from telephony.admin.errors import ServiceRefused
from telephony.admin.views import CallExplanation, CallView
from telephony.call.explained import explain_call
from telephony.call.facts import CallFact
from telephony.call.record import records
from telephony.cli_calls import DATABASE_AWAY
from telephony.cli_options import Commands, add_command, add_json, add_plan, add_service, place_of
from telephony.cli_read import UnknownPhone, read_facts
from telephony.cli_remote import Place, ask_if_running, note, segment
from telephony.cli_text import UsageError, check_range, number_of, print_json, print_lines
from telephony.cli_time import clock, moment
from telephony.errors import VaxelnError
from telephony.plan_start import offline_plan, plan_file

OFFLINE = "this is by the plan on disk, without overrides, as if everybody were there"

_DECISION, _EXPLAINED = TypeAdapter(Decision), TypeAdapter(CallExplanation)


class Form(StrEnum):
    """How it is told."""

    ENGLISH = "english"
    SWEDISH = "swedish"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose call is to be explained, and when: somebody's outside, or else a phone account's."""

    caller: str | None = None
    phone: str | None = None
    at: str | None = None


_HEADS = {Form.ENGLISH: ("Then", "Transfer"), Form.SWEDISH: ("Då", "Koppling vidare")}


class UnknownCall(VaxelnError):
    """The journal has no such call. The message names it."""


def add_commands(commands: Commands) -> None:
    """`vaxeln explain`."""
    explain = add_command(commands, "explain", "say where a call would go, or went, and why", _explain)
    explain.add_argument("number", nargs="?", help="the number dialled, such as 08-53061000")
    explain.add_argument("--call", metavar="ID", help="a call of the log, in place of a number")
    who = explain.add_mutually_exclusive_group()
    who.add_argument(
        "--from", dest="caller", metavar="CALLER", help="the caller's number; hidden if left out"
    )
    who.add_argument(
        "--from-phone", dest="phone", metavar="PHONE", help="the phone account that calls, in its place"
    )
    explain.add_argument("--at", metavar="TIME", help="local time such as 2026-12-23T15:05; now if left out")
    explain.add_argument("--swedish", action="store_true", help="in Swedish sentences")
    explain.set_defaults(misused=explain.error)
    add_plan(explain)
    add_service(explain)
    add_json(explain)


def _explain(options: argparse.Namespace) -> int:
    o, asked = options, Asked(options.caller, options.phone, options.at)
    if o.json and o.swedish:
        o.misused("--json has the Swedish sentences too: give one of --json and --swedish")
    form = Form.JSON if o.json else Form.SWEDISH if o.swedish else Form.ENGLISH
    if (o.number is None) is (o.call is None):
        o.misused("give either a number or --call ID")
    if o.call is None:
        return show_explanation(place_of(o), o.plan, o.number, asked, form)
    if asked != Asked():
        o.misused("a call of the log has its caller and its time: leave out --from, --from-phone and --at")
    return show_past_call(place_of(o), o.plan, o.call, form)


# ---- a call that might come


def show_explanation(place: Place, file: Path | None, number: str, given_by: Asked, form: Form) -> int:
    """Print where a call would go, and why. Raises UsageError and UnknownPhone."""
    caller, phone, at = given_by.caller, given_by.phone, given_by.at
    number_of(number, "NUMBER")
    if caller is not None:
        number_of(caller, "--from")
    if phone is not None and not is_name(phone):
        raise UsageError(f"--from-phone {phone!r} can be no account of a plan; allowed: {NAME_RULE}")
    when = moment("--at", at, datetime.now(UTC)).isoformat() if at is not None else None
    given = {"number": number, "from": caller, "from_phone": phone, "at": when}
    asked = {name: value for name, value in given.items() if value is not None}

    async def question(client: Client) -> Decision:
        return _decision((await client.ask("GET", "/explain", parameters=asked)).value)

    decision = None if file else ask_if_running(place, question, OFFLINE)
    plan = ""
    if decision is None:
        decision, plan = _by_plan(place.data, file, number, Asked(caller, phone, when))
    if form is Form.JSON:
        print_json(explain_json(decision))
    else:
        print_lines(_lines(decision, form, plan))
    return 0


def _by_plan(data: Path, file: Path | None, number: str, asked: Asked) -> tuple[Decision, str]:
    """Where it would go if everybody were there, and the plan's file if it has no version."""
    caller = None if asked.caller is None else number_of(asked.caller, "--from")
    question = question_of(number_of(number, "NUMBER"), caller, asked.phone or "")
    now = _moment(asked.at)
    tables, where = _offline_tables(data, file)
    if asked.phone is not None and asked.phone not in tables.phones:
        raise UnknownPhone(f"there is no phone {asked.phone} in the plan")
    return decide(tables, question, Everybody(), now), where


def _offline_tables(data: Path, file: Path | None) -> tuple[Tables, str]:
    plan, version = offline_plan(data, file)
    return compile_plan(plan, version), "" if version else str(plan_file(data, file))


# ---- a call of the log


def show_past_call(place: Place, file: Path | None, call: str, form: Form) -> int:
    """Print what was decided in a call, and what the plan would do today. Raises UnknownCall."""

    async def question(client: Client) -> Any:
        try:
            return (await client.ask("GET", f"/calls/{segment(call)}/explanation")).value
        except ServiceRefused as refused:
            if refused.status != DATABASE_AWAY:
                raise
            note("the database does not answer; this is from the journal, by the plan on disk")
            return None

    shown = None if file else ask_if_running(place, question, "this is from the journal, by the plan on disk")
    if shown is None:
        explained, plan = _from_journal(place.data, file, call)
    else:
        explained, plan = _EXPLAINED.validate_python(shown), ""
    if form is Form.JSON:
        print_json(_EXPLAINED.dump_python(explained, mode="json"))
    else:
        print_lines(_past_lines(explained, form, plan))
    return 0


def _from_journal(data: Path, file: Path | None, call: str) -> tuple[CallExplanation, str]:
    facts = [fact for fact in read_facts(data) if isinstance(fact, CallFact) and fact.call == call]
    tables, where = _offline_tables(data, file)
    explained = explain_call(facts, tables)
    if explained is None:
        raise UnknownCall(f"there is no call {call} in the journal; vaxeln calls shows those that there are")
    (record,) = records(facts).values()
    return CallExplanation.of(CallView.of(record, unmask=False), explained), where


def _past_lines(explained: CallExplanation, form: Form, plan: str) -> Iterator[str]:
    """The call, each decision, and what would be decided today."""
    swedish = form is Form.SWEDISH
    call = explained.call
    outcome = call.outcome or ("pågår" if swedish else "still going on")
    yield f"{clock(call.arrived_at)}  {call.caller} -> {show(call.dialled)}: {outcome}"
    for past in explained.decisions:
        yield ""
        what = _HEADS[form][past.transfer]
        yield f"{what}, {past.at.astimezone(STOCKHOLM):%H:%M:%S}"
        yield from _lines(_decision(_shown(past.decision)), form)
    yield ""
    if explained.same:
        yield "Dagens plan gör likadant." if swedish else "The plan of today does the same."
        return
    yield (
        "Med dagens plan, om alla vore på plats:"
        if swedish
        else "By the plan of today, if everybody were there:"
    )
    yield from _lines(_decision(_shown(explained.today)), form, plan)


def _lines(decision: Decision, form: Form, plan: str = "") -> list[str]:
    if form is Form.SWEDISH:
        by = f"planen {plan}" if plan else f"planens version {decision.plan_version}"
        return [*swedish_lines(decision), f"Så säger {by}."]
    return explain_lines(decision, plan)


def _shown(explanation: object) -> Mapping[str, Any]:
    shown: Mapping[str, Any] = TypeAdapter(type(explanation)).dump_python(explanation, mode="json")
    return shown


def _decision(shown: Mapping[str, Any]) -> Decision:
    """The decision that an `admin.views.Explanation` tells."""
    targets = [{**target, "gateway": parse_shown(target["gateway"])} for target in shown["targets"]]
    visited = (OUTSIDE_MARK + shown["outside"],) if shown["outside"] else ()
    return _DECISION.validate_python({**shown, "targets": targets, "visited": visited})


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--at {text} is no time; allowed: local time such as 2026-12-23T15:05, "
            "or with an offset such as 2026-12-23T15:05+01:00"
        ) from None
    check_range(f"--at {text}", at.date())
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
