"""The command line against a service: the admin API over a town in memory, on an admin socket."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.admin.client import SOCKET
from telephony.cli import main
from tests.support.administration import Town
from tests.support.api import Desk

START_SECONDS = 10.0


@contextmanager
def served(data: Path, town: Town | None = None) -> Iterator[Desk]:
    """A service that runs within, with its socket in `data` and at `url`; now it is now."""
    desk = Desk(data, town or Town(now=datetime.now(UTC)))
    loop, stop, is_up = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def until_stopped(desk: Desk) -> None:
        await desk.server.start_local(data / SOCKET)
        is_up.set()
        await stop.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(desk.serving(until_stopped))

    thread = threading.Thread(target=run)
    thread.start()
    assert is_up.wait(START_SECONDS)
    try:
        yield desk
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_SECONDS)


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """One command: its output, and what it says beside it."""
    assert main(arguments) == code
    said = capsys.readouterr()
    return said.out, said.err


def misused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says whose options do not go together: its usage, and why."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    said = capsys.readouterr()
    assert (stopped.value.code, said.out) == (2, "")
    assert said.err.startswith("usage: vaxeln")
    return said.err.splitlines()[-1]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    """What a command that is refused says: one line, and nothing else."""
    out, err = run(capsys, *arguments, code=code)
    assert out == ""
    (line,) = err.splitlines()
    return line
