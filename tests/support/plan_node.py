"""A keeper of the plan on a node's disk, in virtual time, and what it put in force."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from routing.compile import canonical, digest_of
from routing.plan import Plan
from routing.tables import Tables
from telephony.archive.database import Database
from telephony.archive.plan_file import PENDING, PlanFile
from telephony.archive.plan_store import PlanStore, PlanVersion
from telephony.call.facts import Fact
from telephony.node_plan import NodePlan
from telephony.plan_keeper import Applied, PlanKeeper, Wanted
from telephony.plan_prepare import Pending, PlanInForce, Prepared, prepare
from tests.support.plans import GROUPS, NUMBERS, PlanText
from tests.support.postgres import Target
from tests.support.timers import Timers

T = TypeVar("T")

PROMPTS = ("closed",)
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
TOML = str(PlanText())
OTHER = str(PlanText(groups=GROUPS.replace('["amina", "bengt"]', '["amina"]')))
TURN = datetime(2026, 12, 31, 23, tzinfo=UTC)
"""The year begins, in Sweden."""
LONGER = str(PlanText(groups=GROUPS.replace("ring_seconds = 15", "ring_seconds = 30")))
BROKEN = str(PlanText(numbers=NUMBERS.replace("alltid", "nowhere")))


class Node:
    """A keeper on a node's disk, and what it put in force."""

    def __init__(
        self,
        folder: Path,
        store: PlanStore | None,
        text: str = TOML,
        version: int = 0,
        pending: Pending | None = None,
        now: datetime = NOW,
    ) -> None:
        self.file = PlanFile(folder / "plan")
        self.waiting = PlanFile(folder / "plan", PENDING)
        self.taken: list[Tables] = []
        self.facts: list[Fact] = []
        prepared = prepare(text, toml=True, today=NOW.date(), prompts=PROMPTS)
        about = version_of(prepared.plan, version, text)
        self.now = now
        self.timers = Timers()
        self.plan = NodePlan(
            PlanInForce.of(about, prepared),
            pending,
            folder / "plan",
            take=self.taken.append,
            record=self.facts.append,
            now=lambda: self.now,
            later=self.timers.later,
        )
        self.keeper = PlanKeeper(self.plan, store, PROMPTS, lambda: self.now)
        self.keeper.start()

    @property
    def members(self) -> int:
        """How many answer for Kontaktcenter by the tables taken last."""
        return len(self.taken[-1].groups["kc"].members)

    @property
    def version(self) -> int:
        """The version in force."""
        return self.keeper.in_force.about.version

    def prepared(self, text: str) -> Prepared:
        """A plan made ready, as of now."""
        return prepare(text, toml=True, today=self.now.date(), prompts=PROMPTS)

    def go_to(self, at: datetime) -> None:
        """Let time pass until then."""
        self.timers.run(at - self.now, self._pass)

    def set_clock(self, at: datetime) -> None:
        """Somebody sets the machine's clock."""
        self.now = at
        self.keeper.clock_was_set()
        self.timers.run(timedelta(0), self._pass)

    def _pass(self, time: timedelta) -> None:
        self.now += time

    def told(self, kind: type[T]) -> list[T]:
        """What it has journalled of this kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


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
    wanted = Wanted(expected, "eva", "Bengt slutar")
    return (await node.keeper.apply(text, wanted, toml=True)).made


async def dated(
    node: Node,
    text: str = OTHER,
    expected: int = 1,
    at: datetime = TURN,
    rebases: bool | None = None,
) -> Applied:
    """Have a plan wait until `at`."""
    return await node.keeper.apply(
        text, Wanted(expected, "eva", "Bengt slutar vid nyår", at, rebases), toml=True
    )


async def changed(node: Node, text: str, expected: int, rebases: bool | None = None) -> Applied:
    """Apply a plan at once while another waits."""
    return await node.keeper.apply(text, Wanted(expected, "ola", "Ring längre", rebases=rebases), toml=True)
