"""Server-sent events, as browsers' EventSource reads them (HTML Living Standard 9.2)."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from telephony.admin.operation import Events
from telephony.admin.values import LiveEvent
from telephony.admin.wire import EVENTS

RETRY_MILLISECONDS = 3000
"""After which a browser comes back, when the stream has ended."""

WRITE_SECONDS = 10.0
"""How long a listener may take nothing of what is sent: then the connection is closed."""


async def stream(request: web.Request, events: Events, headers: Mapping[str, str]) -> web.StreamResponse:
    """Send them until they end, or nobody takes them any more."""
    # `no` to nginx, which would keep them until there is more
    given = {**headers, "Content-Type": f"{EVENTS}; charset=utf-8", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=given)
    listener = events.listener
    try:
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())
        while (event := await listener.next()) is not None:
            async with asyncio.timeout(WRITE_SECONDS):
                await response.write(written(event))
        await response.write_eof()
    except (TimeoutError, ConnectionError):  # who is too slow, or has gone
        if request.transport is not None:
            request.transport.abort()
    finally:
        listener.close()
    return response


def written(event: LiveEvent) -> bytes:
    """The event as it is sent; a heartbeat is a comment. Its data is one line."""
    if not event.name:
        return b":\n\n"
    return f"event: {event.name}\ndata: {event.data}\n\n".encode()
