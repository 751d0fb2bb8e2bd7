"""All that `make bench` measures, or the parts that are named: `python -m tests.bench [--quick] [PART ...]`.

Exit code 1 when the service misses a bar, and then the bar is named. Machines are shared and noisy: CPU time
and ratios within one run say most.
"""

import argparse
import sys
import time
from collections.abc import Callable

from tests.bench import (
    bench_calls,
    bench_decide,
    bench_diff,
    bench_flat,
    bench_hours,
    bench_ingest,
    bench_plan,
    bench_register,
    bench_relay,
    bench_scrape,
    bench_simulation,
    bench_together,
    bench_transfers,
    bench_transports,
    bench_turns,
    bench_waiting,
)
from tests.bench.report import Findings, is_optimised, table, write

PARTS: dict[str, Callable[[bool], Findings]] = {
    "calls": bench_calls.run,
    "register": bench_register.run,
    "together": bench_together.run,
    "transports": bench_transports.run,
    "transfers": bench_transfers.run,
    "relay": bench_relay.run,
    "waiting": bench_waiting.run,
    "flat": bench_flat.run,
    "ingest": bench_ingest.run,
    "decide": bench_decide.run,
    "turns": bench_turns.run,
    "hours": bench_hours.run,
    "plan": bench_plan.run,
    "diff": bench_diff.run,
    "scrape": bench_scrape.run,
    "simulation": bench_simulation.run,
}


def main() -> int:
    """Measure, print, write; whether all bars are reached."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what a call costs.")
    options.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all when none is named")
    options.add_argument("--quick", action="store_true", help="fewer and shorter, in less than 3 minutes")
    chosen = options.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        options.error(f"no part is called {', '.join(sorted(unknown))}")
    if not is_optimised():
        print("This Python was built without optimisation, as pyenv builds it: a distribution's is faster.")
    began, found = time.monotonic(), {}
    for name in chosen.parts or PARTS:
        print(f"\n{name}", flush=True)
        found[name] = PARTS[name](chosen.quick)
    rows = [row for part in found.values() for row in part.rows]
    bars = [bar for part in found.values() for bar in part.bars]
    print("", *([table(rows), ""] if rows else []), *bars, sep="\n")
    write(found)
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if all(bar.is_reached for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
