from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from routing.override import Override
from telephony.admin.parameters import MAX_AHEAD
from telephony.admin.wire import TOML
from tests.support.administration import NOW, SOURCE
from tests.support.api import Desk, Reply
from tests.support.plans import BYGGLOV, MAIN, SOCIAL

CHANGED = SOURCE.replace("ring_seconds = 15", "ring_seconds = 30")
AS_TOML = {"Content-Type": TOML}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def apply(desk: Desk, text: str, if_match: str, reason: str = "test") -> Reply:
    """Put a plan in force."""
    return await desk.ask("PUT", f"/plan?reason={reason}", text, {**AS_TOML, "If-Match": if_match})


def test_the_plan_is_read_changed_and_put_back(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        read = await desk.ask("GET", "/plan")
        plan = read.json
        plan["groups"]["kc"]["members"] = ["bengt"]

        made = await desk.ask("PUT", "/plan?reason=Amina+left", plan, {"If-Match": read.headers["ETag"]})

        assert (made.status, made.headers["ETag"]) == (200, '"2"')
        assert (made.json["version"], made.json["author"], made.json["reason"]) == (2, "admin", "Amina left")
        assert (await desk.ask("GET", "/plan")).json == plan
        assert desk.town.journalled[-1] == ("plan", "admin", "Amina left")

    desk.run(ask)


def test_who_has_the_plan_already_is_not_sent_it(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/plan", headers={"If-None-Match": '"0", "1"'})

        assert (reply.status, reply.octets, reply.headers["ETag"]) == (304, b"", '"1"')
        assert (await desk.ask("GET", "/plan", headers={"If-None-Match": '"2"'})).status == 200

    desk.run(ask)


def test_the_toml_is_given_as_it_came_with_an_etag_of_its_own(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        source = f"# from the archive of 2026\n{CHANGED}"
        await apply(desk, source, '"1"')

        read = await desk.ask("GET", "/plan", headers={"Accept": TOML})

        assert read.octets.decode() == source
        assert (read.headers["Content-Type"], read.headers["ETag"]) == (TOML, '"2-toml"')
        assert (await apply(desk, SOURCE, '"2-toml"')).status == 200

    desk.run(ask)


def test_a_plan_that_came_as_json_has_no_toml(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        plan = (await desk.ask("GET", "/plan")).json
        await desk.ask("PUT", "/plan?reason=test", plan, {"If-Match": '"1"'})

        assert (await desk.ask("GET", "/plan", headers={"Accept": TOML})).status == 406
        assert (await desk.ask("GET", "/plan/versions/1", headers={"Accept": TOML})).status == 200

    desk.run(ask)


def test_of_two_who_change_the_same_version_one_loses_and_is_told_to_whom(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await apply(desk, CHANGED, '"1"', "longer+ringing")).status == 200

        lost = await apply(desk, SOURCE, '"1"')

        assert (lost.status, lost.headers["ETag"]) == (412, '"2"')
        assert "version 2 is in force, by admin: longer ringing" in lost.json["detail"]
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_a_race_that_is_lost_later_is_lost_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another node may have been first, which the database tells."""
    before = desk.town.stored[0]

    async def still() -> object:
        return before

    async def ask(desk: Desk) -> None:
        await apply(desk, CHANGED, '"1"')
        monkeypatch.setattr(desk.town, "plan", still)

        assert (await apply(desk, SOURCE, '"1"')).status == 412

    desk.run(ask)


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ("*", 200),
        ('"7", "1"', 200),
        ('W/"1"', 412),
        ('"x"', 412),
        ('"01"', 412),
        ("1", 422),
        ('"1', 422),
        (",", 412),
    ],
)
def test_if_match_is_compared_as_rfc_9110_says(desk: Desk, if_match: str, status: int) -> None:
    async def ask(desk: Desk) -> None:
        assert (await apply(desk, CHANGED, if_match)).status == status

    desk.run(ask)


def test_a_plan_with_errors_is_checked_and_not_applied(desk: Desk) -> None:
    loop = SOURCE.replace('destination = { group = "bygglov" }', 'destination = { number = "+46853061201" }')

    async def ask(desk: Desk) -> None:
        checked = await desk.ask("POST", "/plan/check", loop, AS_TOML)
        refused = await apply(desk, loop, '"1"')

        assert (checked.status, checked.json["ok"]) == (200, False)
        assert checked.json["problems"][0]["severity"] == "error"
        assert (refused.status, refused.json["type"]) == (422, "/api/v1/docs#plan-refused")
        assert refused.json["errors"][0]["path"] == checked.json["problems"][0]["path"]
        assert len(desk.town.stored) == 1

    desk.run(ask)


@pytest.mark.parametrize("path", ["/plan/check", "/plan/diff", "/plan?reason=test"])
def test_what_is_no_plan_is_refused_with_the_places(desk: Desk, path: str) -> None:
    text = SOURCE.replace("ring_seconds = 15", "ring_seconds = 0").replace("Amina Berg", "")

    async def ask(desk: Desk) -> None:
        method = "PUT" if "reason" in path else "POST"
        reply = await desk.ask(method, path, text, {**AS_TOML, "If-Match": '"1"'})

        assert (reply.status, reply.json["type"]) == (422, "/api/v1/docs#plan-invalid")
        places = [error["path"] for error in reply.json["errors"]]
        assert places == ["people.amina.name", "groups.bygglov.ring_seconds"]

    desk.run(ask)


def test_what_would_change_is_told_in_words(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("POST", "/plan/diff", CHANGED, AS_TOML)

        assert reply.json["count"] == 1
        assert reply.json["changes"][0] == {
            "path": "groups.bygglov.ring_seconds",
            "kind": "changed",
            "before": 15.0,
            "after": 30.0,
            "words": "groups.bygglov.ring_seconds was 15.0, is now 30.0",
        }
        assert desk.town.stored[-1].version == 1
        meaning = {name: reply.json[name] for name in ("errors", "numbers", "groups", "overrides")}
        assert meaning == {"errors": [], "numbers": [], "groups": [], "overrides": []}
        assert reply.json["hours"]["numbers"] == []

    desk.run(ask)


def test_what_opens_and_closes_is_told_with_the_overrides_that_hold_meanwhile(desk: Desk) -> None:
    closing = SOURCE.replace('alltid = { open = "always" }', 'alltid = { open = "never" }')
    until = desk.town.now + timedelta(hours=1)
    override = Override(open=True, until=until, reason="Test", owner="Anna")
    desk.town.set_overrides |= {MAIN: override, SOCIAL: override, "": override}

    async def ask(desk: Desk) -> None:
        reply = await desk.ask("POST", "/plan/diff?against=1", closing, AS_TOML)

        hours = reply.json["hours"]
        assert (hours["numbers"], hours["calendars"], hours["spans"]) == ([MAIN, BYGGLOV], 1, 1)
        assert hours["told"][0]["words"][0].startswith("closes from Wed 2026-12-23 11:00 on")
        (span,) = hours["changes"][0]["spans"]
        assert (span["start"], span["opens"]) == ("2026-12-23T10:00:00Z", False)
        assert span["after"] == {
            "rule": "calendar",
            "where": "calendars.alltid.open",
            "text": "never open",
        }
        assert [override["number"] for override in reply.json["overrides"]] == ["all", MAIN]
        same = await desk.ask("POST", "/plan/diff", SOURCE, AS_TOML)
        assert same.json["overrides"] == []

    desk.run(ask)


def test_a_plan_with_errors_is_compared_by_its_places_and_they_are_told(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        broken = SOURCE.replace('calendar = "kontorstid"', 'calendar = "nowhere"')
        reply = await desk.ask("POST", "/plan/diff", broken, AS_TOML)

        assert (reply.status, reply.json["count"], reply.json["hours"]) == (200, 1, None)
        assert reply.json["errors"][0]["path"] == f"numbers.{SOCIAL}.calendar"

    desk.run(ask)


def test_two_versions_are_compared(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await apply(desk, CHANGED, '"1"')

        forth = await desk.ask("GET", "/plan/diff?from=1&to=2")
        back = await desk.ask("GET", "/plan/diff?from=2&to=1")

        assert forth.json["changes"][0]["after"] == 30.0
        assert back.json["changes"][0]["after"] == 15.0
        assert (await desk.ask("GET", "/plan/diff?from=1&to=7")).status == 404
        assert (await desk.ask("POST", "/plan/diff?against=7", CHANGED, AS_TOML)).status == 404
        missing = await desk.ask("GET", "/plan/diff?from=1")
        assert (missing.status, missing.json["errors"][0]["path"]) == (422, "?to")

    desk.run(ask)


def test_a_version_is_returned_to_as_a_new_one(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await apply(desk, CHANGED, '"1"')
        wanted = {"version": 1, "reason": "it rang too long"}

        assert (await desk.ask("POST", "/plan/rollback", wanted, {"If-Match": '"1"'})).status == 412
        made = await desk.ask("POST", "/plan/rollback", wanted, {"If-Match": '"2"'})

        assert (made.json["version"], made.headers["ETag"]) == (3, '"3"')
        assert made.json["digest"] == desk.town.stored[0].digest
        assert desk.town.journalled[-1] == ("plan", "admin", "it rang too long")
        missing = await desk.ask("POST", "/plan/rollback", wanted | {"version": 9}, {"If-Match": '"3"'})
        assert missing.status == 404

    desk.run(ask)


# ---- for later

LATER = NOW + timedelta(days=9)
AT = quote(LATER.isoformat())


async def dated(desk: Desk, text: str = CHANGED, more: str = "") -> Reply:
    headers = {**AS_TOML, "If-Match": '"1"'}
    return await desk.ask("PUT", f"/plan?reason=next+year&valid_from={AT}{more}", text, headers)


def test_a_dated_plan_waits_is_seen_and_withdrawn(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await desk.ask("GET", "/plan/pending")).status == 404
        made = await dated(desk)
        assert (made.status, made.headers["ETag"], made.json["withdrawn"]) == (200, '"2"', None)
        assert datetime.fromisoformat(made.json["valid_from"]) == LATER
        assert (await desk.ask("GET", "/plan")).headers["ETag"] == '"1"'
        assert (await desk.ask("GET", "/status")).json["pending"]["version"] == 2

        waits = await desk.ask("GET", "/plan/pending")
        assert (waits.headers["ETag"], waits.json["usable"], waits.json["count"]) == ('"2"', True, 1)
        assert waits.json["changes"][0]["path"] == "groups.bygglov.ring_seconds"
        states = [head["state"] for head in (await desk.ask("GET", "/plan/versions")).json["items"]]
        assert states == ["pending", "in_force"]

        missing = await desk.ask("DELETE", "/plan/pending?reason=put+off")
        other = await desk.ask("DELETE", "/plan/pending?reason=put+off", headers={"If-Match": '"1"'})
        gone = await desk.ask("DELETE", "/plan/pending?reason=put+off", headers={"If-Match": '"2"'})

        assert (missing.status, other.status, other.headers["ETag"], gone.status) == (428, 412, '"2"', 200)
        assert "version 2 waits, by admin: next year" in other.json["detail"]
        assert gone.json["version"] == 2 and "document" not in gone.json
        assert desk.town.journalled[-1] == ("plan withdrawn", "admin", "put off")
        again = await desk.ask("DELETE", "/plan/pending?reason=put+off", headers={"If-Match": '"2"'})
        assert again.status == 404

    desk.run(ask)


def test_local_time_without_an_offset_is_swedish(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        headers = {**AS_TOML, "If-Match": '"1"'}
        made = await desk.ask("PUT", "/plan?reason=flytt&valid_from=2027-06-07T08:00", CHANGED, headers)

        assert made.json["valid_from"] == "2027-06-07T06:00:00Z"

    desk.run(ask)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("valid_from=2026-12-23T10:00:00Z", "?valid_from"),
        ("valid_from=2026-12-23T09:59:59Z", "?valid_from"),
        ("valid_from=2028-01-27T10:00:01Z", "?valid_from"),
        ("valid_from=soon", "?valid_from"),
        (f"valid_from={AT}&pending=rebase", "?pending"),
        ("pending=keep", "?pending"),
    ],
)
def test_a_time_that_cannot_be_and_an_unknown_word_are_named(desk: Desk, query: str, path: str) -> None:
    async def ask(desk: Desk) -> None:
        headers = {**AS_TOML, "If-Match": '"1"'}
        apply = await desk.ask("PUT", f"/plan?reason=test&{query}", CHANGED, headers)
        body = {"version": 1, "reason": "test"}
        back = await desk.ask("POST", f"/plan/rollback?{query}", body, {"If-Match": '"1"'})

        for refused in (apply, back):
            assert (refused.status, refused.json["errors"][0]["path"]) == (422, path)
        assert len(desk.town.stored) == 1

    desk.run(ask)


def test_the_last_moment_that_is_not_too_far_is_allowed(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        headers = {**AS_TOML, "If-Match": '"1"'}
        far = quote((NOW + MAX_AHEAD).isoformat())
        assert (await desk.ask("PUT", f"/plan?reason=test&valid_from={far}", CHANGED, headers)).status == 200

    desk.run(ask)


def test_while_one_waits_a_change_says_what_becomes_of_it(desk: Desk) -> None:
    fewer = SOURCE.replace('members = ["amina", "bengt"]', 'members = ["bengt"]')

    async def ask(desk: Desk) -> None:
        await dated(desk)

        refused = await apply(desk, fewer, '"1"')
        assert (refused.status, refused.json["type"]) == (409, "/api/v1/docs#plan-pending")
        assert (
            refused.json["detail"] == f"version 2 by admin comes into force at {LATER.isoformat()}: next year"
        )
        assert refused.json["errors"][0]["path"] == "?pending"
        assert (await dated(desk)).status == 409

        made = await apply(desk, fewer, '"1"', "test&pending=rebase")
        assert (made.json["version"], made.json["withdrawn"]["version"]) == (3, 2)
        rebased = made.json["rebased"]
        assert (rebased["version"], rebased["count"]) == (4, 1)
        assert [change["path"] for change in rebased["changes"]] == ["groups.bygglov.ring_seconds"]

        body = {"version": 1, "reason": "back again"}
        back = await desk.ask("POST", "/plan/rollback?pending=withdraw", body, {"If-Match": '"3"'})
        assert (back.json["version"], back.json["withdrawn"]["version"], back.json["rebased"]) == (5, 4, None)
        assert (await desk.ask("GET", "/plan/pending")).status == 404

    desk.run(ask)


def test_what_both_change_is_named_with_its_values(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await dated(desk)

        shorter = SOURCE.replace("ring_seconds = 15", "ring_seconds = 5")
        refused = await apply(desk, shorter, '"1"', "test&pending=rebase")

        assert (refused.status, refused.json["type"]) == (409, "/api/v1/docs#rebase-conflict")
        assert refused.json["errors"] == [
            {
                "path": "groups.bygglov.ring_seconds",
                "value": "5.0",
                "allowed": "it was 15.0, waits to be 30.0, and becomes 5.0; change one of them",
            }
        ]
        assert len(desk.town.stored) == 2

    desk.run(ask)


def test_versions_are_read_page_by_page(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for number in range(1, 4):
            await apply(desk, CHANGED, f'"{number}"')
        seen, cursor = [], ""
        while True:
            page = (await desk.ask("GET", f"/plan/versions?limit=2&cursor={cursor}")).json
            seen += [head["version"] for head in page["items"]]
            assert "document" not in page["items"][0]
            cursor = page["next"]
            if cursor is None:
                break

        assert seen == [4, 3, 2, 1]
        assert (await desk.ask("GET", "/plan/versions/1")).json["municipality"]["name"] == "Botkyrka kommun"
        assert (await desk.ask("GET", "/plan/versions/5")).status == 404

    desk.run(ask)
