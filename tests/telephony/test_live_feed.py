"""Those who listen: bounded, told in order, dropped when too slow."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from telephony import live_feed as module
from telephony.admin.values import LiveEvent
from telephony.errors import Busy
from telephony.live_feed import HEARTBEAT, MAX_BEHIND, MAX_LISTENERS, LiveFeed

FIRST = LiveEvent("whole", "{}")
CHANGE = LiveEvent("change", "{}")


class Looks:
    """Counts how often it was looked."""

    def __init__(self) -> None:
        self.count = 0
        self.feed = LiveFeed(self.look, lambda: FIRST)

    def look(self) -> None:
        self.count += 1
        self.feed.tell(CHANGE)


def run(play: Callable[[Looks], Awaitable[None]]) -> None:
    async def played() -> None:
        await play(Looks())

    asyncio.run(played())


def test_the_whole_comes_first_and_then_what_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)

    async def play(looks: Looks) -> None:
        listener = looks.feed.listen()
        assert looks.feed.has_listeners
        assert [await listener.next(), await listener.next()] == [FIRST, CHANGE]
        second = looks.feed.listen()
        assert await second.next() == FIRST
        listener.close()
        assert looks.feed.has_listeners
        second.close()
        count = looks.count
        await asyncio.sleep(0)
        assert (looks.feed.has_listeners, looks.count) == (False, count)

    run(play)


def test_silence_is_broken_by_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.0)

    async def play(looks: Looks) -> None:
        listener = looks.feed.listen()
        assert [await listener.next(), await listener.next()] == [FIRST, HEARTBEAT]

    run(play)


def test_who_is_too_slow_is_dropped_and_the_others_are_not() -> None:
    async def play(looks: Looks) -> None:
        slow, other = looks.feed.listen(), looks.feed.listen()
        for _ in range(MAX_BEHIND):
            looks.feed.tell(CHANGE)
            await other.next()
        assert await slow.next() is None
        assert await other.next() is not None

    run(play)


def test_there_are_not_too_many() -> None:
    async def play(looks: Looks) -> None:
        listeners = [looks.feed.listen() for _ in range(MAX_LISTENERS)]
        with pytest.raises(Busy, match="listen already"):
            looks.feed.listen()
        listeners[0].close()
        looks.feed.listen()

    run(play)


def test_nobody_listens_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 0.0)

    async def play(looks: Looks) -> None:
        assert await looks.feed.listen().next() is None

    run(play)


def test_when_the_service_stops_all_hear_that_it_is_over() -> None:
    async def play(looks: Looks) -> None:
        listener = looks.feed.listen()
        await listener.next()
        waiting = asyncio.ensure_future(listener.next())
        await asyncio.sleep(0)
        looks.feed.end()
        assert await waiting is None
        assert await listener.next() is None
        with pytest.raises(Busy, match="about to stop"):
            looks.feed.listen()

    run(play)
