"""The admin API over a town in memory, on a real socket, and a client that asks it."""

import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import uvloop
from aiohttp import ClientSession
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from telephony.admin.api import Api
from telephony.admin.gate import Gate
from telephony.admin.http import HttpServer
from telephony.admin.limits import Rate
from telephony.admin.openapi import document
from telephony.admin.operation import Operation
from telephony.admin.wire import BASE
from telephony.tokens import Role, Tokens
from tests.support.administration import Town

UNLIMITED = Rate(burst=1_000_000, per_second=1_000_000)


class Healthy:
    """A service that is well."""

    def health(self) -> dict[str, object]:
        return {"status": "ok"}

    def readiness(self) -> dict[str, object]:
        return {"status": "ready"}

    def metrics_text(self) -> bytes:
        return b"vaxeln_calls_in_progress 2.0\n"


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    octets: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.octets)


@dataclass
class Desk:
    """A running API and what asks it, as an admin unless told otherwise. `seconds` is the monotonic clock."""

    folder: Path
    town: Town = field(default_factory=Town)
    requests: Rate = UNLIMITED
    failures: Rate = UNLIMITED
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.folder / "secrets")
        self.token = {role: self.tokens.create(role.value, role, self.now()) for role in Role}
        gate = Gate(self.tokens, self.now, lambda: self.seconds, self.requests, self.failures)
        self.server = HttpServer(Healthy(), Api(self.town, gate, self.now), "0.1.0")

    def now(self) -> datetime:
        return self.town.now

    def run(self, ask: "Callable[[Desk], Awaitable[None]]") -> None:
        """Serve while the test asks."""
        uvloop.run(self.serving(ask))  # the loop of the service: its transports are not those of asyncio

    async def serving(self, ask: "Callable[[Desk], Awaitable[None]]") -> None:
        """Serve until `ask` returns."""
        host, port = await self.server.start("127.0.0.1", 0)
        self.url = f"http://{host}:{port}"
        try:
            async with ClientSession() as self.session:
                await ask(self)
        finally:
            await self.server.stop()

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        role: Role | None = Role.ADMIN,
    ) -> Reply:
        """One request below /api/v1; a body that is no text is sent as JSON."""
        given: CIMultiDict[str] = CIMultiDict(headers or {})
        if role is not None and "Authorization" not in given:
            given["Authorization"] = f"Bearer {self.token[role]}"
        data: str | io.BytesIO | None
        if isinstance(body, bytes):
            data = io.BytesIO(body)
        else:
            data = body if isinstance(body, str) or body is None else json.dumps(body)
        if body is not None and "Content-Type" not in given:
            given["Content-Type"] = "application/json"
        url = URL(f"{self.url}/api/v1{path}", encoded=True)
        async with self.session.request(method, url, data=data, headers=given) as response:
            return Reply(response.status, response.headers, await response.read())


def request_of(operation: Operation) -> tuple[str, str, object, dict[str, str]]:
    """The request that the document shows."""
    shown = document([operation], "")["paths"][BASE + operation.path][operation.method.lower()]
    path, query, headers = operation.path, {}, {}
    for parameter in shown["parameters"]:
        value = str(parameter.get("example", ""))
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(value))
        elif parameter["in"] == "header":
            headers[parameter["name"]] = value
        elif value:
            query[parameter["name"]] = value
    content = shown.get("requestBody", {}).get("content", {})
    media_type = next(iter(content), "application/json")
    headers["Content-Type"] = media_type
    body = content.get(media_type, {}).get("example")
    return operation.method, f"{path}?{urlencode(query)}", body, headers
