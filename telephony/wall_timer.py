"""Something that is due at a time of the wall clock: never before, and at once when it is late."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

LONGEST_WAIT_SECONDS = 3600.0
"""How long one timer of the loop runs at most: a loop takes no seconds without bound."""


class Handle(Protocol):
    """What can be called off."""

    def cancel(self) -> None:
        """Do not call."""


class WallTimer:
    """One deadline. `now` gives aware UTC, and may be set; `later` calls after so many seconds."""

    def __init__(
        self, now: Callable[[], datetime], later: Callable[[float, Callable[[], None]], Handle]
    ) -> None:
        self._now = now
        self._later = later
        self._due: datetime | None = None
        self._then: Callable[[], None] = lambda: None
        self._handle: Handle | None = None

    def set(self, due: datetime, then: Callable[[], None]) -> None:
        """Call `then` at that time, in place of what was set before; not within this call."""
        self._due, self._then = due, then
        self._arm()

    def cancel(self) -> None:
        """Nothing is due any more."""
        self._due = None
        self._disarm()

    def clock_was_set(self) -> None:
        """Go by the time that it is now."""
        if self._due is not None:
            self._arm()

    def _arm(self) -> None:
        assert self._due is not None
        self._disarm()
        seconds = (self._due - self._now()).total_seconds()
        self._handle = self._later(min(max(seconds, 0.0), LONGEST_WAIT_SECONDS), self._ring)

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _ring(self) -> None:
        self._handle = None
        assert self._due is not None  # what is called off does not ring
        if self._now() < self._due:  # too early: the clock was set back, or an hour is over
            self._arm()
            return
        self._due = None
        self._then()


def on_this_loop(seconds: float, call: Callable[[], None]) -> Handle:
    """A timer of the running loop."""
    return asyncio.get_running_loop().call_later(seconds, call)
