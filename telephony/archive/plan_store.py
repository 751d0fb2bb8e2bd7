"""All versions of the plan: numbered 1, 2, ... by the database, each kept as it was."""

from dataclasses import dataclass
from datetime import datetime

from telephony.archive.database import Database
from telephony.archive.errors import VersionConflict
from telephony.archive.queries import load_queries

LONGEST_PAGE = 500
"""Versions listed at once at most."""

_SQL = load_queries("plans")


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What is told of a version in a list. `digest` is the SHA-256 of its canonical form."""

    version: int
    digest: str
    author: str
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PlanVersion(PlanHead):
    """A version whole: `document` is its canonical JSON, `source` the TOML as it was given, or ""."""

    document: str
    source: str


class PlanStore:
    """The plan versions. Every method may raise `DatabaseAway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        *,
        digest: str,
        author: str,
        reason: str,
        document: str,
        source: str,
        expected: int,
        least: int = 1,
    ) -> PlanVersion:
        """Store the next version and return it. Of several who do so at once on one version, one wins.

        Its number is at least `least`: a plan that has been in force under a number keeps it in a database
        that has lost it.

        Raises `VersionConflict` when the newest is not `expected` (0: none yet), and `FactsRefused` for text
        that no database takes (NUL).
        """
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["lock_plans"])
            newest = await connection.fetchval(_SQL["newest_number"])
            if newest != expected:
                raise VersionConflict(newest)
            row = await connection.fetchrow(
                _SQL["add_version"], max(newest + 1, least), digest, author, reason, document, source
            )
            assert row is not None
            return PlanVersion(**row)

    async def newest(self) -> PlanVersion | None:
        """The version that should be in force; None when there is none."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["newest_version"])
        return None if row is None else PlanVersion(**row)

    async def get(self, version: int) -> PlanVersion | None:
        """One version."""
        if not 0 < version < 2**31:
            return None
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SQL["version"], version)
        return None if row is None else PlanVersion(**row)

    async def heads(self, before: int | None = None, limit: int = 50) -> list[PlanHead]:
        """The newest versions below `before`, newest first, without their documents."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SQL["heads"], before, max(1, min(limit, LONGEST_PAGE)))
        return [PlanHead(**row) for row in rows]
