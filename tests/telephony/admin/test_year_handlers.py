from pathlib import Path
from xml.etree import ElementTree

import pytest

from telephony.admin.errors import Kind
from telephony.admin.year_handlers import POLICY
from telephony.tokens import Role
from tests.support.administration import Town
from tests.support.api import Desk
from tests.support.plans import SOCIAL
from tests.telephony.admin.test_api import assert_problem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/svg+xml,*/*;q=0.8"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, Town())


@pytest.mark.parametrize(("year", "days"), [(2000, 366), (2027, 365), (2199, 365)])
def test_a_year_is_told_day_by_day(year: int, days: int, desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/08-53061300/hours/{year}", role=Role.READER)

        told = reply.json
        assert (reply.status, told["number"], told["function"]) == (200, SOCIAL, "Socialtjänst")
        assert (told["year"], len(told["days"]), len(told["ordinary"])) == (year, days, 7)
        assert told["days"][-1]["day"] == f"{year}-12-31"

    desk.run(ask)


def test_a_browser_gets_a_page_that_may_run_nothing(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/hours/2027", headers={"Accept": BROWSER})

        assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
        assert reply.headers["Content-Security-Policy"] == POLICY
        assert reply.headers["Vary"] == "Accept"
        assert "<title>Telefontider 2027: Socialtjänst, 08-530 613 00</title>" in reply.octets.decode()

    desk.run(ask)


def test_a_picture_is_svg(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/hours/2027", headers={"Accept": "image/svg+xml"})

        assert reply.headers["Content-Type"] == "image/svg+xml"
        root = ElementTree.fromstring(reply.octets)
        assert root.findtext("{*}title") == "Telefontider 2027: Socialtjänst, 08-530 613 00"

    desk.run(ask)


NOT_YEARS = ["1999", "2200", "27", "next", "2027.0", "-2027", "%D9%A2%D9%A0%D9%A2%D9%A7"]


@pytest.mark.parametrize("year", NOT_YEARS)
@pytest.mark.parametrize("accept", ["*/*", "text/html", "image/svg+xml"])
def test_what_is_no_year_is_refused_with_its_bounds(year: str, accept: str, desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/hours/{year}", headers={"Accept": accept})

        assert_problem(reply, Kind.INVALID)
        assert reply.json["errors"][0]["path"].endswith("year")

    desk.run(ask)


def test_a_number_that_the_plan_lacks_has_no_year(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("GET", "/numbers/08-1234567/hours/2027"), Kind.NOT_FOUND)

    desk.run(ask)
