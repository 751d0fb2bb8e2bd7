"""All that `make bench` measures: calls beside sippy, decisions, the relay, figures. About two minutes."""

import sys

from tests.bench import bench_decide, bench_relay, bench_scrape
from tests.bench.bench_calls import bench_calls

RELAY_CALLS, RELAY_SECONDS = 200, 3.0


def main() -> int:
    """Exit code 1 when the service misses a bar."""
    print("calls")
    reached = bench_calls()
    print("\nrouting")
    bench_decide.main()
    print("\nrelay")
    reached &= bench_relay.compare(RELAY_CALLS, RELAY_SECONDS)
    print("\nfigures")
    reached &= bench_scrape.main() == 0
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
