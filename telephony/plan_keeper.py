"""The plan in force: applied, rolled back, on disk, and in line with the database when that answers.

The database numbers the versions, so that of two who change the same one only one wins. The node keeps the
last good plan on its disk and starts with it. A plan that cannot be used any more never takes the place of
one that can.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import date, datetime
from typing import NoReturn, TypeVar

import structlog

from routing.check import check
from routing.compile import digest_of
from routing.diff import Change, diff
from routing.errors import PlanInvalid, PlanRefused
from routing.hours import STOCKHOLM
from routing.problem import Problem
from routing.tables import Tables
from telephony.archive.errors import DatabaseAway, VersionConflict
from telephony.archive.plan_file import PlanFile
from telephony.archive.plan_store import PlanHead, PlanStore, PlanVersion
from telephony.call.facts import Fact
from telephony.call.house_facts import PlanApplied
from telephony.plan_prepare import PlanInForce, Prepared, prepare, prepare_version, read
from telephony.private_files import SecretsUnusable

T = TypeVar("T")

FOLLOW_SECONDS = 1.0
"""How often it is looked whether the database has come up."""

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
        self._changing = asyncio.Lock()

    # ---- what does not change it

    async def check(self, text: str, *, toml: bool) -> Sequence[Problem]:
        """All that is wrong or doubtful with a plan, errors first. Raises PlanInvalid."""

        def find() -> Sequence[Problem]:
            return check(read(text, toml=toml), self._today(), self._prompts)

        return await asyncio.to_thread(find)

    async def diff(self, text: str, *, toml: bool) -> Sequence[Change]:
        """What a plan would change in the one in force. Raises PlanInvalid."""
        before = self.in_force.plan
        return await asyncio.to_thread(lambda: diff(before, read(text, toml=toml)))

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
        DatabaseAway.
        """
        async with self._changing:
            prepared = await asyncio.to_thread(
                prepare, text, toml=toml, today=self._today(), prompts=self._prompts
            )
            return await _to_the_end(self._store_and_take(prepared, expected, by, reason))

    async def roll_back(self, number: int, *, expected: int, by: str, reason: str) -> PlanVersion | None:
        """Put an old version in force as a new one; None when there is none of that number. Raises as
        `apply`."""
        async with self._changing:
            old = await self._versions.get(number)
            if old is None:
                return None
            prepared = await asyncio.to_thread(
                prepare_version, old, today=self._today(), prompts=self._prompts
            )
            return await _to_the_end(self._store_and_take(prepared, expected, by, reason))

    async def reconcile(self) -> None:
        """The database answers (again): number our plan there, or take up the newer one that it has.

        Raises DatabaseAway.
        """
        async with self._changing:
            newest, ours = await self._versions.newest(), self.in_force.about
            if newest is not None and newest.version >= ours.version:
                await self._take_up(newest)
            elif newest is None:
                await self._number(expected=0, reason=ours.reason)
            else:  # the database was restored from a backup that is older than our plan
                log.error("plan_was_not_in_the_database", version=ours.version, newest=newest.version)
                await self._number(
                    expected=newest.version, reason=f"version {ours.version} was not in the database"
                )

    async def follow(self, database_is_up: Callable[[], bool]) -> NoReturn:
        """Reconcile each time the database has come up."""
        was_up = False
        while True:
            is_up = database_is_up()
            if is_up and not was_up:
                try:
                    await self.reconcile()
                except DatabaseAway as error:  # it went away again: when it comes back
                    log.warning("plan_not_reconciled", problem=str(error))
                    is_up = False
            was_up = is_up
            await asyncio.sleep(FOLLOW_SECONDS)

    async def _take_up(self, newest: PlanVersion) -> None:
        if (newest.version, newest.digest) == (self.in_force.about.version, self.in_force.about.digest):
            return
        try:
            prepared = await asyncio.to_thread(
                prepare_version, newest, today=self._today(), prompts=self._prompts
            )
        except (PlanInvalid, PlanRefused) as error:
            log.critical("plan_version_unusable", version=newest.version, problem=str(error))
            return
        await self._put(newest, prepared)

    async def _number(self, *, expected: int, reason: str) -> None:
        """Store the plan in force, and give it the number that it gets."""
        ours = self.in_force
        prepared = Prepared(ours.plan, ours.tables, ours.about.document, ours.about.source, ())
        stored = await self._add(prepared, expected, ours.about.author, reason)
        await self._put(stored, prepared)

    async def _store_and_take(self, prepared: Prepared, expected: int, by: str, reason: str) -> PlanVersion:
        current = self.in_force.about.version
        if current != expected:
            raise VersionConflict(current)
        stored = await self._add(prepared, expected, by, reason)
        for warning in prepared.warnings:
            log.warning("plan_warning", path=warning.path, problem=warning.message, advice=warning.advice)
        await self._put(stored, prepared)
        return stored

    async def _add(self, prepared: Prepared, expected: int, by: str, reason: str) -> PlanVersion:
        return await self._versions.add(
            digest=digest_of(prepared.plan),
            author=by,
            reason=reason,
            document=prepared.document,
            source=prepared.source,
            expected=expected,
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

    def _today(self) -> date:
        return self._now().astimezone(STOCKHOLM).date()


async def _to_the_end(change: Coroutine[None, None, T]) -> T:
    """Carry a change through even if whoever asked for it goes away: stored and not in force is neither."""
    task = asyncio.ensure_future(change)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
