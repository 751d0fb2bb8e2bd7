"""One operation of the admin API: a row of the table of routes, and what goes through it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from telephony.admin.errors import Kind
from telephony.admin.parameters import Parameters
from telephony.admin.ports import Administration
from telephony.admin.values import LiveListener
from telephony.tokens import Role

P = TypeVar("P")
B = TypeVar("B")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: a token's name, or `local:USER` on the admin socket."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ask(Generic[P, B]):
    """A request that was let in, its parameters and body as they were declared. `now` is UTC."""

    who: Who
    now: datetime
    parameters: P
    body: B
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """A document that is sent as it is kept."""

    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Events:
    """A stream of server-sent events, to whose end nobody waits."""

    listener: LiveListener


@dataclass(frozen=True, slots=True)
class File:
    """The same for what is no text."""

    media_type: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a value of the operation's model, a document, or a stream of events."""

    value: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list. `next` is the cursor of the next page, null on the last."""

    items: tuple[T, ...]
    next: str | None


class Body(Protocol):
    """How a body is read: its media types, most octets, and JSON Schema."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """What Content-Type may be."""

    @property
    def max_octets(self) -> int:
        """The most that is read."""

    def read(self, octets: bytes, media_type: str) -> object:
        """The value that the handler is given. Raises Refusal."""

    def schema(self, ref_template: str) -> dict[str, Any]:
        """The JSON Schema of its JSON form."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request that is shown in the document and made by a test."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    if_match: str = ""


Handler = Callable[[Administration, Ask[Any, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A row of the table.

    role: what the token must at least have. answer: the type of the answer's value; None is 204. also: other
    media types of the answer. problems: kinds beyond those that every operation has. called_off: it is, when
    whoever asked goes away before it is answered. seconds: how long it may take, if longer than most.
    """

    id: str
    method: str
    path: str
    summary: str
    role: Role
    handler: Handler
    answer: Any = None
    also: tuple[str, ...] = ()
    parameters: type[Parameters] = Parameters
    body: Body | None = None
    needs_version: bool = False
    problems: tuple[Kind, ...] = ()
    example: Example = Example()
    about: str = ""
    called_off: bool = False
    seconds: float | None = None
