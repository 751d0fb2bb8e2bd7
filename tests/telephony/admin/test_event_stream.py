"""Server-sent events on a real socket."""

import asyncio
from pathlib import Path

import pytest

from telephony.admin import event_stream as module
from telephony.admin.event_stream import written
from telephony.admin.values import LiveEvent
from telephony.tokens import Role
from tests.support.api import Desk


class Play:
    """A listener that is told what the test says."""

    def __init__(self, *events: LiveEvent) -> None:
        self.events = list(events)
        self.closed = asyncio.Event()

    async def next(self) -> LiveEvent | None:
        return self.events.pop(0) if self.events else None

    def close(self) -> None:
        self.closed.set()


def test_an_event_is_a_name_and_one_line_and_a_heartbeat_a_comment() -> None:
    assert written(LiveEvent("change", '{"a":1}')) == b'event: change\ndata: {"a":1}\n\n'
    assert written(LiveEvent("", "")) == b":\n\n"


def test_events_come_until_they_end(tmp_path: Path) -> None:
    async def ask(desk: Desk) -> None:
        desk.town.listener = listener = Play(LiveEvent("whole", "{}"), LiveEvent("", ""))
        reply = await desk.ask("GET", "/live", headers={"Accept": "text/event-stream"}, role=Role.SUPERVISOR)

        assert reply.status == 200
        assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.octets == b"retry: 3000\n\nevent: whole\ndata: {}\n\n:\n\n"
        assert listener.closed.is_set()

    Desk(tmp_path).run(ask)


def test_nobody_without_the_role_and_not_too_many(tmp_path: Path) -> None:
    async def ask(desk: Desk) -> None:
        stream = {"Accept": "text/event-stream"}
        assert (await desk.ask("GET", "/live", headers=stream, role=Role.READER)).status == 403
        assert (await desk.ask("GET", "/live", headers=stream)).status == 503  # nobody can listen there
        once = await desk.ask("GET", "/live", role=Role.SUPERVISOR)
        assert [member["person"] for member in once.json["members"]] == ["amina", "bengt", "david", "elif"]

    Desk(tmp_path).run(ask)


def test_who_takes_nothing_of_it_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.05)

    async def ask(desk: Desk) -> None:
        much = LiveEvent("change", "x" * 20_000_000)
        desk.town.listener = listener = Play(much, much)
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {desk.token[Role.ADMIN]}"}
        async with desk.session.get(f"{desk.url}/api/v1/live", headers=headers):
            await listener.closed.wait()

    Desk(tmp_path).run(ask)
