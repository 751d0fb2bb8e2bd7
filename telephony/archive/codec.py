"""Facts as JSON and back, by type and version.

A fact is written as `{"type": "CallArrived", "version": 1, "stream": "call/ID", "data": {...}}`: the class's
name, its `VERSION`, its stream (so that a reader that does not know the type can still file it), its fields.

A fact of an older version is brought up one version at a time by the upcast table. What cannot be understood,
be it written by a newer release or spoilt by a fault of ours, becomes an `UnknownFact`: it is kept, written
again as it came, and reported by whoever reads; it is never dropped.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, SchemaSerializer, SchemaValidator, from_json, to_json

from telephony.archive.errors import CodecError, MalformedFact

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the data of one version of a fact and returns that of the next."""

Upcasts = Mapping[tuple[str, int], Upcast]
"""The upcast from each old (type, version) to the version after it."""

_NO_UPCASTS: Upcasts = {}


class FactLike(Protocol):
    """What the codec asks of a fact class: a frozen dataclass with a time and a stream."""

    VERSION: ClassVar[int]

    @property
    def at(self) -> datetime:
        """When it happened, aware UTC."""

    @property
    def stream(self) -> str:
        """What it belongs to, such as `call/ID`."""


F = TypeVar("F", bound=FactLike)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFact:
    """A fact whose type or version is not known here, or whose data do not fit. `problem` says which."""

    type: str
    version: int
    data: dict[str, Any]
    at: datetime
    stream: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Entry(Generic[F]):
    """How one class is written and read. The head is everything that is the same for each of its facts."""

    version: int
    head: bytes
    serializer: SchemaSerializer
    validator: SchemaValidator


class Codec(Generic[F]):
    """Writes and reads the facts of the registered classes."""

    def __init__(self, classes: Iterable[type[F]], upcasts: Upcasts = _NO_UPCASTS) -> None:
        self._entries: dict[str, _Entry[F]] = {}
        for cls in classes:
            if cls.__name__ in self._entries:
                raise CodecError(f"two fact classes are named {cls.__name__}")
            self._entries[cls.__name__] = _entry(cls)
        self._upcasts = dict(upcasts)
        self._times = TypeAdapter(AwareDatetime)

    @property
    def versions(self) -> dict[str, int]:
        """The current version of every registered type."""
        return {name: entry.version for name, entry in self._entries.items()}

    def encode(self, fact: F | UnknownFact) -> bytes:
        """Return the fact as one JSON object. Raises `CodecError` for a fact that could not be read back."""
        if isinstance(fact, UnknownFact):
            head = _head(fact.type, fact.version)
            return b'%b%b,"data":%b}' % (head, to_json(fact.stream), to_json(fact.data))
        entry = self._entries.get(type(fact).__name__)
        if entry is None:
            raise CodecError(f"{type(fact).__name__} is not a registered fact")
        if fact.at.tzinfo is None:
            raise CodecError(f"{type(fact).__name__}.at has no time zone")
        try:
            data = entry.serializer.to_json(fact, warnings="error")
            return b'%b%b,"data":%b}' % (entry.head, to_json(fact.stream), data)
        except PydanticSerializationError as error:
            raise CodecError(f"{type(fact).__name__}: {error}") from error

    def decode(self, written: object) -> F | UnknownFact:
        """Return the fact of a parsed JSON object, or `UnknownFact`.

        Raises `MalformedFact` for what is not even that.
        """
        match written:
            case {"type": str(name), "version": int(version), "stream": str(stream), "data": dict(data)}:
                return self._decode(name, version, stream, data)
        raise MalformedFact("not an object with type, version, stream and data")

    def decode_json(self, octets: bytes) -> F | UnknownFact:
        """Return the fact that `encode` wrote. Raises `MalformedFact`."""
        try:
            written = from_json(octets)
        except ValueError as error:
            raise MalformedFact(f"not JSON: {error}") from error
        return self.decode(written)

    def _decode(self, name: str, version: int, stream: str, data: dict[str, Any]) -> F | UnknownFact:
        entry = self._entries.get(name)
        if entry is None:
            return self._unknown(name, version, stream, data, "unknown type")
        if version > entry.version:
            return self._unknown(name, version, stream, data, "unknown version")
        try:
            current = data if version == entry.version else self._upcast(name, version, entry.version, data)
            fact: F = entry.validator.validate_python(current)
        except ValidationError as error:
            return self._unknown(name, version, stream, data, _first_problem(error))
        except (LookupError, TypeError, ValueError) as error:
            return self._unknown(name, version, stream, data, f"no upcast: {type(error).__name__}")
        return fact

    def _upcast(self, name: str, version: int, target: int, data: dict[str, Any]) -> dict[str, Any]:
        for step in range(version, target):
            data = self._upcasts[name, step](dict(data))
        return data

    def _unknown(
        self, name: str, version: int, stream: str, data: dict[str, Any], problem: str
    ) -> UnknownFact:
        try:
            at = self._times.validate_python(data.get("at"))
        except ValidationError as error:
            raise MalformedFact(f"{name} version {version} has no time") from error
        return UnknownFact(type=name, version=version, data=data, at=at, stream=stream, problem=problem)


def _entry(cls: type[F]) -> _Entry[F]:
    adapter = TypeAdapter(cls)
    serializer, validator = adapter.serializer, adapter.validator
    if not isinstance(serializer, SchemaSerializer) or not isinstance(validator, SchemaValidator):
        raise CodecError(f"{cls.__name__} has fields whose types cannot be resolved")
    return _Entry(cls.VERSION, _head(cls.__name__, cls.VERSION), serializer, validator)


def _head(name: str, version: int) -> bytes:
    return b'{"type":%b,"version":%d,"stream":' % (to_json(name), version)


def _first_problem(error: ValidationError) -> str:
    """Say which field does not fit, without its value: that may be somebody's number."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
