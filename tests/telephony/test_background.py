"""Work behind the calls: ended with the service, and told when it ends before."""

import asyncio
from contextlib import AsyncExitStack

from structlog.testing import capture_logs

from telephony.background import run_behind, run_once


def test_it_ends_with_what_was_opened() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def main() -> None:
        async with AsyncExitStack() as opened:
            run_behind(opened, work(), "work_ended")
            await asyncio.sleep(0)
            assert not ended

    with capture_logs() as logged:
        asyncio.run(main())
    assert (ended, logged) == ([True], [])


def test_an_end_of_its_own_is_told() -> None:
    async def work() -> None:
        raise ValueError("a fault")

    async def main() -> None:
        async with AsyncExitStack() as opened:
            run_behind(opened, work(), "work_ended")
            await asyncio.sleep(0)

    with capture_logs() as logged:
        asyncio.run(main())
    assert (logged[0]["event"], logged[0]["log_level"]) == ("work_ended", "critical")


def test_of_work_that_ends_by_itself_only_a_fault_is_told() -> None:
    async def work(fault: Exception | None) -> None:
        if fault is not None:
            raise fault

    async def main() -> None:
        async with AsyncExitStack() as opened:
            run_once(opened, work(None), "work_failed")
            run_once(opened, work(ValueError("a fault")), "other_work_failed")
            await asyncio.sleep(0)

    with capture_logs() as logged:
        asyncio.run(main())
    assert [(line["event"], line["log_level"]) for line in logged] == [("other_work_failed", "critical")]
