"""The end of a service that carries calls: no new ones but to 112, then nobody's in the middle of a word."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from telephony.node import Node

CLOSING_SECONDS = 5.0
"""How long the last BYEs may wait for their answers. A phone that has died never answers."""

HURRIED_SECONDS = 1.0
"""The same when somebody does not want to wait: who is there answers within a few round trips."""

LEAVING_SECONDS = 1.0
"""How long registrars may take to let us go: one that is there answers within a few round trips. What they
still have of us ends by itself."""

IDLE_POLL_SECONDS = 0.1
"""How often it is looked whether the calls are over."""

REASON = "service stopped"


class Drain:
    """Lets the calls of `node` come to an end. `flush` sends what the node has to say, `monotonic` is its
    clock. Whoever sets `hurry` does not want to wait for running calls."""

    def __init__(
        self,
        node: Node,
        flush: Callable[[], None],
        monotonic: Callable[[], float],
        hurry: asyncio.Event,
    ) -> None:
        self._node = node
        self._flush = flush
        self._monotonic = monotonic
        self._hurry = hurry

    async def run(self, seconds: float) -> None:
        """Running calls go on for so long, then BYE on both legs. A call to 112 is waited for, also one that
        comes meanwhile."""
        await self._wait(seconds, lambda: self._node.has_calls)
        self._end_all(emergency=False)
        await self._close()
        if self._hurry.is_set():
            self._hurry.clear()
            self._end_all(emergency=True)
            await self._wait(HURRIED_SECONDS, lambda: not self._node.is_idle)
        await self._leave()

    async def _leave(self) -> None:
        """No call is to come any more, so nobody is to send one here."""
        self._node.leave(self._monotonic())
        self._flush()
        await self._wait(LEAVING_SECONDS, lambda: self._node.is_leaving)

    async def _close(self) -> None:
        """Wait for the last answers; nothing ends a call to 112 but those who make it."""
        deadline = None
        while not self._node.is_idle and not await self._hurried():
            now = self._monotonic()
            if self._node.switchboard.has_emergency():
                deadline = None
            elif deadline is None:
                deadline = now + CLOSING_SECONDS
            elif now >= deadline:
                return

    def _end_all(self, *, emergency: bool) -> None:
        self._node.end_all(self._monotonic(), REASON, emergency=emergency)
        self._flush()

    async def _wait(self, seconds: float, is_busy: Callable[[], bool]) -> None:
        """Wait until it is busy no more, at most so long and not when somebody hurries us."""
        deadline = self._monotonic() + seconds
        while is_busy() and self._monotonic() < deadline and not await self._hurried():
            pass

    async def _hurried(self) -> bool:
        """Wait a moment; whether somebody wants the service to stop at once."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), IDLE_POLL_SECONDS)
        return self._hurry.is_set()
