import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession

from telephony.admin.http import HttpServer


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

    asyncio.run(run())


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
