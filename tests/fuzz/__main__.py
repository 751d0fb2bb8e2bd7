"""`python -m tests.fuzz [--seed N] [--seconds S]`: fuzz parsers and node, and say what was done."""

import argparse
import sys
import time
import tracemalloc
from random import Random

from tests.fuzz.run import LIVES_OF, Findings, attack_costs, fuzz_node, fuzz_parsers

STALL = 0.1
"""CPU seconds for one message that are too many: calls wait meanwhile."""

ATTACK_SIZES = (7_000, 23_000, 64_000)
"""Octets: about the largest header, the largest headers together, the largest datagram."""


def main() -> int:
    """Run until the time is over; 1 when a message took too long. A failure names its seed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--memory", action="store_true", help="measure memory, which slows it down")
    wanted = parser.parse_args()
    if wanted.memory:
        tracemalloc.start()
    parsers, node = Findings(), Findings()
    seed, end = wanted.seed, time.monotonic() + wanted.seconds
    while time.monotonic() < end:
        try:
            fuzz_parsers(Random(seed), LIVES_OF, parsers)
            fuzz_node(Random(seed), LIVES_OF, node)
        except BaseException:
            sys.stderr.write(f"broken by seed {seed}: python -m tests.fuzz --seed {seed} --seconds 1\n")
            raise
        seed += 1
    for size in ATTACK_SIZES:
        name, cost = max(attack_costs(size).items(), key=lambda item: item[1])
        sys.stdout.write(f"attacks of {size} octets: at worst {cost * 1000:.1f} ms ({name})\n")
    sys.stdout.write(f"seeds {wanted.seed} to {seed - 1}\nparsers: {parsers}\nnode: {node}\n")
    return int(max(parsers.worst, node.worst) > STALL)


if __name__ == "__main__":
    sys.exit(main())
