"""Events for those who listen: bounded in number and in how far each may be behind."""

import asyncio
from collections.abc import Callable

from telephony.admin.values import LiveEvent
from telephony.errors import Busy

MAX_LISTENERS = 50
"""Each costs a connection, which calls need too; a console is open at so many desks at most."""

MAX_BEHIND = 32
"""Events that wait for a listener who is slow: 8 s of them. Whoever is further behind begins anew."""

HEARTBEAT_SECONDS = 15.0
"""Silence after which a comment is sent: proxies end connections that say nothing, often after 30 s."""

MAX_SECONDS = 3600.0
"""How long one listens at a time. A browser comes back by itself, with a token that is looked at again."""

LOOK_SECONDS = 0.25
"""How often it is looked for changes while anybody listens: what changes meanwhile is told together."""

HEARTBEAT = LiveEvent("", "")
"""Says only that we are still there."""


class Listener:
    """One who listens: ask for the `next` event until there is none, and `close` in the end."""

    def __init__(self, feed: "LiveFeed", first: LiveEvent, until: float) -> None:
        self._feed = feed
        self._until = until
        self._events: asyncio.Queue[LiveEvent | None] = asyncio.Queue(MAX_BEHIND)
        self._events.put_nowait(first)
        self._is_over = False

    async def next(self) -> LiveEvent | None:
        """The next event, or a heartbeat after some silence; None when it is over."""
        if self._is_over or asyncio.get_running_loop().time() >= self._until:
            return None
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._events.get()
        except TimeoutError:
            return HEARTBEAT

    def tell(self, event: LiveEvent) -> None:
        """One more event; too many are the end."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """There are no more events."""
        self._is_over = True
        if self._events.empty():
            self._events.put_nowait(None)  # it may be waiting

    def close(self) -> None:
        """Nobody listens here any more."""
        self._feed.forget(self)


class LiveFeed:
    """All who listen. `look` is called every `LOOK_SECONDS` while anybody does, and may `tell` them."""

    def __init__(self, look: Callable[[], None], first: Callable[[], LiveEvent]) -> None:
        self._look = look
        self._first = first
        self._listeners: set[Listener] = set()
        self._looking: asyncio.TimerHandle | None = None
        self._is_over = False

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def listen(self) -> Listener:
        """One more: its first event is how everything is now. Raises Busy."""
        if self._is_over or len(self._listeners) >= MAX_LISTENERS:
            why = "the service is about to stop" if self._is_over else f"{MAX_LISTENERS} listen already"
            raise Busy(why)
        self._look()  # those who listen already are told first
        loop = asyncio.get_running_loop()
        listener = Listener(self, self._first(), loop.time() + MAX_SECONDS)
        self._listeners.add(listener)
        if self._looking is None:
            self._looking = loop.call_later(LOOK_SECONDS, self._look_again)
        return listener

    def tell(self, event: LiveEvent) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            listener.tell(event)

    def forget(self, listener: Listener) -> None:
        """It listens no more."""
        self._listeners.discard(listener)
        if not self._listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def end(self) -> None:
        """The service stops: there is no more to tell."""
        self._is_over = True
        for listener in self._listeners:
            listener.end()

    def _look_again(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_again)
        self._look()
