"""The plan in force: applied, rolled back, seeded, taken up; never replaced by one that cannot be used."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
from structlog.testing import capture_logs

from routing.compile import canonical, digest_of
from routing.errors import PlanInvalid, PlanRefused
from routing.plan import Plan
from routing.problem import Severity
from routing.tables import Tables
from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, VersionConflict
from telephony.archive.plan_file import PlanFile
from telephony.archive.plan_store import PlanStore, PlanVersion
from telephony.call.facts import Fact
from telephony.call.house_facts import PlanApplied
from telephony.errors import Busy
from telephony.plan_keeper import LOOK_AGAIN_SECONDS, PlanKeeper
from telephony.plan_prepare import PlanInForce, prepare
from telephony.plan_start import AUTHOR
from telephony.plan_worker import MAX_WAITING
from telephony.tokens import Role, TokenRefused, Tokens
from tests.support.plans import GROUPS, NUMBERS, PlanText
from tests.support.postgres import Target

T = TypeVar("T")

PROMPTS = ("closed",)
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
TOML = str(PlanText())
OTHER = str(PlanText(groups=GROUPS.replace('["amina", "bengt"]', '["amina"]')))
BROKEN = str(PlanText(numbers=NUMBERS.replace("alltid", "nowhere")))


class Node:
    """A keeper on a node's disk, and what it put in force."""

    def __init__(self, folder: Path, store: PlanStore | None, text: str = TOML, version: int = 0) -> None:
        self.file = PlanFile(folder / "plan")
        self.taken: list[Tables] = []
        self.facts: list[Fact] = []
        prepared = prepare(text, toml=True, today=NOW.date(), prompts=PROMPTS)
        about = version_of(prepared.plan, version, text)
        self.keeper = PlanKeeper(
            PlanInForce.of(about, prepared),
            self.file,
            store,
            PROMPTS,
            take=self.taken.append,
            record=self.facts.append,
            now=lambda: NOW,
        )

    @property
    def members(self) -> int:
        """How many answer for Kontaktcenter by the tables taken last."""
        return len(self.taken[-1].groups["kc"].members)


def version_of(plan: Plan, number: int, source: str) -> PlanVersion:
    return PlanVersion(
        version=number, digest=digest_of(plan), author="vaxeln serve", reason="the first plan", made_at=NOW,
        document=canonical(plan), source=source,
    )  # fmt: skip


