"""The plan of a node: swapped on the second, on its disk, and no errors ever in force."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from routing.load import load_plan
from telephony.call.house_facts import PlanApplied, PlanScheduled, PlanWithdrawn
from telephony.plan_prepare import Pending, prepare_pending
from tests.support.plan_node import BROKEN, LONGER, NOW, OTHER, PROMPTS, TURN, Node, version_of
from tests.support.plans import PlanText

SECOND = timedelta(seconds=1)


def pending(text: str = OTHER, version: int = 2) -> Pending:
    """That plan, to come into force when the year begins."""
    plan = load_plan(str(PlanText()) if text == BROKEN else text)
    about = replace(version_of(plan, version, text), valid_from=TURN)
    return prepare_pending(about, PROMPTS)[0]


def node_at(folder: Path, waits: Pending | None = None) -> Node:
    return Node(folder, None, version=1, pending=waits)


def test_on_the_second_it_is_in_force_journalled_and_on_disk(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path)
        node.plan.schedule(pending())
        await node.plan.keep()
        assert (node.file.read(), node.waiting.read()) == (node.keeper.in_force.about, pending().about)

        node.go_to(TURN - SECOND)
        assert (node.version, node.taken) == (1, [])
        node.go_to(TURN)

        assert (node.version, node.taken[-1].version, node.members) == (2, 2, 1)
        (fact,) = node.told(PlanApplied)
        assert (fact.at, fact.version, fact.author) == (TURN, 2, "vaxeln serve")
        assert node.keeper.pending is None
        await node.keeper.settle(5.0)
        assert (node.file.read(), node.waiting.read()) == (pending().about, None)

    asyncio.run(main())


def test_what_a_start_finds_waiting_comes_into_force_too_and_is_no_news(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path, pending())
        node.plan.schedule(pending())
        assert not node.facts

        node.go_to(TURN)

        assert node.version == 2
        await node.keeper.settle(5.0)

    asyncio.run(main())


def test_a_clock_set_forward_has_it_at_once_and_back_takes_nothing_back(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path, pending())

        node.set_clock(TURN - timedelta(hours=2))
        assert node.version == 1
        node.set_clock(TURN + timedelta(minutes=7))
        assert node.version == 2
        node.set_clock(NOW)
        node.plan.schedule(pending())
        node.go_to(TURN)

        assert [tables.version for tables in node.taken] == [2]
        await node.keeper.settle(5.0)

    asyncio.run(main())


def test_a_plan_with_errors_does_not_come_into_force_when_its_time_has_come(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path, pending(BROKEN))

        assert node.keeper.blocked == 2
        with capture_logs() as log:
            node.go_to(TURN)

        assert (node.version, node.taken, node.keeper.pending) == (1, [], None)
        assert node.keeper.blocked == 2
        assert [(line["event"], line["log_level"]) for line in log] == [("plan_version_unusable", "critical")]
        await node.keeper.settle(5.0)
        assert node.waiting.read() is None

    asyncio.run(main())


def test_what_is_withdrawn_does_not_come_into_force(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path)
        node.plan.schedule(pending())
        node.plan.withdraw("eva", "uppskjutet")
        node.plan.withdraw("eva", "uppskjutet")

        node.go_to(TURN + SECOND)

        assert node.version == 1
        assert [(fact.version, fact.valid_from) for fact in node.told(PlanScheduled)] == [(2, TURN)]
        assert [(fact.version, fact.by, fact.reason) for fact in node.told(PlanWithdrawn)] == [
            (2, "eva", "uppskjutet")
        ]
        await node.plan.keep()
        assert node.waiting.read() is None

    asyncio.run(main())


def test_what_is_newer_takes_the_place_of_what_waits(tmp_path: Path) -> None:
    async def main() -> None:
        node = node_at(tmp_path, pending())
        newer = pending(LONGER, 3)
        assert newer.ready is not None

        node.plan.put(newer.about, node.prepared(LONGER))
        node.go_to(TURN)

        assert [tables.version for tables in node.taken] == [3]
        assert node.keeper.pending is None
        await node.plan.keep()

    asyncio.run(main())


@pytest.mark.parametrize("name", ["current.json", "pending.json"])
def test_a_disk_that_does_not_take_it_is_an_alarm_and_no_more(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        node = node_at(tmp_path)
        (tmp_path / "plan" / name).mkdir(parents=True)
        node.plan.schedule(pending())

        with capture_logs() as log:
            await node.plan.keep()
            node.go_to(TURN)
            await node.keeper.settle(5.0)

        assert {line["event"] for line in log} == {"plan_not_on_disk"}
        assert node.version == 2

    asyncio.run(main())
