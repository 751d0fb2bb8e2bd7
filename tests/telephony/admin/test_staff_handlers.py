from pathlib import Path

import pytest

from telephony.tokens import Role
from tests.support.api import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("path", "key", "keys"),
    [
        ("/groups", "group", ["bygglov", "kc"]),
        ("/phones", "account", ["bygg1", "bygg1m", "bygg2", "kc1", "kc2"]),
        ("/registrations", "account", ["bygg1", "bygg1m", "bygg2", "kc1", "kc2"]),
    ],
)
def test_a_list_is_read_page_by_page(desk: Desk, path: str, key: str, keys: list[str]) -> None:
    async def ask(desk: Desk) -> None:
        seen, cursor = [], ""
        while cursor is not None:
            page = (await desk.ask("GET", f"{path}?limit=1&cursor={cursor}")).json
            seen += [row[key] for row in page["items"]]
            cursor = page["next"]

        assert seen == keys

    desk.run(ask)


def test_a_group_shows_who_is_there(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/groups/kc", role=Role.READER)

        assert reply.json["members"][0] == {
            "person": "amina",
            "name": "Amina Berg",
            "registered": True,
            "in_call": False,
            "being_offered": False,
            "away": False,
        }
        assert (await desk.ask("GET", "/groups/nobody")).status == 404

    desk.run(ask)


def test_a_password_goes_in_and_never_comes_out(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("PUT", "/phones/kc1/password", {"password": "correct horse"})

        assert (reply.status, reply.octets) == (204, b"")
        assert desk.town.passwords == {"kc1": "correct horse"}
        phones = await desk.ask("GET", "/phones")
        assert [row["account"] for row in phones.json["items"] if row["has_password"]] == ["kc1"]
        assert b"horse" not in phones.octets
        unknown = await desk.ask("PUT", "/phones/kc9/password", {"password": "correct horse"})
        assert unknown.status == 404
        short = await desk.ask("PUT", "/phones/kc1/password", {"password": "horse"})
        assert (short.status, b"horse" in short.octets) == (422, False)

    desk.run(ask)


def test_the_status_tells_of_journal_and_database(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        status = (await desk.ask("GET", "/status", role=Role.READER)).json

        assert (status["status"], status["plan"]["version"]) == ("ok", 1)
        assert "document" not in status["plan"]
        assert (status["archive"]["is_up"], status["archive"]["lag_facts"]) == (True, 0)

    desk.run(ask)
