"""Plan versions: numbered without a gap, and a lost race is told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, FactsRefused, VersionConflict
from telephony.archive.plan_store import NewVersion, PlanEntry, PlanHead, PlanStore, PlanVersion, Withdrawal
from tests.support.postgres import Target

T = TypeVar("T")
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def with_store(target: Target, use: Callable[[PlanStore], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(target)
        await database.open()
        try:
            return await use(PlanStore(database))
        finally:
            await database.close()

    return asyncio.run(main())


async def add(
    store: PlanStore, expected: int, valid_from: datetime | None = None, **fields: str
) -> PlanVersion:
    (stored,) = await store.add(new(valid_from, **fields), expected=expected)
    return stored


def new(valid_from: datetime | None = None, **fields: str) -> NewVersion:
    given = {"digest": "d", "author": "ada", "reason": "sommar", "document": '{"b":1,"a":2}', "source": ""}
    return NewVersion(**(given | fields), valid_from=valid_from)


def test_versions_are_numbered_and_kept_as_they_were(target: Target) -> None:
    async def use(store: PlanStore) -> None:
        assert await store.newest() is None
        first = await add(store, 0, source='name = "å"\n')
        second = await add(store, 1, reason="höst", document="{}")

        assert (first.version, second.version) == (1, 2)
        assert (first.document, first.source) == ('{"b":1,"a":2}', 'name = "å"\n')
        assert await store.in_force(NOW) == second
        newest = await store.newest()
        assert newest is not None and (newest.version, type(newest)) == (2, PlanHead)
        assert await store.get(1) == first
        assert [await store.get(version) for version in (0, 3, -1, 2**40)] == [None] * 4

    with_store(target, use)


def test_the_list_is_newest_first_and_comes_in_pages(target: Target) -> None:
    async def use(store: PlanStore) -> list[PlanEntry]:
        for expected in range(5):
            await add(store, expected, reason=str(expected + 1))
        assert [head.version for head in await store.heads(limit=2)] == [5, 4]
        return await store.heads(before=4)

    heads = with_store(target, use)

    assert [(head.version, head.reason, type(head)) for head in heads] == [
        (3, "3", PlanEntry),
        (2, "2", PlanEntry),
        (1, "1", PlanEntry),
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


# ---- versions that wait


def test_what_is_dated_is_in_force_from_that_very_moment(target: Target) -> None:
    later = NOW + timedelta(days=1)

    async def use(store: PlanStore) -> None:
        await add(store, 0)
        dated = await add(store, 1, later)

        before, then = await store.in_force(later - timedelta(microseconds=1)), await store.in_force(later)
        newest = await store.newest()

        assert before is not None and before.version == 1
        assert then == dated and dated.valid_from == later
        assert newest is not None and newest.version == 2
        assert (newest.waits(later - timedelta(microseconds=1)), newest.waits(later)) == (True, False)

    with_store(target, use)


def test_what_is_withdrawn_is_never_in_force_and_stays_as_it_was(target: Target) -> None:
    later = NOW + timedelta(days=1)

    async def use(store: PlanStore) -> None:
        await add(store, 0)
        dated = await add(store, 1, later)
        await store.withdraw(Withdrawal(2, "eva", "flytten är uppskjuten"))

        then = await store.in_force(later)
        entry, first = await store.entry(2), await store.entry(1)

        assert then is not None and then.version == 1
        assert await store.get(2) == dated
        assert entry is not None and entry.withdrawn_at is not None and entry.valid_from == later
        assert (entry.withdrawn_by, entry.withdrawn_because) == ("eva", "flytten är uppskjuten")
        assert first is not None and (first.withdrawn_by, first.withdrawn_at) == ("", None)
        assert await store.entry(3) is None
        assert [head.withdrawn_by for head in await store.heads()] == ["eva", ""]
        assert (await add(store, 1)).version == 3  # its number is not given again

    with_store(target, use)


def test_versions_in_the_place_of_one_that_waits_are_stored_together_or_not_at_all(target: Target) -> None:
    later = NOW + timedelta(days=1)

    async def use(store: PlanStore) -> None:
        await add(store, 0)
        await add(store, 1, later)
        gone = Withdrawal(2, "eva", "ny grupp")

        with pytest.raises(FactsRefused):
            await store.add(new(), new(later, source="\0"), expected=2, withdrawn=gone)
        assert [head.version for head in await store.heads()] == [2, 1]
        made = await store.add(new(), new(later), expected=2, withdrawn=gone)

        assert [(one.version, one.valid_from) for one in made] == [(3, None), (4, later)]
        then = await store.in_force(NOW)
        assert then is not None and then.version == 3
        with pytest.raises(VersionConflict) as lost:
            await store.withdraw(gone)
        assert lost.value.current == 4

    with_store(target, use)
