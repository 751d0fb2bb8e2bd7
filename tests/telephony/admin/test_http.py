import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from aiohttp import ClientSession

from telephony.admin import connection
from telephony.admin.http import HttpServer
from telephony.admin.page import POLICY
from tests.support.api import Desk


class FakeService:
    """A service whose health is what the test says."""

    def __init__(self, status: str) -> None:
        self._status = status

    def health(self) -> dict[str, object]:
        return {"status": self._status, "calls": 2}

    def readiness(self) -> dict[str, object]:
        return {"status": self._status, "plan_version": 3}

    def metrics_text(self) -> bytes:
        return b"vaxeln_calls_in_progress 2.0\n"


def serve(status: str, ask: Callable[[ClientSession, str], Awaitable[None]]) -> None:
    async def run() -> None:
        server = HttpServer(FakeService(status))
        host, port = await server.start("127.0.0.1", 0)
        try:
            async with ClientSession() as session:
                await ask(session, f"http://{host}:{port}")
        finally:
            await server.stop()

    uvloop.run(run())


def test_a_healthy_service_answers_200_with_its_state() -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 200
            assert await response.json() == {"status": "ok", "calls": 2}

    serve("ok", ask)


def test_a_failing_service_answers_503() -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 503

    serve("failing", ask)


def test_a_ready_service_answers_200_with_its_plan() -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 200
            assert await response.json() == {"status": "ready", "plan_version": 3}

    serve("ready", ask)


@pytest.mark.parametrize("status", ["starting", "draining"])
def test_a_service_that_takes_no_new_calls_is_not_ready(status: str) -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert (await response.json())["status"] == status

    serve(status, ask)


def test_the_figures_are_in_the_text_format() -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert await response.text() == "vaxeln_calls_in_progress 2.0\n"

    serve("ok", ask)


def test_everything_else_is_not_there() -> None:
    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(f"{url}/secrets") as response:
            assert response.status == 404
        async with session.post(f"{url}/healthz") as response:
            assert response.status == 405

    serve("ok", ask)


def port_of(desk: Desk) -> int:
    return int(desk.url.rpartition(":")[2])


def test_document_and_page_need_no_token_and_hold_their_own_style_only(tmp_path: Path) -> None:
    async def ask(desk: Desk) -> None:
        document = await desk.ask("GET", "/openapi.json", role=None)
        page = await desk.ask("GET", "/docs", role=None)

        assert document.json["openapi"] == "3.1.0"
        assert document.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Content-Security-Policy"] == POLICY
        assert "Växeln" in page.octets.decode()

    Desk(tmp_path).run(ask)


def test_a_connection_too_many_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 1)

    async def ask(desk: Desk) -> None:
        first, second = [await asyncio.open_connection("127.0.0.1", port_of(desk)) for _ in range(2)]
        assert await second[0].read() == b""
        first[1].write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await first[0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in (first, second):
            writer.close()

    Desk(tmp_path).run(ask)


def test_one_address_does_not_keep_the_others_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_OF_ONE_ADDRESS", 2)

    async def open_from(desk: Desk, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", port_of(desk), local_addr=(host, 0))

    async def health(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        try:
            return (await reader.read())[:12]
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def ask(desk: Desk) -> None:
        silent = [await open_from(desk, "127.0.0.2") for _ in range(2)]

        assert await health(*await open_from(desk, "127.0.0.2")) == b""
        assert await health(*await open_from(desk, "127.0.0.3")) == b"HTTP/1.1 200"
        assert await health(*silent.pop()) == b"HTTP/1.1 200"
        again = await open_from(desk, "127.0.0.2")
        assert await health(*again) == b"HTTP/1.1 200"
        silent[0][1].close()

    Desk(tmp_path).run(ask)


def test_the_admin_socket_is_for_its_owner_and_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    umask = os.umask(0o022)

    async def ask(desk: Desk) -> None:
        await desk.server.start_local(path)

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"GET /api/v1/status HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()

    try:
        Desk(tmp_path).run(ask)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(umask)
    assert not path.exists()


def test_a_socket_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    async def ask(desk: Desk) -> None:
        with pytest.raises(OSError, match="No such file"):
            await desk.server.start_local(tmp_path / "nowhere" / "admin.sock")

    Desk(tmp_path).run(ask)


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    async def ask(desk: Desk) -> None:
        with pytest.raises(OSError, match="in use"):
            await HttpServer(FakeService("ok")).start("127.0.0.1", port_of(desk))

    Desk(tmp_path).run(ask)
