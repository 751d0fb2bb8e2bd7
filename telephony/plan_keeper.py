"""The plan in force: applied, rolled back, on disk, and in line with the database when that answers.

The database numbers the versions, so that of two who change the same one only one wins. The node keeps the
last good plan on its disk and starts with it. A plan that cannot be used any more never takes the place of
one that can.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import NoReturn, TypeVar

import structlog

from routing.check import check
from routing.compile import digest_of
from routing.errors import PlanInvalid, PlanRefused
from routing.hours import STOCKHOLM
from routing.problem import Problem
from routing.tables import Tables
from telephony.archive.errors import ArchiveError, DatabaseAway, VersionConflict
from telephony.archive.plan_file import PlanFile
from telephony.archive.plan_store import PlanHead, PlanStore, PlanVersion
from telephony.call.facts import Fact
from telephony.call.house_facts import PlanApplied
from telephony.plan_prepare import PlanInForce, Prepared, prepare, prepare_version, read
from telephony.plan_worker import PlanWorker
from telephony.private_files import SecretsUnusable

T = TypeVar("T")

FOLLOW_SECONDS = 1.0
"""How often it is looked whether the database has come up."""

LOOK_AGAIN_SECONDS = 15.0
"""How late a node takes up what another one has applied."""

pause = asyncio.sleep

log = structlog.get_logger("vaxeln")


class PlanKeeper:
    """Keeps the plan in force. One task at a time changes it.

    `store` is None where there is no database: then the plan is what the start was given. `take` puts tables
    in force for every decision to come, `record` journals a fact, `now` gives aware UTC.
    """

    def __init__(
        self,
        in_force: PlanInForce,
        file: PlanFile,
        store: PlanStore | None,
        prompts: Collection[str],
        *,
        take: Callable[[Tables], None],
        record: Callable[[Fact], None],
        now: Callable[[], datetime],
    ) -> None:
        self.in_force = in_force
        self._file = file
        self._store = store
        self._prompts = prompts
        self._take = take
        self._record = record
        self._now = now
        self._worker = PlanWorker()
        self._changing = asyncio.Lock()
        self._doubtful = False  # whether the database may have something that we do not know of
        self._unusable = 0  # the database's newest version, when this program cannot use it

    # ---- what does not change it

    async def check(self, text: str, *, toml: bool) -> Sequence[Problem]:
        """All that is wrong or doubtful with a plan, errors first. Raises PlanInvalid, Busy."""
        today = self._today()
        return await self._worker.do(lambda: check(read(text, toml=toml), today, self._prompts))

    async def work(self, job: Callable[[], T]) -> T:
        """What `job` returns or raises, done in the thread for plans. Raises Busy."""
        return await self._worker.do(job)

    async def versions(self, before: int | None, limit: int) -> Sequence[PlanHead]:
        """Versions below `before`, the newest first. Raises DatabaseAway."""
        return await self._versions.heads(before, limit)

    async def version(self, number: int) -> PlanVersion | None:
        """One version. Raises DatabaseAway."""
        return await self._versions.get(number)

    # ---- what does

    async def apply(self, text: str, *, toml: bool, expected: int, by: str, reason: str) -> PlanVersion:
        """Store a plan as the next version and put it in force.

        Raises PlanInvalid, PlanRefused, VersionConflict when the version in force is not `expected`,
        DatabaseAway, Busy.
        """
        today = self._today()
        prepared = await self._worker.do(lambda: prepare(text, toml=toml, today=today, prompts=self._prompts))
        async with self._changing:
            return await to_the_end(self._store_and_take(prepared, expected, by, reason))

    async def roll_back(self, number: int, *, expected: int, by: str, reason: str) -> PlanVersion | None:
        """Put an old version in force as a new one; None when there is none of that number. Raises as
        `apply`."""
        old = await self._versions.get(number)
        if old is None:
            return None
        prepared = await self._worker.do(self._preparing(old))
        async with self._changing:
            return await to_the_end(self._store_and_take(prepared, expected, by, reason))

    async def reconcile(self) -> None:
        """Number our plan in the database, or take up the newer one that it has.

        Raises ArchiveError.
        """
        async with self._changing:
            await self._reconcile()

    async def follow(self, database_is_up: Callable[[], bool]) -> NoReturn:
        """Reconcile when the database has come up, when it is not known what it has, and now and then, for
        another node may have changed the plan."""
        was_up, waited = False, 0.0
        while True:
            is_up = database_is_up()
            if is_up and (not was_up or self._doubtful or waited >= LOOK_AGAIN_SECONDS):
                waited = 0.0
                await self._try_to_reconcile()
            was_up = is_up
            await pause(FOLLOW_SECONDS)
            waited += FOLLOW_SECONDS

    async def settle(self, seconds: float) -> None:
        """Wait for a change that is under way, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changing:
                pass

    async def _try_to_reconcile(self) -> None:
        self._doubtful = False
        try:
            await self.reconcile()
        except VersionConflict:  # another node was quicker: see what it did
            self._doubtful = True
        except ArchiveError as error:
            log.warning("plan_not_reconciled", problem=str(error))

    async def _reconcile(self) -> None:
        ours = self.in_force.about
        newest = next(iter(await self._versions.heads(None, 1)), None)
        if newest is None:
            await self._number(expected=0, reason=ours.reason)
        elif newest.version < ours.version:  # it was restored from a backup that is older than our plan
            log.error("plan_was_not_in_the_database", version=ours.version, newest=newest.version)
            await self._number(expected=newest.version, reason=f"{ours.reason} (was not in the database)")
        elif (newest.version, newest.digest) != (ours.version, ours.digest):
            await self._take_up(newest.version)

    async def _take_up(self, number: int) -> None:
        if number == self._unusable:
            return
        newest = await self._versions.get(number)
        assert newest is not None  # versions are never deleted
        try:
            prepared = await self._worker.do(self._preparing(newest), own=True)
        except (PlanInvalid, PlanRefused) as error:
            self._unusable = number
            log.critical("plan_version_unusable", version=number, problem=str(error))
            return
        await self._put(newest, prepared)

    async def _number(self, *, expected: int, reason: str) -> None:
        """Store the plan in force, and give it the number that it gets: its own, if it has one."""
        ours = self.in_force
        prepared = Prepared(ours.plan, ours.tables, ours.about.document, ours.about.source, ())
        least = max(ours.about.version, 1)
        stored = await self._add(prepared, expected, ours.about.author, reason, least)
        await self._put(stored, prepared)

    async def _store_and_take(self, prepared: Prepared, expected: int, by: str, reason: str) -> PlanVersion:
        current = self.in_force.about.version
        if current != expected:
            raise VersionConflict(current)
        try:
            # What this program cannot use is not in force, and what is applied follows it all the same
            stored = await self._add(prepared, max(current, self._unusable), by, reason)
        except VersionConflict:
            await self._reconcile()
            raise VersionConflict(self.in_force.about.version) from None
        except DatabaseAway:
            self._doubtful = True  # perhaps it was stored, and only the answer was lost
            raise
        for warning in prepared.warnings:
            log.warning("plan_warning", path=warning.path, problem=warning.message, advice=warning.advice)
        await self._put(stored, prepared)
        return stored

    async def _add(
        self, prepared: Prepared, expected: int, by: str, reason: str, least: int = 1
    ) -> PlanVersion:
        digest = await self._worker.do(lambda: digest_of(prepared.plan), own=True)
        return await self._versions.add(
            digest=digest,
            author=by,
            reason=reason,
            document=prepared.document,
            source=prepared.source,
            expected=expected,
            least=least,
        )

    async def _put(self, version: PlanVersion, prepared: Prepared) -> None:
        """Put a stored version in force, then on disk."""
        self.in_force = PlanInForce.of(version, prepared)
        self._record(
            PlanApplied(
                at=self._now(),
                version=version.version,
                digest=version.digest,
                author=version.author,
                reason=version.reason,
            )
        )
        self._take(self.in_force.tables)
        try:
            await asyncio.to_thread(self._file.write, version)
        except SecretsUnusable as error:  # it is in force, and in the database
            log.critical("plan_not_on_disk", version=version.version, problem=str(error))

    @property
    def _versions(self) -> PlanStore:
        if self._store is None:
            raise DatabaseAway("there is none (database.dsn): the plan is the one that the start is given")
        return self._store

    def _preparing(self, version: PlanVersion) -> Callable[[], Prepared]:
        today = self._today()
        return lambda: prepare_version(version, today=today, prompts=self._prompts)

    def _today(self) -> date:
        return self._now().astimezone(STOCKHOLM).date()


async def to_the_end(change: Coroutine[None, None, T]) -> T:
    """Carry a change through even if whoever asked for it goes away: stored and not in force is neither."""
    task = asyncio.ensure_future(change)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
