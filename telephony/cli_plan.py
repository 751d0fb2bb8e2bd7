"""`vaxeln plan show|diff|apply|versions|rollback`: the plan of the running service.

With `--json`: `plan show` prints the plan, `plan diff` what `telephony.cli_diff` says, `plan versions`
`versions`, objects as `telephony.archive.plan_store.ListedVersion`, the newest first.
"""

import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from telephony import cli_ical, cli_pending
from telephony.admin.client import Client, Reply
from telephony.admin.errors import ServiceRefused
from telephony.admin.values import Form
from telephony.admin.wire import JSON, TOML
from telephony.archive.plan_store import ListedVersion, PlanHead, VersionState
from telephony.cli_diff import Source, diff_lines, diff_plans, differs
from telephony.cli_options import (
    Commands,
    add_command,
    add_json,
    add_last,
    add_plan,
    add_service,
    add_settings,
    count,
    place_of,
    settings_of,
)
from telephony.cli_pending import When, add_when, outcome, when_of
from telephony.cli_read import check_plan
from telephony.cli_remote import Place, ask, listed, note
from telephony.cli_text import print_json, print_lines
from telephony.cli_time import clock

_NOT_ACCEPTABLE, _CONFLICT, _LOST_RACE = 406, 409, 412

_HEAD, _VERSIONS = TypeAdapter(PlanHead), TypeAdapter(list[ListedVersion])

_STATES = {state: state.value.replace("_", " ") for state in VersionState}


