"""How long a large plan takes to be made ready, or made anew on another, and how long the event loop waits
for it meanwhile, and in the moment in which it comes into force."""

import asyncio
import gc
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from routing.compile import canonical
from routing.rebase import rebase
from telephony.archive.plan_store import PlanVersion
from telephony.cli_serve import COLLECT_AFTER, tune_collection
from telephony.config import load_settings
from telephony.media.prompts import Prompts
from telephony.plan_prepare import Pending, PlanInForce, prepare
from telephony.plan_worker import PlanWorker
from telephony.service import Service
from tests.bench.bench_decide import large_plan
from tests.bench.report import Bar, Findings

ROUNDS, QUICK_ROUNDS = 9, 3
BAR_SECONDS = 1.0
BAR_GAP_MS = 20.0
TICK_SECONDS = 0.001
BEFORE_TURN = timedelta(seconds=2)
"""How long a service runs before a plan comes into force in it: what its start leaves behind is done then."""

_SETTINGS = {
    "VAXELN_SIP_LISTEN": "udp:127.0.0.1:0",
    "VAXELN_HTTP_LISTEN": "127.0.0.1:0",
    "VAXELN_CALLS_DRAIN_SECONDS": "0",
    "VAXELN_DATABASE_DSN": "none",
}


async def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds until the plan is ready, and the longest that the loop came late meanwhile, in seconds."""
    loop = asyncio.get_running_loop()
    doing = asyncio.create_task(PlanWorker().do(work, own=True))
    began = loop.time()
    worst = await _lateness(doing)
    await doing
    return loop.time() - began, worst


async def measure_turn(text: str) -> float:
    """How late the loop of a whole service comes when a plan comes into force, in seconds."""
    prompts = Prompts.load()
    ready = prepare(text, toml=False, today=date(2027, 3, 1), prompts=prompts.names)
    now = datetime.now(UTC)
    about = PlanVersion(1, ready.tables.digest, "bench", "bench", now, ready.document, "")
    waits = replace(about, version=2, valid_from=now + BEFORE_TURN)
    pending = Pending(
        waits, PlanInForce.of(waits, prepare(text, toml=False, today=date(2027, 3, 1), prompts=prompts.names))
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(None, {**_SETTINGS, "VAXELN_DATA": str(Path(folder, "data"))}, {})
        service = Service(settings, PlanInForce.of(about, ready), prompts, pending)
        await service.start()
        tune_collection()
        del ready, pending
        left = (now + BEFORE_TURN - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(left - 0.1)
        worst = await _lateness(asyncio.create_task(asyncio.sleep(0.5)))
        assert service.health.readiness()["plan_version"] == 2
        service.stop()
        await service.run()
    return worst


async def _lateness(until: "asyncio.Task[object]") -> float:
    loop, worst = asyncio.get_running_loop(), 0.0
    while not until.done():
        due = loop.time() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        worst = max(worst, loop.time() - due)
    return worst


def run(quick: bool) -> Findings:
    """Measure all, each round anew: the median of each, for other programs share the machine."""
    text = canonical(large_plan())
    pending, applied = (text.replace(f'"Person {index}"', '"Anna"') for index in (17, 18))
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    rounds = range(QUICK_ROUNDS if quick else ROUNDS)
    made = [asyncio.run(measure(lambda: _prepared(text))) for _ in rounds]
    merged = [asyncio.run(measure(lambda: rebase(text, pending, applied))) for _ in rounds]
    turns = [asyncio.run(measure_turn(text)) for _ in rounds]
    gc.set_threshold(*before)
    gc.unfreeze()
    seconds, again = (statistics.median(took for took, _ in found) for found in (made, merged))
    gap, again_gap = (1e3 * statistics.median(late for _, late in found) for found in (made, merged))
    turn = 1e3 * statistics.median(turns)
    print(f"plan: ready in {seconds:.2f} s, the loop {gap:.1f} ms late at most")
    print(f"plan: merged with another in {again:.2f} s, the loop {again_gap:.1f} ms late at most")
    print(f"plan: coming into force, the loop {turn:.1f} ms late at most")
    return Findings(
        (
            Bar("a plan of 10,000 people made ready, in s", seconds, BAR_SECONDS),
            Bar("the event loop late meanwhile, in ms", gap, BAR_GAP_MS),
            Bar("the event loop late while two plans are merged, in ms", again_gap, BAR_GAP_MS),
            Bar("the event loop late when a plan comes into force, in ms", turn, BAR_GAP_MS),
        ),
        figures={"seconds": seconds, "gap_ms": gap, "merge_seconds": again, "turn_ms": turn},
    )


def _prepared(text: str) -> object:
    return prepare(text, toml=False, today=date(2027, 3, 1), prompts={"closed"})
