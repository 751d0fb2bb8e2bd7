"""Timers of an event loop in virtual time: nothing is due until the test lets time pass."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(eq=False)
class Timer:
    """One that was set."""

    due: timedelta
    call: Callable[[], None]
    timers: "Timers"

    def cancel(self) -> None:
        if self in self.timers.waiting:
            self.timers.waiting.remove(self)


@dataclass
class Timers:
    """What is due when, by a monotonic clock that nobody sets."""

    monotonic: timedelta = timedelta(0)
    waiting: list[Timer] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """As `loop.call_later`."""
        timer = Timer(self.monotonic + timedelta(seconds=seconds), call, self)
        self.waiting.append(timer)
        return timer

    def run(self, time: timedelta, advance: Callable[[timedelta], None]) -> None:
        """Let this time pass; `advance` is told of every step of it, so that other clocks come along."""
        end = self.monotonic + time
        while due := [timer for timer in self.waiting if timer.due <= end]:
            timer = min(due, key=lambda timer: timer.due)
            self._step(timer.due, advance)
            self.waiting.remove(timer)
            timer.call()
        self._step(end, advance)

    def _step(self, to: timedelta, advance: Callable[[timedelta], None]) -> None:
        advance(max(to - self.monotonic, timedelta(0)))
        self.monotonic = max(to, self.monotonic)
