"""A real PostgreSQL for tests: one server a session, a database of its own for each test.

As root the server runs as another user, so its data lies where that user gets in, and not in `tmp_path`.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from telephony.archive.database import Database
from telephony.archive.embedded import DATABASE, ROLE, EmbeddedServer

TEMPLATE = "vaxeln_template"
_NAMES = count(1)

Target = dict[str, Any]


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter."""
    folder = Path(tempfile.mkdtemp(prefix="vaxeln-test-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server whose template database has our schema."""

    server: EmbeddedServer

    def target(self, database: str = DATABASE) -> Target:
        """What a connection to one of its databases is made with."""
        return self.server.target | {"database": database}

    def dsn(self, database: str) -> str:
        """The same as a URL."""
        return f"postgresql://{ROLE}@/{database}?host={self.server.socket_folder}"

    def new_database(self, *, template: str = TEMPLATE) -> str:
        """Make a database; its name."""
        name = f"test_{os.getpid()}_{next(_NAMES)}"
        self.execute(f"create database {name} template {template} strategy file_copy")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(f"drop database {database} with (force)")

    def execute(self, sql: str, database: str = DATABASE) -> None:
        """Run a statement."""
        self.fetch(sql, database)

    def fetch(self, sql: str, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """Run a query; its rows."""

        async def run() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(**self.target(database), timeout=10, command_timeout=30)
            try:
                return [tuple(row.values()) for row in await connection.fetch(sql)]
            finally:
                await connection.close()

        return asyncio.run(run())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server that runs within, in a folder of its own, with the template made."""
    with open_folder() as folder, started_postgres(folder / "postgres") as postgres:
        yield postgres


@contextmanager
def started_postgres(data: Path) -> Iterator[Postgres]:
    """The same in the data directory `data`."""
    server = EmbeddedServer(data)
    asyncio.run(server.start())
    try:
        postgres = Postgres(server)
        postgres.execute("alter system set fsync = off")  # what a power cut takes is not tested here
        postgres.execute("select pg_reload_conf()")
        postgres.execute(f"create database {TEMPLATE} template template0")
        asyncio.run(_migrate(postgres.target(TEMPLATE)))
        yield postgres
    finally:
        asyncio.run(server.stop())


async def _migrate(target: Target) -> None:
    database = Database(target)
    await database.open()
    await database.close()