def with_store(target: Target, use: Callable[[PlanStore], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(target)
        await database.open()
        try:
            return await use(PlanStore(database))
        finally:
            await database.close()

    return asyncio.run(main())


async def applied(node: Node, text: str = OTHER, expected: int = 1) -> PlanVersion:
    return await node.keeper.apply(text, toml=True, expected=expected, by="eva", reason="Bengt slutar")


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
        assert await store.newest() == node.file.read() == node.keeper.in_force.about
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
        await store.add(digest="d", author="x", reason="y", document="{}", source="", expected=1)

        with capture_logs() as log:
            await node.keeper.reconcile()

            await node.keeper.reconcile()

        assert [line["event"] for line in log] == ["plan_version_unusable"]
        assert node.keeper.in_force.about.version == 1
        assert len(node.taken) == 1
        assert (await applied(node, expected=1)).version == 3

    with_store(target, use)


# ---- apply and roll back


def test_a_plan_that_is_applied_is_in_force_stored_and_on_disk(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        version = await applied(node)

        assert (version.version, version.author, version.source) == (2, "eva", OTHER)
        assert (node.taken[-1].version, node.members) == (2, 1)
        assert node.file.read() == await store.get(2) == version
        fact = node.facts[-1]
        assert isinstance(fact, PlanApplied)
        assert (fact.version, fact.author, fact.reason, fact.digest) == (
            2,
            "eva",
            "Bengt slutar",
            version.digest,
        )

    with_store(target, use)


def test_of_two_who_change_the_same_version_one_wins(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path / "a", store)
        await node.keeper.reconcile()
        other = Node(tmp_path / "b", store, version=1)

        results = await asyncio.gather(applied(node), applied(node), return_exceptions=True)
        assert [type(result) for result in results] == [PlanVersion, VersionConflict]
        with pytest.raises(VersionConflict) as lost:  # it has not seen version 2 yet: the database has
            await applied(other)

        assert lost.value.current == 2
        assert other.keeper.in_force.about.version == 2  # and now it has
        assert (await applied(other, TOML, expected=2)).version == 3

    with_store(target, use)


def test_who_goes_away_in_the_middle_leaves_nothing_half_done(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        async with store._database.connection() as other:
            transaction = other.transaction()
            await transaction.start()
            await other.execute("lock table plan_version in exclusive mode")
            asked = asyncio.create_task(applied(node))
            for _ in count():  # until it waits for the lock
                if await other.fetchval("select count(*) from pg_locks where not granted"):
                    break
            asked.cancel()
            await transaction.rollback()

        with pytest.raises(asyncio.CancelledError):
            await asked

        newest = await store.newest()
        assert newest is not None
        assert newest.version == node.keeper.in_force.about.version == node.taken[-1].version == 2

    with_store(target, use)


def test_a_plan_that_is_refused_changes_nothing(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        with pytest.raises(PlanRefused):
            await applied(node, BROKEN)
        with pytest.raises(PlanInvalid):
            await applied(node, "nonsense")

        newest = await store.newest()
        assert newest is not None and newest.version == 1
        assert len(node.taken) == 1

    with_store(target, use)


def test_an_old_version_comes_back_as_a_new_one(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await applied(node)

        back = await node.keeper.roll_back(1, expected=2, by="eva", reason="Bengt stannar")
        nothing = await node.keeper.roll_back(9, expected=3, by="eva", reason="?")

        assert back is not None and nothing is None
        assert (back.version, back.reason, back.source) == (3, "Bengt stannar", TOML)
        assert (node.taken[-1].version, node.members) == (3, 2)
        assert [head.version for head in await node.keeper.versions(None, 10)] == [3, 2, 1]
        first = await node.keeper.version(1)
        assert first is not None and first.digest == back.digest

    with_store(target, use)


def test_a_disk_that_does_not_take_the_plan_is_an_alarm_and_no_more(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        (tmp_path / "plan" / "current.json").unlink()
        (tmp_path / "plan" / "current.json").mkdir()

        with capture_logs() as log:
            await applied(node)

        assert "plan_not_on_disk" in [line["event"] for line in log]
        assert node.taken[-1].version == 2

    with_store(target, use)


def test_warnings_are_logged_and_stop_nothing(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        with capture_logs() as log:
            await applied(node, str(PlanText(trunks="")))

        assert [line["path"] for line in log if line["event"] == "plan_warning"] == ["trunks"]

    with_store(target, use)


# ---- looking


def test_checking_changes_nothing(tmp_path: Path) -> None:
    node = Node(tmp_path, None)

    problems = asyncio.run(node.keeper.check(BROKEN, toml=True))

    assert Severity.ERROR in {problem.severity for problem in problems}
    assert not node.taken and not node.facts


def test_more_plans_than_can_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    async def main() -> None:
        loop, began = asyncio.get_running_loop(), asyncio.Event()

        def slow(*_: object) -> list[object]:
            loop.call_soon_threadsafe(began.set)
            go_on.wait()
            return []

        monkeypatch.setattr("telephony.plan_keeper.check", slow)
        node = Node(tmp_path, None)
        checks = [asyncio.create_task(node.keeper.check(TOML, toml=True))]
        await began.wait()
        checks += [asyncio.create_task(node.keeper.check(TOML, toml=True)) for _ in range(MAX_WAITING)]
        await asyncio.wait(checks, timeout=0)
        with pytest.raises(Busy):
            await node.keeper.work(lambda: None)
        with pytest.raises(Busy):
            await applied(node)
        go_on.set()

        assert await asyncio.gather(*checks) == [[]] * (1 + MAX_WAITING)

    asyncio.run(main())


def test_without_a_database_nothing_can_be_applied(tmp_path: Path) -> None:
    node = Node(tmp_path, None)

    with pytest.raises(DatabaseAway, match=r"database\.dsn"):
        asyncio.run(applied(node, expected=0))
    with pytest.raises(DatabaseAway):
        asyncio.run(node.keeper.versions(None, 10))


def test_a_version_that_nobody_applied_has_an_author_that_no_token_has(tmp_path: Path) -> None:
    with pytest.raises(TokenRefused):
        Tokens(tmp_path / "secrets").create(AUTHOR, Role.ADMIN, NOW)


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
        monkeypatch.setattr("telephony.plan_keeper.pause", made.sleep)
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

        async def lose(**fields: Any) -> PlanVersion:
            await add(**fields)
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

        async def come_second(**fields: Any) -> PlanVersion:
            monkeypatch.setattr(store, "add", add)
            await quicker.keeper.reconcile()
            return await add(**fields)

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
        node.keeper._store = store

        following.is_up = True
        await following.tick()

        assert node.keeper.in_force.about.version == 1
        task.cancel()

    with_store(target, use)


def test_a_stop_waits_for_a_change_under_way_and_not_for_ever(tmp_path: Path) -> None:
    async def main() -> None:
        node = Node(tmp_path, None)
        await node.keeper.settle(0.0)
        async with node.keeper._changing:
            await node.keeper.settle(0.0)

    asyncio.run(main())
