"""A time of the wall clock: never before it, at once after it, however the clock is set."""

import asyncio
from datetime import UTC, datetime, timedelta

from telephony.wall_timer import LONGEST_WAIT_SECONDS, WallTimer, on_this_loop
from tests.support.timers import Timers

NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clocked:
    """A timer, what it has called and when."""

    def __init__(self) -> None:
        self.now = NOW
        self.timers = Timers()
        self.timer = WallTimer(lambda: self.now, self.timers.later)
        self.rang: list[datetime] = []

    def set(self, due: datetime) -> None:
        self.timer.set(due, lambda: self.rang.append(self.now))

    def run(self, time: timedelta) -> None:
        self.timers.run(time, self._pass)

    def step(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.timer.clock_was_set()

    def _pass(self, time: timedelta) -> None:
        self.now += time


def test_it_rings_once_on_the_second_and_not_before() -> None:
    clocked = Clocked()
    due = NOW + timedelta(days=40)
    clocked.set(due)

    clocked.run(due - NOW - SECOND)
    assert clocked.rang == []
    clocked.run(timedelta(days=2))

    assert clocked.rang == [due]
    assert not clocked.timers.waiting


def test_what_is_past_rings_at_once_and_not_within_the_call() -> None:
    clocked = Clocked()
    clocked.set(NOW - SECOND)
    assert clocked.rang == []

    clocked.run(timedelta(0))

    assert clocked.rang == [NOW]


def test_a_clock_set_forward_past_it_rings_at_once() -> None:
    clocked = Clocked()
    clocked.set(NOW + timedelta(hours=5))

    clocked.step(6 * 3600)
    clocked.run(timedelta(0))

    assert clocked.rang == [NOW + timedelta(hours=6)]


def test_a_clock_set_back_puts_it_off() -> None:
    clocked = Clocked()
    due = NOW + timedelta(minutes=5)
    clocked.set(due)

    clocked.run(timedelta(minutes=4))
    clocked.now -= timedelta(minutes=10)  # nobody has noticed yet: it looks when it would ring
    clocked.run(timedelta(minutes=2))
    assert clocked.rang == []
    clocked.run(timedelta(minutes=9))

    assert clocked.rang == [due]


def test_another_time_replaces_it_and_it_can_be_called_off() -> None:
    clocked = Clocked()
    clocked.set(NOW + SECOND)
    clocked.set(NOW + 3 * SECOND)
    clocked.run(2 * SECOND)
    assert clocked.rang == []

    clocked.timer.cancel()
    clocked.timer.cancel()
    clocked.step(100)
    clocked.run(timedelta(days=1))

    assert clocked.rang == []
    assert not clocked.timers.waiting


def test_no_timer_of_the_loop_runs_for_longer_than_a_bound() -> None:
    clocked = Clocked()
    clocked.set(NOW + timedelta(days=400))

    (timer,) = clocked.timers.waiting
    assert timer.due == timedelta(seconds=LONGEST_WAIT_SECONDS)


def test_it_runs_on_the_loop_that_runs() -> None:
    async def main() -> None:
        rang = asyncio.Event()
        timer = WallTimer(lambda: NOW, on_this_loop)
        timer.set(NOW, rang.set)
        await rang.wait()

    asyncio.run(main())
