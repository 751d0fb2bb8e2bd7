"""How commands reach the running service: by its admin socket in the data folder, or by `--url` and a token.

Commands are synchronous: each asks its questions within one event loop of its own, and prints afterwards.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from telephony.admin.client import Client, Target
from telephony.admin.errors import ServiceAway
from telephony.admin.wire import MAX_PAGE

T = TypeVar("T")

Question = Callable[[Client], Awaitable[T]]
"""What is asked of a service, in one or more requests."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service and its data are: the folder, and a URL if one was given."""

    data: Path
    url: str | None = None

    def target(self) -> Target:
        """Where to ask. Raises ServiceAway when a URL has no token."""
        return Target.of(self.url, self.data, os.environ)


def ask(place: Place, question: Question[T]) -> T:
    """Ask the service. Raises ServiceAway and ServiceRefused."""
    return asyncio.run(_asked(place.target(), question))


def ask_if_running(place: Place, question: Question[T], instead: str = "") -> T | None:
    """Ask the service of this machine if it runs; else None, and say on standard error what comes `instead`,
    if anything.

    A service by URL is on another machine, so nothing here can stand in for it: raises ServiceAway.
    """
    target = place.target()
    try:
        return asyncio.run(_asked(target, question))
    except ServiceAway as away:
        if target.url:
            raise
        if instead:
            note(f"{away}; {instead}")
        return None


async def listed(
    client: Client, path: str, parameters: Mapping[str, str] | None = None, most: int | None = None
) -> list[Any]:
    """The items of a list, all or the first `most`, page by page. Raises ServiceAway and ServiceRefused."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        limit = MAX_PAGE if most is None else min(MAX_PAGE, most - len(found))
        asked = {**(parameters or {}), "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = (await client.ask("GET", path, parameters=asked)).value
        found += page["items"]
        cursor = None if len(found) == most else page["next"]
    return found


def segment(text: str) -> str:
    """One step of a path, whatever was typed."""
    return quote(text, safe="")


def note(text: str) -> None:
    """A line for whoever reads the terminal, which is no part of the output."""
    print(f"vaxeln: {text}", file=sys.stderr)


async def _asked(target: Target, question: Question[T]) -> T:
    async with Client(target) as client:
        return await question(client)
