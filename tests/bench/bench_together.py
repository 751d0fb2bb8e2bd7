"""What it costs to ring ten people at once: in process, without sockets, beside a plain call by turns."""

import statistics
import tempfile
from pathlib import Path

from tests.bench.municipality import TOGETHER
from tests.bench.report import Findings
from tests.bench.workbench import Workbench

CALLS, RATE = 100, 20.0
ROUNDS, QUICK_ROUNDS = 5, 2
ALL_FREE = 1.0  # seconds after which the ten are free again: one call to them at a time


def run(quick: bool) -> Findings:
    """Measure both by turns."""
    plain, together = [], []
    with tempfile.TemporaryDirectory(prefix="together-") as folder:
        bench = Workbench(Path(folder, "journal"))
        bench.play_calls(CALLS, RATE)
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            plain.append(bench.play_calls(CALLS, RATE) * 1e3)
            together.append(bench.play_calls(CALLS, 1 / ALL_FREE, together=True) * 1e3)
        bench.close()
    ratio = statistics.median(t / p for t, p in zip(together, plain, strict=True))
    for people, costs in ((1, plain), (TOGETHER, together)):
        print(f"a call that rings {people:2}: {statistics.median(costs):.2f} ms CPU ({len(costs)} rounds)")
    print(f"so each further phone costs {(ratio - 1) / (TOGETHER - 1):.2f} of a plain call")
    return Findings(figures={"plain_ms": plain, "together_ms": together, "ratio": ratio})
