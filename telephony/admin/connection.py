"""A connection of the HTTP server: how long it may be silent, and what is answered to what is no HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, cast

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from telephony.admin.errors import Kind, Refusal
from telephony.admin.problems import problem_response, refusal_of

HEADER_SECONDS = 10.0
"""How long the first request of a connection may take to send its headers."""

KEEP_ALIVE_SECONDS = 75.0
"""How long a connection may be silent between two requests: a little more than proxies keep theirs."""

MAX_CONNECTIONS = 500
"""Open at once before TCP gets no more: each costs a file descriptor, which calls need too."""

MAX_OF_ONE_ADDRESS = 50
"""Open at once from one address: more than a browser or a proxy keeps, and too few to keep all others out."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


_OPTIONS: dict[str, Any] = {
    "access_log": None,  # there are callers' numbers in addresses
    "auto_decompress": False,  # a small body must not become a large one
    "keepalive_timeout": KEEP_ALIVE_SECONDS,
}


class Connection(RequestHandler):
    """One connection."""

    __slots__ = ("_silence",)

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, **_OPTIONS)
        # aiohttp waits for ever for the headers of a connection's first request
        self._silence = loop.call_later(HEADER_SECONDS, self.force_close)

    def heard(self) -> None:
        """A request has come whole, but for its body."""
        self._silence.cancel()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is over."""
        self._silence.cancel()
        super().connection_lost(exc)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer. What aiohttp refuses before any of our code is asked becomes a problem document."""
        if isinstance(resp, web.HTTPExpectationFailed):
            resp = problem_response(refusal_of(resp))
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A problem document for a fault of ours, which is logged, and for what is no HTTP, which is neither
        logged nor echoed: anybody can send it, and there may be a token in it."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            super().handle_error(request, status, exc, message)
            told = Refusal(Kind.INTERNAL, "it is in the log; nothing more is told here")
        else:
            told = Refusal(Kind.MALFORMED, "this is not HTTP as it should be")
        response = problem_response(told)
        _add(response)
        response.force_close()
        return response


class Doorkeeper(asyncio.Protocol):
    """Makes a connection of one that TCP has taken, or closes it when it is one too many."""

    def __init__(self, server: web.Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in or close it."""
        others = [_host(other.transport) for other in self._server.connections]
        if len(others) >= MAX_CONNECTIONS or others.count(_host(transport)) >= MAX_OF_ONE_ADDRESS:
            transport.close()
            return
        connection = Connection(self._server, asyncio.get_running_loop())
        cast(asyncio.Transport, transport).set_protocol(connection)  # uvloop's is one by its methods only
        connection.connection_made(transport)


def _host(transport: asyncio.BaseTransport | None) -> str:
    peer = transport.get_extra_info("peername") if transport is not None else None
    return str(peer[0]) if peer else ""


@web.middleware
async def hear(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Tell the connection that its request has come."""
    if isinstance(request.protocol, Connection):
        request.protocol.heard()
    return await handler(request)


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """What every answer has."""
    _add(response)


def _add(response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Vaxeln"  # aiohttp would tell its version and Python's
