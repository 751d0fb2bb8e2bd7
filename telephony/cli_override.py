"""`vaxeln override`: open or close a number, or all, until a time, in the running service.

`override list --json` prints `overrides`: objects as `telephony.admin.views.OverrideView`.
"""

from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter

from routing.numbers import show
from routing.override import Override
from telephony.admin.views import Overrides, OverrideView
from telephony.admin.wire import ALL_NUMBERS
from telephony.cli_options import Commands, add_command, add_json, add_service, place_of
from telephony.cli_remote import Place, ask, segment
from telephony.cli_text import number_of, print_json, print_lines
from telephony.cli_time import ALLOWED, clock, moment_ahead

_ONE, _ALL = TypeAdapter(OverrideView), TypeAdapter(Overrides)


def add_commands(commands: Commands) -> None:
    """`vaxeln override`."""
    override = commands.add_parser("override", help="open or close numbers now", allow_abbrev=False)
    actions = override.add_subparsers(required=True, metavar="ACTION")
    put = add_command(
        actions,
        "set",
        "open or close a number, or all, until a time",
        lambda o: set_override(
            place_of(o), o.number, Override(o.open, _end(o.until), o.reason, o.owner, o.announcement or "")
        ),
    )
    state = put.add_mutually_exclusive_group(required=True)
    state.add_argument("--open", dest="open", action="store_true", help="open it")
    state.add_argument("--closed", dest="open", action="store_false", help="close it")
    put.add_argument("--until", required=True, metavar="TIME", help=f"when it ends by itself: {ALLOWED}")
    put.add_argument("--reason", required=True, help="why; it is shown with the number")
    put.add_argument("--owner", required=True, metavar="NAME", help="who answers for it")
    put.add_argument(
        "--announcement",
        metavar="PROMPT",
        help="what callers hear while it is closed so, in place of its own",
    )
    end = add_command(
        actions,
        "end",
        "end an override before its time",
        lambda o: end_override(place_of(o), o.number),
    )
    show = add_command(
        actions,
        "list",
        "list the overrides in force",
        lambda o: list_overrides(place_of(o), o.json),
    )
    for command in (put, end):
        command.add_argument("number", help="such as 08-53061000, or all")
    add_json(show)
    for command in (put, end, show):
        add_service(command)


def set_override(place: Place, number: str, override: Override) -> int:
    """Put it in force, in place of any other of that number."""
    _check(number)
    given = {"until": override.until.isoformat(), "announcement": override.announcement or None}
    body = asdict(override) | given
    reply = ask(place, lambda client: client.ask("PUT", f"/overrides/{segment(number)}", body=body))
    print(_line(_ONE.validate_python(reply.value)))
    return 0


def list_overrides(place: Place, as_json: bool) -> int:
    """Print those in force, the one for all first."""
    reply = ask(place, lambda client: client.ask("GET", "/overrides"))
    items = _ALL.validate_python(reply.value).items
    if as_json:
        print_json({"overrides": reply.value["items"]})
    else:
        print_lines([_line(override) for override in items] or ["No override is in force."])
    return 0


def end_override(place: Place, number: str) -> int:
    """End it before its time."""
    _check(number)
    ask(place, lambda client: client.ask("DELETE", f"/overrides/{segment(number)}"))
    what = "all numbers" if number == ALL_NUMBERS else number
    print(f"The override of {what} has ended.")
    return 0


def _end(until: str) -> datetime:
    return moment_ahead("--until", until, datetime.now(UTC))


def _check(number: str) -> None:
    """Raise UsageError for what is neither a number nor all of them."""
    if number != ALL_NUMBERS:
        number_of(number, "NUMBER")


def _line(override: OverrideView) -> str:
    every = override.number == ALL_NUMBERS
    what = "All numbers are" if every else f"{show(override.number)} is"
    state = "open" if override.open else "closed"
    heard = f"; callers hear {override.announcement}" if override.announcement else ""
    return f"{what} {state} until {clock(override.until)}: {override.reason} ({override.owner}){heard}"
