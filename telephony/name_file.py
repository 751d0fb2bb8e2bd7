"""What the host names of gateways meant, on disk: a service that starts while DNS is away calls them too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from routing.places import Found, Named
from telephony.name_book import Remembered
from telephony.private_files import SecretsUnusable, make_private, open_file, replace_file

log = structlog.get_logger("vaxeln")


@dataclass(frozen=True, slots=True)
class _Line:
    """One name. `at`: when it was good, in seconds since 1970."""

    named: Named
    found: tuple[Found, ...]
    at: float


_LINES = TypeAdapter(list[_Line])


class NameFile:
    """The file at `path`; `wall` gives seconds since 1970. It is a help, and never a reason not to start."""

    def __init__(self, path: Path, wall: Callable[[], float]) -> None:
        self._path = path
        self._wall = wall

    def read(self) -> dict[Named, Remembered]:
        """What is there; nothing when it cannot be used."""
        try:
            with open_file(self._path) as file:
                lines = _LINES.validate_json(file.read())
        except FileNotFoundError:
            return {}
        except (OSError, SecretsUnusable, ValidationError) as error:
            log.warning("names_not_remembered", path=str(self._path), problem=type(error).__name__)
            return {}
        now = self._wall()
        return {line.named: Remembered(line.found, now - line.at) for line in lines}

    def write(self, known: Mapping[Named, Remembered]) -> None:
        """Put this in its place."""
        now = self._wall()
        lines = [_Line(named, each.found, now - each.age) for named, each in known.items()]
        try:
            make_private(self._path.parent)
            replace_file(self._path, _LINES.dump_json(lines))
        except SecretsUnusable as error:
            log.warning("names_not_remembered", path=str(self._path), problem=str(error))
