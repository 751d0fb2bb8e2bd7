"""The one clock, with a wall clock that is set by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from telephony.clock import Clock

START = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)


@dataclass
class Machine:
    wall: float = START.timestamp()
    monotonic: float = 5000.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.monotonic)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


def test_time_goes_by() -> None:
    machine = Machine()
    clock = machine.clock()

    machine.passes(1.5)

    assert clock.now() == START + timedelta(seconds=1.5)
    assert clock.now().tzinfo is UTC
    assert clock.check() is None


def test_the_two_kinds_of_time_agree() -> None:
    clock = Machine().clock()

    assert clock.at(5060.0) == START + timedelta(minutes=1)
    assert clock.monotonic(START + timedelta(minutes=1)) == pytest.approx(5060.0, abs=1e-6)
    stockholm = (START + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=2)))
    assert clock.monotonic(stockholm) == pytest.approx(5060.0, abs=1e-6)


@pytest.mark.parametrize("step", [3600.0, 0.6, -0.6, -86400.0])
def test_a_step_of_the_machine_is_told_once_and_moves_the_anchor(step: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += step

    assert clock.now() == START
    assert clock.check() == pytest.approx(step, abs=1e-6)
    assert clock.now() == START + timedelta(seconds=step)
    assert clock.check() is None


@pytest.mark.parametrize("drift", [0.4, -0.4])
def test_a_small_difference_is_no_step(drift: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += drift

    assert clock.check() is None
    assert clock.now() == START


def test_the_real_clocks_are_the_default() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)
