"""The commands about numbers: open or closed now, hours.

They ask the running service, so that overrides and who is there count; with `--plan FILE`, or while none
runs, they work from the plan. With `--json` each prints one object:

- `numbers`: `numbers`, objects as `telephony.admin.values.NumberState`
- `hours`: as `telephony.cli_read` has it; `hours --year` as
  `telephony.cli_year`, `hours --due` as `telephony.cli_due`
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from routing.compile import compile_plan
from routing.decision import Decision
from routing.hours import Span, hours_json, hours_lines
from routing.numbers import show
from telephony import cli_read
from telephony.admin.client import Client
from telephony.admin.values import NumberState
from telephony.admin.views import Hours
from telephony.administration.number_desk import number_state
from telephony.cli_due import Wanted, days, show_due
from telephony.cli_options import Commands, add_command, add_json, add_plan, add_service, place_of
from telephony.cli_remote import Place, ask_if_running, listed, segment
from telephony.cli_text import number_of, print_json, print_lines
from telephony.cli_time import clock
from telephony.cli_year import Form, show_year
from telephony.plan_start import offline_plan

_STATES, _HOURS, _DECISION = TypeAdapter(list[NumberState]), TypeAdapter(Hours), TypeAdapter(Decision)

OFFLINE = "this is by the plan on disk, without overrides"
"""Said while no service runs."""


def add_commands(commands: Commands) -> None:
    """`vaxeln hours` and `numbers`."""
    hours = add_command(
        commands,
        "hours",
        "show when a number is open",
        _hours,
    )
    hours.add_argument("number", help="a number of the plan")
    hours.add_argument("--from", dest="first", metavar="DATE", help="first day, as 2026-12-21")
    hours.add_argument("--to", dest="last", metavar="DATE", help="last day, included")
    hours.add_argument("--year", metavar="YEAR", help="a whole year at a glance, in place of first and last")
    hours.add_argument(
        "--due", type=days, metavar="DAYS", help="when something is due that has so many working days"
    )
    hours.add_argument("--since", metavar="TIME", help="from when they count; now if left out")
    hours.add_argument("--svg", action="store_true", help="print the year as a picture (SVG)")
    hours.add_argument("--html", action="store_true", help="print the year as a page")

    hours.set_defaults(misused=hours.error)

    numbers = add_command(
        commands,
        "numbers",
        "show which numbers are open now, and why",
        lambda o: show_numbers(place_of(o), o.plan, o.json),
    )
    for command in (hours, numbers):
        add_plan(command)
        add_service(command)
        add_json(command)


def _hours(options: argparse.Namespace) -> int:
    """Of a year, or from a day to another; or when something is due. Exits with the usage when the options do
    not go together."""
    o, days = options, (options.first, options.last)
    if o.due is not None and (o.year is not None or days != (None, None) or o.svg or o.html):
        o.misused("--due goes with --since and --json alone")
    if o.due is not None:
        return show_due(place_of(o), o.plan, o.number, Wanted(o.due, o.since, o.json), OFFLINE)
    if o.since is not None:
        o.misused("--since goes with --due")
    if o.year is None and None not in days and not (o.svg or o.html):
        return show_hours(place_of(o), o.plan, o.number, *days, o.json)
    if o.year is None or days != (None, None):
        o.misused("give either --from and --to, or --year, or --due; --svg and --html are of a year")
    forms = {Form.JSON: o.json, Form.SVG: o.svg, Form.HTML: o.html}
    wanted = [form for form, is_wanted in forms.items() if is_wanted] or [Form.LINES]
    if len(wanted) > 1:
        o.misused("give one of --json, --svg and --html")
    return show_year(place_of(o), o.plan, o.number, o.year, wanted[0], OFFLINE)


def show_numbers(place: Place, file: Path | None, as_json: bool) -> int:
    """Print each number, whether it is open now, until when, and by what."""

    async def question(client: Client) -> list[NumberState]:
        return _STATES.validate_python(await listed(client, "/numbers"))

    states = None if file else ask_if_running(place, question, OFFLINE)
    if states is None:
        states = _by_plan(place.data, file)
    if as_json:
        print_json({"numbers": _STATES.dump_python(states, mode="json")})
    else:
        print_lines(_number_lines(states))
    return 0


def show_hours(place: Place, file: Path | None, number: str, first: str, last: str, as_json: bool) -> int:
    """Print when a number is open, from the first day to the last."""
    number_of(number, "NUMBER")
    cli_read.period(first, last)
    path = f"/numbers/{segment(number)}"

    async def question(client: Client) -> tuple[str, Hours]:
        state = (await client.ask("GET", path)).value
        asked = {"from": first, "to": last}
        found = (await client.ask("GET", f"{path}/hours", parameters=asked)).value
        return state["function"], _HOURS.validate_python(found)

    found = None if file else ask_if_running(place, question, OFFLINE)
    if found is None:
        return cli_read.hours(place.data, file, number, first, last, as_json)
    function, by_service = found
    spans = tuple(Span(span.start, span.end, span.open, span.decided_by) for span in by_service.spans)
    if as_json:
        print_json({"number": by_service.number, "function": function, "spans": hours_json(spans)})
    else:
        print_lines([f"{function}, {show(by_service.number)}", *hours_lines(spans)])
    return 0


def _by_plan(data: Path, file: Path | None) -> list[NumberState]:
    tables = compile_plan(*offline_plan(data, file))
    now = datetime.now(UTC)
    rows = sorted(tables.numbers.items())
    return [number_state(row, {}, now) for _, row in rows if not row.personal]


def _number_lines(states: Sequence[NumberState]) -> Iterator[str]:
    width = max((len(state.function) for state in states), default=0)
    for state in states:
        until = f"until {clock(state.until)}" if state.until else ""
        is_open = "open" if state.open else "closed"
        row = f"{show(state.number):14} {state.function:{width}}  {is_open:6} {until:22}"
        yield f"{row}  {state.decided_by.text}  ({state.decided_by.where})"
        if state.opens_again:
            yield f"{'':{16 + width}} {state.opens_again}"
