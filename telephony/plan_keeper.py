"""The plan, changed: applied at once or for later, rolled back, withdrawn.

The database numbers the versions, so that of two who change the same one only one wins. While a version
waits, whoever changes the plan says what is to become of it.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NoReturn, TypeVar

import structlog

from routing.check import check
from routing.diff import Change, diff
from routing.errors import PlanInvalid, PlanRefused
from routing.plan import Plan
from routing.problem import Problem
from routing.rebase import rebase
from telephony.archive.errors import DatabaseAway, VersionConflict, VersionWaits
from telephony.archive.plan_store import (
    ListedVersion,
    NewVersion,
    PlanEntry,
    PlanStore,
    PlanVersion,
    VersionState,
    Withdrawal,
)
from telephony.node_plan import NodePlan
from telephony.plan_follow import PlanFollower
from telephony.plan_prepare import Pending, PlanInForce, Prepared, day_of, prepare, prepare_version, read
from telephony.plan_speech import Speak, unspoken
from telephony.plan_worker import PlanWorker

T = TypeVar("T")

_REBASED = " (rebased)"

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of the plan as it is asked for.

    `expected` is the version that must be in force. `valid_from` None is at once. `rebases` says what is to
    become of a version that waits: True makes it anew on this plan, False withdraws it, None refuses the
    change. A dated plan rebases none, for only one waits at a time: raises ValueError.
    """

    expected: int
    by: str
    reason: str
    valid_from: datetime | None = None
    rebases: bool | None = None

    def __post_init__(self) -> None:
        if self.rebases and self.valid_from is not None:
            raise ValueError("at most one version waits: a dated plan rebases none")


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change has made: the version, the one that was withdrawn for it, and the one in its place with
    what that will change."""

    made: PlanVersion
    withdrawn: PlanVersion | None = None
    rebased: PlanVersion | None = None
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits, and what it will change. `usable`: this program finds no errors in it."""

    about: PlanVersion
    usable: bool = True
    changes: Sequence[Change] = ()


