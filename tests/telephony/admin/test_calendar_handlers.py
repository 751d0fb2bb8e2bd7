"""Deviations as iCalendar by the API: read, seen beforehand, put, refused by name."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from telephony.admin.wire import ICAL
from tests.support.administration import NOW, SOURCE
from tests.support.api import Desk, Reply

PATH = "/calendars/kontorstid/deviations"
AS_ICAL = {"Content-Type": ICAL}
FIRST = '"1"'


def event(day: str, summary: str, more: str = "") -> str:
    return f"BEGIN:VEVENT\r\nSUMMARY:{summary}\r\nDTSTART;VALUE=DATE:{day}\r\n{more}END:VEVENT\r\n"


def events(*parts: str) -> str:
    return f"BEGIN:VCALENDAR\r\n{''.join(parts)}END:VCALENDAR\r\n"


MOVING = events(event("20270301", "Flytt"), event("20270507", "Planeringsdag"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def put(desk: Desk, body: str, query: str = "", if_match: str = FIRST) -> Reply:
    """Put events into the calendar."""
    path = f"{PATH}?reason=Moving{query}"
    return await desk.ask("PUT", path, body, {**AS_ICAL, "If-Match": if_match})


def test_what_is_put_is_seen_beforehand_and_comes_back_as_it_was(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        seen = (await desk.ask("POST", f"{PATH}/diff", MOVING, AS_ICAL)).json
        assert (seen["added"], seen["plan"]) == (["2027-03-01", "2027-05-07"], None)
        assert seen["diff"]["count"] == 1
        assert len(desk.town.stored) == 1

        made = await put(desk, MOVING)
        assert (made.status, made.headers["ETag"]) == (200, '"2"')
        assert (made.json["plan"]["version"], made.json["diff"]) == (2, None)
        assert made.json["added"] == ["2027-03-01", "2027-05-07"]

        found = (await desk.ask("GET", PATH)).json["deviations"]
        assert [(day["date"], day["note"], day["intervals"]) for day in found] == [
            ("2027-03-01", "Flytt", []),
            ("2027-05-07", "Planeringsdag", []),
        ]
        later = (await desk.ask("GET", f"{PATH}?from=2027-03-02&to=2027-12-31")).json["deviations"]
        assert [day["date"] for day in later] == ["2027-05-07"]
        written = await desk.ask("GET", PATH, headers={"Accept": ICAL})
        assert written.headers["Content-Type"] == "text/calendar; charset=utf-8"

        again = await put(desk, written.octets.decode(), if_match='"2"')
        assert (again.status, again.headers["ETag"]) == (200, '"2"')
        assert (again.json["added"], again.json["same"]) == ([], ["2027-03-01", "2027-05-07"])
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_the_plans_own_text_and_its_comments_stay(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await put(desk, MOVING)).status == 200
        text = desk.town.stored[-1].source
        assert 'note = "Flytt"' in text
        assert all(line in text for line in SOURCE.splitlines() if "kontorstid = {" not in line)

    desk.run(ask)


def test_a_plan_that_was_given_as_json_is_changed_as_json(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        document = desk.town.stored[-1].document
        json = {"Content-Type": "application/json", "If-Match": FIRST}
        assert (await desk.ask("PUT", "/plan?reason=JSON", document, json)).status == 200

        assert (await put(desk, MOVING, if_match='"2"')).json["plan"]["version"] == 3
        assert desk.town.stored[-1].source == ""

    desk.run(ask)


def test_days_without_an_event_go_when_that_is_asked(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await put(desk, MOVING)
        kept = await put(desk, events(event("20270301", "Ny flytt")), if_match='"2"')
        assert (kept.json["replaced"], kept.json["removed"]) == (["2027-03-01"], [])
        only = await put(desk, events(event("20270301", "Ny flytt")), "&remove_others=true", '"3"')
        assert (only.json["same"], only.json["removed"]) == (["2027-03-01"], ["2027-05-07"])

    desk.run(ask)


def test_it_may_wait_for_its_time_like_any_change_of_the_plan(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        later = quote((NOW + timedelta(days=3)).isoformat())
        waits = await put(desk, MOVING, f"&valid_from={later}")
        assert waits.status == 200
        assert desk.town.waits is not None and desk.town.waits.version == 2

        refused = await put(desk, events(event("20270302", "Annat")))
        assert (refused.status, refused.json["type"]) == (409, "/api/v1/docs#plan-pending")
        assert (await put(desk, events(event("20270302", "Annat")), "&pending=withdraw")).status == 200
        assert desk.town.waits is None

    desk.run(ask)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (events(event("20270301", "Varje år", "RRULE:FREQ=YEARLY\r\n")), "Varje år"),
        ("this is no calendar", ""),
        (events(event("20270301", "Flytt"), event("20270301", "Annat")), "Annat"),
    ],
)
def test_what_is_no_deviation_is_refused_by_name_and_changes_nothing(
    desk: Desk, body: str, said: str
) -> None:
    async def ask(desk: Desk) -> None:
        for reply in (await put(desk, body), await desk.ask("POST", f"{PATH}/diff", body, AS_ICAL)):
            assert (reply.status, reply.json["type"]) == (422, "/api/v1/docs#ical-refused")
            assert said in str(reply.json["errors"])
        assert len(desk.town.stored) == 1

    desk.run(ask)


def test_who_is_late_or_means_no_calendar_is_told(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await put(desk, MOVING, if_match='"7"')).status == 412
        unknown = await desk.ask("GET", "/calendars/lunch/deviations")
        assert (unknown.status, unknown.json["detail"]) == (404, "there is no calendar lunch in the plan")
        wrong = await desk.ask("POST", f"{PATH}/diff", MOVING, {"Content-Type": "text/plain"})
        assert wrong.status == 415

    desk.run(ask)
