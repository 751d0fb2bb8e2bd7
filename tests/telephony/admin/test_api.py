import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.admin import api, client
from telephony.admin.bodies import MAX_BODY
from telephony.admin.errors import Kind
from telephony.admin.routes import OPERATIONS
from telephony.media import conversion
from telephony.tokens import Role
from tests.support.administration import SOURCE
from tests.support.api import Desk, Reply
from tests.support.plans import MAIN

OVERRIDE = f"/overrides/{MAIN}"
WANTED = {"open": False, "until": "2026-12-23T13:00", "reason": "Fire drill", "owner": "Amina"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def assert_problem(reply: Reply, kind: Kind) -> None:
    assert reply.status == kind.status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["type"] == f"/api/v1/docs#{kind.slug}"
    assert reply.json["status"] == kind.status


def test_what_was_asked_for_is_answered_as_json(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", f"/numbers/{MAIN}", role=Role.READER)

        assert reply.status == 200
        assert reply.headers["Content-Type"] == "application/json"
        assert reply.json["open"] is True

    desk.run(ask)


def test_a_parameter_is_given_once_and_by_its_name(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for query, path in (
            ("limit=1&limit=2", "?limit"),
            ("limit=x", "?limit"),
            ("verbose=1", "?verbose"),
        ):
            reply = await desk.ask("GET", f"/numbers?{query}")
            assert_problem(reply, Kind.INVALID)
            assert reply.json["errors"][0]["path"] == path
        twice = await desk.ask("GET", f"/numbers/{MAIN}?number={MAIN}")
        assert_problem(twice, Kind.INVALID)

    desk.run(ask)


def test_a_body_is_of_the_media_type_that_is_read(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        ):
            reply = await desk.ask("PUT", OVERRIDE, WANTED, headers=headers)
            assert_problem(reply, Kind.MEDIA_TYPE)
            assert reply.headers["Accept"] == "application/json"

    desk.run(ask)


def test_a_body_is_not_too_large_whether_it_says_so_or_not(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("PUT", OVERRIDE, "x" * (MAX_BODY + 1)), Kind.TOO_LARGE)

        async def unsized() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * (MAX_BODY // 2)

        headers = {"Authorization": f"Bearer {desk.token[Role.ADMIN]}", "Content-Type": "application/json"}
        url = f"{desk.url}/api/v1{OVERRIDE}"
        async with desk.session.put(url, data=unsized(), headers=headers) as response:
            assert response.status == 413

    desk.run(ask)


def test_a_body_that_does_not_come_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "BODY_SECONDS", 0.01)

    async def ask(desk: Desk) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(desk.url.rpartition(":")[2]))
        writer.write(
            f"PUT /api/v1{OVERRIDE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {desk.token[Role.ADMIN]}\r\nContent-Length: 5\r\n\r\n{{".encode()
        )
        assert b" 408 " in await reader.readline()
        writer.close()

    desk.run(ask)


def test_a_body_that_is_framed_wrongly_is_malformed(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(desk.url.rpartition(":")[2]))
        writer.write(
            f"PUT /api/v1{OVERRIDE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {desk.token[Role.ADMIN]}\r\n".encode()
            + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        assert b" 400 " in await reader.readline()
        writer.close()

    desk.run(ask)


def test_malformed_json_is_said_to_be_so(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("PUT", OVERRIDE, '{"open": secret'), Kind.MALFORMED)

    desk.run(ask)


def test_a_change_of_the_plan_needs_the_version_that_was_seen(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask(
            "PUT", "/plan?reason=test", SOURCE, headers={"Content-Type": "application/toml"}
        )
        assert_problem(reply, Kind.NO_VERSION)

    desk.run(ask)


def test_addresses_and_methods_that_are_not_there_are_problems_too(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("GET", "/nothing"), Kind.NOT_FOUND)
        reply = await desk.ask("PATCH", "/plan")
        assert_problem(reply, Kind.METHOD)
        assert reply.headers["Allow"] == "GET, HEAD, PUT"

    desk.run(ask)


def test_without_the_database_what_needs_it_says_so_and_the_rest_works(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        desk.town.database_up = False
        reply = await desk.ask("GET", "/calls")
        assert_problem(reply, Kind.DATABASE_AWAY)
        assert reply.headers["Retry-After"] == "5"
        assert b"secret" not in reply.octets
        assert (await desk.ask("PUT", OVERRIDE, WANTED)).status == 200
        assert (await desk.ask("GET", "/plan")).status == 200

    desk.run(ask)


def test_a_service_that_does_not_answer_is_not_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "ANSWER_SECONDS", 0.01)

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(desk.town, "status", never)

    async def ask(desk: Desk) -> None:
        assert_problem(await desk.ask("GET", "/status"), Kind.BUSY)

    desk.run(ask)


def test_what_takes_long_is_waited_for_as_long() -> None:
    """The service gives up first, so that it is the service that says so."""
    given = {operation.id: operation.seconds or api.ANSWER_SECONDS for operation in OPERATIONS}

    assert given["putRecording"] > conversion.MOST_SECONDS
    assert given["listPrompts"] == api.ANSWER_SECONDS
    assert max(given.values()) < client.TIMEOUT_SECONDS


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fault() -> None:
        raise RuntimeError("secret state")

    monkeypatch.setattr(desk.town, "status", fault)

    async def ask(desk: Desk) -> None:
        for accept in ("application/json", "text/html"):
            reply = await desk.ask("GET", "/status", headers={"Accept": accept})
            assert_problem(reply, Kind.INTERNAL)
            assert b"secret" not in reply.octets
            assert json.loads(reply.octets)["detail"].startswith("it is in the log")

    desk.run(ask)


def test_head_is_get_without_a_body(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("HEAD", "/plan")

        assert (reply.status, reply.octets) == (200, b"")
        assert reply.headers["ETag"] == '"1"'

    desk.run(ask)


def test_a_request_leaves_no_cookie_and_no_cache(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/calls")

        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in reply.headers

    desk.run(ask)
