"""How long a month of calls takes to be simulated, and how long the event loop waits for it meanwhile."""

import asyncio
import json
import resource
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from telephony.administration.simulation_desk import PAGE
from telephony.call.record import Record
from telephony.simulate.values import Options
from telephony.simulator import Asked, Simulator
from tests.bench.report import Bar, Findings
from tests.support.plans import PlanText, tables_of
from tests.support.simulated import made_day

DAYS, QUICK_DAYS = 30, 5
CALLS_A_DAY = 700
ROUNDS, QUICK_ROUNDS = 3, 1
BAR_SECONDS = 30.0
BAR_GAP_MS = 20.0
TICK_SECONDS = 0.001


def a_month(days: int) -> list[Record]:
    """The same day again and again: each call costs what it costs."""
    day = made_day(tables_of(), CALLS_A_DAY, answer=12.0)
    return [_later(record, number) for number in range(days) for record in day]


def _later(record: Record, days: int) -> Record:
    step = timedelta(days=days)
    assert record.ended_at is not None
    return replace(
        record,
        id=f"{days}-{record.id}",
        arrived_at=record.arrived_at + step,
        first_rang_at=record.first_rang_at and record.first_rang_at + step,
        person_answered_at=record.person_answered_at and record.person_answered_at + step,
        ended_at=record.ended_at + step,
        talks=(),
    )


async def _pages(log: Sequence[Record]) -> AsyncIterator[Sequence[Record]]:
    for first in range(0, len(log), PAGE):
        await asyncio.sleep(0)  # as when the database is asked
        yield log[first : first + PAGE]


async def measure(log: Sequence[Record], folder: Path) -> tuple[float, float]:
    """Seconds until it is there, and the longest that the loop came late meanwhile, in seconds."""
    loop, worst = asyncio.get_running_loop(), 0.0
    start, end = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 12, 24, 23, tzinfo=UTC)
    asked = Asked(str(PlanText()), toml=True, today=date(2026, 11, 25), options=Options(start, end))
    work = asyncio.create_task(Simulator(folder, ["closed"], 0.0).run(asked, _pages(log)))
    began = due = loop.time()
    while not work.done():
        due = loop.time() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        worst = max(worst, loop.time() - due)
    found = json.loads(await work)
    assert (found["now"]["calls"], found["different_count"]) == (len(log), 0)
    return loop.time() - began, worst


def run(quick: bool) -> Findings:
    """Measure both, each round anew: the median of each, for other programs share the machine."""
    log = a_month(QUICK_DAYS if quick else DAYS)
    with tempfile.TemporaryDirectory() as folder:
        rounds = [asyncio.run(measure(log, Path(folder))) for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
    seconds = statistics.median(took for took, _ in rounds)
    gap = 1e3 * statistics.median(late for _, late in rounds)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"simulation: {len(log)} calls in {seconds:.1f} s and {megabytes:.0f} MB, "
        f"the loop {gap:.1f} ms late at most"
    )
    return Findings(
        (
            Bar("a month of calls simulated, in s", seconds, BAR_SECONDS),
            Bar("the event loop late meanwhile, in ms", gap, BAR_GAP_MS),
        ),
        figures={"calls": len(log), "seconds": seconds, "gap_ms": gap, "megabytes": megabytes},
    )
