"""The log: one line an event, for people or as JSON, without credentials or callers' numbers.

Everywhere else `structlog.get_logger()` is used, with the call's id bound as `call`. What libraries say
through the standard `logging` comes out in the same form.

The names of values decide what may be seen. Credentials never are. A caller's number or name, the text of a
message and whole facts are seen at DEBUG alone.
"""

import io
import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from telephony.config import LogSettings

MASK = "***"

_CREDENTIALS = frozenset(
    ("password", "passwd", "secret", "authorization", "authenticate", "credential", "credentials")
) | {"ha1", "nonce", "token", "cookie", "dsn"}
_CALLERS = frozenset(("caller", "callers", "identity"))
_MESSAGES = frozenset(("body", "sdp", "datagram", "octets"))
_MAYBE_CALLERS = frozenset(("from", "peer", "display", "contact", "user"))
_NUMBER = re.compile(r"[+0-9(][0-9 ()/-]{4,30}")
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


def set_up_log(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Direct all logging of this process to `stream`, else standard error. For the composition root alone."""
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    lasting = cast(TextIO, _Lasting(stream))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    rendering = _rendering(settings, stream)
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(lasting),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
    handler = logging.StreamHandler(lasting)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def mask(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Hide what must not be seen in an event of this level (a structlog processor), and leave out texts with
    nothing in them: `reason=` tells less than no reason."""
    return {
        key: value
        if type(value) is str and _sight_of(key) is _Sight.ALL  # nearly all of them
        else _masked(key, value, method == "debug")
        for key, value in event.items()
        if value != ""
    }


def _masked(key: str, value: object, is_debug: bool) -> object:
    if not isinstance(value, str) and isinstance(value, Mapping):
        return {str(inner): _masked(str(inner), item, is_debug) for inner, item in value.items()}
    sight = _sight_of(key)
    if sight is _Sight.NOBODY:
        return MASK
    if is_debug or value is None:
        return value
    if sight is _Sight.UNLESS_COUNT and isinstance(value, int):
        return value
    if sight in (_Sight.DEBUG, _Sight.UNLESS_COUNT) or (sight is _Sight.UNLESS_NUMBER and _is_number(value)):
        return MASK
    return type(value).__name__ if is_dataclass(value) else value


class _Sight(Enum):
    """Who may see a value."""

    NOBODY = "nobody"
    DEBUG = "who reads at debug"
    UNLESS_NUMBER = "all, unless it is a number"
    UNLESS_COUNT = "who reads at debug, but how much there was all"
    ALL = "all"


@lru_cache(maxsize=1024)  # more names than the code has: only those inside a mapping come from elsewhere
def _sight_of(key: str) -> _Sight:
    words = frozenset(re.split(r"[^a-z0-9]+", key.lower()))
    if words & _CREDENTIALS:
        return _Sight.NOBODY
    if words & _CALLERS:
        return _Sight.DEBUG
    if words & _MESSAGES:
        return _Sight.UNLESS_COUNT
    return _Sight.UNLESS_NUMBER if words & _MAYBE_CALLERS else _Sight.ALL


def _is_number(value: object) -> bool:
    """Whether it is a telephone number, or a URI or name-addr of one."""
    text = str(value).rpartition("<")[2].removeprefix("sip:").removeprefix("tel:")
    return _NUMBER.fullmatch(re.split("[@;>]", text, maxsplit=1)[0].strip()) is not None


def _rendering(settings: LogSettings, stream: TextIO) -> list[Processor]:
    if settings.format == "json":
        return [structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [_to_one_line, structlog.dev.ConsoleRenderer() if stream.isatty() else _plain]


def _plain(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """What structlog's own renderer gives without colours, at a sixth of its cost: a call writes four."""
    timestamp, level, words = event.pop("timestamp"), event.pop("level"), event.pop("event")
    return f"{timestamp} [{level:9}] {words:30} {' '.join([f'{key}={event[key]}' for key in sorted(event)])}"


def _to_one_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Escape what would break the line or steer the terminal. A traceback becomes a value like any other."""
    if "exception" in event:
        event["traceback"] = event.pop("exception")
    return {
        key: value if type(value) is str and value.isprintable() else _one_line(value)
        for key, value in event.items()
    }


def _one_line(value: object) -> object:
    return value if value is None or isinstance(value, (int, float)) else str(value).translate(_CONTROLS)


class _Lasting(io.TextIOBase):
    """A stream whose failure stops nobody: a log on a full disk must not end a call."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()
