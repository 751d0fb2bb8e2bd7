"""The node's plan in line with the database; what cannot be used never replaces what can."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, VersionConflict, VersionWaits
from telephony.archive.plan_store import NewVersion, PlanStore, PlanVersion
from telephony.call.house_facts import PlanApplied, PlanScheduled, PlanWithdrawn
from telephony.plan_follow import LOOK_AGAIN_SECONDS
from tests.support.plan_node import (
    LONGER,
    NOW,
    OTHER,
    TOML,
    TURN,
    Node,
    applied,
    changed,
    dated,
    with_store,
)
from tests.support.postgres import Target

# ---- the first plan


def test_a_plan_that_no_database_has_numbered_becomes_the_first_version(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await node.keeper.reconcile()

        (tables,) = node.taken
        assert tables.version == node.keeper.in_force.about.version == 1
        assert await store.in_force(NOW) == node.file.read() == node.keeper.in_force.about
        assert [fact.version for fact in node.facts if isinstance(fact, PlanApplied)] == [1]

    with_store(target, use)


def test_a_node_that_was_given_a_file_takes_up_what_the_database_has(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        first = Node(tmp_path / "a", store)
        await first.keeper.reconcile()
        await applied(first)
        second = Node(tmp_path / "b", store)

        await second.keeper.reconcile()

        assert second.keeper.in_force.about == first.keeper.in_force.about
        assert (second.taken[-1].version, second.members) == (2, 1)

    with_store(target, use)


def test_a_database_that_was_restored_from_an_old_backup_gets_the_plan_in_force(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        await Node(tmp_path / "a", store).keeper.reconcile()
        node = Node(tmp_path / "b", store, OTHER, version=5)

        await node.keeper.reconcile()

        newest = await store.newest()
        assert newest is not None
        assert (newest.version, newest.reason) == (5, "the first plan (was not in the database)")
        assert (node.taken[-1].version, node.members) == (5, 1)
        await applied(node, TOML, expected=5)

    with_store(target, use)


def test_a_version_that_cannot_be_used_does_not_replace_the_last_good_one(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await store.add(NewVersion("d", "x", "y", "{}", ""), expected=1)

        with capture_logs() as log:
            await node.keeper.reconcile()

            await node.keeper.reconcile()

        assert [line["event"] for line in log] == ["plan_version_unusable"]
        assert (node.keeper.in_force.about.version, node.keeper.blocked) == (1, 2)
        assert len(node.taken) == 1
        assert (await applied(node, expected=1)).version == 3
        assert node.keeper.blocked == 0

    with_store(target, use)


# ---- what the database does behind our back


class Followed:
    """A keeper that follows the database, on a clock of its own: `tick` lets a second pass."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.is_up = True
        self._ticks: asyncio.Queue[None] = asyncio.Queue()
        self._slept = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self._slept.set()
        await self._ticks.get()

    async def tick(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self._slept.clear()
            self._ticks.put_nowait(None)
            await self._slept.wait()

    async def start(self) -> "asyncio.Task[NoReturn]":
        task = asyncio.create_task(self.node.keeper.follow(lambda: self.is_up))
        await self._slept.wait()
        return task


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Node], Followed]:
    def follow(node: Node) -> Followed:
        made = Followed(node)
        monkeypatch.setattr("telephony.plan_follow.pause", made.sleep)
        return made

    return follow


def test_what_another_node_applies_is_taken_up_within_some_seconds(
    target: Target, tmp_path: Path, followed: Callable[[Node], Followed]
) -> None:
    async def use(store: PlanStore) -> None:
        first, second = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        following = followed(second)
        task = await following.start()
        assert second.keeper.in_force.about.version == 1
        await applied(first)

        await following.tick(int(LOOK_AGAIN_SECONDS))

        assert second.keeper.in_force.about.version == 2
        task.cancel()

    with_store(target, use)


