"""Ships the journal to the database: at least once, and stored once by node and position.

Facts, the rows of the call log that they make, and how far the journal is shipped change in one transaction,
so the database is whole at any time. Only what is on our disk is shipped: positions behind that may be given
anew after a power cut. A fact that the database refuses goes to the dead letters, alone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import structlog
from pydantic_core import from_json, to_json

from telephony.archive.call_fold import CallFold, CallRow
from telephony.archive.codec import Codec
from telephony.archive.connection import Connection
from telephony.archive.database import Database
from telephony.archive.dead_letters import DeadLetters
from telephony.archive.errors import DatabaseAway, FactsRefused, JournalUnusable
from telephony.archive.findings import Finding
from telephony.archive.node_id import NAME as NODE
from telephony.archive.parcel import RECORDED_TYPES, Parcel, behind, decoded, parcel_of, singles
from telephony.archive.queries import load_queries
from telephony.archive.tail import Bookmark, JournalTail, check_at
from telephony.call.facts import Fact
from telephony.call.record import RecordedFact

LOOK_SECONDS = 0.25
"""How often an idle shipper looks for new facts: so late a call can be in the log."""

HEARTBEAT_SECONDS = 2.0
"""How often an idle shipper asks the database whether it is still there."""

BREATH_SECONDS = 0.02
"""Between two shipments of a backlog, so that calls have the machine for most of the time."""

MOST_PIECES = 4
"""Pieces of the journal in one shipment, about 25 calls: each costs both sides 3 ms, however small."""

REFUSALS_LOGGED = 20
"""Lines about refused facts in one life: by a fault of ours all may be refused, and the count tells it."""

_SQL = load_queries("shipping")
log = structlog.get_logger("vaxeln")


class Shipper:
    """Ships the journal in `directory`, of the node `node`; it ends at `position`, and lasts up to `synced`.

    `works` is called whenever the database has taken something, or has nothing to take.
    """

    def __init__(
        self,
        directory: Path,
        node: UUID,
        codec: Codec[Fact],
        database: Database,
        *,
        position: Callable[[], int],
        synced: Callable[[], int],
        report: Callable[[Finding], None],
        works: Callable[[], None] = lambda: None,
    ) -> None:
        self._directory = directory
        self._node = self.node = node
        self._codec = codec
        self._database = database
        self._position = position
        self._synced = synced
        self._report = report
        self._works = works
        self._calls = CallFold(str(node))
        self._dead: DeadLetters | None = None
        self._bookmark: Bookmark | None = None
        self._refused = 0
        self.shipped: int | None = None
        """Up to here the database has the journal; None until it said so."""
        self.oldest_unshipped: datetime | None = None
        """When the first fact of what is being shipped happened; None when nothing waits."""
        self.caught_up_at = time.monotonic()
        """When everything was last seen to be shipped, or this was made."""

    @property
    def dead_letters(self) -> int:
        """How many facts the database refused, in all lives of this journal; 0 until it is known."""
        return 0 if self._dead is None else len(self._dead)

    async def run(self) -> NoReturn:
        """Ship for ever. Raises `DatabaseError`, `JournalError` and `OSError`, and can then be run again."""
        if self._dead is None:
            self._dead = await asyncio.to_thread(DeadLetters, self._directory)
        self._calls.clear()
        async with self._database.transaction() as connection:
            place = await connection.fetchrow(_SQL["place_of_node"], self._node)
        assert place is not None
        await self._check_journal(place["shipped"], place["entry_check"])
        self.shipped = place["shipped"]
        tail = JournalTail(self._directory, self.shipped, self._report, self._bookmark)
        while True:
            pieces = [piece async for piece in self._pieces(tail)]
            parcels = [parcel for piece in pieces for parcel in piece]
            if parcels:
                self.oldest_unshipped = _time_of(parcels[0])
                await self._ship(parcels)
                self._bookmark = tail.bookmark
                await asyncio.sleep(BREATH_SECONDS if len(pieces) == MOST_PIECES else LOOK_SECONDS)
            else:
                await self._rest()

    async def _check_journal(self, shipped: int, check: int | None) -> None:
        """See that this is the journal that was shipped so far: one that was put back from a backup gives its
        positions to other facts, which would be passed over. Raises `JournalUnusable` when it is not."""
        problem = ""
        if shipped > self._position():
            problem = f"the database has {shipped} facts of this journal, which has {self._position()}"
        elif shipped and check is not None:
            # What is not written yet cannot be compared, nor shipped
            while self._synced() < shipped:  # noqa: ASYNC110 -- the disk tells nobody
                await asyncio.sleep(LOOK_SECONDS)
            found = await asyncio.to_thread(check_at, self._directory, shipped)
            if found not in (None, check):
                problem = f"the database has another fact {shipped} of this journal"
        if problem:
            raise JournalUnusable(
                f"{problem}: if it was put back from a backup, remove {self._directory / NODE}, "
                "and it is a new one"
            )

    def close(self) -> None:
        """Close the file of the dead letters. It waits for one that a thread still adds."""
        if self._dead is not None:
            self._dead.close()
            self._dead = None

    async def _pieces(self, tail: JournalTail) -> AsyncIterator[list[Parcel]]:
        """What is new, piece by piece, so that calls wait for no more than one."""
        for _ in range(MOST_PIECES):
            piece = await asyncio.to_thread(self._next, tail)
            if not piece:
                return
            yield piece

    def _next(self, tail: JournalTail) -> list[Parcel]:
        entries = tail.read(self._synced())
        return [
            part for entry in entries for part in behind(parcel_of(entry, self._codec), self.shipped or 0)
        ]

    async def _rest(self) -> None:
        """Everything is shipped: wait for more, and see that the database is still there."""
        self.oldest_unshipped = None
        self._works()
        for _ in range(int(HEARTBEAT_SECONDS / LOOK_SECONDS)):
            self.caught_up_at = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            if self._synced() > (self.shipped or 0):
                return
        async with self._database.connection() as connection:
            await self._check_place(connection)

    async def _ship(self, parcels: Sequence[Parcel]) -> None:
        """Store these; when they are refused, in halves, so that in the end only what is refused is left."""
        try:
            await self._store(parcels)
        except FactsRefused as refused:
            if len(parcels) == 1 and parcels[0].position == parcels[0].last:
                await self._bury(parcels[0], refused.sqlstate)
                return
            smaller = singles(parcels[0]) if len(parcels) == 1 else parcels
            middle = len(smaller) // 2
            await self._ship(smaller[:middle])
            await self._ship(smaller[middle:])

    async def _store(self, parcels: Sequence[Parcel]) -> None:
        recorded = [pair for parcel in parcels for pair in parcel.recorded]
        last = parcels[-1]
        async with self._database.transaction() as connection:
            await self._move(connection, last)
            rows = self._calls.after(recorded, await self._earlier(connection, recorded))
            texts = [parcel.text for parcel in parcels]
            await connection.execute(_SQL["store_entries"], self._node, texts, self.shipped)
            if rows:
                columns = to_json([row.to_columns() for row in rows.values()])
                await connection.execute(_SQL["store_calls"], columns.decode("utf-8"))
        self._calls.keep(rows)
        self.shipped = last.last
        self._works()

    async def _earlier(
        self, connection: Connection, recorded: Sequence[tuple[int, RecordedFact]]
    ) -> Mapping[str, CallRow]:
        """The rows of calls that are not in memory, from their facts."""
        calls = self._calls.missing(recorded)
        if not calls:
            return {}
        streams = [f"call/{call}" for call in calls]
        found = await connection.fetch(
            _SQL["facts_of_calls"], self._node, streams, RECORDED_TYPES, self.shipped
        )
        written = ((row["position"], dict(row) | {"data": from_json(row["data"])}) for row in found)
        facts = ((position, decoded(fact, self._codec)) for position, fact in written)
        fold = CallFold(str(self._node))  # of its own: what is in memory has had these steps of the clock
        return fold.after([(position, fact) for position, fact in facts if fact is not None], {})

    async def _bury(self, parcel: Parcel, sqlstate: str) -> None:
        """Keep a refused fact among the dead letters, and only then go on behind it."""
        assert self._dead is not None
        position, (fact,) = parcel.position, parcel.facts
        await asyncio.to_thread(self._dead.add, position, to_json(fact))
        async with self._database.transaction() as connection:
            await self._move(connection, parcel)
        self.shipped = position
        self._works()
        self._refused += 1
        if self._refused <= REFUSALS_LOGGED:
            log.error("fact_refused", position=position, sqlstate=sqlstate)

    async def _move(self, connection: Connection, parcel: Parcel) -> None:
        """Say that the database has the journal up to its end, if it has it up to where we think it has."""
        moved = await connection.fetchval(
            _SQL["move_place"], self._node, self.shipped, parcel.last, parcel.check
        )
        if moved is None:
            await self._check_place(connection)

    async def _check_place(self, connection: Connection) -> None:
        """Somebody else may have moved it: a transaction of ours that was thought lost, a restored backup."""
        place = await connection.fetchval(_SQL["look_at_place"], self._node)
        if place != self.shipped:
            raise DatabaseAway(f"the database is at position {place}, not at {self.shipped}")


def _time_of(parcel: Parcel) -> datetime | None:
    """When its first fact happened, if it says so."""
    match parcel.facts[0]:
        case {"data": {"at": str(text)}}:
            with suppress(ValueError):
                return datetime.fromisoformat(text).astimezone(UTC)
    return None