def add_commands(commands: Commands) -> None:
    """`vaxeln plan`."""
    plan = commands.add_parser("plan", help="work with a plan", allow_abbrev=False)
    actions = plan.add_subparsers(required=True, metavar="ACTION")
    check = add_command(
        actions,
        "check",
        "check a plan: every error and warning",
        lambda o: check_plan(o.file, o.json, settings_of(o).data),
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the plan, in TOML")
    add_json(check)
    add_settings(check, "data")
    _add_versions(actions)
    cli_pending.add_commands(actions)
    _add_ical(actions)


def _add_ical(actions: Commands) -> None:
    export = add_command(
        actions,
        "ical",
        "print the deviations of a calendar as iCalendar",
        lambda o: cli_ical.export(place_of(o), o.plan, o.calendar, o.first, o.last),
    )
    export.add_argument("--from", dest="first", metavar="DATE", help="first day, as 2026-12-21")
    export.add_argument("--to", dest="last", metavar="DATE", help="last day, included")
    add_plan(export)
    add_service(export)
    imported = add_command(
        actions,
        "ical-import",
        "put the events of an iCalendar file into a calendar of a plan's text, and print that",
        lambda o: cli_ical.import_into(o.plan, o.calendar, o.file, o.output, o.remove_others),
    )
    for command in (export, imported):
        command.add_argument("calendar", metavar="CALENDAR", help="its name in the plan")
    imported.add_argument("file", type=Path, metavar="FILE", help="the events, as .ics")
    imported.add_argument("--plan", type=Path, metavar="PLAN", required=True, help="the plan, in TOML")
    imported.add_argument("--output", type=Path, metavar="FILE", help="write it there; PLAN itself will do")
    imported.add_argument(
        "--remove-others", action="store_true", help="remove deviations of days that have no event"
    )


def _add_versions(actions: Commands) -> None:
    show = add_command(
        actions, "show", "show the plan in force", lambda o: show_plan(place_of(o), o.version, o.form)
    )
    show.add_argument("version", type=count, nargs="?", metavar="VERSION", help="an older version")
    form = show.add_mutually_exclusive_group()
    for name, text in ((Form.TOML, "as it was given, with its comments"), (Form.JSON, "with every value")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=text)

    diff = add_command(
        actions,
        "diff",
        "show what applying a plan would change, or what one has another than a second",
        lambda o: diff_plans(place_of(o), [o.plan, *filter(None, [o.other])], o.json),
    )
    diff.add_argument("plan", metavar="PLAN", help="a file, or the number of a version")
    diff.add_argument(
        "other",
        nargs="?",
        metavar="PLAN",
        help="likewise: what it has another than the first; one alone is compared with the plan in force",
    )
    apply = add_command(
        actions,
        "apply",
        "put a plan in force, as the next version, at once or later",
        lambda o: apply_plan(place_of(o), o.file, o.reason, o.if_version, when_of(o)),
    )
    apply.add_argument(
        "--if-version",
        type=count,
        metavar="N",
        help="only if N is in force: the version that you changed (default: the one in force now)",
    )
    versions = add_command(
        actions,
        "versions",
        "list the versions, the newest first",
        lambda o: show_versions(place_of(o), o.last, o.json),
    )
    rollback = add_command(
        actions,
        "rollback",
        "return to an old version, as a new one",
        lambda o: roll_back(place_of(o), o.version, o.reason, when_of(o)),
    )
    rollback.add_argument("version", type=count, metavar="VERSION", help="the one whose content is wanted")
    add_last(versions, "versions")
    apply.add_argument("file", type=Path, metavar="FILE", help="the plan, in TOML, or .json")
    for command in (apply, rollback):
        command.add_argument("--reason", required=True, help="why, for whoever reads the versions later")
        add_when(command)
    for command in (diff, versions):
        add_json(command)
    for command in (show, diff, apply, versions, rollback):
        add_service(command)


def show_plan(place: Place, version: int | None, form: Form | None) -> int:
    """Print the plan in force, or that version: its TOML, or JSON where it was given as JSON."""
    path = "/plan" if version is None else f"/plan/versions/{version}"

    async def question(client: Client) -> Reply:
        if form is not Form.JSON:
            try:
                return await client.ask("GET", path, headers={"Accept": TOML})
            except ServiceRefused as refused:
                if refused.status != _NOT_ACCEPTABLE or form is Form.TOML:
                    raise
        return await client.ask("GET", path, headers={"Accept": JSON})

    reply = ask(place, question)
    seen = reply.etag.strip('"').removesuffix("-toml")
    note(f"this is version {seen} of the plan")
    if isinstance(reply.value, str):
        sys.stdout.write(reply.value)
    else:
        print_json(reply.value)
    return 0


def apply_plan(place: Place, file: Path, reason: str, expected: int | None, when: When) -> int:
    """Put the file in force as the next version, unless it says what is in force; print what has changed."""
    source = Source.of(str(file))

    async def question(client: Client) -> tuple[PlanHead, Any, Any]:
        seen = await _in_force(client)
        changes = await differs(client, None, source)
        if expected in (None, seen.version) and not changes["count"] and not when.is_said:
            return seen, changes, None
        headers = {"Content-Type": source.media_type, "If-Match": f'"{expected or seen.version}"'}
        try:
            parameters = {"reason": reason, **when.parameters}
            made = await client.ask("PUT", "/plan", parameters=parameters, body=source.text, headers=headers)
        except ServiceRefused as refused:
            again = f"vaxeln plan diff {file}, then vaxeln plan apply {file} --reason REASON --if-version"
            raise await _advised(client, refused, expected or seen.version, again) from refused
        return seen, changes, made.value

    seen, changes, made = ask(place, question)
    if made is None:
        print(f"{file} says what version {seen.version} says: nothing was changed.")
        return 0
    print_lines(diff_lines(changes))
    print_lines(outcome(made))
    return 0


def show_versions(place: Place, most: int, as_json: bool) -> int:
    """Print the newest versions."""

    async def question(client: Client) -> list[Any]:
        return await listed(client, "/plan/versions", most=most)

    found = ask(place, question)
    if as_json:
        print_json({"versions": found})
    else:
        print_lines(
            f"{head.version:>6}  {clock(head.valid_from or head.made_at)}  {_STATES[head.state]:<10}  "
            f"{head.author}: {head.reason}"
            for head in _VERSIONS.validate_python(found)
        )
    return 0


def roll_back(place: Place, version: int, reason: str, when: When) -> int:
    """Put what an old version says in force, as a new version."""

    async def question(client: Client) -> Reply:
        seen = (await _in_force(client)).version
        body, headers = {"version": version, "reason": reason}, {"If-Match": f'"{seen}"'}
        try:
            return await client.ask(
                "POST", "/plan/rollback", parameters=when.parameters, body=body, headers=headers
            )
        except ServiceRefused as refused:
            raise await _advised(client, refused, seen, "vaxeln plan versions; version") from refused

    first, *more = outcome(ask(place, question).value)
    print_lines([f"{first[:-1]}: it says what version {version} says.", *more])
    return 0


async def _in_force(client: Client) -> PlanHead:
    return _HEAD.validate_python((await client.ask("GET", "/status")).value["plan"])


async def _advised(client: Client, refused: ServiceRefused, expected: int, again: str) -> ServiceRefused:
    """What was refused; a lost race in the words of the command line, with what to do."""
    if refused.status == _CONFLICT:
        return ServiceRefused(_CONFLICT, str(refused).replace("?pending:", "--pending:"))
    if refused.status != _LOST_RACE:
        return refused
    head = await _in_force(client)
    return ServiceRefused(
        _LOST_RACE,
        f"somebody else changed the plan first: not version {expected} but {head.version} is in force, "
        f"by {head.author}: {head.reason}. Look, and try again: {again} {head.version}",
    )
