"""Recordings in the database: the newest of each name, and what was removed is known to be."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from telephony.archive.database import Database
from telephony.archive.errors import TooManyRecordings
from telephony.archive.recording_store import (
    MAX_RECORDED_SECONDS,
    MAX_RECORDINGS,
    REMOVED_KEPT,
    Recording,
    RecordingHead,
    RecordingStore,
)
from tests.support.postgres import Target

T = TypeVar("T")
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


def with_store(target: Target, use: Callable[[RecordingStore], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(target)
        await database.open()
        try:
            return await use(RecordingStore(database))
        finally:
            await database.close()

    return asyncio.run(main())


def recording(name: str = "closed", **fields: Any) -> Recording:
    given: dict[str, Any] = {"digest": "d", "seconds": 2.5, "author": "eva", "made_at": NOW, "sound": b"RIFF"}
    return Recording(name=name, **(given | fields))


def removed(name: str, at: datetime = NOW, author: str = "ola") -> RecordingHead:
    return RecordingHead(name, "", 0.0, author, at)


def test_the_newest_of_each_name_is_kept(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        await store.put(recording())
        await store.put(recording("busy"))
        newest = recording(digest="e", author="ola", sound=b"\x00\xff")
        await store.put(newest)

        assert [(head.name, head.digest) for head in await store.heads()] == [("busy", "d"), ("closed", "e")]
        assert await store.get("closed") == newest
        assert await store.get("flood") is None

    with_store(target, use)


def test_what_is_removed_is_known_to_be_and_may_come_back(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        await store.put(recording())
        await store.remove("closed", "ola", NOW)

        assert await store.get("closed") is None
        assert await store.heads() == [removed("closed")]
        await store.add_missing(recording())  # of a node that has not heard of it
        assert await store.get("closed") is None
        await store.put(recording())
        assert await store.get("closed") == recording()

    with_store(target, use)


def test_what_was_removed_long_ago_is_forgotten(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        await store.remove("old", "ola", NOW)
        later = NOW + REMOVED_KEPT + timedelta(seconds=1)
        await store.remove("new", "ola", later)

        assert await store.heads() == [removed("new", later)]

    with_store(target, use)


def test_what_the_database_has_lost_is_put_back_once(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        await store.add_missing(recording())
        await store.add_missing(recording(digest="other"))

        assert await store.get("closed") == recording()

    with_store(target, use)


def test_there_is_room_for_so_many_and_one_may_be_replaced(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        for number in range(MAX_RECORDINGS):
            await store.put(recording(f"p{number}"))

        with pytest.raises(TooManyRecordings, match=f"there are {MAX_RECORDINGS} recordings; allowed are"):
            await store.put(recording())
        await store.put(recording("p0", digest="e"))
        await store.remove("p1", "ola", NOW)
        await store.put(recording())

    with_store(target, use)


def test_there_is_room_for_so_many_seconds(target: Target) -> None:
    async def use(store: RecordingStore) -> None:
        await store.put(recording("music", seconds=MAX_RECORDED_SECONDS - 2))

        with pytest.raises(TooManyRecordings, match="would last 1801 s together; allowed are 1800"):
            await store.put(recording(seconds=3.0))
        await store.put(recording(seconds=2.0))

    with_store(target, use)
