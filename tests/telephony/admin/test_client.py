import asyncio
from pathlib import Path

import pytest

from telephony.admin.client import MAX_ERRORS, Client, Target
from telephony.admin.errors import ServiceAway, ServiceRefused
from telephony.admin.wire import TOML
from telephony.config import TOKEN_VARIABLE, URL_VARIABLE
from telephony.tokens import Role
from tests.support.administration import SOURCE
from tests.support.api import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def by_url(desk: Desk, role: Role = Role.ADMIN) -> Target:
    return Target.of(f"{desk.url}/", desk.folder, {TOKEN_VARIABLE: desk.token[role]})


def test_the_socket_in_the_data_folder_is_asked_unless_there_is_a_url(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        await desk.server.start_local(desk.folder / "admin.sock")
        async with Client(Target.of(None, desk.folder, {})) as client:
            reply = await client.ask("PUT", "/phones/kc1/password", body={"password": "correct horse"})

        assert reply.value is None
        assert desk.town.journalled[-1][1].startswith("local:")

    desk.run(ask)


def test_a_plan_is_read_and_applied_as_toml(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        async with Client(by_url(desk)) as client:
            read = await client.ask("GET", "/plan", headers={"Accept": TOML})
            made = await client.ask(
                "PUT",
                "/plan",
                parameters={"reason": "å + b"},
                body=SOURCE,
                headers={"Content-Type": TOML, "If-Match": read.etag},
            )

        assert read.value == SOURCE
        assert (made.value["version"], made.value["reason"], made.etag) == (2, "å + b", '"2"')

    desk.run(ask)


def test_a_problem_is_one_line_that_names_the_values(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        async with Client(by_url(desk)) as client:
            with pytest.raises(ServiceRefused) as refused:
                await client.ask("PUT", "/overrides/all", body={"open": 1})

        assert refused.value.status == 422
        assert str(refused.value).startswith("A value is not allowed: the body has values")
        assert "/open: Input should be a valid boolean; /until: Field required" in str(refused.value)

    desk.run(ask)


def test_many_values_are_counted(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        async with Client(by_url(desk)) as client:
            with pytest.raises(ServiceRefused, match=r"and 25 more$") as refused:
                await client.ask("PUT", "/overrides/all", body={f"x{n}": 1 for n in range(MAX_ERRORS + 21)})

        assert "\n" not in str(refused.value)

    desk.run(ask)


def test_a_token_is_demanded_for_a_url_and_never_shown(desk: Desk) -> None:
    with pytest.raises(ServiceAway, match="set VAXELN_TOKEN"):
        Target.of("http://127.0.0.1:1", desk.folder, {})

    by_environment = {URL_VARIABLE: "http://127.0.0.1:1", TOKEN_VARIABLE: "secret"}
    target = Target.of(None, desk.folder, by_environment)
    assert (target.url, target.token) == ("http://127.0.0.1:1", "secret")
    assert "secret" not in repr(target)


def test_where_nobody_answers_one_line_says_so(desk: Desk) -> None:
    async def ask() -> None:
        for target in (
            Target(socket=desk.folder / "admin.sock"),
            Target(url="http://127.0.0.1:1", token="x"),
        ):
            async with Client(target) as client:
                with pytest.raises(ServiceAway, match=f"no Växeln answers at {target}: ") as away:
                    await client.ask("GET", "/status")
            assert "\n" not in str(away.value)

    asyncio.run(ask())


@pytest.mark.parametrize(
    "answer",
    [
        "200 OK\r\nContent-Length: 1\r\nContent-Type: application/json\r\n\r\n{",
        "404 No\r\n\r\n[]",
        "nonsense",
    ],
)
def test_what_is_no_vaxeln_is_told_apart(answer: str) -> None:
    async def answer_it(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {answer}".encode())
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(answer_it, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Client(Target(url=f"http://127.0.0.1:{port}", token="x")) as client:
            with pytest.raises(ServiceAway):
                await client.ask("GET", "/status")

    asyncio.run(ask())
