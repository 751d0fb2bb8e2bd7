"""One thread for the work on plans, so that nothing else of the service ever waits for it.

A plan of 10,000 people takes seconds, and what is sent as one may take longer. Python cannot break off a
thread, so it is a daemon: whoever stops the service, or the interpreter, does not wait for what it is doing.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar

from telephony.errors import Busy

T = TypeVar("T")

MAX_WAITING = 3
"""Pieces of work that may wait for the one that is done: each holds a plan of up to 4 MB."""


class PlanWorker:
    """Does one piece of work after the other. The thread is there while there is something to do."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._works = False

    async def do(self, work: Callable[[], T], *, own: bool = False) -> T:
        """What `work` returns or raises. What is cancelled before its turn is never begun.

        The service's `own` work is next, and always taken. Raises Busy when too much waits.
        """
        job: tuple[Future[T], Callable[[], T]] = Future(), work
        self._take(job, own)
        try:
            return await asyncio.wrap_future(job[0])
        finally:
            with self._lock:
                if job in self._waiting:
                    self._waiting.remove(job)

    def _take(self, job: tuple[Future[T], Callable[[], T]], own: bool) -> None:
        with self._lock:
            if own:
                self._waiting.appendleft(job)
            elif len(self._waiting) < MAX_WAITING:
                self._waiting.append(job)
            else:
                raise Busy("other plans are being worked on")
            if not self._works:
                self._works = True
                Thread(target=self._run, name="vaxeln-plans", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._works = False
                    return
                future, work = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                _carry_out(work, future)


def _carry_out(work: Callable[[], T], future: "Future[T]") -> None:
    try:
        result = work()
    except BaseException as error:  # handed to who waits for it
        future.set_exception(error)
    else:
        future.set_result(result)
