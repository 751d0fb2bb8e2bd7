"""`vaxeln hours NUMBER --year YEAR`: a year of hours at a glance, on the terminal, as a picture or as a page.

With `--json` it prints one object: `number` (E.164), `function`, and what `routing.year.year_json` has.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from routing.hours import Span
from routing.numbers import show
from routing.year import Year, period_of, year_json, year_lines, year_of
from routing.year_picture import year_page, year_svg
from telephony import cli_read
from telephony.admin.client import Client
from telephony.admin.views import Hours
from telephony.cli_remote import Place, ask_if_running, segment
from telephony.cli_text import EARLIEST, LATEST, UsageError, number_of, print_json, print_lines

_HOURS = TypeAdapter(Hours)


class Form(StrEnum):
    """How the year is shown."""

    LINES = "lines"
    JSON = "json"
    SVG = "svg"
    HTML = "html"


def show_year(place: Place, file: Path | None, number: str, wanted: str, form: Form, offline: str) -> int:
    """Print the hours of a year: the running service's, with its overrides, or else the plan's.

    `offline` is said when no service runs. Raises UsageError.
    """
    number_of(number, "NUMBER")
    year = _year(wanted)
    path = f"/numbers/{segment(number)}"

    async def question(client: Client) -> tuple[str, str, Year]:
        state = (await client.ask("GET", path)).value
        days = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        told = _HOURS.validate_python((await client.ask("GET", f"{path}/hours", parameters=days)).value)
        spans = [Span(span.start, span.end, span.open, span.decided_by) for span in told.spans]
        return state["number"], state["function"], year_of(spans, year)

    found = None if file else ask_if_running(place, question, offline)
    if found is None:
        row, spans = cli_read.hours_by_plan(place.data, file, number, period_of(year))
        found = row.number, row.function, year_of(spans, year)
    _print(form, *found)
    return 0


def _print(form: Form, number: str, function: str, year: Year) -> None:
    title = f"{function}, {show(number)}"
    drawn: dict[Form, Callable[[Year, str], str]] = {Form.SVG: year_svg, Form.HTML: year_page}
    if form is Form.JSON:
        print_json({"number": number, "function": function, **year_json(year)})
    elif form is Form.LINES:
        print_lines([title, "", *year_lines(year)])
    else:
        print(drawn[form](year, title), end="")


def _year(text: str) -> int:
    first, last = EARLIEST.year, LATEST.year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and first <= int(text) <= last):
        raise UsageError(f"--year {text} is no year; allowed: from {first} to {last}")
    return int(text)
