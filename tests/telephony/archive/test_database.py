"""What goes wrong with a database, in our own words and within a time."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.archive import database as module
from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, FactsRefused, VersionConflict
from tests.support.postgres import Postgres, Target


@pytest.fixture(autouse=True)
def _short_times(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.5)
    yield


async def opened(target: Target) -> Database:
    database = Database(target)
    await database.open()
    return database


def test_a_transaction_is_whole_or_nothing(target: Target, postgres: Postgres, database_name: str) -> None:
    async def main() -> None:
        database = await opened(target)
        async with database.transaction() as connection:
            await connection.execute("create table kept (number int)")
        with pytest.raises(VersionConflict):
            async with database.transaction() as connection:
                await connection.execute("insert into kept values (1)")
                raise VersionConflict(3)
        with pytest.raises(FactsRefused):
            async with database.transaction() as connection:
                await connection.execute("insert into kept values (2)")
                await connection.execute("insert into kept values (1 / 0)")
        async with database.transaction() as connection:
            await connection.execute("insert into kept values (3)")
        await database.close()

    asyncio.run(main())
    assert postgres.fetch("select number from kept", database_name) == [(3,)]


def test_what_will_never_be_taken_is_told_apart_and_without_its_value(target: Target) -> None:
    async def main() -> None:
        database = await opened(target)
        with pytest.raises(FactsRefused, match="22P05") as caught:
            async with database.transaction() as connection:
                await connection.execute("select $1::jsonb", '{"caller": "+46701740605\\u0000"}')
        assert caught.value.sqlstate == "22P05"
        assert "0701" not in str(caught.value) and caught.value.__cause__ is None
        await database.close()

    asyncio.run(main())


def test_without_a_database_it_is_away() -> None:
    async def main() -> None:
        database = Database({"host": "/nowhere", "user": "nobody", "database": "none"})
        with pytest.raises(DatabaseAway, match="not connected"):
            async with database.connection():
                pass
        with pytest.raises(DatabaseAway):
            await database.open()
        await database.close()

    asyncio.run(main())


def test_a_database_that_only_reads_can_be_read_and_is_away_for_writing(
    target: Target, postgres: Postgres, database_name: str
) -> None:
    postgres.execute(f"alter database {database_name} set default_transaction_read_only = on")

    async def main() -> None:
        database = await opened(target)
        async with database.connection() as connection:
            assert await connection.fetchval("select count(*) from call") == 0
        with pytest.raises(DatabaseAway, match="25006"):
            async with database.transaction() as connection:
                await connection.execute("delete from call")
        await database.close()

    asyncio.run(main())


def test_opening_again_takes_up_what_was_changed_and_leaves_readers_alone(
    target: Target, postgres: Postgres, database_name: str
) -> None:
    async def main() -> None:
        database = await opened(target)
        async with database.connection() as reader:
            await asyncio.to_thread(
                postgres.execute, f"alter database {database_name} set default_transaction_read_only = on"
            )
            await database.open()
            assert await reader.fetchval("show default_transaction_read_only") == "off"
            async with database.connection() as connection:
                assert await connection.fetchval("show default_transaction_read_only") == "on"
        await database.close()

    asyncio.run(main())


def test_a_server_that_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    async def main() -> None:
        with socket.socket(socket.AF_UNIX) as mute:
            mute.bind(str(tmp_path / ".s.PGSQL.5432"))
            mute.listen()
            began = time.monotonic()
            with pytest.raises(DatabaseAway, match="in time"):
                await opened({"host": str(tmp_path), "user": "any", "database": "any"})
            assert time.monotonic() - began < 5

    asyncio.run(main())


def test_a_server_that_hangs_in_a_transaction_is_given_up_and_taken_again(target: Target) -> None:
    async def main() -> None:
        database = await opened(target)
        backend = 0
        began = time.monotonic()
        with pytest.raises(DatabaseAway, match="in time"):
            async with database.transaction() as connection:
                backend = connection.get_server_pid()
                os.kill(backend, signal.SIGSTOP)
                try:
                    await connection.execute("select 1")
                finally:
                    assert time.monotonic() - began < 5
        os.kill(backend, signal.SIGCONT)
        async with database.connection() as connection:
            assert await connection.fetchval("select 1") == 1
        await database.close()

    asyncio.run(main())


def test_a_connection_that_is_reset_is_replaced(target: Target, postgres: Postgres) -> None:
    async def main() -> None:
        database = await opened(target)
        with pytest.raises(DatabaseAway):
            async with database.connection() as connection:
                await connection.execute("select pg_terminate_backend(pg_backend_pid())")
        async with database.connection() as connection:
            assert await connection.fetchval("select 1") == 1
        await database.close()

    asyncio.run(main())


def test_whoever_finds_no_free_connection_waits_no_longer_than_for_a_new_one(target: Target) -> None:
    async def main() -> None:
        database = await opened(target)
        async with asyncio.TaskGroup() as group:
            taken = asyncio.Event()
            for _ in range(module.CONNECTIONS):
                group.create_task(_hold(database, taken))
            await asyncio.sleep(0.1)
            with pytest.raises(DatabaseAway, match="in time"):
                async with database.connection():
                    pass
            taken.set()
        await database.close()

    asyncio.run(main())


async def _hold(database: Database, until: asyncio.Event) -> None:
    async with database.connection():
        await until.wait()
