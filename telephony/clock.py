"""The one clock: between the monotonic seconds of the network and the UTC times of the facts.

Wall time may be set while calls are live. Times of facts are therefore counted from an anchor by the
monotonic clock, so that they never go backwards and durations are true. `check` finds that the machine's
clock was set, and moves the anchor: only then may time go backwards, and that is what the fact of the step
says.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

STEP_SECONDS = 0.5
"""A difference that is a step of the clock: NTP slews smaller ones away, and no deadline is finer."""


class Clock:
    """`wall` gives Unix time and `monotonic` monotonic time, in seconds."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._anchor()

    def now(self) -> datetime:
        """The present time, aware UTC."""
        return self.at(self._monotonic())

    def at(self, monotonic: float) -> datetime:
        """The time, aware UTC, at which the monotonic clock shows so many seconds."""
        return datetime.fromtimestamp(monotonic + self._offset, UTC)

    def monotonic(self, at: datetime) -> float:
        """What the monotonic clock shows at this aware time."""
        return at.timestamp() - self._offset

    def check(self) -> float | None:
        """Move the anchor when the machine's clock was set.

        Returns the step in seconds, forward positive, when it is more than `STEP_SECONDS`; else None.
        """
        step = self._wall() - (self._monotonic() + self._offset)
        if abs(step) <= STEP_SECONDS:
            return None
        self._anchor()
        return step

    def _anchor(self) -> None:
        self._offset = self._wall() - self._monotonic()
