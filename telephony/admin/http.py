"""The HTTP server: health and figures. No caller's number and no secret is shown here."""

import socket

from aiohttp import web

from telephony.admin.ports import Health

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
MAX_BODY = 64 * 1024
"""Octets of a request body: nothing here takes one."""

CLOSING_SECONDS = 1.0
"""How long `stop` waits for answers under way: they take milliseconds, and nobody may hold up a stop."""


class HttpServer:
    """Serves /healthz, /readyz and /metrics."""

    def __init__(self, service: Health) -> None:
        self._service = service
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; the address it got. Raises OSError."""
        await self._runner.setup()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            await web.SockSite(self._runner, sock).start()
        except OSError:
            sock.close()
            await self._runner.cleanup()
            raise
        address: tuple[str, int] = sock.getsockname()[:2]
        return address

    async def stop(self) -> None:
        """Close the server."""
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        health = self._service.health()
        return web.json_response(health, status=200 if health["status"] == "ok" else 503)

    async def _readyz(self, _: web.Request) -> web.Response:
        readiness = self._service.readiness()
        return web.json_response(readiness, status=200 if readiness["status"] == "ready" else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._service.metrics_text(), headers={"Content-Type": _TEXT})
