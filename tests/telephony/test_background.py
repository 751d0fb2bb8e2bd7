"""Work behind the calls: ended with the service, and told when it ends before."""

import asyncio
from contextlib import AsyncExitStack

from structlog.testing import capture_logs

from telephony.background import run_behind


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
