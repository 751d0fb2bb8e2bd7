from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routing.override import Override
from telephony.admin.bodies import MAX_OVERRIDE
from telephony.admin.errors import Kind
from telephony.tokens import Role
from tests.support.administration import NOW
from tests.support.api import Desk
from tests.support.plans import BYGGLOV, MAIN, SOCIAL
from tests.telephony.admin.test_api import assert_problem

A_SECOND = timedelta(seconds=1)
AN_HOUR = NOW + timedelta(hours=1)
WANTED: dict[str, Any] = {
    "open": False,
    "until": AN_HOUR.isoformat(),
    "reason": "Fire drill",
    "owner": "Amina",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_number_is_closed_for_an_hour_and_seen_to_be(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        made = await desk.ask("PUT", "/overrides/08-53061000", WANTED, role=Role.OPERATOR)
        seen = await desk.ask("GET", f"/numbers/{MAIN}", role=Role.READER)

        assert made.json["number"] == MAIN
        assert desk.town.set_overrides == {MAIN: Override(False, AN_HOUR, "Fire drill", "Amina")}
        assert ("override", "operator", MAIN, "Fire drill") in desk.town.journalled
        assert (seen.json["open"], seen.json["until"]) == (False, "2026-12-23T11:00:00Z")
        assert seen.json["override"]["reason"] == "Fire drill"
        assert (await desk.ask("DELETE", f"/overrides/{MAIN}")).status == 204
        assert (await desk.ask("DELETE", f"/overrides/{MAIN}")).status == 404
        assert ("override ended", "admin", MAIN) in desk.town.journalled

    desk.run(ask)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"announcement": "Water!"}, "pattern"),
        ({"announcement": "busy", "open": True}, "only while it is closed"),
    ],
)
def test_an_announcement_is_a_name_and_of_what_is_closed(
    desk: Desk, body: dict[str, Any], allowed: str
) -> None:
    async def ask(desk: Desk) -> None:
        refused = await desk.ask("PUT", f"/overrides/{MAIN}", WANTED | body, role=Role.OPERATOR)
        assert_problem(refused, Kind.INVALID)
        (error,) = refused.json["errors"]
        assert (error["path"], allowed in error["allowed"]) == ("/announcement", True)

    desk.run(ask)


def test_all_numbers_are_closed_by_one_override(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await desk.ask("PUT", f"/overrides/{BYGGLOV}", WANTED | {"open": True})
        await desk.ask("PUT", "/overrides/all", WANTED)

        listed = (await desk.ask("GET", "/overrides")).json["items"]

        assert [(row["number"], row["open"]) for row in listed] == [("all", False), (BYGGLOV, True)]
        assert "" in desk.town.set_overrides
        assert (await desk.ask("DELETE", "/overrides/all")).status == 204
        assert "" not in desk.town.set_overrides

    desk.run(ask)


@pytest.mark.parametrize("until", [NOW, NOW - A_SECOND, NOW + MAX_OVERRIDE + A_SECOND])
def test_an_override_ends_in_the_future_and_not_too_far(desk: Desk, until: Any) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("PUT", f"/overrides/{MAIN}", WANTED | {"until": until.isoformat()})

        assert reply.status == 422
        assert reply.json["errors"][0]["path"] == "/until"
        assert "31 days" in reply.json["errors"][0]["allowed"]
        assert desk.town.set_overrides == {}

    desk.run(ask)


def test_a_number_that_is_not_there_has_nothing(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for method, path, body in (
            ("GET", "/numbers/08-1234567", None),
            ("GET", "/numbers/08-1234567/hours", None),
            ("PUT", "/overrides/08-1234567", WANTED),
            ("DELETE", "/overrides/08-1234567", None),
        ):
            assert (await desk.ask(method, path, body)).status == 404

    desk.run(ask)


def test_numbers_are_read_page_by_page(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        first = (await desk.ask("GET", "/numbers?limit=2")).json
        second = (await desk.ask("GET", f"/numbers?limit=2&cursor={first['next'].replace('+', '%2B')}")).json

        assert [row["number"] for row in first["items"] + second["items"]] == [MAIN, BYGGLOV, SOCIAL]
        assert second["next"] is None

    desk.run(ask)


def test_hours_are_of_whole_local_days(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/hours?from=2026-12-21&to=2026-12-21")

        spans = [(span["start"], span["end"], span["open"]) for span in reply.json["spans"]]
        assert spans == [
            ("2026-12-20T23:00:00Z", "2026-12-21T07:00:00Z", False),
            ("2026-12-21T07:00:00Z", "2026-12-21T15:30:00Z", True),
            ("2026-12-21T15:30:00Z", "2026-12-21T23:00:00Z", False),
        ]
        backwards = await desk.ask("GET", f"/numbers/{SOCIAL}/hours?from=2026-12-21&to=2026-12-20")
        assert (backwards.status, backwards.json["errors"][0]["path"]) == (422, "?to")

    desk.run(ask)


def test_a_call_that_might_come_is_explained(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/explain?number=08-53061201&from=070-1740605&at=2026-12-23T09:00")

        assert (reply.json["kind"], reply.json["group"]) == ("ring", "bygglov")
        assert reply.json["reasons"][0]["text"] == "08-530 612 01 is Bygglov"

    desk.run(ask)


def test_a_phones_own_call_is_explained(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        barred = await desk.ask("GET", "/explain?number=070-1740605&from_phone=bygg1")
        unknown = await desk.ask("GET", "/explain?number=070-1740605&from_phone=nobody")
        both = await desk.ask("GET", "/explain?number=070-1740605&from_phone=bygg1&from=070-1740605")

        assert (barred.json["kind"], barred.json["status"]) == ("reject", 403)
        assert (unknown.status, both.status) == (404, 422)

    desk.run(ask)


@pytest.mark.parametrize("since", ["&from=2026-12-18T16:00", "&from=2026-12-18T15:00Z"])
def test_what_has_two_working_days_of_a_friday_is_due_on_tuesday(since: str, desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/due?days=2{since}", role=Role.READER)

        assert reply.json == {
            "number": SOCIAL,
            "since": "2026-12-18T15:00:00Z",
            "working_days": ["2026-12-21", "2026-12-22"],
            "due": "2026-12-22T22:59:59Z",
        }

    desk.run(ask)


def test_without_a_time_working_days_count_from_now(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{SOCIAL}/due?days=1")

        assert datetime.fromisoformat(reply.json["since"]) == desk.town.now

    desk.run(ask)


@pytest.mark.parametrize("days", ["", "0", "61", "two", "1.0"])
def test_working_days_have_bounds(days: str, desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("GET", f"/numbers/{SOCIAL}/due?days={days}"), Kind.INVALID)

    desk.run(ask)
