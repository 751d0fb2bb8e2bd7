"""Recordings of prompts on this node's disk: what a start has, whatever the database does."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from telephony.archive.recording_store import Recording, RecordingHead
from telephony.private_files import make_private, remove_file, replace_file

INDEX = "recordings.json"

_HEAD = TypeAdapter(RecordingHead)
_HEADS = TypeAdapter(dict[str, RecordingHead])

log = structlog.get_logger("vaxeln")


class RecordingFolder:
    """`folder`/NAME.wav, and what is known of each in one file. It blocks: for a thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> dict[str, Recording]:
        """All that are whole. One that is damaged is told, and as good as none."""
        return {recording.name: recording for recording in self._whole()}

    def write(self, recording: Recording, all_of_them: Mapping[str, RecordingHead]) -> None:
        """Put one there, on disk when this returns. Raises `SecretsUnusable`."""
        self._make()
        replace_file(self._file(recording.name), recording.sound)
        self._write_index(all_of_them)

    def remove(self, name: str, all_of_them: Mapping[str, RecordingHead]) -> None:
        """Have one there no more. Raises `SecretsUnusable`."""
        self._make()
        self._write_index(all_of_them)
        remove_file(self._file(name))

    def _make(self) -> None:
        for folder in (self._folder.parent, self._folder):
            make_private(folder)

    def _whole(self) -> Iterator[Recording]:
        for head in self._index().values():
            try:
                sound = self._file(head.name).read_bytes()
            except OSError as error:
                log.error("recording_lost", name=head.name, problem=str(error))
                continue
            if digest_of(sound) == head.digest:
                yield Recording(**asdict(head), sound=sound)
            else:
                log.error("recording_damaged", name=head.name)

    def _index(self) -> dict[str, RecordingHead]:
        try:
            return _HEADS.validate_json((self._folder / INDEX).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            log.error("recordings_unreadable", folder=str(self._folder), problem=str(error))
            return {}

    def _write_index(self, heads: Mapping[str, RecordingHead]) -> None:
        known = {name: _HEAD.dump_python(head_of(head), mode="json") for name, head in heads.items()}
        replace_file(self._folder / INDEX, to_json(known))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.wav"


def digest_of(sound: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(sound).hexdigest()


def head_of(recording: RecordingHead) -> RecordingHead:
    """What is told of a recording, without its sound."""
    return RecordingHead(**{field.name: getattr(recording, field.name) for field in fields(RecordingHead)})
