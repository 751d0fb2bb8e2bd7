"""How fast a journal goes into the database: real calls, shipped by the service's own archive into the
embedded PostgreSQL. What it takes of our CPU is told apart from what PostgreSQL takes.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from telephony.archive.archive import Archive
from telephony.dsn import EMBEDDED, Dsn
from tests.bench.accounting import cpu_seconds, descendants
from tests.bench.report import Bar, Findings
from tests.bench.workbench import Workbench
from tests.support.postgres import open_folder

CALLS, QUICK_CALLS = 2_000, 600
RATE = 100.0
BAR_FACTS_A_SECOND = 500
LOOK_SECONDS = 0.005
LONGEST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Shipped:
    """Facts of some calls shipped in `seconds`; CPU seconds of ours and of PostgreSQL's processes."""

    facts: int
    seconds: float
    ours: float
    postgres: float


async def until(is_so: Callable[[], bool]) -> None:
    """Look until it is so."""
    while not is_so():  # noqa: ASYNC110 -- the archive tells nobody
        await asyncio.sleep(LOOK_SECONDS)


async def ship(data: Path, bench: Workbench) -> Shipped:
    """Ship all that the bench has journalled into a new database."""
    archive = Archive(
        data, Dsn(EMBEDDED), bench.journal, now=lambda: datetime.now(UTC), first_needed=lambda: 1
    )
    archive.start()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await until(lambda: archive.status().shipped is not None)
            began, ours, postgres = time.monotonic(), time.process_time(), cpu_seconds(descendants())
            await until(lambda: archive.status().lag_facts == 0)
        return Shipped(
            bench.journal.position,
            time.monotonic() - began,
            time.process_time() - ours,
            cpu_seconds(descendants()) - postgres,
        )
    finally:
        await archive.stop()


def run(quick: bool) -> Findings:
    """Make calls, then ship them."""
    calls = QUICK_CALLS if quick else CALLS
    with open_folder() as folder:
        bench = Workbench(folder / "journal")
        bench.play_calls(calls, RATE)
        bench.journal.flush()
        size = sum(segment.path.stat().st_size for segment in bench.journal.segments())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            shipped = runner.run(ship(folder, bench))
        bench.close()
    rate = shipped.facts / shipped.seconds
    ours, postgres = shipped.ours / calls * 1e3, shipped.postgres / calls * 1e3
    print(
        f"{shipped.facts:,} facts of {calls:,} calls ({size / calls / 1024:.1f} KiB of journal each) shipped "
        f"in {shipped.seconds:.1f} s: {rate:,.0f} facts/s, {calls / shipped.seconds:,.0f} calls/s"
    )
    print(f"CPU a call: {ours:.2f} ms of the service's process, {postgres:.2f} ms of PostgreSQL's")
    figures: dict[str, object] = {
        "facts_per_s": rate,
        "calls_per_s": calls / shipped.seconds,
        "cpu_ms_per_call": ours,
        "postgres_cpu_ms_per_call": postgres,
        "journal_octets_per_call": size / calls,
    }
    bar = Bar("facts shipped a second", rate, BAR_FACTS_A_SECOND, at_least=True)
    return Findings((bar,), figures=figures)
