"""What the picture and the page show, read as a browser reads them."""

import re
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

from routing.compile_calendar import compile_calendar
from routing.hours import effective_hours
from routing.plan_calendar import Calendar
from routing.year import Year, period_of, year_of
from routing.year_picture import year_page, year_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'Bygg & "miljö" <script>alert(1)</script>'


def seen(year: int = 2027, **said: object) -> Year:
    calendar = Calendar.model_validate({"holidays": "SE", **said})
    return year_of(effective_hours(compile_calendar("c", {"c": calendar}), *period_of(year)), year)


def cells(svg: str) -> dict[str, ElementTree.Element]:
    """The cell of each day, by what it is called: "måndag 1 mars: 8–16.30"."""
    found = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return {cell.findtext(f"{SVG}title", ""): cell for cell in found}


def words(cell: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in cell.iter(f"{SVG}text")]


def test_every_day_has_a_cell_that_says_its_hours() -> None:
    deviation = {"date": date(2027, 3, 1), "intervals": ["10:00-14:15"], "note": "Flytt"}
    drawn = cells(year_svg(seen(weekly={"mon": ["08:00-16:30"]}, deviations=[deviation]), "Bygg"))

    assert len(drawn) == 365
    assert words(drawn["måndag 8 mars: 8–16.30"]) == ["8", "8–16.30"]
    assert words(drawn["måndag 1 mars: 10–14.15 (Flytt)"]) == ["1", "10–14.15"]
    assert words(drawn["måndag 29 mars: stängt (Annandag påsk)"]) == ["29", "stängt"]
    assert words(drawn["tisdag 2 mars: stängt"]) == ["2"]


def test_a_bar_shows_where_in_the_day_it_is_open() -> None:
    drawn = cells(year_svg(seen(weekly={"mon": ["06:00-12:00", "18:00-24:00"]}), "Bygg"))

    frame, *bars = drawn["måndag 8 mars: 6–12 och 18–24"].iter(f"{SVG}rect")
    left, wide = float(frame.attrib["x"]) + 2, float(frame.attrib["width"]) - 4
    spans = [(float(bar.attrib["x"]) - left, float(bar.attrib["width"])) for bar in bars]
    assert spans == [(wide / 4, wide / 4), (wide * 3 / 4, wide / 4)]


def test_a_cell_holds_two_intervals_and_counts_the_rest() -> None:
    drawn = cells(year_svg(seen(weekly={"mon": ["06:00-07:00", "08:00-09:00", "10:30-12:00"]}), "Bygg"))

    assert words(drawn["måndag 8 mars: 6–7 och 8–9 och 10.30–12"]) == ["8", "6–7", "+ 2 till"]


def test_colours_and_words_tell_the_same() -> None:
    deviation = {"date": date(2027, 3, 1), "intervals": ["10:00-14:00"], "note": "Flytt"}
    svg = year_svg(seen(weekly={"mon": ["08:00-16:30"]}, deviations=[deviation]), "Bygg")
    fills = {name: cell.find(f"{SVG}rect") for name, cell in cells(svg).items()}
    legend = re.findall(r'fill="(#\w+)" stroke="#c9c9c9"/>\n<text[^>]*>([^<]*)<', svg)

    told = dict((text, fill) for fill, text in legend)
    for name, text in (
        ("måndag 8 mars: 8–16.30", "Som varje vecka"),
        ("måndag 1 mars: 10–14 (Flytt)", "Andra tider än vanligt"),
        ("måndag 29 mars: stängt (Annandag påsk)", "Stängt, fast det annars är öppet"),
    ):
        frame = fills[name]
        assert frame is not None
        assert frame.attrib["fill"] == told[text]


def test_whoever_cannot_see_it_is_told_in_swedish() -> None:
    root = ElementTree.fromstring(year_svg(seen(weekly={"mon": ["08:00-16:30"]}), "Bygg"))

    assert root.attrib["role"] == "img"
    assert root.attrib["lang"] == "sv"
    labels = [root.find(f"*[@id='{name}']") for name in root.attrib["aria-labelledby"].split()]
    title, description = [label.text or "" if label is not None else "" for label in labels]
    assert title == "Telefontider 2027: Bygg"
    assert description.startswith("En vanlig vecka: måndag 8–16.30; tisdag stängt;")
    assert description.endswith("Dagar med andra tider: 1.")


def test_unknown_holidays_are_said_in_picture_and_page() -> None:
    year = seen(2101, weekly={"mon": ["08:00-16:30"]})
    told = "Årets helgdagar är inte kända"

    assert told in year_svg(year, "Bygg")
    assert f"<strong>{told}" in year_page(year, "Bygg")
    assert told not in year_page(seen(2100, weekly={"mon": ["08:00-16:30"]}), "Bygg")


class Page(HTMLParser):
    """The tags of a page, and the text of each cell of its tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("th", "td"):
            self.rows[-1][-1] += data.rstrip("\n")


def test_the_page_has_the_year_in_words_too() -> None:
    page = Page(year_page(seen(weekly={"mon": ["08:00-16:30"]}), "Bygg"))

    assert page.language == "sv"
    assert page.rows[0] == ["Måndag", "8–16.30"]
    assert page.rows[7:] == [["måndag 29 mars", "stängt", "Annandag påsk"]]


def test_the_page_of_a_year_without_other_days_says_so() -> None:
    assert Page(year_page(seen(open="always"), "Bygg")).rows[7:] != []
    assert Page(year_page(seen(holidays=None, open="always"), "Bygg")).rows[7:] == [["Inga"]]


def test_nothing_of_the_plan_becomes_markup() -> None:
    deviation = {"date": date(2027, 3, 1), "intervals": [], "note": HOSTILE}
    year = seen(weekly={"mon": ["08:00-16:30"]}, deviations=[deviation])
    page, svg = year_page(year, HOSTILE), year_svg(year, HOSTILE)

    assert "<script" not in page + svg
    assert "script" not in Page(page).tags
    assert ["måndag 1 mars", "stängt", HOSTILE] in Page(page).rows
    assert f"måndag 1 mars: stängt ({HOSTILE})" in cells(svg)