class PlanKeeper:
    """Keeps the plan of `node`. One task at a time changes it.

    `store` is None where there is no database: then the plan is what the start was given. `now` gives aware
    UTC.
    """

    def __init__(
        self,
        node: NodePlan,
        store: PlanStore | None,
        prompts: Collection[str],
        now: Callable[[], datetime],
        speak: Speak = unspoken,
    ) -> None:
        self._node = node
        self._prompts = prompts
        self._speak = speak
        self._now = now
        self._worker = PlanWorker()
        self._follower = PlanFollower(node, store, self._worker, prompts, now, speak)

    @property
    def in_force(self) -> PlanInForce:
        """The version that decides calls."""
        return self._node.in_force

    @property
    def pending(self) -> PlanVersion | None:
        """The version that waits for its time; None when there is none."""
        return self._node.pending.about if self._node.pending else None

    # ---- what does not change it

    @property
    def blocked(self) -> int:
        """The version that is due, or waits, and that this program cannot use; 0 for none."""
        return self._node.blocked

    @property
    def prompts(self) -> Collection[str]:
        """The names of the announcements that exist, those of the plan in force among them."""
        return {*self._prompts, *self.in_force.plan.prompts}

    async def check(self, text: str, *, toml: bool) -> Sequence[Problem]:
        """All that is wrong or doubtful with a plan, errors first. Raises PlanInvalid, Busy."""
        today = day_of(self._now())
        return await self._worker.do(lambda: self._problems(read(text, toml=toml), today))

    def _problems(self, plan: Plan, today: date) -> Sequence[Problem]:
        return [*self._speak(plan).problems, *check(plan, today, self._prompts)]

    async def work(self, job: Callable[[], T]) -> T:
        """What `job` returns or raises, done in the thread for plans. Raises Busy."""
        return await self._worker.do(job)

    async def versions(self, before: int | None, limit: int) -> Sequence[ListedVersion]:
        """Versions below `before`, the newest first. Raises DatabaseAway."""
        return [self._listed(entry) for entry in await self._follower.versions.heads(before, limit)]

    async def version(self, number: int) -> PlanVersion | None:
        """One version. Raises DatabaseAway."""
        return await self._follower.versions.get(number)

    async def what_waits(self) -> Waiting | None:
        """The version that waits, and what it will change; None when there is none. Raises Busy."""
        pending, before = self._node.pending, self.in_force.plan
        if pending is None:
            return None
        ready = pending.ready
        if ready is None:
            return Waiting(pending.about, usable=False)
        return Waiting(pending.about, changes=await self._worker.do(lambda: diff(before, ready.plan)))

    # ---- what does

    async def apply(self, text: str, wanted: Wanted, *, toml: bool) -> Applied:
        """Store a plan as the next version, and put it in force or have it wait.

        Raises PlanInvalid, PlanRefused, VersionConflict when the version in force is not the expected one,
        VersionWaits when one waits and `wanted` does not say what is to become of it, RebaseConflict,
        DatabaseAway, Busy.
        """
        today = self._day_of(wanted)
        prepared = await self._worker.do(
            lambda: prepare(text, toml=toml, today=today, prompts=self._prompts, speak=self._speak)
        )
        return await self._change(prepared, wanted)

    async def roll_back(self, number: int, wanted: Wanted) -> Applied | None:
        """Make a new version of an old one; None when there is none of that number. Raises as `apply`."""
        old = await self._follower.versions.get(number)
        if old is None:
            return None
        today = self._day_of(wanted)
        prepared = await self._worker.do(
            lambda: prepare_version(old, today=today, prompts=self._prompts, speak=self._speak)
        )
        return await self._change(prepared, wanted)

    async def withdraw(self, *, expected: int, by: str, reason: str) -> PlanVersion | None:
        """Withdraw the version that waits; None when none does. Raises VersionConflict when it is not
        `expected`, DatabaseAway."""
        async with self._follower.changing:
            return await to_the_end(self._withdraw(Withdrawal(expected, by, reason)))

    async def reconcile(self) -> None:
        """Number our plan in the database, or take up what it has. Raises ArchiveError."""
        async with self._follower.changing:
            await self._follower.reconcile()

    async def follow(self, database_is_up: Callable[[], bool]) -> NoReturn:
        """Keep in line with the database, for ever."""
        await self._follower.follow(database_is_up)

    def start(self) -> None:
        """From now on what waits comes into force when its time has come."""
        self._node.start()

    def clock_was_set(self) -> None:
        """The machine's clock was."""
        self._node.clock_was_set()

    async def settle(self, seconds: float) -> None:
        """Wait for a change that is under way, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._follower.changing:
                await self._node.keep()

    async def _change(self, prepared: Prepared, wanted: Wanted) -> Applied:
        async with self._follower.changing:
            return await to_the_end(self._store_and_take(prepared, wanted))

    async def _store_and_take(self, prepared: Prepared, wanted: Wanted) -> Applied:
        waits = self._node.pending
        self._refuse_race(wanted)
        again: Prepared | None = None
        changes: Sequence[Change] = ()
        if waits is not None and wanted.rebases:
            again, changes = await self._worker.do(lambda: self._rebased(prepared, waits.about), own=True)
            self._refuse_race(wanted)  # its time may have come meanwhile
        news = [_new(prepared, wanted.by, wanted.reason, wanted.valid_from)]
        withdrawal = None
        if waits is not None:
            withdrawal = Withdrawal(waits.about.version, wanted.by, wanted.reason)
        if waits is not None and again is not None:
            reason = waits.about.reason.removesuffix(_REBASED) + _REBASED
            news.append(_new(again, wanted.by, reason, waits.about.valid_from))
        stored = await self._add(news, wanted, withdrawal)
        for warning in prepared.warnings:
            log.warning("plan_warning", path=warning.path, problem=warning.message, advice=warning.advice)
        await self._take(stored, [prepared, *([again] if again else [])], withdrawal)
        rebased = stored[1] if again else None
        return Applied(stored[0], waits.about if waits else None, rebased, changes)

    def _refuse_race(self, wanted: Wanted) -> None:
        """Raises VersionConflict, VersionWaits."""
        current = self.in_force.about.version
        if current != wanted.expected:
            raise VersionConflict(current)
        if self.pending is not None and wanted.rebases is None:
            raise _in_the_way(self.pending)

    def _rebased(self, prepared: Prepared, waits: PlanVersion) -> tuple[Prepared, Sequence[Change]]:
        """What waits, made anew on a plan that comes before it. Raises RebaseConflict, PlanInvalid,
        PlanRefused.

        It was made from the plan in force: nothing comes into force while it waits without its being made
        anew.
        """
        assert waits.valid_from is not None
        merged = rebase(self.in_force.about.document, waits.document, prepared.document)
        today = day_of(waits.valid_from)
        try:
            again = prepare(merged, toml=False, today=today, prompts=self._prompts, speak=self._speak)
        except (PlanInvalid, PlanRefused) as error:
            error.add_note(f"in version {waits.version}, made anew on this plan")
            raise
        return again, diff(prepared.plan, again.plan)

    async def _add(
        self, news: Sequence[NewVersion], wanted: Wanted, withdrawal: Withdrawal | None
    ) -> list[PlanVersion]:
        # What this program cannot use is not in force, and what is applied follows it all the same
        newest = max(wanted.expected, self._node.unusable)
        expected = withdrawal.version if withdrawal else newest
        try:
            return await self._follower.versions.add(*news, expected=expected, withdrawn=withdrawal)
        except VersionConflict:
            await self._follower.reconcile()
            waits = self.pending
            if waits is not None and self.in_force.about.version == wanted.expected:
                raise _in_the_way(waits) from None
            raise VersionConflict(self.in_force.about.version) from None
        except DatabaseAway:
            self._follower.doubtful = True  # perhaps it was stored, and only the answer was lost
            raise

    async def _take(
        self, stored: Sequence[PlanVersion], prepared: Sequence[Prepared], withdrawal: Withdrawal | None
    ) -> None:
        """Put in force what is for now, let wait what is for later, and have it on disk."""
        if withdrawal is not None:
            self._node.withdraw(withdrawal.author, withdrawal.reason)
        for version, ready in zip(stored, prepared, strict=True):
            if version.valid_from is None:
                self._node.put(version, ready)
            else:
                self._node.schedule(Pending(version, PlanInForce.of(version, ready)))
        await self._undo(withdrawal)
        await self._node.keep()

    async def _withdraw(self, withdrawal: Withdrawal) -> PlanVersion | None:
        waits = self.pending
        if waits is None:
            return None
        if waits.version != withdrawal.version:
            raise VersionConflict(waits.version)
        try:
            await self._follower.versions.withdraw(withdrawal)
        except VersionConflict as lost:
            await self._follower.reconcile()
            raise VersionConflict(lost.current) from None
        except DatabaseAway:
            self._follower.doubtful = True
            raise
        self._node.withdraw(withdrawal.author, withdrawal.reason)
        await self._undo(withdrawal)
        await self._node.keep()
        return waits

    async def _undo(self, withdrawal: Withdrawal | None) -> None:
        """Its time has come in the very moment in which it was withdrawn: what the database says counts."""
        if withdrawal is not None and self.in_force.about.version == withdrawal.version:
            await self._follower.reconcile()

    def _listed(self, entry: PlanEntry) -> ListedVersion:
        values = {field.name: getattr(entry, field.name) for field in fields(entry)}
        return ListedVersion(**values, state=self._state(entry))

    def _state(self, entry: PlanEntry) -> VersionState:
        current = self.in_force.about.version
        if entry.withdrawn_at is not None:
            return VersionState.WITHDRAWN
        if entry.version == current:
            return VersionState.IN_FORCE
        if entry.version < current:
            return VersionState.SUPERSEDED
        waits = self._node.pending
        unusable = waits.about.version if waits and waits.ready is None else self._node.unusable
        return VersionState.UNUSABLE if entry.version == unusable else VersionState.PENDING

    def _day_of(self, wanted: Wanted) -> date:
        return day_of(wanted.valid_from or self._now())


def _in_the_way(waits: PlanVersion) -> VersionWaits:
    return VersionWaits(waits.version, waits.author, waits.reason, waits.valid_from)


def _new(prepared: Prepared, by: str, reason: str, valid_from: datetime | None) -> NewVersion:
    return NewVersion(prepared.tables.digest, by, reason, prepared.document, prepared.source, valid_from)


async def to_the_end(change: Coroutine[None, None, T]) -> T:
    """Carry a change through even if whoever asked for it goes away: stored and not in force is neither."""
    task = asyncio.ensure_future(change)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
