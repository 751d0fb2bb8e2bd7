"""The plan of this node kept in line with the database, where other nodes change it too.

A version that is due and that this program cannot use never takes the place of one that it can.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NoReturn

import structlog

from routing.errors import PlanInvalid, PlanRefused
from telephony.archive.errors import ArchiveError, DatabaseAway, VersionConflict
from telephony.archive.plan_store import NewVersion, PlanHead, PlanStore, PlanVersion
from telephony.node_plan import NodePlan
from telephony.plan_prepare import Pending, PlanInForce, Prepared, day_of, prepare_pending, prepare_version
from telephony.plan_speech import Speak, unspoken
from telephony.plan_worker import PlanWorker

FOLLOW_SECONDS = 1.0
"""How often it is looked whether the database has come up."""

LOOK_AGAIN_SECONDS = 15.0
"""How late a node takes up what another one has applied."""

_LOST = " (was not in the database)"

pause = asyncio.sleep

log = structlog.get_logger("vaxeln")


class PlanFollower:
    """Whoever changes the plan holds `changing`. `store` is None where there is no database."""

    def __init__(
        self,
        node: NodePlan,
        store: PlanStore | None,
        worker: PlanWorker,
        prompts: Collection[str],
        now: Callable[[], datetime],
        speak: Speak = unspoken,
    ) -> None:
        self.changing = asyncio.Lock()
        self.doubtful = False
        """Whether the database may have something that we do not know of."""
        self._node = node
        self._store = store
        self._worker = worker
        self._prompts = prompts
        self._speak = speak
        self._now = now

    @property
    def versions(self) -> PlanStore:
        """Where the versions are. Raises DatabaseAway where there is no database."""
        if self._store is None:
            raise DatabaseAway("there is none (database.dsn): the plan is the one that the start is given")
        return self._store

    async def follow(self, database_is_up: Callable[[], bool]) -> NoReturn:
        """Reconcile when the database has come up, when it is not known what it has, and now and then, for
        another node may have changed the plan."""
        was_up, waited = False, 0.0
        while True:
            is_up = database_is_up()
            if is_up and (not was_up or self.doubtful or waited >= LOOK_AGAIN_SECONDS):
                waited = 0.0
                await self._try_to_reconcile()
            was_up = is_up
            await pause(FOLLOW_SECONDS)
            waited += FOLLOW_SECONDS

    async def _try_to_reconcile(self) -> None:
        self.doubtful = False
        try:
            async with self.changing:
                await self.reconcile()
        except VersionConflict:  # another node was quicker: see what it did
            self.doubtful = True
        except ArchiveError as error:
            log.warning("plan_not_reconciled", problem=str(error))

    async def reconcile(self) -> None:
        """Number our plan in the database, or take up what it has; with `changing` held. Raises
        ArchiveError."""
        newest = await self.versions.newest()
        await self._see_what_became_of_pending()
        await self._reconcile_in_force(newest)
        await self._reconcile_pending(newest)
        await self._node.keep()

    # ---- what is in force

    async def _reconcile_in_force(self, newest: PlanHead | None) -> None:
        before = self._node.in_force
        ours = before.about
        if newest is None:
            await self._number(before, expected=0, reason=ours.reason)
        elif _same(newest, ours):
            return
        elif newest.version < ours.version and await self.versions.entry(ours.version) is None:
            # it was restored from a backup that is older than our plan
            log.error("plan_was_not_in_the_database", version=ours.version, newest=newest.version)
            await self._number(before, expected=newest.version, reason=ours.reason + _LOST)
        elif newest.waits(self._now()):
            await self._reconcile_with_older(before)
        else:
            await self._take_up(newest.version, before)

    async def _reconcile_with_older(self, before: PlanInForce) -> None:
        """The newest one waits: another is in force till then."""
        due, ours = await self.versions.in_force(self._now()), before.about
        if due is None or _same(due, ours):
            return
        entry = await self.versions.entry(ours.version)
        if entry is not None and entry.withdrawn_at is None and due.version < ours.version:
            return  # ours came into force before the clock was set back
        await self._take_up(due.version, before)

    async def _take_up(self, number: int, before: PlanInForce) -> None:
        node = self._node
        if number == node.unusable:
            return
        if node.pending is not None and node.pending.about.version == number:
            return  # it is ready, and its turn comes in this moment
        version = await self.versions.get(number)
        assert version is not None  # versions are never deleted
        today = day_of(self._now())
        try:
            prepared = await self._worker.do(
                lambda: prepare_version(version, today=today, prompts=self._prompts, speak=self._speak),
                own=True,
            )
        except (PlanInvalid, PlanRefused) as error:
            node.cannot_use(version, str(error))
            return
        self._put(before, version, prepared)

    async def _number(self, ours: PlanInForce, *, expected: int, reason: str) -> None:
        """Store the plan in force, and give it the number that it gets: its own, if it has one."""
        about = ours.about
        new = NewVersion(about.digest, about.author, reason, about.document, about.source)
        (stored,) = await self.versions.add(new, expected=expected, least=max(about.version, 1))
        self._put(
            ours, stored, Prepared(ours.plan, ours.tables, about.document, about.source, (), ours.spoken)
        )

    def _put(self, before: PlanInForce, version: PlanVersion, prepared: Prepared) -> None:
        """In force, unless what waited has come into force in the meantime: then look again."""
        if self._node.in_force is before:
            self._node.put(version, prepared)
        else:
            self.doubtful = True

    # ---- what waits

    async def _see_what_became_of_pending(self) -> None:
        """Take note of what was withdrawn elsewhere."""
        pending = self._node.pending
        entry = await self.versions.entry(pending.about.version) if pending else None
        if pending is None or entry is None:
            return
        if entry.withdrawn_at is not None:
            self._node.withdraw(entry.withdrawn_by, entry.withdrawn_because)
        elif entry.digest != pending.about.digest:
            self._node.withdraw(entry.author, f"version {entry.version} is another one in the database")

    async def _reconcile_pending(self, newest: PlanHead | None) -> None:
        node, now = self._node, self._now()
        waits = newest if newest is not None and newest.waits(now) else None
        if waits is not None and waits.version > node.in_force.about.version:
            if node.pending is None or node.pending.about.version != waits.version:
                await self._schedule(waits.version)
        elif node.pending is not None and await self.versions.entry(node.pending.about.version) is None:
            await self._number_pending(node.pending)

    async def _schedule(self, number: int) -> None:
        version = await self.versions.get(number)
        assert version is not None  # versions are never deleted
        pending, problem = await self._worker.do(
            lambda: prepare_pending(version, self._prompts, self._speak), own=True
        )
        if problem:
            log.critical("plan_version_unusable", version=number, problem=problem)
        self._node.schedule(pending)

    async def _number_pending(self, pending: Pending) -> None:
        """The database was restored from a backup that is older than what waits."""
        about = pending.about
        log.error("plan_was_not_in_the_database", version=about.version)
        new = NewVersion(
            about.digest, about.author, about.reason + _LOST, about.document, about.source, about.valid_from
        )
        newest = self._node.in_force.about.version
        (stored,) = await self.versions.add(new, expected=newest, least=about.version)
        ready = pending.ready
        if ready is not None:
            prepared = Prepared(ready.plan, ready.tables, about.document, about.source, (), ready.spoken)
            ready = PlanInForce.of(stored, prepared)
        self._node.schedule(Pending(stored, ready))


def _same(one: PlanHead, other: PlanHead) -> bool:
    return (one.version, one.digest) == (other.version, other.digest)
