"""The plan changed: applied, rolled back, withdrawn; and refused without a trace."""

import asyncio
import threading
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from routing.errors import PlanInvalid, PlanRefused
from routing.problem import Severity
from routing.rebase import RebaseConflict
from telephony.archive.errors import DatabaseAway, VersionConflict, VersionWaits
from telephony.archive.plan_store import PlanStore, PlanVersion, Withdrawal
from telephony.call.house_facts import PlanApplied, PlanWithdrawn
from telephony.errors import Busy
from telephony.plan_keeper import Wanted
from telephony.plan_start import AUTHOR
from telephony.plan_worker import MAX_WAITING
from telephony.tokens import Role, TokenRefused, Tokens
from tests.support.plan_node import (
    BROKEN,
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
from tests.support.plans import CALENDARS, GROUPS, NUMBERS, PEOPLE, PlanText
from tests.support.postgres import Target

LONGER_GROUPS = GROUPS.replace("ring_seconds = 15", "ring_seconds = 30")

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

        rolled = await node.keeper.roll_back(1, Wanted(2, "eva", "Bengt stannar"))
        nothing = await node.keeper.roll_back(9, Wanted(3, "eva", "?"))

        assert rolled is not None and nothing is None
        back = rolled.made
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


# ---- for later


def test_a_dated_plan_waits_and_comes_into_force_on_the_second(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        made = (await dated(node)).made

        assert (made.version, made.valid_from, made.source) == (2, TURN, OTHER)
        assert (node.version, node.keeper.pending) == (1, made)
        assert node.waiting.read() == await store.get(2) == made
        node.go_to(TURN - timedelta(seconds=1))
        assert node.version == 1
        node.go_to(TURN)
        assert (node.version, node.members, node.keeper.pending) == (2, 1, None)
        assert (await applied(node, TOML, expected=2)).version == 3

    with_store(target, use)


def test_it_is_checked_as_of_the_day_on_which_it_comes_into_force(target: Target, tmp_path: Path) -> None:
    kurs = '[calendars.kort]\nopen = "always"\ndeviations = [{ date = 2026-12-01, note = "Kurs" }]\n'

    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        with capture_logs() as at_once:
            await applied(node, str(PlanText(more=kurs)))
        with capture_logs() as later:
            await dated(node, str(PlanText(more=kurs)), expected=2)

        assert [line["path"] for line in at_once] == []
        assert [line["path"] for line in later] == ["calendars.kort.deviations[0]"]

    with_store(target, use)


def test_states_of_versions_are_told(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await applied(node)
        await dated(node, TOML, expected=2)
        await dated(node, LONGER, expected=2, rebases=False)

        listed = await node.keeper.versions(None, 10)

        assert [(head.version, head.state.value, head.valid_from) for head in listed] == [
            (4, "pending", TURN),
            (3, "withdrawn", TURN),
            (2, "in_force", None),
            (1, "superseded", None),
        ]
        assert (listed[1].withdrawn_by, listed[1].withdrawn_because) == ("eva", "Bengt slutar vid nyår")

    with_store(target, use)


def test_while_one_waits_no_change_is_taken_that_does_not_say_what_becomes_of_it(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)

        for change in (
            changed(node, LONGER, 1),
            dated(node, LONGER),
            node.keeper.roll_back(1, Wanted(1, "ola", "tillbaka")),
        ):
            with pytest.raises(VersionWaits) as raised:
                await change
            assert (raised.value.version, raised.value.author, raised.value.valid_from) == (2, "eva", TURN)
        assert [head.version for head in await store.heads()] == [2, 1]

    with_store(target, use)


def test_one_that_waits_is_withdrawn_for_another(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)

        result = await changed(node, LONGER, 1, rebases=False)

        assert result.withdrawn is not None and result.withdrawn.version == 2
        assert (result.made.version, result.rebased, node.version) == (3, None, 3)
        assert [(fact.version, fact.by) for fact in node.told(PlanWithdrawn)] == [(2, "ola")]
        assert node.waiting.read() is None
        node.go_to(TURN)
        assert node.version == 3

    with_store(target, use)


def test_one_that_waits_is_made_anew_on_top_of_another(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)

        result = await changed(node, LONGER, 1, rebases=True)

        rebased = result.rebased
        assert rebased is not None and (rebased.version, rebased.valid_from) == (4, TURN)
        assert (rebased.author, rebased.reason, rebased.source) == (
            "ola",
            "Bengt slutar vid nyår (rebased)",
            "",
        )
        assert [change.path for change in result.changes] == ["groups.kc.members"]
        assert (node.version, node.members, node.keeper.pending) == (3, 2, rebased)
        node.go_to(TURN)
        groups = node.taken[-1].groups
        assert (node.version, node.members, groups["bygglov"].ring_seconds) == (4, 1, 30)

    with_store(target, use)


def test_made_anew_twice_it_has_the_changes_of_both_and_its_reason_stays(
    target: Target, tmp_path: Path
) -> None:
    renamed = str(PlanText(groups=LONGER_GROUPS, people=PEOPLE.replace("Amina Berg", "Amina Holm")))

    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        await changed(node, LONGER, 1, rebases=True)

        result = await changed(node, renamed, 3, rebases=True)

        assert result.rebased is not None and result.rebased.reason == "Bengt slutar vid nyår (rebased)"
        node.go_to(TURN)
        assert (node.members, node.taken[-1].people["amina"].name) == (1, "Amina Holm")

    with_store(target, use)


def test_a_dated_plan_rebases_none() -> None:
    with pytest.raises(ValueError, match="at most one version waits"):
        Wanted(1, "eva", "flytt", TURN, rebases=True)


def test_what_both_change_refuses_all_of_it(target: Target, tmp_path: Path) -> None:
    shorter = str(PlanText(groups=GROUPS.replace("ring_seconds = 15", "ring_seconds = 5")))

    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node, LONGER)

        with pytest.raises(RebaseConflict) as raised:
            await changed(node, shorter, 1, rebases=True)

        assert [conflict.path for conflict in raised.value.conflicts] == ["groups.bygglov.ring_seconds"]
        assert (node.version, [head.version for head in await store.heads()]) == (1, [2, 1])

    with_store(target, use)


def test_what_does_not_hold_together_made_anew_refuses_all_of_it(target: Target, tmp_path: Path) -> None:
    """Each is sound alone: one takes a calendar away that the other has begun to use."""
    spare = str(PlanText(calendars=CALENDARS.replace("aldrig =", "reserv =")))
    uses = str(PlanText(numbers=NUMBERS.replace('"alltid"', '"aldrig"', 1)))

    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node, uses)

        with pytest.raises(PlanRefused, match="aldrig") as raised:
            await changed(node, spare, 1, rebases=True)

        assert raised.value.__notes__ == ["in version 2, made anew on this plan"]
        assert (node.version, [head.version for head in await store.heads()]) == (1, [2, 1])

    with_store(target, use)


def test_what_waits_is_withdrawn(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        assert await node.keeper.withdraw(expected=2, by="ola", reason="uppskjutet") is None
        await dated(node)
        with pytest.raises(VersionConflict):
            await node.keeper.withdraw(expected=1, by="ola", reason="uppskjutet")

        gone = await node.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")

        assert gone is not None and (gone.version, node.keeper.pending) == (2, None)
        assert node.waiting.read() is None
        node.go_to(TURN)
        assert node.version == 1
        assert (await applied(node)).version == 3

    with_store(target, use)


def test_what_it_will_change_is_told(target: Target, tmp_path: Path) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        assert await node.keeper.what_waits() is None
        await dated(node)

        waits = await node.keeper.what_waits()

        assert waits is not None and waits.usable
        assert [change.path for change in waits.changes] == ["groups.kc.members"]

    with_store(target, use)


def test_a_plan_whose_time_comes_while_it_is_stored_is_in_force_at_once(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        await dated(node, at=NOW)
        node.go_to(NOW)

        assert node.version == 2

    with_store(target, use)


def test_whose_time_comes_in_the_moment_in_which_it_is_withdrawn_is_withdrawn(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        withdraw = store.withdraw

        async def slowly(withdrawal: Withdrawal) -> None:
            await withdraw(withdrawal)
            node.go_to(TURN)

        monkeypatch.setattr(store, "withdraw", slowly)

        await node.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")

        assert [tables.version for tables in node.taken] == [1, 2, 1]
        assert node.file.read() == node.keeper.in_force.about

    with_store(target, use)


def test_whose_time_comes_while_another_is_made_from_it_overtakes_that(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        rebased = node.keeper._rebased

        def slowly(*arguments: Any) -> Any:
            loop.call_soon_threadsafe(node.go_to, TURN)
            return rebased(*arguments)

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(node.keeper, "_rebased", slowly)

        with pytest.raises(VersionConflict) as raised:
            await changed(node, LONGER, 1, rebases=True)

        assert (raised.value.current, node.version) == (2, 2)

    with_store(target, use)


def test_a_lost_answer_to_a_withdrawal_is_looked_after(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(store: PlanStore) -> None:
        node = Node(tmp_path, store)
        await node.keeper.reconcile()
        await dated(node)
        withdraw = store.withdraw

        async def lose(withdrawal: Withdrawal) -> None:
            await withdraw(withdrawal)
            raise DatabaseAway("connection lost")

        monkeypatch.setattr(store, "withdraw", lose)
        with pytest.raises(DatabaseAway):
            await node.keeper.withdraw(expected=2, by="ola", reason="uppskjutet")
        await node.keeper.reconcile()

        assert node.keeper.pending is None
        assert [(fact.by, fact.reason) for fact in node.told(PlanWithdrawn)] == [("ola", "uppskjutet")]

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


def test_a_stop_waits_for_a_change_under_way_and_not_for_ever(tmp_path: Path) -> None:
    async def main() -> None:
        node = Node(tmp_path, None)
        await node.keeper.settle(0.0)
        async with node.keeper._follower.changing:
            await node.keeper.settle(0.0)

    asyncio.run(main())
