import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, UnixConnector

from telephony.admin import peer
from tests.support.api import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def over_socket(desk: Desk, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """One request by the admin socket, without a token."""
    socket = desk.folder / "admin.sock"
    async with (
        ClientSession(connector=UnixConnector(str(socket))) as session,
        session.request(method, f"http://localhost/api/v1{path}", json=body) as response,
    ):
        return response.status, await response.json() if response.status != 204 else None


def test_who_is_on_the_machine_is_named_and_may_all(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await desk.server.start_local(desk.folder / "admin.sock")

        status, _ = await over_socket(desk, "PUT", "/phones/kc1/password", {"password": "correct horse"})

        assert status == 204
        user = pwd.getpwuid(os.geteuid()).pw_name
        assert desk.town.journalled[-1] == ("password", f"local:{user}", "kc1")

    desk.run(ask)


def test_somebody_else_is_kept_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(desk: Desk) -> None:
        await desk.server.start_local(desk.folder / "admin.sock")
        monkeypatch.setattr(peer, "_CREDENTIALS", Credentials(4711))

        status, problem = await over_socket(desk, "GET", "/status")

        assert status == 403
        assert problem["detail"] == "user 4711 may not use the admin socket"

    desk.run(ask)


def test_a_user_without_a_name_is_a_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    async def ask(desk: Desk) -> None:
        await desk.server.start_local(desk.folder / "admin.sock")
        monkeypatch.setattr(peer, "_CREDENTIALS", Credentials(4711))

        await over_socket(desk, "PUT", "/phones/kc1/password", {"password": "correct horse"})

        assert desk.town.journalled[-1][1] == "local:4711"

    desk.run(ask)


def test_on_the_network_everybody_needs_a_token(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await desk.ask("GET", "/status", role=None)).status == 401

    desk.run(ask)


class Credentials:
    """What the kernel would say of a peer that runs as another user: a test cannot become one."""

    size = 12

    def __init__(self, user: int) -> None:
        self._user = user

    def unpack(self, _: bytes) -> tuple[int, int, int]:
        return 1, self._user, 1
