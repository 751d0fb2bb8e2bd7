"""All versions of the plan: numbered 1, 2, ... by the database, each kept as it was.

A version comes into force when it is made, or later (`valid_from`). Until then it waits, and can be
withdrawn. What should be in force is the newest that is valid by now and not withdrawn.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import asyncpg

from telephony.archive.connection import Connection
from telephony.archive.database import Database
from telephony.archive.errors import VersionConflict
from telephony.archive.queries import load_queries

LONGEST_PAGE = 500
"""Versions listed at once at most."""

_SQL = load_queries("plans")


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What is told of a version. `digest` is the SHA-256 of its canonical form; `valid_from` when it comes
    into force (UTC), null when that is as it is made."""

    version: int
    digest: str
    author: str
    reason: str
    made_at: datetime
    valid_from: datetime | None = field(default=None, kw_only=True)

    def waits(self, now: datetime) -> bool:
        """Whether it is not in force yet."""
        return self.valid_from is not None and now < self.valid_from


@dataclass(frozen=True, slots=True)
class PlanVersion(PlanHead):
    """A version whole: `document` is its canonical JSON, `source` the TOML as it was given, or ""."""

    document: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanEntry(PlanHead):
    """A version as it is listed. `withdrawn_by` and `withdrawn_because` are "" while nobody has withdrawn
    it."""

    withdrawn_by: str = ""
    withdrawn_because: str = ""
    withdrawn_at: datetime | None = None


class VersionState(StrEnum):
    """What has become of a version."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class ListedVersion(PlanEntry):
    """The same with its state, as this node sees it. pending: it waits for `valid_from`, or another node has
    just made it. unusable: this program finds errors in it, and keeps the plan that it has."""

    state: VersionState = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that is to be stored."""

    digest: str
    author: str
    reason: str
    document: str
    source: str
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A version that waits is not to come into force: which, who says so, and why."""

    version: int
    author: str
    reason: str


class PlanStore:
    """The plan versions. Every method may raise `DatabaseAway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, *versions: NewVersion, expected: int, least: int = 1, withdrawn: Withdrawal | None = None
    ) -> list[PlanVersion]:
        """Store the next versions, all of them or none, and return them; and withdraw one that waits.

        Of several who do so at once on one version, one wins. The first number is at least `least`: a plan
        that has been in force under a number keeps it in a database that has lost it.

        Raises `VersionConflict` when the newest that is not withdrawn is not `expected` (0: none yet), and
        `FactsRefused` for text that no database takes (NUL).
        """
        async with self._database.transaction() as connection:
            await self._expect(connection, expected)
            if withdrawn is not None:
                await self._withdraw(connection, withdrawn)
            number = max(await connection.fetchval(_SQL["last_number"]) + 1, least)
            return [await self._insert(connection, number + i, new) for i, new in enumerate(versions)]

    async def withdraw(self, withdrawal: Withdrawal) -> None:
        """Withdraw the version that waits. Raises `VersionConflict` when it is no longer the newest."""
        async with self._database.transaction() as connection:
            await self._expect(connection, withdrawal.version)
            await self._withdraw(connection, withdrawal)

    async def in_force(self, now: datetime) -> PlanVersion | None:
        """The version that should be in force; None when there is none."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["in_force"], now)
        return None if row is None else PlanVersion(**row)

    async def newest(self) -> PlanHead | None:
        """The newest that is not withdrawn, in force or not yet; None when there is none."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["newest"])
        return None if row is None else PlanHead(**row)

    async def get(self, version: int) -> PlanVersion | None:
        """One version."""
        if not 0 < version < 2**31:
            return None
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["version"], version)
        return None if row is None else PlanVersion(**row)

    async def entry(self, version: int) -> PlanEntry | None:
        """What is told of one version."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["entry"], version)
        return None if row is None else _entry(row)

    async def heads(self, before: int | None = None, limit: int = 50) -> list[PlanEntry]:
        """The newest versions below `before`, newest first, without their documents."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SQL["heads"], before, max(1, min(limit, LONGEST_PAGE)))
        return [_entry(row) for row in rows]

    async def _expect(self, connection: Connection, expected: int) -> None:
        await connection.execute(_SQL["lock_plans"])
        newest = await connection.fetchval(_SQL["newest_number"])
        if newest != expected:
            raise VersionConflict(newest)

    async def _withdraw(self, connection: Connection, withdrawal: Withdrawal) -> None:
        await connection.execute(_SQL["withdraw"], withdrawal.version, withdrawal.author, withdrawal.reason)

    async def _insert(self, connection: Connection, number: int, new: NewVersion) -> PlanVersion:
        row = await connection.fetchrow(
            _SQL["add_version"],
            number,
            new.digest,
            new.author,
            new.reason,
            new.document,
            new.source,
            new.valid_from,
        )
        assert row is not None
        return PlanVersion(**row)


def _entry(row: asyncpg.Record) -> PlanEntry:
    words = {key: row[key] or "" for key in ("withdrawn_by", "withdrawn_because")}
    return PlanEntry(**dict(row.items()) | words)
