from datetime import timedelta
from pathlib import Path

import pytest

from telephony.admin.limits import Rate
from telephony.admin.routes import OPERATIONS
from telephony.tokens import Role
from tests.support.api import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer  ", "Bearer é"])
def test_who_shows_no_good_token_is_told_how(desk: Desk, authorization: str) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/status", headers={"Authorization": authorization})

        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="vaxeln"')
        assert reply.json["title"] == "A token is needed"

    desk.run(ask)


def test_the_scheme_is_written_in_any_case(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        headers = {"Authorization": f"bEaReR {desk.token[Role.READER]}"}
        assert (await desk.ask("GET", "/status", headers=headers)).status == 200

    desk.run(ask)


def test_a_token_is_taken_from_nowhere_else(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        token = desk.token[Role.ADMIN]
        reply = await desk.ask(
            "GET", f"/status?access_token={token}", role=None, headers={"Cookie": f"token={token}"}
        )
        assert reply.status == 401

    desk.run(ask)


def test_a_token_that_has_run_out_or_was_revoked_is_none(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        short = desk.tokens.create("short", Role.READER, desk.now(), days=1)
        headers = {"Authorization": f"Bearer {short}"}
        assert (await desk.ask("GET", "/status", headers=headers)).status == 200
        desk.town.now += timedelta(days=1)
        assert (await desk.ask("GET", "/status", headers=headers)).status == 401
        desk.tokens.revoke("reader")
        assert (await desk.ask("GET", "/status", role=Role.READER)).status == 401

    desk.run(ask)


def test_each_operation_is_for_its_role_and_those_above(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for operation in OPERATIONS:
            path = operation.path.replace("{", "").replace("}", "")
            for role in Role:
                reply = await desk.ask(operation.method, path, role=role)
                assert (reply.status == 403) == (not role.allows(operation.role)), operation.id
            assert (await desk.ask(operation.method, path, role=None)).status == 401, operation.id

    desk.run(ask)


def test_who_guesses_is_slowed_down_and_a_good_token_from_there_is_not(tmp_path: Path) -> None:
    desk = Desk(tmp_path, failures=Rate(burst=2, per_second=0.1))

    async def ask(desk: Desk) -> None:
        bad = {"Authorization": "Bearer guess"}
        assert [(await desk.ask("GET", "/status", headers=bad)).status for _ in range(3)] == [401, 401, 429]
        assert (await desk.ask("GET", "/status")).status == 200
        desk.seconds = 10.0
        assert (await desk.ask("GET", "/status", headers=bad)).status == 401

    desk.run(ask)


def test_a_token_that_asks_too_often_is_told_when_it_may_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, requests=Rate(burst=2, per_second=0.5))

    async def ask(desk: Desk) -> None:
        assert [(await desk.ask("GET", "/status")).status for _ in range(2)] == [200, 200]
        reply = await desk.ask("GET", "/status")
        assert (reply.status, reply.headers["Retry-After"]) == (429, "2")
        assert (await desk.ask("GET", "/status", role=Role.READER)).status == 200
        desk.seconds = 2.0
        assert (await desk.ask("GET", "/status")).status == 200

    desk.run(ask)
