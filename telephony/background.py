"""Work that goes on behind the calls, for as long as the service runs."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import structlog

log = structlog.get_logger("vaxeln")


def run_behind(opened: AsyncExitStack, work: Coroutine[Any, Any, object], ended: str) -> None:
    """Start the work, which is to have no end but that of `opened`. Should it end, `ended` is logged."""
    task = asyncio.create_task(work)
    task.add_done_callback(partial(_report_end, ended))
    opened.push_async_callback(_end, task)


def run_once(opened: AsyncExitStack, work: Coroutine[Any, Any, object], failed: str) -> None:
    """Start the work, which ends by itself, or with `opened`. Should it fail, `failed` is logged."""
    task = asyncio.create_task(work)
    task.add_done_callback(partial(_report_fault, failed))
    opened.push_async_callback(_end, task)


async def _end(task: "asyncio.Task[object]") -> None:
    task.cancel()
    await asyncio.wait([task])


def _report_end(ended: str, task: "asyncio.Task[object]") -> None:
    if not task.cancelled():
        log.critical(ended, problem=repr(task.exception()))


def _report_fault(failed: str, task: "asyncio.Task[object]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.critical(failed, problem=repr(task.exception()))
