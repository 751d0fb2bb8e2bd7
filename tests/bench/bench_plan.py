"""How long a large plan takes to be made ready, and how long the event loop waits for it meanwhile."""

import asyncio
import gc
import statistics
from datetime import date

from routing.compile import canonical
from telephony.cli_serve import COLLECT_AFTER
from telephony.plan_prepare import prepare
from telephony.plan_worker import PlanWorker
from tests.bench.bench_decide import large_plan
from tests.bench.report import Bar, Findings

ROUNDS, QUICK_ROUNDS = 9, 3
BAR_SECONDS = 1.0
BAR_GAP_MS = 20.0
TICK_SECONDS = 0.001


async def measure(text: str) -> tuple[float, float]:
    """Seconds until the plan is ready, and the longest that the loop came late meanwhile, in seconds."""
    loop, worst = asyncio.get_running_loop(), 0.0
    work = asyncio.create_task(
        PlanWorker().do(
            lambda: prepare(text, toml=False, today=date(2027, 3, 1), prompts={"closed"}), own=True
        )
    )
    began = due = loop.time()
    while not work.done():
        due = loop.time() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        worst = max(worst, loop.time() - due)
    await work
    return loop.time() - began, worst


def run(quick: bool) -> Findings:
    """Measure both, each round anew: the median of each, for other programs share the machine."""
    text = canonical(large_plan())
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    rounds = [asyncio.run(measure(text)) for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
    gc.set_threshold(*before)
    gc.unfreeze()
    seconds = statistics.median(took for took, _ in rounds)
    gap = 1e3 * statistics.median(late for _, late in rounds)
    print(f"plan: ready in {seconds:.2f} s, the loop {gap:.1f} ms late at most")
    return Findings(
        (
            Bar("a plan of 10,000 people made ready, in s", seconds, BAR_SECONDS),
            Bar("the event loop late meanwhile, in ms", gap, BAR_GAP_MS),
        ),
        figures={"seconds": seconds, "gap_ms": gap},
    )
