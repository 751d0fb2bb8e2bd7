"""Whether a call costs the same when many came before it.

In process, without sockets: CPU of the service's signalling for a call, beside 1,000 and beside 50,000 SIP
transactions of the last 32 s, by turns, so that what disturbs one disturbs the other.
"""

import statistics
import tempfile
from pathlib import Path

from tests.bench.report import Bar, Findings
from tests.bench.workbench import Workbench

FEW, MANY = 1_000, 50_000
BAR_RATIO = 1.2

FORGOTTEN = 40.0  # seconds after which a transaction is over: 32, and those of the last calls
CALLS, RATE = 100, 100.0
ROUNDS, QUICK_ROUNDS = 5, 2
FILL_SECONDS = 5.0


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of CPU a call in each round, beside few and beside many."""
    few, many = [], []
    with tempfile.TemporaryDirectory(prefix="flat-") as folder:
        bench = Workbench(Path(folder, "journal"))
        bench.play_calls(CALLS, RATE)
        for _ in range(rounds):
            few.append(_beside(bench, FEW))
            many.append(_beside(bench, MANY))
        bench.close()
    return few, many


def _beside(bench: Workbench, transactions: int) -> float:
    bench.pass_time(bench.now + FORGOTTEN)
    # the server's end is full at 50,000, and the calls make four each
    bench.ask_options(transactions - 4 * CALLS, FILL_SECONDS)
    return bench.play_calls(CALLS, RATE) * 1e3


def run(quick: bool) -> Findings:
    """Measure both by turns."""
    few, many = measure(QUICK_ROUNDS if quick else ROUNDS)
    ratio = statistics.median(m / f for f, m in zip(few, many, strict=True))
    for number, costs in ((FEW, few), (MANY, many)):
        print(
            f"a call beside {number:6,} transactions: {statistics.median(costs):.2f} ms CPU "
            f"({len(costs)} rounds: {min(costs):.2f} to {max(costs):.2f})"
        )
    bar = Bar(f"a call beside {MANY:,} transactions to one beside {FEW:,}, CPU", ratio, BAR_RATIO)
    return Findings((bar,), figures={"few_ms": few, "many_ms": many, "ratio": ratio})
