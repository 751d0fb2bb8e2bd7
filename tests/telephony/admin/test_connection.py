import asyncio
from pathlib import Path

import pytest

from telephony.admin import connection
from telephony.tokens import Role
from tests.support.api import Desk


def port_of(desk: Desk) -> int:
    return int(desk.url.rpartition(":")[2])


async def raw(desk: Desk, octets: bytes) -> bytes:
    """All that comes back to these octets until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(desk))
    writer.write(octets)
    answer = await reader.read()
    writer.close()
    return answer


def test_a_connection_that_says_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_SECONDS", 0.01)

    async def ask(desk: Desk) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(desk))
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        assert await reader.read() == b""
        writer.close()

    Desk(tmp_path).run(ask)


def test_a_connection_that_was_heard_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_SECONDS", 0.05)

    async def ask(desk: Desk) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(desk))
        loop = asyncio.get_running_loop()
        enough = loop.time() + 3 * connection.HEADER_SECONDS
        while loop.time() < enough:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        writer.close()

    Desk(tmp_path).run(ask)


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nAuthorization: Bearer secret\x00\r\n\r\n",
        b"GET /secret\xff HTTP/1.1\r\n\r\n",
        b"GET /" + b"secret" * 2000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -secret\r\n\r\n",
        b"\x16\x03\x01secret\r\n\r\n",
    ],
)
def test_what_is_no_http_is_neither_echoed_nor_logged(
    tmp_path: Path, octets: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(desk: Desk) -> None:
        answer = await raw(desk, octets)

        assert b" 400 " in answer
        assert b"application/problem+json" in answer
        assert b"secret" not in answer

    Desk(tmp_path).run(ask)

    assert "secret" not in caplog.text
    assert caplog.records == []


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/status", "/nowhere"])
def test_an_expectation_that_is_unknown_is_a_problem_and_not_echoed(tmp_path: Path, path: str) -> None:
    async def ask(desk: Desk) -> None:
        request = f"POST {path} HTTP/1.1\r\nHost: a\r\nExpect: secret\r\nConnection: close\r\n\r\n"
        answer = await raw(desk, request.encode())

        assert answer.startswith(b"HTTP/1.1 417 ")
        assert b"application/problem+json" in answer
        assert b"Cache-Control: no-store" in answer
        assert b"secret" not in answer

    Desk(tmp_path).run(ask)


def test_a_fault_is_logged_and_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fault() -> None:
        raise RuntimeError("inner state")

    async def ask(desk: Desk) -> None:
        monkeypatch.setattr(desk.town, "status", fault)
        token = desk.token[Role.READER]
        answer = await raw(
            desk,
            f"GET /api/v1/status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode(),
        )

        assert b" 500 " in answer
        assert b"Server: Vaxeln\r\n" in answer
        assert b"inner state" not in answer

    Desk(tmp_path).run(ask)

    assert "inner state" in caplog.text
