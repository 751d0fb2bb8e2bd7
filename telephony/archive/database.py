"""The database as the rest of the archive has it: a few connections, each thing asked within a time.

What goes wrong is one of our own errors: `DatabaseAway` for all that may be over at the next try,
`FactsRefused` for what will never be taken.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from telephony.archive.connection import Connection
from telephony.archive.errors import ArchiveError, DatabaseAway, FactsRefused
from telephony.archive.migrations import migrate

CONNECT_SECONDS = 3.0
"""How long a connection may take, and how long one may wait for a free one."""

COMMAND_SECONDS = 6.0
"""How long an answer may take before the connection is given up: more than the server allows itself."""

CLOSING_SECONDS = 1.0
"""How long a goodbye may take: it is no more than politeness."""

CONNECTIONS = 3
"""Of those who read and store plans. A page is read in milliseconds."""

SERVER_SETTINGS = {
    "application_name": "vaxeln",
    "timezone": "UTC",
    "statement_timeout": "5000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "10000",
    # each page has its own filter, and one plan for all would use none of their indexes
    "plan_cache_mode": "force_custom_plan",
}

_REFUSALS = ("22", "23", "54")
"""SQLSTATE classes that are the data's own: data exception, integrity constraint, program limit exceeded."""

_SOUND = (asyncpg.PostgresError, ArchiveError)
"""After a word of the server's, or of ours, the connection itself is as good as before."""


class Database:
    """`target` is what `asyncpg.connect` is told: a `dsn`, or `host`, `user` and the like.

    Whoever must not wait for others has one of these alone, with few `connections`.
    """

    def __init__(self, target: Mapping[str, Any], connections: int = CONNECTIONS) -> None:
        self._target = dict(target)
        self._connections = connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._partings: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """As `connect`, and bring the schema up to date. Raises `DatabaseError`."""
        await self.connect()
        async with self.transaction() as connection:
            await migrate(connection)

    async def connect(self) -> None:
        """Make connections possible, and new ones if that was done before; none is made yet."""
        new = await self._make_pool()
        old, self._pool = self._pool, new
        if old is not None:
            # The old may have settings that are no more; its readers end in peace. Not `expire_connections`:
            # nobody takes the result of the goodbye that asyncpg then says to a server that hangs
            parting = asyncio.create_task(_part(old, COMMAND_SECONDS + CLOSING_SECONDS))
            self._partings.add(parting)
            parting.add_done_callback(self._partings.discard)

    async def _make_pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """Connections come when they are needed, and again when they are lost."""
        with _in_our_words():
            return await asyncpg.create_pool(
                **self._target,
                min_size=0,
                max_size=self._connections,
                timeout=CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
                server_settings=SERVER_SETTINGS,
                reset=_leave_as_it_is,
            )

    async def close(self) -> None:
        """Let go of all connections, without a goodbye when the server does not take it."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await _part(pool, CLOSING_SECONDS)
        for parting in self._partings:
            parting.cancel()
        await asyncio.gather(*self._partings, return_exceptions=True)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection to read with. Raises `DatabaseAway`."""
        if self._pool is None:
            raise DatabaseAway("the database is not connected")
        with _in_our_words():
            async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
                with _given_up(connection):
                    yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, committed at the end. Raises `DatabaseAway` and `FactsRefused`."""
        async with self.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            except _SOUND:
                await transaction.rollback()
                raise
            else:
                await transaction.commit()


async def _part(pool: "asyncpg.Pool[asyncpg.Record]", seconds: float) -> None:
    """Let go of the connections of a pool when they are free, or as they are when that takes too long."""
    try:
        await asyncio.wait_for(pool.close(), seconds)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()


async def _leave_as_it_is(_: "asyncpg.Connection[Any]") -> None:
    """Nothing of ours outlasts its transaction, so that a connection that comes back need not be reset."""


@contextmanager
def _given_up(connection: Connection) -> Iterator[None]:
    """Drop the connection when its work was left in the middle.

    asyncpg would ask a server that hangs to cancel, and wait for that without an end.
    """
    try:
        yield
    except _SOUND:
        raise
    except BaseException:
        connection.terminate()
        raise


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except asyncpg.PostgresError as error:
        sqlstate = error.sqlstate or ""
        if sqlstate[:2] in _REFUSALS:
            raise FactsRefused(sqlstate) from None  # its text may hold a caller's number
        raise DatabaseAway(f"{error.args[0]} (SQLSTATE {sqlstate})") from error
    except TimeoutError as error:
        raise DatabaseAway("the database does not answer in time") from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise DatabaseAway(f"no connection to the database: {error}") from error
