"""The schema, brought up to what this program needs by numbered `.sql` files, each applied once.

All of it is one transaction under an advisory lock, so of two programs that start together one waits, and a
migration that fails leaves nothing behind.
"""

import re
from dataclasses import dataclass

from telephony.archive.connection import Connection
from telephony.archive.errors import DatabaseUnfit
from telephony.archive.queries import load_queries, sql_folder

OLDEST_SERVER = 150000
"""PostgreSQL 15, as `server_version_num` says it."""

LOCK = 0x5641584C  # "VAXL"
"""The advisory lock of our migrations: any number that others do not use."""

MIGRATION_SECONDS = 600.0
"""How long one migration may take: it may have to rewrite years of calls."""

_SQL = load_queries("migrations")
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str


def load_migrations() -> list[Migration]:
    """Return all that this program knows, in order."""
    found = []
    for file in (sql_folder() / "migrations").iterdir():
        if name := _FILE.fullmatch(file.name):
            found.append(Migration(int(name[1]), name[2], file.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def migrate(connection: Connection) -> None:
    """Apply what is missing. To be called in a transaction, which it is the only user of.

    Raises `DatabaseUnfit` for a server that is too old, and for a schema of a newer program.
    """
    version = await connection.fetchval(_SQL["server_version"])
    if version < OLDEST_SERVER:
        raise DatabaseUnfit(f"the database is PostgreSQL {version // 10000}; needed: 15 or later")
    await connection.execute(_SQL["lock_migrations"], LOCK)
    if not await connection.fetchval(_SQL["has_migration_table"]):
        await connection.execute(_SQL["make_migration_table"])
    applied = await connection.fetchval(_SQL["newest_migration"])
    known = load_migrations()
    if applied > known[-1].number:
        raise DatabaseUnfit(
            f"the database has schema {applied} of a newer program; this one knows {known[-1].number}"
        )
    for migration in known:
        if migration.number > applied:
            await connection.execute(_SQL["lift_time_limit"])
            await connection.execute(migration.sql, timeout=MIGRATION_SECONDS)
            await connection.execute(_SQL["note_migration"], migration.number, migration.name)
