"""A client of the admin API for the command line: over the admin socket, or a URL and a token.

Whatever goes wrong is one clear line: `ServiceAway` when nobody answers, `ServiceRefused` with the problem.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp

from telephony.admin.errors import Kind, ServiceAway, ServiceRefused
from telephony.admin.wire import BASE, JSON
from telephony.config import TOKEN_VARIABLE, URL_VARIABLE

SOCKET = "admin.sock"
"""The admin socket's name in the data folder."""

TIMEOUT_SECONDS = 210.0
"""Longer than the service takes for anything, so that it is the service that says so."""

MAX_ERRORS = 10
"""Values told of a refusal; the count tells how many there are."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the service is: the path of its admin socket, or a URL with a token."""

    socket: Path | None = None
    url: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str | None, data: Path, environ: Mapping[str, str]) -> "Target":
        """The URL, or that of the environment, else the admin socket in the data folder.

        A URL needs a token in the environment: on the command line others could see it. Raises ServiceAway.
        """
        url = url or environ.get(URL_VARIABLE)
        if not url:
            return cls(socket=data / SOCKET)
        token = environ.get(TOKEN_VARIABLE, "")
        if not token:
            raise ServiceAway(f"set {TOKEN_VARIABLE} to a token (vaxeln token create): {url} needs one")
        return cls(url=url.rstrip("/"), token=token)

    def __str__(self) -> str:
        return self.url or str(self.socket)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered. `value` is the JSON, or the text of any other media type, or
    the octets of sound, or None."""

    value: Any
    etag: str


class Client:
    """Asks one service; an async context manager."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def __aenter__(self) -> "Client":
        target = self._target
        connector = aiohttp.UnixConnector(str(target.socket)) if target.socket is not None else None
        headers = {"Authorization": f"Bearer {target.token}"} if target.token else {}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask for `path` below /api/v1, quoted where need be; a body that is no text and no octets is sent as
        JSON.

        Raises ServiceAway and ServiceRefused.
        """
        url = f"{self._target.url or 'http://localhost'}{BASE}{path}"
        given = {"Content-Type": JSON, **(headers or {})} if body is not None else dict(headers or {})
        data: Any = body
        if isinstance(body, bytes):
            data = io.BytesIO(body)  # aiohttp sends it in pieces
        elif body is not None and not isinstance(body, str):
            data = json.dumps(body, ensure_ascii=False)
        try:
            async with self._session.request(
                method, url, params=parameters, data=data, headers=given, allow_redirects=False
            ) as response:
                return _reply(response, await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise ServiceAway(f"no Växeln answers at {self._target}: {_words(error)}") from error


def _reply(response: aiohttp.ClientResponse, octets: bytes) -> Reply:
    """Raises ServiceRefused, and ValueError for what no Växeln would answer."""
    if response.status < 300 and response.content_type.startswith("audio/"):
        return Reply(octets, response.headers.get("ETag", ""))
    text = octets.decode()
    if response.status < 300:
        value = json.loads(text) if response.content_type == JSON and text else text or None
        return Reply(value, response.headers.get("ETag", ""))
    problem = json.loads(text)
    if not isinstance(problem, dict):
        raise ValueError("what answers is something else")
    raise ServiceRefused(response.status, _told(problem))


def _told(problem: Mapping[str, Any]) -> str:
    """The problem as one line."""
    errors = problem.get("errors", [])
    names = ("path", "value", "allowed") if _is_of_a_plan(problem) else ("path", "allowed")
    told = [": ".join(error[name] for name in names if error[name]) for error in errors[:MAX_ERRORS]]
    more = [f"and {len(errors) - MAX_ERRORS} more"] if len(errors) > MAX_ERRORS else []
    words = f"{problem.get('title', 'refused')}: {problem.get('detail', '')}"
    return " ".join("; ".join([words, *told, *more]).split())


def _is_of_a_plan(problem: Mapping[str, Any]) -> bool:
    """Whether the errors name what stands at a place of a plan, which for other values is only their kind."""
    return str(problem.get("type", "")).endswith((Kind.PLAN_INVALID.slug, Kind.PLAN_REFUSED.slug))


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came within {TIMEOUT_SECONDS:g} s"
    cause = getattr(error, "os_error", error)
    return cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
