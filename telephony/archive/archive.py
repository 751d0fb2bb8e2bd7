"""The archive as the service has it: the database kept running and shipped to, whatever becomes of it.

All of it happens in the background. Nothing that a call does ever waits for it.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from telephony.archive.call_facts import CallFacts
from telephony.archive.call_log import CallCounts, CallLog
from telephony.archive.database import Database
from telephony.archive.embedded import EmbeddedServer
from telephony.archive.errors import ArchiveError
from telephony.archive.findings import Finding, describe
from telephony.archive.journal import Journal
from telephony.archive.node_id import node_id
from telephony.archive.plan_store import PlanStore, PlanVersion
from telephony.archive.recording_store import RecordingStore
from telephony.archive.shipper import Shipper
from telephony.archive.status import ArchiveStatus
from telephony.call.facts import Fact
from telephony.dsn import EMBEDDED, NONE, Dsn

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
"""Between two tries: at first it may only be a restart, and later nobody wants to wait long for the log."""

LAST_SHIPPING_SECONDS = 5.0
"""How long a stopping service may still ship. What is left then is shipped at the next start."""

LOOK_SECONDS = 0.05

KEPT_IN_JOURNAL = timedelta(days=30)
"""Shipped facts are kept on this machine so long: to look into, and should the database be lost."""

FIRST_TIDYING_SECONDS = 60.0
TIDYING_SECONDS = 3600.0
"""How soon and how often old segments are looked for: there is a new one a day."""

log = structlog.get_logger("vaxeln")


class Archive:
    """Ships `journal`, which lies in `data`, to the database at `dsn`.

    `now` gives aware UTC; `first_needed` the position that a replay has to begin at (it reads the disk).
    `calls`, `facts`, `plans` and `recordings` raise `DatabaseAway` while there is no database.
    """

    def __init__(
        self,
        data: Path,
        dsn: Dsn,
        journal: Journal[Fact],
        *,
        now: Callable[[], datetime],
        first_needed: Callable[[], int],
    ) -> None:
        self._directory = data / "journal"
        self._journal = journal
        self._now = now
        self._first_needed = first_needed
        self._is_on = dsn.value != NONE
        self._server = EmbeddedServer(data / "postgres") if dsn.value == EMBEDDED else None
        self._database = Database(_target(dsn, self._server))
        self._shipping = Database(_target(dsn, self._server), connections=1)  # or many readers could stop it
        self._shipper: Shipper | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._began = time.monotonic()
        self._is_up = False
        self._problem = ""
        self._reported: set[Finding] = set()
        self.calls = CallLog(self._database)
        self.facts = CallFacts(self._database, journal.codec)
        self.plans = PlanStore(self._database)
        self.recordings = RecordingStore(self._database)

    def start(self) -> None:
        """Begin, in the background of the running loop."""
        if self._is_on:
            self._tasks = [asyncio.create_task(self._keep()), asyncio.create_task(self._tidy())]
            for task in self._tasks:
                task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Ship what is left, if that goes quickly; let go of the database; end our own server."""
        if self._tasks:
            await self._ship_the_rest()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # `_ended` has told what they raised
        self._tasks = []
        if self._shipper is not None:
            await asyncio.to_thread(self._shipper.close)  # a thread outlives the task that it worked for
        await asyncio.gather(self._database.close(), self._shipping.close())
        if self._server is not None:
            await self._server.stop()

    def is_up(self) -> bool:
        """Whether the database takes facts now."""
        return self._is_up

    async def counts_of_own(
        self, since: datetime, until: datetime, within_seconds: float, position: int
    ) -> Mapping[str, CallCounts] | None:
        """As `CallLog.counts`, of the calls of this node; None while its journal is not in the database up to
        `position`. Raises DatabaseAway."""
        if self._shipper is None or (self._shipper.shipped or 0) < position:
            return None
        return await self.calls.counts(since, until, within_seconds, self._shipper.node)

    def status(self) -> ArchiveStatus:
        """How it goes now."""
        shipped = self._shipper.shipped if self._shipper else None
        lag = None if shipped is None else max(self._journal.position - shipped, 0)
        return ArchiveStatus(
            is_on=self._is_on,
            is_up=self._is_up,
            shipped=shipped,
            lag_facts=lag,
            lag_seconds=0.0 if lag == 0 or not self._is_on else self._lag_seconds(),
            dead_letters=self._shipper.dead_letters if self._shipper else 0,
            problem=self._problem,
        )

    def _lag_seconds(self) -> float:
        if self._shipper is None:
            return time.monotonic() - self._began
        if self._shipper.oldest_unshipped is not None:
            return max((self._now() - self._shipper.oldest_unshipped).total_seconds(), 0.0)
        return time.monotonic() - self._shipper.caught_up_at

    # ---- in the background

    async def _keep(self) -> None:
        """See that the server runs, the schema is there, the journal is shipped; and again after a fault."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                if self._shipper is None:
                    self._shipper = await asyncio.to_thread(self._make_shipper)
                if self._server is not None:
                    await self._server.start()
                await self._database.connect()
                await self._shipping.open()
                await self._shipper.run()
            except (ArchiveError, OSError) as error:
                if self._is_up:
                    pause = FIRST_PAUSE_SECONDS
                self._went_wrong(error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # not all nodes in the same moment
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours stops the shipping, and not the calls; it is shown and alarms."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._is_up, self._problem = False, f"stopped by a fault: {type(fault).__name__}"
            log.critical("archive_stopped_by_a_fault", exc_info=fault)

    def _make_shipper(self) -> Shipper:
        return Shipper(
            self._directory,
            node_id(self._directory),
            self._journal.codec,
            self._shipping,
            position=lambda: self._journal.position,
            synced=lambda: self._journal.synced_position,
            report=self._report,
            works=self._works,
        )

    def _works(self) -> None:
        if not self._is_up:
            log.info("database_up", shipped=self._shipper.shipped if self._shipper else None)
        self._is_up, self._problem = True, ""

    def _went_wrong(self, error: ArchiveError | OSError) -> None:
        problem = str(error)
        if self._is_up or problem != self._problem:
            log.error("database_away", problem=problem, kind=type(error).__name__)
        self._is_up, self._problem = False, problem

    def _report(self, finding: Finding) -> None:
        """Log what cannot be read of the journal, once: each new try meets it again."""
        if finding not in self._reported:
            self._reported.add(finding)
            log.error("journal_finding", kind=type(finding).__name__, **describe(finding))

    async def _tidy(self) -> None:
        """Delete what is shipped and old."""
        pause = FIRST_TIDYING_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = TIDYING_SECONDS
            if self._is_up and self._shipper is not None and self._shipper.shipped is not None:
                try:
                    await asyncio.to_thread(self._forget, self._shipper.shipped)
                except (ArchiveError, OSError) as error:
                    log.error("journal_not_tidied", problem=str(error))

    def _forget(self, shipped: int) -> None:
        position = min(shipped, self._first_needed() - 1)
        for path in self._journal.forget(position, self._now() - KEPT_IN_JOURNAL):
            log.info("journal_segment_deleted", segment=path.name)

    async def _ship_the_rest(self) -> None:
        for _ in range(int(LAST_SHIPPING_SECONDS / LOOK_SECONDS)):
            if not self._is_up or not self.status().lag_facts:
                return
            await asyncio.sleep(LOOK_SECONDS)


def _target(dsn: Dsn, server: EmbeddedServer | None) -> Mapping[str, Any]:
    return server.target if server is not None else {"dsn": dsn.value}


async def newest_plan(data: Path, dsn: Dsn, now: datetime) -> PlanVersion | None:
    """The plan that should be in force by the database, asked before there is a service; None when there is
    none.

    Raises `DatabaseError`.
    """
    server = EmbeddedServer(data / "postgres") if dsn.value == EMBEDDED else None
    if dsn.value == NONE or (server is not None and not (data / "postgres").exists()):
        return None
    database = Database(_target(dsn, server))
    try:
        if server is not None:
            await server.start()
        await database.open()
        return await PlanStore(database).in_force(now)
    finally:
        await database.close()
        if server is not None:
            await server.stop()
