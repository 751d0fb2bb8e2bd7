"""Simulations in a process of their own: one at a time, and none is left behind."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from routing.errors import PlanInvalid, PlanRefused
from telephony import simulator as module
from telephony.archive.errors import DatabaseAway
from telephony.call.record import Record
from telephony.errors import Busy
from telephony.simulate.values import MAX_CALLS, Options, Staff, TooManyCalls
from telephony.simulator import Asked, SimulationBroke, SimulationRefused, Simulator
from tests.support.plans import MAIN, PlanText, tables_of
from tests.support.simulated import DAY, made_day

PLAN = str(PlanText())


def asked(text: str = PLAN, staff: Staff = Staff.EVERYBODY) -> Asked:
    return Asked(text, toml=True, today=date(2026, 11, 25), options=Options(*DAY, staff))


async def pages(*given: Sequence[Record]) -> AsyncIterator[Sequence[Record]]:
    for page in given:
        yield page


async def never(reading: asyncio.Event) -> AsyncIterator[Sequence[Record]]:
    """A log whose reading has begun, and never ends."""
    reading.set()
    await asyncio.Event().wait()
    yield ()


def run(folder: Path, ask: Callable[[Simulator], Awaitable[None]]) -> None:
    async def main() -> None:
        await ask(Simulator(folder, ["closed"], 0.0))

    asyncio.run(main())


BEFORE: set[str] = set()
"""Processes of other tests: the database of a session lives on."""


@pytest.fixture(autouse=True)
def others() -> Iterator[None]:
    BEFORE.update(children())
    yield
    BEFORE.clear()


def children() -> list[str]:
    """The processes that a test has started and that have not ended."""
    mine = Path("/proc/self/task").glob("*/children")
    return [pid for task in mine for pid in task.read_text().split() if pid not in BEFORE]


def test_the_pages_of_the_log_are_simulated_and_what_cannot_be_is_counted(tmp_path: Path) -> None:
    day = made_day(tables_of(), 60.0)
    pick_up = replace(day[0], id="x", dialled="*8")

    async def ask(simulator: Simulator) -> None:
        found = json.loads(await simulator.run(asked(), pages(day[:30], [*day[30:], pick_up])))

        assert (found["now"]["calls"], found["different_count"]) == (len(day), 0)
        assert list(found["left_out"].values()) == [1]

    run(tmp_path, ask)
    assert children() == []


def test_what_is_wrong_is_raised(tmp_path: Path) -> None:
    async def ask(simulator: Simulator) -> None:
        with pytest.raises(PlanInvalid) as invalid:
            await simulator.run(asked("[numbers]"), pages())
        assert invalid.value.faults[0].path == "municipality"
        with pytest.raises(PlanRefused) as refused:
            await simulator.run(asked(PLAN.replace('group = "kc"', 'group = "nix"')), pages())
        assert refused.value.problems[0].path == f"numbers.{MAIN}.destination"
        with pytest.raises(SimulationRefused) as unknown:
            await simulator.run(asked(staff=Staff.LOG), pages())
        assert unknown.value.path == "?staff"

    run(tmp_path, ask)


def test_a_log_that_cannot_be_read_or_is_too_long_ends_it(tmp_path: Path) -> None:
    page = made_day(tables_of(), 400.0)[:250]

    async def away() -> AsyncIterator[Sequence[Record]]:
        yield page
        raise DatabaseAway("no connection")

    async def ask(simulator: Simulator) -> None:
        with pytest.raises(DatabaseAway):
            await simulator.run(asked(), away())
        with pytest.raises(TooManyCalls):
            await simulator.run(asked(), pages(*[page] * (MAX_CALLS // 250 + 1)))

    run(tmp_path, ask)
    assert children() == []


def test_one_at_a_time_and_it_is_killed_when_nobody_waits(tmp_path: Path) -> None:
    async def ask(simulator: Simulator) -> None:
        reading = asyncio.Event()
        first = asyncio.create_task(simulator.run(asked(), never(reading)))
        await reading.wait()
        assert children() != []
        with pytest.raises(Busy):
            await simulator.run(asked(), pages())
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert children() == []
        assert json.loads(await simulator.run(asked(), pages()))["now"]["calls"] == 0

    run(tmp_path, ask)


def test_a_process_that_breaks_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MODULE", "telephony.no_such_module")

    async def ask(simulator: Simulator) -> None:
        with pytest.raises(SimulationBroke, match="no_such_module"):
            await simulator.run(asked(), pages(made_day(tables_of(), 20.0)))

    run(tmp_path, ask)
