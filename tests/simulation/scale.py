"""How long the simulation takes: `VAXELN_SIMULATION=20` runs twenty times as many seeds."""

import os

SCALE = int(os.environ.get("VAXELN_SIMULATION", "1"))


def seeds(first: int, count: int) -> range:
    """So many seeds, times the scale."""
    return range(first, first + count * SCALE)
