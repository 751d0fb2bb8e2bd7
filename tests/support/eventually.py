"""Waiting for what other processes do: looked for often, and a failure after a bound."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_SECONDS = 0.02


def eventually(look: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """Look until there is something; fail with `what` was waited for when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(LOOK_SECONDS)
    return found
