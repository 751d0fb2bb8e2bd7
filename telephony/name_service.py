"""Looks up the names of gateways in the background, and tells when they mean something else."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from routing.places import Found, Named, Place
from routing.tables import Tables
from telephony.dns_lookup import Answer, LookupFailed
from telephony.name_book import NameBook, Remembered
from telephony.name_file import NameFile

MAX_LOOKUPS = 16
"""Names that are looked up at once: a plan of hundreds would else lose its own questions."""

SAVE_SECONDS = 3600.0
"""How often answers that stay the same are written down again, so that they are not taken for old ones."""

_NO_SOCKET = "sip.listen has no address of the family and transport of its addresses"


class Resolver(Protocol):
    """Who is asked."""

    async def look_up(self, named: Named) -> Answer:
        """What the name means now. Raises LookupFailed."""


def names_of(tables: Tables) -> Iterable[Named]:
    """The names of the gateways that calls are sent to, each once."""
    trunks = [trunk for trunk in tables.trunks.values() if trunk.takes_calls]
    rows = [row for trunk in trunks for row in trunk.gateways]
    return dict.fromkeys(row.address for row in rows if isinstance(row.address, Named))


class NameService:
    """Keeps the book up to date. `reaches` says whether we have a socket for a place; `changed` is called
    when a name of the book means something else. `file` is where answers survive a restart."""

    def __init__(
        self,
        book: NameBook,
        resolver: Resolver,
        reaches: Callable[[Place], bool],
        changed: Callable[[], None],
        now: Callable[[], float],
        file: NameFile,
    ) -> None:
        self._book = book
        self._resolver = resolver
        self._reaches = reaches
        self._changed = changed
        self._now = now
        self._file = file
        self._saving = asyncio.Lock()
        self._saved_at = float("-inf")
        self._remembered: dict[Named, Remembered] = {}
        self._look = asyncio.Event()
        self._room = asyncio.Semaphore(MAX_LOOKUPS)

    def load(self, tables: Tables) -> None:
        """Keep the names of this plan from now on; at first with what an earlier life knew of them."""
        self._book.load(names_of(tables), self._now(), self._remembered)
        self._remembered = {}
        self._look.set()

    async def remember(self) -> None:
        """Read what an earlier life knew."""
        self._remembered = await asyncio.to_thread(self._file.read)

    async def run(self) -> None:
        """Look up what is due, for ever."""
        async with asyncio.TaskGroup() as lookups:
            while True:
                for named in self._book.take_due(self._now()):
                    lookups.create_task(self._look_up(named))
                self._look.clear()
                wait = self._book.next_due() - self._now()
                try:
                    async with asyncio.timeout(max(wait, 0.0) if wait != float("inf") else None):
                        await self._look.wait()
                except TimeoutError:
                    pass

    async def _look_up(self, named: Named) -> None:
        try:
            async with self._room:
                answer = await self._resolver.look_up(named)
            found = self._reachable(answer.found)
            if not found:
                raise LookupFailed(_NO_SOCKET)
            is_new = self._book.answered(named, found, answer.ttl, self._now())
        except LookupFailed as error:
            is_new = self._book.failed(named, str(error), self._now())
        self._look.set()
        if is_new:
            self._changed()
        if is_new or self._now() - self._saved_at >= SAVE_SECONDS:
            await self._save()

    async def _save(self) -> None:
        self._saved_at = self._now()
        async with self._saving:
            await asyncio.to_thread(self._file.write, self._book.known(self._now()))

    def _reachable(self, found: tuple[Found, ...]) -> tuple[Found, ...]:
        kept = [replace(each, places=tuple(filter(self._reaches, each.places))) for each in found]
        return tuple([each for each in kept if each.places])
