from pathlib import Path

import pytest

from telephony.admin.bodies import MAX_RECORDING
from telephony.admin.client import Client, Target
from telephony.admin.wire import WAV
from telephony.config import TOKEN_VARIABLE
from telephony.media.recording import MAX_OCTETS
from telephony.tokens import Role
from tests.support.api import Desk
from tests.support.town_prompts import RECORDED, SILENCE


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_prompts_are_listed_page_by_page(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        first = (await desk.ask("GET", "/prompts?limit=2", role=Role.READER)).json
        rest = (await desk.ask("GET", f"/prompts?cursor={first['next']}")).json

        assert [row["name"] for row in (*first["items"], *rest["items"])] == ["busy", "closed", "number_5"]
        assert rest["next"] is None
        assert first["items"][0] == {
            "name": "busy",
            "source": "recorded",
            "text": "",
            "seconds": 1.0,
            "fragment": False,
            "recorded_by": "eva",
            "recorded_at": "2026-12-23T10:00:00Z",
        }

    desk.run(ask)


def test_a_prompt_is_told_of_or_heard(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        told = await desk.ask("GET", "/prompts/closed")
        heard = await desk.ask("GET", "/prompts/closed", headers={"Accept": WAV}, role=Role.READER)

        assert (told.json["text"], told.json["source"]) == ("Vi har stängt just nu.", "built_in")
        assert (heard.octets, heard.headers["Content-Type"]) == (SILENCE, WAV)
        assert told.headers["Vary"] == heard.headers["Vary"] == "Accept"
        assert (await desk.ask("GET", "/prompts/flood")).status == 404
        assert (await desk.ask("GET", "/prompts/flood", headers={"Accept": WAV})).status == 404

    desk.run(ask)


@pytest.mark.parametrize("media_type", [WAV, "audio/x-wav", "audio/wave", "audio/vnd.wave"])
def test_a_recording_is_put_and_removed(desk: Desk, media_type: str) -> None:
    async def ask(desk: Desk) -> None:
        put = await desk.ask("PUT", "/prompts/flood", RECORDED, {"Content-Type": media_type})
        assert (put.status, put.json["source"], put.json["recorded_by"]) == (200, "recorded", "admin")
        gone = await desk.ask("DELETE", "/prompts/flood")
        assert (gone.status, gone.octets) == (204, b"")

        assert desk.town.journalled[-2:] == [
            ("recorded", "admin", "flood"),
            ("recording removed", "admin", "flood"),
        ]
        assert (await desk.ask("DELETE", "/prompts/flood")).status == 404

    desk.run(ask)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_an_admin_changes_what_callers_hear(desk: Desk, method: str) -> None:
    async def ask(desk: Desk) -> None:
        body = RECORDED if method == "PUT" else None
        for role in (Role.READER, Role.OPERATOR, None):
            reply = await desk.ask(method, "/prompts/busy", body, {"Content-Type": WAV}, role=role)
            assert reply.status == (403 if role else 401)
        assert desk.town.recordings == {"busy": "eva"}

    desk.run(ask)


@pytest.mark.parametrize(
    ("path", "body", "media_type", "status", "told"),
    [
        ("/prompts/closed", b"ID3", WAV, 422, "it is no WAV file"),
        ("/prompts/closed", RECORDED, "audio/mpeg", 415, "allowed are audio/wav"),
        ("/prompts/closed", bytes(MAX_RECORDING + 1), WAV, 413, f"allowed are {MAX_RECORDING} octets"),
        ("/prompts/Closed", RECORDED, WAV, 422, "a parameter has a value"),
        ("/prompts/a+b", RECORDED, WAV, 422, "a parameter has a value"),
        ("/prompts/..%2Fclosed", RECORDED, WAV, 422, "a parameter has a value"),
    ],
)
def test_what_is_refused_is_told(
    desk: Desk, path: str, body: bytes, media_type: str, status: int, told: str
) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("PUT", path, body, {"Content-Type": media_type})

        assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json")
        assert told in reply.json["detail"]
        assert desk.town.recordings == {"busy": "eva"}

    desk.run(ask)


def test_what_the_plan_names_is_not_removed(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        desk.town.used = "busy"
        reply = await desk.ask("DELETE", "/prompts/busy")

        assert (reply.status, reply.json["type"]) == (409, "/api/v1/docs#prompt-used")
        assert reply.json["errors"][0]["path"] == "menus.vaxel.prompt"

    desk.run(ask)


def test_the_client_sends_and_gets_sound(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        token = {TOKEN_VARIABLE: desk.token[Role.ADMIN]}
        async with Client(Target.of(desk.url, desk.folder, token)) as client:
            await client.ask("PUT", "/prompts/flood", body=RECORDED, headers={"Content-Type": WAV})
            heard = await client.ask("GET", "/prompts/flood", headers={"Accept": WAV})

        assert heard.value == RECORDED

    desk.run(ask)


def test_the_api_takes_what_the_converter_takes() -> None:
    assert MAX_RECORDING == MAX_OCTETS
