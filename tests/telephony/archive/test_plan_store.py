"""Plan versions: numbered without a gap, and a lost race is told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, FactsRefused, VersionConflict
from telephony.archive.plan_store import PlanHead, PlanStore, PlanVersion
from tests.support.postgres import Target

T = TypeVar("T")


def with_store(target: Target, use: Callable[[PlanStore], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(target)
        await database.open()
        try:
            return await use(PlanStore(database))
        finally:
            await database.close()

    return asyncio.run(main())


async def add(store: PlanStore, expected: int, **fields: str) -> PlanVersion:
    given = {"digest": "d", "author": "ada", "reason": "sommar", "document": '{"b":1,"a":2}', "source": ""}
    least = int(fields.pop("least", "1"))
    return await store.add(**(given | fields), expected=expected, least=least)


def test_versions_are_numbered_and_kept_as_they_were(target: Target) -> None:
    async def use(store: PlanStore) -> None:
        assert await store.newest() is None
        first = await add(store, 0, source='name = "å"\n')
        second = await add(store, 1, reason="höst", document="{}")

        assert (first.version, second.version) == (1, 2)
        assert (first.document, first.source) == ('{"b":1,"a":2}', 'name = "å"\n')
        assert await store.newest() == second
        assert await store.get(1) == first
        assert [await store.get(version) for version in (0, 3, -1, 2**40)] == [None] * 4

    with_store(target, use)


def test_the_list_is_newest_first_and_comes_in_pages(target: Target) -> None:
    async def use(store: PlanStore) -> list[PlanHead]:
        for expected in range(5):
            await add(store, expected, reason=str(expected + 1))
        assert [head.version for head in await store.heads(limit=2)] == [5, 4]
        return await store.heads(before=4)

    heads = with_store(target, use)

    assert [(head.version, head.reason, type(head)) for head in heads] == [
        (3, "3", PlanHead),
        (2, "2", PlanHead),
        (1, "1", PlanHead),
    ]


@pytest.mark.parametrize("expected", [0, 2])
def test_a_version_made_from_another_than_the_newest_is_refused(target: Target, expected: int) -> None:
    async def use(store: PlanStore) -> None:
        await add(store, 0)
        with pytest.raises(VersionConflict) as caught:
            await add(store, expected)
        assert caught.value.current == 1
        assert [head.version for head in await store.heads()] == [1]

    with_store(target, use)


def test_of_many_who_race_one_wins(target: Target) -> None:
    async def attempt(store: PlanStore, author: str) -> str:
        try:
            return (await add(store, 0, author=author)).author
        except VersionConflict as conflict:
            assert conflict.current == 1
            return ""

    async def use(store: PlanStore) -> None:
        winners = await asyncio.gather(*(attempt(store, author) for author in "abcdefgh"))
        newest = await store.newest()
        assert newest is not None and newest.version == 1
        assert [author for author in winners if author] == [newest.author]

    with_store(target, use)


def test_text_that_no_database_takes_is_refused(target: Target) -> None:
    async def use(store: PlanStore) -> None:
        with pytest.raises(FactsRefused):
            await add(store, 0, source="a\0b")
        assert (await add(store, 0)).version == 1

    with_store(target, use)


def test_without_a_database_it_is_away() -> None:
    with pytest.raises(DatabaseAway):
        asyncio.run(PlanStore(Database({})).newest())
