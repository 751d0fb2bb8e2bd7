"""telephony/signals.py: what the system's signals mean. (A whole service with them: test_service.)"""

import asyncio
import os
import signal

from telephony.signals import stop_by_signals


def test_each_signal_does_what_it_means() -> None:
    came: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        told = asyncio.Event()

        def note(what: str) -> None:
            came.append(what)
            told.set()

        stop_by_signals(loop, lambda: note("stop"), lambda: note("closed"))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            told.clear()
            os.kill(os.getpid(), number)
            await told.wait()

    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        asyncio.run(asyncio.wait_for(main(), 10))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert came == ["stop", "stop", "closed"]


def test_nohup_is_heeded() -> None:
    async def main() -> bool:
        loop = asyncio.get_running_loop()
        stop_by_signals(loop, lambda: None, lambda: None)
        return loop.remove_signal_handler(signal.SIGHUP)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert asyncio.run(main()) is False
    finally:
        signal.signal(signal.SIGHUP, before)
