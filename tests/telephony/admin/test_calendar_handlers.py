from pathlib import Path

import pytest

from telephony.admin.operation import ICAL, TOML
from telephony.ical.reading import MAX_OCTETS
from telephony.tokens import Role
from tests.support.administration import SOURCE
from tests.support.api import Desk, Reply

DAYS = '{ date = 2027-03-01, note = "A" }, { date = 2027-03-02, intervals = ["08:00-12:00"], note = "B" }'
PLAN = SOURCE.replace('holidays = "SE"', f'holidays = "SE", deviations = [{DAYS}]') + "# the end\n"
PATH = "/calendars/kontorstid/deviations"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def events(*days: str, more: str = "") -> str:
    parts = [
        f"BEGIN:VEVENT\r\nSUMMARY:Flytt\r\nDTSTART;VALUE=DATE:{day}\r\n{more}END:VEVENT\r\n" for day in days
    ]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(parts)}END:VCALENDAR\r\n"


async def begin(desk: Desk) -> None:
    """Put a plan with two deviations in force, as version 2."""
    made = await desk.ask("PUT", "/plan?reason=Two+days", PLAN, {"Content-Type": TOML, "If-Match": '"1"'})
    assert made.status == 200


async def put(desk: Desk, body: str, if_match: str = '"2"', query: str = "") -> Reply:
    headers = {"Content-Type": ICAL, "If-Match": if_match}
    return await desk.ask("PUT", f"{PATH}?reason=From+Outlook{query}", body, headers)


async def compared(desk: Desk, body: str, query: str = "") -> Reply:
    return await desk.ask("POST", f"{PATH}/diff{query}", body, {"Content-Type": ICAL})


def test_deviations_are_read_as_json_and_as_icalendar(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)

        shown = await desk.ask("GET", PATH, role=Role.READER)
        events = await desk.ask("GET", f"{PATH}?from=2027-03-02", headers={"Accept": ICAL})

        assert shown.json["deviations"] == [
            {"date": "2027-03-01", "intervals": [], "note": "A", "announcement": None},
            {"date": "2027-03-02", "intervals": ["08:00-12:00"], "note": "B", "announcement": None},
        ]
        assert events.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert [line for line in events.octets.decode().splitlines() if "SUMMARY" in line] == [
            "SUMMARY:Öppet: B"
        ]
        few = await desk.ask("GET", f"{PATH}?to=2027-03-01")
        assert [day["date"] for day in few.json["deviations"]] == ["2027-03-01"]
        assert (await desk.ask("GET", "/calendars/nix/deviations")).status == 404

    desk.run(ask)


def test_events_are_compared_and_then_put_into_the_plan_with_its_comments(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)
        body = events("20270302", "20270303", more="LOCATION:Tumba\r\n")

        seen = await compared(desk, body)
        assert len(desk.town.stored) == 2
        made = await put(desk, body)

        for reply in (seen, made):
            assert reply.json["added"] == ["2027-03-03"]
            assert (reply.json["replaced"], reply.json["removed"]) == (["2027-03-02"], [])
            assert len(reply.json["left_out"]) == 2
        assert seen.json["plan"] is None
        assert seen.json["diff"]["hours"]["told"][0]["who"] == "08-530 613 00 Socialtjänst"
        assert (made.json["plan"]["version"], made.headers["ETag"], made.json["diff"]) == (3, '"3"', None)
        assert desk.town.journalled[-1] == ("plan", "admin", "From Outlook")
        assert desk.town.stored[-1].source.endswith("# the end\n")
        shown = await desk.ask("GET", PATH)
        assert [day["note"] for day in shown.json["deviations"]] == ["A", "Flytt", "Flytt"]

    desk.run(ask)


def test_others_are_removed_where_that_is_wanted(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)

        made = await put(desk, events("20270303"), query="&remove_others=true")

        assert made.json["removed"] == ["2027-03-01", "2027-03-02"]
        assert [day["date"] for day in (await desk.ask("GET", PATH)).json["deviations"]] == ["2027-03-03"]

    desk.run(ask)


def test_what_changes_nothing_makes_no_version(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)
        whole = (await desk.ask("GET", PATH, headers={"Accept": ICAL})).octets.decode()

        made = await put(desk, whole)

        assert (made.json["same"], made.json["plan"]["version"]) == (["2027-03-01", "2027-03-02"], 2)
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_a_plan_that_came_as_json_stays_json(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        plan = (await desk.ask("GET", "/plan")).json
        await desk.ask("PUT", "/plan?reason=test", plan, {"If-Match": '"1"'})

        assert (await put(desk, events("20270303"))).status == 200
        assert desk.town.stored[-1].source == ""
        deviations = (await desk.ask("GET", "/plan")).json["calendars"]["kontorstid"]["deviations"]
        assert [day["date"] for day in deviations] == ["2027-03-03"]

    desk.run(ask)


def test_events_that_cannot_be_deviations_are_refused_by_line(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)
        body = events("20270303", more="RRULE:FREQ=YEARLY\r\n")

        for reply in (await compared(desk, body), await put(desk, body)):
            assert (reply.status, reply.json["type"]) == (422, "/api/v1/docs#ical-refused")
            (error,) = reply.json["errors"]
            assert error["path"] == "line 3"
            assert error["allowed"].startswith('line 3, "Flytt": recurs (RRULE)')
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_a_text_that_cannot_be_edited_is_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    async def ask(desk: Desk) -> None:
        await begin(desk)
        monkeypatch.setattr("tomlkit.parse", fail)

        reply = await put(desk, events("20270303"))

        assert (reply.status, reply.json["type"]) == (422, "/api/v1/docs#ical-refused")
        assert "write the deviations there by hand" in reply.json["detail"]
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_who_was_overtaken_is_told_and_so_is_who_names_nothing(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await begin(desk)

        assert (await put(desk, events("20270303"), if_match='"1"')).status == 412
        headers = {"Content-Type": ICAL, "If-Match": '"2"'}
        missing = await desk.ask("PUT", "/calendars/nix/deviations?reason=Test", events(), headers)
        assert (missing.status, missing.json["detail"]) == (404, "there is no calendar nix in the plan")
        assert (await desk.ask("PUT", PATH, events(), headers)).status == 422
        assert (await compared(desk, "x" * (MAX_OCTETS + 1))).status == 413
        assert (await desk.ask("POST", f"{PATH}/diff", "{}")).status == 415

    desk.run(ask)
