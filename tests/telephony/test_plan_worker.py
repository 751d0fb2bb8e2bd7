"""The work on plans: one at a time, a few wait, and nobody waits for it who does not want to."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from telephony.errors import Busy
from telephony.plan_worker import MAX_WAITING, PlanWorker


class Bench:
    """A worker that is held up by a first piece of work until `go_on`."""

    def __init__(self) -> None:
        self.worker = PlanWorker()
        self.done: list[str] = []
        self._may_go_on = threading.Event()

    async def hold_up(self) -> None:
        """Return when the first piece is being worked on."""
        loop, began = asyncio.get_running_loop(), asyncio.Event()

        def work() -> None:
            loop.call_soon_threadsafe(began.set)
            self._may_go_on.wait()

        self.first = asyncio.create_task(self.worker.do(work))
        await began.wait()

    async def add(self, name: str, *, own: bool = False) -> "asyncio.Task[None]":
        """Return when it waits for its turn, or is refused."""
        task = asyncio.create_task(self.worker.do(lambda: self.done.append(name), own=own))
        await asyncio.wait([task], timeout=0)
        return task

    def go_on(self) -> None:
        self._may_go_on.set()


def number() -> int:
    return 7


def fault() -> int:
    raise ValueError("no plan")


def thread() -> str:
    return threading.current_thread().name


@pytest.mark.parametrize(("work", "result"), [(number, 7), (thread, "vaxeln-plans")])
def test_what_the_work_returns_comes_back_from_a_thread_of_its_own(
    work: Callable[[], object], result: object
) -> None:
    assert asyncio.run(PlanWorker().do(work)) == result


def test_what_the_work_raises_comes_back_and_the_next_is_done() -> None:
    async def main() -> None:
        worker = PlanWorker()
        with pytest.raises(ValueError, match="no plan"):
            await worker.do(fault)
        assert await worker.do(number) == 7

    asyncio.run(main())


def test_a_few_wait_in_order_and_more_are_refused_but_for_the_service_s_own() -> None:
    async def main() -> None:
        bench = Bench()
        await bench.hold_up()
        waiting = [await bench.add(f"{number}") for number in range(MAX_WAITING)]
        refused = await bench.add("too much")
        own = await bench.add("own", own=True)
        bench.go_on()

        with pytest.raises(Busy):
            await refused
        await asyncio.gather(bench.first, *waiting, own)
        assert bench.done == ["own", *(f"{number}" for number in range(MAX_WAITING))]

    asyncio.run(main())


def test_who_goes_away_leaves_nothing_to_do_and_room_for_others() -> None:
    async def main() -> None:
        bench = Bench()
        await bench.hold_up()
        for _ in range(MAX_WAITING + 1):
            gone = await bench.add("gone")
            gone.cancel()
            await asyncio.wait([gone])
        stays = await bench.add("stays")
        bench.go_on()
        await stays

        assert bench.done == ["stays"]

    asyncio.run(main())


def test_neither_the_loop_nor_the_interpreter_waits_for_work_that_is_under_way() -> None:
    program = """
import asyncio, threading
from telephony.plan_worker import PlanWorker

async def main():
    loop, began = asyncio.get_running_loop(), asyncio.Event()
    def work():
        loop.call_soon_threadsafe(began.set)
        threading.Event().wait()
    doing = asyncio.ensure_future(PlanWorker().do(work))
    await began.wait()
    print("stops")

asyncio.run(main())
"""
    ended = subprocess.run(  # with an executor of the library's this would wait for ever
        [sys.executable, "-c", program], timeout=60, capture_output=True, text=True, check=True
    )

    assert (ended.stdout, ended.stderr) == ("stops\n", "")
