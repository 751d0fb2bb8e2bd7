"""What a call costs that is handed on, blind: in process, without sockets, beside a plain call by turns."""

import statistics
import tempfile
from pathlib import Path

from tests.bench.report import Bar, Findings
from tests.bench.workbench import Workbench

BAR_RATIO = 2.5
"""It is two calls and the messages about it: REFER, two NOTIFYs, and what the caller is told."""

CALLS, RATE = 100, 50.0
ROUNDS, QUICK_ROUNDS = 5, 2


def run(quick: bool) -> Findings:
    """Measure both by turns."""
    plain, handed_on = [], []
    with tempfile.TemporaryDirectory(prefix="transfers-") as folder:
        bench = Workbench(Path(folder, "journal"))
        bench.play_calls(CALLS, RATE)
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            plain.append(bench.play_calls(CALLS, RATE) * 1e3)
            handed_on.append(bench.play_calls(CALLS, RATE, handed_on=True) * 1e3)
        bench.close()
    ratio = statistics.median(h / p for h, p in zip(handed_on, plain, strict=True))
    for what, costs in (("plain", plain), ("handed on", handed_on)):
        print(f"a call that is {what}: {statistics.median(costs):.2f} ms CPU ({len(costs)} rounds)")
    bar = Bar("a call that is handed on to a plain one, CPU", ratio, BAR_RATIO)
    return Findings((bar,), figures={"plain_ms": plain, "handed_on_ms": handed_on, "ratio": ratio})
