"""A year of a number's hours as a picture (SVG) and as a page to print, in Swedish (P10).

Each day has its date, its hours in words, and a bar of its 24 hours, so that colour tells nothing alone.
"""

from collections.abc import Iterator, Sequence
from html import escape

from routing.interval import DAY, Interval
from routing.swedish import DAYS, MONTHS
from routing.year import Day, Year

_CELL_WIDTH, _CELL_HEIGHT = 64, 48
_ACROSS = 3  # months beside each other: with four rows of them a landscape A3 or A4 is full
_GAP, _EDGE, _HEAD, _MONTH_HEAD = 24, 24, 78, 40
_WEEKS = 6  # a month touches at most so many
_MONTH_WIDTH, _MONTH_HEIGHT = 7 * _CELL_WIDTH, _MONTH_HEAD + _WEEKS * _CELL_HEIGHT
_WIDTH = 2 * _EDGE + _ACROSS * _MONTH_WIDTH + (_ACROSS - 1) * _GAP
_HEIGHT = _HEAD + (12 // _ACROSS) * (_MONTH_HEIGHT + _GAP) + _EDGE
_LINES = 2  # of hours that a cell has room for

_OPEN, _OTHER, _SHUT = "#1b7f4b", "#fff1c4", "#f6d5d5"
_PLAIN, _LINE, _INK, _PALE = "#ffffff", "#c9c9c9", "#1a1a1a", "#5c5c5c"

STYLE = """
body { font: 16px/1.4 sans-serif; color: #1a1a1a; margin: 1.5rem; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
th, td { text-align: left; padding: 0.2rem 1.2rem 0.2rem 0; border-bottom: 1px solid #c9c9c9; }
@media print { @page { size: landscape; } body { margin: 0; } svg { max-height: 100vh; } }
"""
"""The page's style: a policy may allow it by its hash."""


def year_svg(year: Year, title: str) -> str:
    """The picture. `title` names the number; it is escaped."""
    what = f"Telefontider {year.year}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'xml:lang="sv" lang="sv" aria-labelledby="titel beskrivning" font-family="sans-serif">',
        f'<title id="titel">{escape(what)}: {escape(title)}</title>',
        f'<desc id="beskrivning">{escape(_described(year))}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PLAIN}"/>',
        _text(_EDGE, 36, f"{what}: {title}", 24, bold=True),
        *_legend(year),
    ]
    for month in range(12):
        row, column = divmod(month, _ACROSS)
        left = _EDGE + column * (_MONTH_WIDTH + _GAP)
        lines += _month(year, month, left, _HEAD + row * (_MONTH_HEIGHT + _GAP))
    return "\n".join([*lines, "</svg>\n"])


def year_page(year: Year, title: str) -> str:
    """The picture with the same in words below it, for those who cannot see it."""
    name = f"Telefontider {year.year}: {escape(title)}"
    week = "".join(
        f"<tr><th scope=row>{day.capitalize()}</th><td>{_words(intervals)}</td></tr>"
        for day, intervals in zip(DAYS, year.ordinary, strict=True)
    )
    others = "".join(
        f"<tr><th scope=row>{_date(day)}</th><td>{_words(day.open)}</td><td>{escape(day.note)}</td></tr>"
        for day in year.others
    )
    unknown = "" if year.holidays_known else f"<p><strong>{_UNKNOWN}</strong></p>"
    return (
        f"<!doctype html>\n<html lang=sv><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE}</style></head><body>{unknown}\n{year_svg(year, title)}"
        f"<table><caption>En vanlig vecka</caption><tbody>{week}</tbody></table>\n"
        f"<table><caption>Andra tider {year.year}</caption>"
        f"<tbody>{others or '<tr><td>Inga</td></tr>'}</tbody></table></body></html>\n"
    )


_UNKNOWN = "Årets helgdagar är inte kända: numret stänger inte för någon av dem."


