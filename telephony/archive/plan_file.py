"""The last good plan on this node's disk, and the one that waits: what it starts with, whatever the database
does."""

from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from telephony.archive.errors import PlanFileDamaged
from telephony.archive.plan_store import PlanVersion
from telephony.private_files import make_private, remove_file, replace_file

NAME = "current.json"
PENDING = "pending.json"

_VERSION = TypeAdapter(PlanVersion)


class PlanFile:
    """`directory`/current.json, or another of that `name`, replaced whole. Version 0 is a plan that no
    database has numbered yet."""

    def __init__(self, directory: Path, name: str = NAME) -> None:
        self._path = directory / name

    def read(self) -> PlanVersion | None:
        """What was written last; None when nothing ever was. Raises `PlanFileDamaged`."""
        try:
            octets = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlanFileDamaged(f"cannot read {self._path}: {error.strerror}") from error
        try:
            return _VERSION.validate_json(octets)
        except ValidationError as error:
            raise PlanFileDamaged(f"{self._path} is damaged: {error.error_count()} errors") from error

    def write(self, version: PlanVersion | None) -> None:
        """Put this one in its place, or nothing, on disk when it returns. Raises `SecretsUnusable`."""
        if version is None:
            remove_file(self._path)
            return
        make_private(self._path.parent)
        replace_file(self._path, to_json(asdict(version)))

    def keep(self, version: PlanVersion) -> None:
        """As `write`, unless it is there already."""
        try:
            if self.read() == version:
                return
        except PlanFileDamaged:
            pass  # what is damaged is replaced
        self.write(version)
