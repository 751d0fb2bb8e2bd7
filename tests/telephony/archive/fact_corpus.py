"""The kept corpus: one fact of every (type, version) ever written, in `corpus/TYPE.json`, a line a version.

A line is never changed once a release has written that version. What is missing is added, with values made
up from the types of the fields, by `python -m tests.telephony.archive.fact_corpus`.
"""

import enum
import sys
import types
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from routing.places import Place
from telephony.archive.codec import Codec, FactLike
from telephony.call.registry import FACTS

CORPUS = Path(__file__).parent / "corpus"

_VALUES: dict[object, object] = {
    str: "text",
    int: 1,
    float: 1.5,
    bool: True,
    Place: Place("text", 1, "TLS", "text"),
    datetime: datetime(2026, 3, 2, 12, 0, 0, 250000, tzinfo=UTC),
    date: date(2026, 3, 2),
    Any: {"key": ["text", 1, None]},
}


def example(cls: type) -> Any:
    """Make a value of a dataclass, with every optional field filled in."""
    hints = get_type_hints(cls)
    return cls(**{field.name: _value(hints[field.name]) for field in fields(cls) if field.init})


def read_corpus(directory: Path = CORPUS) -> list[tuple[Path, bytes]]:
    """Return every line of the corpus and the file it is in."""
    return [
        (path, line) for path in sorted(directory.glob("*.json")) for line in path.read_bytes().splitlines()
    ]


def add_missing(classes: Iterable[type[FactLike]], directory: Path = CORPUS) -> list[str]:
    """Add a line for the present version of each class that has none; return the names of those classes."""
    added = []
    for cls in classes:
        codec: Codec[FactLike] = Codec([cls])
        line = codec.encode(example(cls)) + b"\n"
        head = line[: line.index(b',"stream"')]
        path = directory / f"{cls.__name__}.json"
        kept = path.read_bytes() if path.exists() else b""
        if not any(other.startswith(head) for other in kept.splitlines()):
            path.write_bytes(kept + line)
            added.append(cls.__name__)
    return added


def _value(hint: Any) -> Any:
    """Make a value of this type; of a union, of its first member that is not None."""
    if hint in _VALUES:
        return _VALUES[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return example(hint)
    if isinstance(hint, enum.EnumMeta):
        return next(iter(hint))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(next(argument for argument in arguments if argument is not types.NoneType))
    if origin is tuple:
        return tuple(_value(argument) for argument in arguments if argument is not ...)
    if origin is dict:
        return {_value(arguments[0]): _value(arguments[1])}
    raise TypeError(f"no example of {hint}: add one to _VALUES")


if __name__ == "__main__":
    CORPUS.mkdir(exist_ok=True)
    for name in add_missing(FACTS):
        sys.stdout.write(f"added {name}\n")
