from pathlib import Path

import pytest

from telephony.tokens import Role
from tests.support.api import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_members_are_read_page_by_page_of_a_group_and_in_a_state(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        async def people(query: str) -> list[str]:
            reply = await desk.ask("GET", f"/members?{query}", role=Role.SUPERVISOR)
            return [row["person"] for row in reply.json["items"]]

        first = (await desk.ask("GET", "/members?limit=3")).json
        assert first["next"] == "david"
        assert await people("limit=3&cursor=david") == ["elif"]
        assert await people("group=bygglov") == ["david", "elif"]
        assert await people("state=available") == []
        assert (await desk.ask("GET", "/members?group=vd")).status == 404
        refused = await desk.ask("GET", "/members?state=asleep")
        assert refused.status == 422
        assert "in_call" in str(refused.json["errors"])

    desk.run(ask)


def test_a_reader_does_not_see_what_single_members_do(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for path in ("/members", "/members/amina"):
            assert (await desk.ask("GET", path, role=Role.READER)).status == 403

    desk.run(ask)


def test_a_member_has_a_pause_until_they_are_available_again(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        async def put(**body: str) -> dict[str, object]:
            reply = await desk.ask("PUT", "/members/amina/state", body, role=Role.SUPERVISOR)
            assert reply.status == 200, reply.octets
            document: dict[str, object] = reply.json
            return document

        paused = await put(state="paused", reason="lunch")
        assert (paused["state"], paused["reason"]) == ("paused", "Lunch")
        assert (await desk.ask("GET", "/members/amina")).json == paused
        assert (await put(state="available"))["state"] == "unreachable"
        assert (await put(state="logged_out", group="kc"))["state"] == "logged_out"
        assert (await put(state="logged_in"))["logged_out_of"] == []
        journalled = [entry[:2] for entry in desk.town.journalled[-2:]]
        assert journalled == [("MemberLoggedOut", "supervisor"), ("MemberLoggedIn", "supervisor")]

    desk.run(ask)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("nobody", {"state": "available"}, 404, "no member nobody"),
        ("amina", {"state": "asleep"}, 422, "logged_out"),
        ("amina", {"state": "paused"}, 422, "needs one"),
        ("amina", {"state": "paused", "reason": "Golf"}, 422, "Lunch, Möte, Administration"),
        ("amina", {"state": "available", "reason": "Lunch"}, 422, "belongs to `paused`"),
        ("amina", {"state": "paused", "reason": "Lunch", "group": "kc"}, 422, "of all groups"),
        ("amina", {"state": "logged_out", "group": "bygglov"}, 422, "but of kc"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(
    desk: Desk, path: str, body: dict[str, str], status: int, says: str
) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("PUT", f"/members/{path}/state", body)

        assert reply.status == status
        assert says in str(reply.json)

    desk.run(ask)
