"""The HTTP server: the admin API with its document and page, health and figures, on TCP and a unix socket.

Unauthenticated are `/healthz`, `/readyz`, `/metrics`, and the API's document and page: no caller's number and
no secret is shown there.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from telephony.admin.api import Api, answer_problems
from telephony.admin.connection import Connection, Doorkeeper, add_headers, hear
from telephony.admin.description import Description
from telephony.admin.page import POLICY
from telephony.admin.ports import Health
from telephony.admin.wire import BASE

_TEXT = "text/plain; version=0.0.4; charset=utf-8"

CLOSING_SECONDS = 1.0
"""How long `stop` waits for answers under way: they take milliseconds, and nobody may hold up a stop."""


class HttpServer:
    """Serves the service's health and figures, and the admin API. `release` is the program's version.

    `app` holds what is served.
    """

    def __init__(self, service: Health, api: Api | None = None, release: str = "") -> None:
        self._service = service
        self._description = Description(release)
        self._servers: list[asyncio.Server] = []
        self._local: Path | None = None
        self.app = self._application(api)
        self._runner = web.AppRunner(self.app, shutdown_timeout=CLOSING_SECONDS)

    def _application(self, api: Api | None) -> web.Application:
        app = web.Application(middlewares=[hear, answer_problems])
        app.on_response_prepare.append(add_headers)
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        if api is not None:
            app.add_routes(api.routes())
            app.add_routes(
                [web.get(f"{BASE}/openapi.json", self._openapi), web.get(f"{BASE}/docs", self._docs)]
            )
        return app

    # ---- start and stop

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen on TCP; the address it got. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            await self._serve(sock, self._connection_by_tcp)
        except OSError:
            sock.close()
            await self.stop()
            raise
        address: tuple[str, int] = sock.getsockname()[:2]
        return address

    async def start_local(self, path: Path) -> None:
        """Listen on the admin socket, in place of one that a killed service left. Raises OSError."""
        sock = _bound(path)
        self._local = path
        await self._serve(sock, self._connection)

    async def _serve(self, sock: socket.socket, connection: Callable[[], asyncio.Protocol]) -> None:
        if self._runner.server is None:
            await self._runner.setup()
        self._servers.append(await asyncio.get_running_loop().create_server(connection, sock=sock))

    async def stop(self) -> None:
        """Close the server."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        await self._runner.cleanup()
        if self._local is not None:
            await asyncio.to_thread(self._local.unlink, missing_ok=True)
            self._local = None

    def _connection(self) -> Connection:
        assert self._runner.server is not None  # `_serve` has made it
        return Connection(self._runner.server, asyncio.get_running_loop())

    def _connection_by_tcp(self) -> Doorkeeper:
        assert self._runner.server is not None
        return Doorkeeper(self._runner.server)

    # ---- what needs no token

    async def _healthz(self, _: web.Request) -> web.Response:
        health = self._service.health()
        return web.json_response(health, status=200 if health["status"] == "ok" else 503)

    async def _readyz(self, _: web.Request) -> web.Response:
        readiness = self._service.readiness()
        return web.json_response(readiness, status=200 if readiness["status"] == "ready" else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._service.metrics_text(), headers={"Content-Type": _TEXT})

    async def _openapi(self, _: web.Request) -> web.Response:
        described = await self._description.made()
        return web.Response(body=described.document, content_type="application/json")

    async def _docs(self, _: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": POLICY}
        described = await self._description.made()
        return web.Response(text=described.page, content_type="text/html", headers=headers)


def _bound(path: Path) -> socket.socket:
    """A unix socket that is never open to others, not for a moment."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    umask = os.umask(0o177)
    try:
        sock.bind(str(path))
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(umask)
    return sock