def test_a_change_whose_answer_was_lost_is_taken_up_at_once(
    target: Target, tmp_path: Path, followed: Callable[[Node], Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        following = followed(node)
        task = await following.start()
        add = store.add

        async def lose(*versions: NewVersion, **more: Any) -> list[PlanVersion]:
            await add(*versions, **more)
            raise DatabaseAway("connection lost")

        with monkeypatch.context() as network:
            network.setattr(store, "add", lose)
            with pytest.raises(DatabaseAway):
                await applied(node)
        await following.tick()

        assert node.keeper.in_force.about.version == 2
        assert (await applied(node, TOML, expected=2)).version == 3
        task.cancel()

    with_store(target, use)


def test_two_nodes_that_number_the_first_plan_at_once_agree_in_the_end(
    target: Target, tmp_path: Path, followed: Callable[[Node], Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(store: PlanStore) -> None:
        quicker, node = Node(tmp_path / "a", store, OTHER), Node(tmp_path / "b", store)
        add = store.add

        async def come_second(*versions: NewVersion, **more: Any) -> list[PlanVersion]:
            monkeypatch.setattr(store, "add", add)
            await quicker.keeper.reconcile()
            return await add(*versions, **more)

        monkeypatch.setattr(store, "add", come_second)
        following = followed(node)
        task = await following.start()
        await following.tick()

        assert node.keeper.in_force.about == quicker.keeper.in_force.about
        task.cancel()

    with_store(target, use)


def test_a_database_that_goes_away_is_asked_when_it_comes_back(
    tmp_path: Path, target: Target, followed: Callable[[Node], Followed]
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, PlanStore(Database({"host": str(tmp_path)})))
        following = followed(node)
        task = await following.start()
        following.is_up = False
        await following.tick()
        node.keeper._follower._store = store

        following.is_up = True
        await following.tick()

        assert node.keeper.in_force.about.version == 1
        task.cancel()

    with_store(target, use)


# ---- what waits, on two nodes and after accidents


def test_another_node_waits_too_and_takes_it_up_on_the_same_second(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        first, second = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        await dated(first)

        await second.keeper.reconcile()
        await second.keeper.reconcile()

        assert (second.version, second.keeper.pending) == (1, first.keeper.pending)
        assert [(fact.version, fact.valid_from) for fact in second.told(PlanScheduled)] == [(2, TURN)]
        assert second.waiting.read() == first.keeper.pending
        second.go_to(TURN - timedelta(seconds=1))
        assert second.version == 1
        second.go_to(TURN)
        assert (second.version, second.members) == (2, 1)

    with_store(target, use)


def test_what_is_withdrawn_or_made_anew_on_one_node_is_so_on_the_other(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        first, second = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        await dated(first)
        await second.keeper.reconcile()

        await changed(first, LONGER, 1, rebases=True)
        await second.keeper.reconcile()
        assert (second.version, second.keeper.pending) == (3, first.keeper.pending)
        await first.keeper.withdraw(expected=4, by="ola", reason="uppskjutet")
        await second.keeper.reconcile()

        assert second.keeper.pending is None and second.waiting.read() is None
        assert [(fact.version, fact.by, fact.reason) for fact in second.told(PlanWithdrawn)] == [
            (2, "ola", "Ring längre"),
            (4, "ola", "uppskjutet"),
        ]
        second.go_to(TURN)
        assert second.version == 3

    with_store(target, use)


def test_who_has_not_seen_what_waits_is_told_of_it(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        first, second = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        await second.keeper.reconcile()
        await dated(first)

        with pytest.raises(VersionWaits) as raised:
            await changed(second, LONGER, 1)

        assert raised.value.version == 2
        assert second.keeper.pending == first.keeper.pending
        await first.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")
        with pytest.raises(VersionConflict):  # it has gone meanwhile: look again
            await second.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")
        assert second.keeper.pending is None

    with_store(target, use)


def test_the_database_is_not_needed_at_the_moment(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        node.keeper._follower._store = PlanStore(Database({"host": str(tmp_path)}))

        node.go_to(TURN)

        assert node.version == 2
        await node.keeper.settle(5.0)
        assert (node.file.read(), node.waiting.read()) == (node.keeper.in_force.about, None)
        node.keeper._follower._store = store
        await node.keeper.reconcile()
        assert [tables.version for tables in node.taken] == [1, 2]

    with_store(target, use)


def test_what_was_withdrawn_while_a_node_was_away_does_not_stay_in_force_there(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        first, second = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        await dated(first)
        await second.keeper.reconcile()
        await first.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")
        second.go_to(TURN)
        assert second.version == 2  # it cannot know

        await second.keeper.reconcile()

        assert second.version == 1
        await dated(first, LONGER, at=TURN + timedelta(days=1))
        third = Node(tmp_path / "c", store, OTHER, version=2, now=TURN)
        await third.keeper.reconcile()
        assert (third.version, third.keeper.pending) == (1, first.keeper.pending)

    with_store(target, use)


def test_a_clock_that_is_set_back_takes_nothing_back(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        node.go_to(TURN)
        node.set_clock(TURN - timedelta(hours=1))

        await node.keeper.reconcile()
        assert node.version == 2
        await dated(node, LONGER, expected=2, at=TURN + timedelta(days=1))
        await node.keeper.reconcile()

        assert (node.version, [tables.version for tables in node.taken]) == (2, [1, 2])
        assert node.keeper.pending is not None and node.keeper.pending.version == 3

    with_store(target, use)


def test_a_node_that_was_down_takes_up_what_is_due_and_waits_for_what_is_not(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        first = Node(tmp_path / "a", store)
        await first.keeper.reconcile()
        await applied(first, LONGER)
        await dated(first, TOML, expected=2)

        early, late = Node(tmp_path / "b", store), Node(tmp_path / "c", store, now=TURN)
        await early.keeper.reconcile()
        await late.keeper.reconcile()

        assert (early.version, early.keeper.pending) == (2, first.keeper.pending)
        assert (late.version, late.keeper.pending) == (3, None)

    with_store(target, use)


def test_what_waits_and_cannot_be_used_is_an_alarm_and_the_present_plan_goes_on(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await store.add(NewVersion("d", "x", "y", "{}", "", TURN), expected=1)

        with capture_logs() as log:
            await node.keeper.reconcile()
            await node.keeper.reconcile()
            waits = await node.keeper.what_waits()
            before = (await node.keeper.versions(None, 1))[0].state
            node.go_to(TURN)
            await node.keeper.reconcile()

        assert waits is not None and not waits.usable and not waits.changes
        assert [line["event"] for line in log] == ["plan_version_unusable"] * 2  # when read, and when due
        assert (node.version, node.keeper.pending, len(node.taken)) == (1, None, 1)
        after = (await node.keeper.versions(None, 1))[0].state
        assert (before.value, after.value) == ("unusable", "unusable")
        assert (await applied(node, expected=1)).version == 3

    with_store(target, use)


def test_what_waits_is_kept_when_the_database_is_restored_from_an_older_backup(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        async with store._database.connection() as connection:
            await connection.execute("delete from plan_version where version = 2")

        await node.keeper.reconcile()

        stored = await store.get(2)
        assert stored is not None and stored == node.keeper.pending == node.waiting.read()
        assert (stored.valid_from, stored.reason) == (TURN, "Bengt slutar vid nyår (was not in the database)")
        async with store._database.connection() as connection:
            await connection.execute("delete from plan_version")
        await node.keeper.reconcile()
        assert [head.version for head in await store.heads()] == [2, 1]
        node.go_to(TURN)
        assert (node.version, node.members) == (2, 1)

    with_store(target, use)


def test_another_plan_of_the_same_number_in_the_database_counts(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node, other = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await node.keeper.reconcile()
        await other.keeper.reconcile()
        await dated(node)
        async with store._database.connection() as connection:
            await connection.execute("delete from plan_version where version = 2")
        await dated(other, LONGER, at=TURN + timedelta(days=1))

        await node.keeper.reconcile()

        assert node.keeper.pending == other.keeper.pending
        node.go_to(TURN)
        assert node.version == 1

    with_store(target, use)


def test_its_turn_while_the_database_is_read_is_not_undone(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another node has gone on from it: what is read is older than what has come into force meanwhile."""

    async def use(store: PlanStore) -> None:
        first, node = Node(tmp_path / "a", store), Node(tmp_path / "b", store)
        await first.keeper.reconcile()
        await applied(first)
        await dated(first, LONGER, expected=2)
        ready = first.plan.pending
        assert ready is not None
        get = store.get

        async def slowly(version: int) -> PlanVersion | None:
            found = await get(version)
            if version == 2:
                node.plan.schedule(ready)
                node.go_to(TURN)
            return found

        monkeypatch.setattr(store, "get", slowly)
        await node.keeper.reconcile()

        assert [tables.version for tables in node.taken] == [3]
        assert node.keeper._follower.doubtful

    with_store(target, use)