def _month(year: Year, month: int, left: int, top: int) -> Iterator[str]:
    yield _text(left, top + 14, MONTHS[month].capitalize(), 15, bold=True)
    for index, name in enumerate(DAYS):
        yield _text(left + index * _CELL_WIDTH + 4, top + 33, name[:3], 11, _PALE)
    days = year.month(month + 1)
    begins = days[0].day.weekday()
    for index, day in enumerate(days, begins):
        week, weekday = divmod(index, 7)
        cell = (left + weekday * _CELL_WIDTH, top + _MONTH_HEAD + week * _CELL_HEIGHT)
        yield from _cell(year, day, *cell)


def _cell(year: Year, day: Day, left: int, top: int) -> Iterator[str]:
    other = not year.is_ordinary(day)
    fill = (_OTHER if day.open else _SHUT) if other else _PLAIN
    words = f"{_date(day)}: {_words(day.open)}"
    yield f"<g><title>{escape(words + (f' ({day.note})' if day.note else ''))}</title>"
    yield (
        f'<rect x="{left}" y="{top}" width="{_CELL_WIDTH}" height="{_CELL_HEIGHT}" fill="{fill}" '
        f'stroke="{_LINE}"/>'
    )
    yield _text(left + 4, top + 13, str(day.day.day), 11, _INK if day.open or other else _PALE, bold=other)
    if day.open or other:
        for line, text in enumerate(_short(day.open)):
            yield _text(left + 4, top + 25 + 11 * line, text, 10, bold=other)
    for interval in day.open:
        start = left + 2 + (_CELL_WIDTH - 4) * interval.start / DAY
        width = (_CELL_WIDTH - 4) * (interval.end - interval.start) / DAY
        yield f'<rect x="{start:.2f}" y="{top + 40}" width="{width:.2f}" height="5" fill="{_OPEN}"/>'
    yield "</g>"


def _legend(year: Year) -> Iterator[str]:
    words = (
        (_PLAIN, "Som varje vecka"),
        (_OTHER, "Andra tider än vanligt"),
        (_SHUT, "Stängt, fast det annars är öppet"),
    )
    left = _EDGE
    for fill, text in words:
        yield f'<rect x="{left}" y="50" width="14" height="14" fill="{fill}" stroke="{_LINE}"/>'
        yield _text(left + 20, 62, text, 12)
        left += 40 + 7 * len(text)
    yield f'<rect x="{left}" y="55" width="28" height="5" fill="{_OPEN}"/>'
    yield _text(left + 34, 62, "Öppet, av dygnets 24 timmar", 12)
    if not year.holidays_known:
        yield _text(left + 240, 62, _UNKNOWN, 12, bold=True)


def _text(left: int, base: int, text: str, size: int, fill: str = _INK, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left}" y="{base}" font-size="{size}" fill="{fill}"{weight}>{escape(text)}</text>'


def _described(year: Year) -> str:
    week = "; ".join(f"{day} {_words(intervals)}" for day, intervals in zip(DAYS, year.ordinary, strict=True))
    return f"En vanlig vecka: {week}. Dagar med andra tider: {len(year.others)}."


def _date(day: Day) -> str:
    return f"{DAYS[day.day.weekday()]} {day.day.day} {MONTHS[day.day.month - 1]}"


def _words(intervals: Sequence[Interval]) -> str:
    return " och ".join(map(_clocks, intervals)) or "stängt"


def _short(intervals: Sequence[Interval]) -> list[str]:
    lines = list(map(_clocks, intervals)) or ["stängt"]
    return lines if len(lines) <= _LINES else [lines[0], f"+ {len(lines) - 1} till"]


def _clocks(interval: Interval) -> str:
    return f"{_clock(interval.start)}–{_clock(interval.end)}"


def _clock(seconds: int) -> str:
    hour, minute = divmod(seconds // 60, 60)
    return f"{hour}.{minute:02}" if minute else str(hour)
