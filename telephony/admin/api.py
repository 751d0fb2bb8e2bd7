"""The admin API: each operation of the table made a handler of aiohttp. Let in, read, done, answered."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from routing.errors import RoutingError
from telephony.admin.errors import FieldError, Kind, Refusal
from telephony.admin.event_stream import stream
from telephony.admin.gate import Gate
from telephony.admin.operation import Answer, Ask, Body, Events, File, Operation, Text
from telephony.admin.parameters import Parameters
from telephony.admin.ports import Administration
from telephony.admin.problems import field_errors, problem_response, refusal_of
from telephony.admin.routes import OPERATIONS
from telephony.admin.wire import BASE, JSON
from telephony.errors import VaxelnError

ANSWER_SECONDS = 60.0
"""How long the service may take, unless an operation says otherwise: a plan of 10,000 people is compiled
within a few seconds."""

BODY_SECONDS = 30.0
"""How long a body may take to arrive: 4 MB of plan at 1.2 Mbit/s."""

LOOK_SECONDS = 0.25
"""How often it is looked whether whoever asked for something long is still there."""

_CHUNK = 64 * 1024


class Api:
    """The operations over one running service. `now` is UTC."""

    def __init__(self, service: Administration, gate: Gate, now: Callable[[], datetime]) -> None:
        self._service = service
        self._gate = gate
        self._now = now

    def routes(self) -> list[web.RouteDef]:
        """For aiohttp."""
        return [
            web.route(operation.method, BASE + operation.path, self._handler(operation))
            for operation in OPERATIONS
        ]

    def _handler(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            who = self._gate.let_in(request, operation.role)
            parameters = _parameters(request, operation.parameters)
            if operation.needs_version and not request.headers.get("If-Match"):
                raise Refusal(Kind.NO_VERSION, "send If-Match with the ETag of GET /api/v1/plan")
            body = await _body(request, operation.body) if operation.body else None
            ask = Ask(who, self._now(), parameters, body, request.headers)
            async with asyncio.timeout(operation.seconds or ANSWER_SECONDS):
                doing = operation.handler(self._service, ask)
                answer = await (_while_there(request, doing) if operation.called_off else doing)
            if isinstance(answer.value, Events):
                return await stream(request, answer.value, answer.headers)
            return _response(answer, _adapter(operation.answer))

        return handle


@functools.cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    """What writes such a value; made once, when the first is answered: for all operations that is 40 ms."""
    return TypeAdapter(model)


async def _while_there(request: web.Request, doing: Awaitable[Answer]) -> Answer:
    """The answer, unless whoever asked goes away before it is there: then the work is called off."""
    task = asyncio.ensure_future(doing)
    try:
        while not (await asyncio.wait([task], timeout=LOOK_SECONDS))[0]:
            if request.transport is None or request.transport.is_closing():
                raise asyncio.CancelledError  # nobody is there to be told
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])


@web.middleware
async def answer_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Make every refusal a problem document."""
    try:
        return await handler(request)
    except (VaxelnError, RoutingError, TimeoutError, web.HTTPException) as error:
        return problem_response(refusal_of(error))


def _parameters(request: web.Request, model: type[Parameters]) -> Parameters:
    query, path = request.query, request.match_info
    twice = {name for name in query if len(query.getall(name)) > 1 or name in path}
    if twice:
        errors = [FieldError(f"?{name}", "array", "may be given once") for name in sorted(twice)]
        raise Refusal(Kind.INVALID, "a parameter is given twice", errors)
    try:
        return model.model_validate({**query, **path})
    except ValidationError as error:
        errors = field_errors(error, _names(model), of_body=False)
    raise Refusal(Kind.INVALID, "a parameter has a value that is not allowed", errors)


def _names(model: type[Parameters]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


async def _body(request: web.Request, body: Body) -> object:
    """Raises Refusal."""
    if request.content_type not in body.media_types or "Content-Encoding" in request.headers:
        allowed = ", ".join(body.media_types)
        raise Refusal(Kind.MEDIA_TYPE, f"allowed are {allowed}, not compressed", headers={"Accept": allowed})
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return body.read(await _octets(request, body.max_octets), request.content_type)
    except TimeoutError:
        raise Refusal(Kind.SLOW, f"a body has {BODY_SECONDS:g} s") from None
    except web.RequestPayloadError:
        raise Refusal(Kind.MALFORMED, "the body breaks off or is framed wrongly") from None


async def _octets(request: web.Request, most: int) -> bytes:
    octets = bytearray()
    if (request.content_length or 0) <= most:
        async for chunk in request.content.iter_chunked(_CHUNK):
            octets += chunk
            if len(octets) > most:
                break
        else:
            return bytes(octets)
    raise Refusal(Kind.TOO_LARGE, f"allowed are {most} octets")


def _response(answer: Answer, adapter: TypeAdapter[Any]) -> web.Response:
    if answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return web.Response(status=answer.status, headers=answer.headers)
    if isinstance(answer.value, Text):
        return web.Response(
            body=answer.value.text.encode(),
            headers={**answer.headers, "Content-Type": answer.value.media_type},
        )
    if isinstance(answer.value, File):
        file = answer.value
        return web.Response(body=file.octets, headers={**answer.headers, "Content-Type": file.media_type})
    return web.Response(
        body=adapter.dump_json(answer.value), headers={**answer.headers, "Content-Type": JSON}
    )
