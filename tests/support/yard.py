"""A journal, the database it is shipped to, and the shipping from one to the other."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from telephony.archive.codec import Codec
from telephony.archive.database import Database
from telephony.archive.dead_letters import NAME
from telephony.archive.findings import Finding
from telephony.archive.frame import Frame, scan, unpack
from telephony.archive.journal import Journal
from telephony.archive.node_id import node_id
from telephony.archive.shipper import Shipper
from telephony.archive.store import Limits
from telephony.call import facts as f
from telephony.call.registry import FACTS
from tests.support.postgres import Postgres

CODEC: Codec[f.Fact] = Codec(FACTS)


class Yard:
    """A journal and the database it is shipped to."""

    def __init__(self, directory: Path, postgres: Postgres, database_name: str) -> None:
        self.directory = directory
        self.findings: list[Finding] = []
        self.synced = 0
        self.journal: Journal[f.Fact] = Journal.open(
            directory, CODEC, report=self.findings.append, limits=Limits(segment=20_000)
        )
        self.target = postgres.target(database_name)
        self._postgres, self._name = postgres, database_name

    def append(self, *facts: f.Fact) -> None:
        self.journal.append(facts)

    def shipper(self, database: Database) -> Shipper:
        return Shipper(
            self.directory,
            node_id(self.directory),
            CODEC,
            database,
            position=lambda: self.journal.position,
            synced=lambda: self.synced or self.journal.synced_position,
            report=self.findings.append,
        )

    def ship(self) -> int:
        """Ship all there is, in a life of its own; how many dead letters there are then."""
        self.journal.flush()

        async def main() -> int:
            database = Database(self.target)
            await database.open()
            shipper = self.shipper(database)
            try:
                await until_shipped(shipper, self.journal)
                return shipper.dead_letters
            finally:
                shipper.close()
                await database.close()

        return asyncio.run(main())

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self._postgres.fetch(sql, self._name)

    def execute(self, sql: str) -> None:
        self._postgres.execute(sql, self._name)

    def stored(self) -> list[int]:
        return [position for (position,) in self.fetch("select position from fact order by position")]

    def dead(self) -> list[tuple[int, list[object]]]:
        pieces = scan((self.directory / NAME).read_bytes())
        return [unpack(piece.entry) for piece in pieces if isinstance(piece, Frame)]


async def until_shipped(shipper: Shipper, journal: Journal[f.Fact]) -> None:
    """Run it until everything is in the database; what it raises comes out."""
    task = asyncio.create_task(shipper.run())
    while not task.done() and shipper.shipped != journal.position:
        await asyncio.wait([task], timeout=0.01)
    if task.done():
        task.result()
    await cancelled(task)


async def cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
