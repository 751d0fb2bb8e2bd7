"""A number's hours of a year: as data, as a picture, or as a page to print (P9, P10)."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence

from routing.hours import Span
from routing.numbers import show
from routing.year import Year, period_of, year_of
from routing.year_picture import STYLE, year_page, year_svg
from telephony.admin.operation import Answer, Ask, Text
from telephony.admin.parameters import YearParameters
from telephony.admin.ports import Administration
from telephony.admin.values import HoursSpan
from telephony.admin.views import YearView
from telephony.admin.wire import HTML, SVG

POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: its own style and nothing else."""


async def year(service: Administration, ask: Ask[YearParameters, None]) -> Answer:
    """JSON, unless a page or a picture is asked for (RFC 9110 12.5.1); browsers ask for a page."""
    wanted, accept = ask.parameters, ask.headers.get("Accept", "*/*")
    state = await service.number(wanted.number)
    spans = await service.hours(wanted.number, *period_of(wanted.year))
    title = f"{state.function}, {show(state.number)}"
    if HTML in accept or SVG in accept:
        answer = await asyncio.to_thread(_drawn, spans, wanted.year, title, as_page=HTML in accept)
        return Answer(answer, headers={"Vary": "Accept", "Content-Security-Policy": POLICY})
    told = await asyncio.to_thread(_year, spans, wanted.year)
    return Answer(YearView.of(state.number, state.function, told), headers={"Vary": "Accept"})


def _drawn(spans: Sequence[HoursSpan], year: int, title: str, *, as_page: bool) -> Text:
    if as_page:
        return Text(f"{HTML}; charset=utf-8", year_page(_year(spans, year), title))
    return Text(SVG, year_svg(_year(spans, year), title))


def _year(spans: Sequence[HoursSpan], year: int) -> Year:
    return year_of([Span(span.start, span.end, span.open, span.decided_by) for span in spans], year)
