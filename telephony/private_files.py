"""Files that nobody else may read: mode 0600 in a folder of mode 0700, replaced whole, looked up from memory.

SecretsError(VaxelnError)
├── SecretsUnusable                      a file or folder that cannot be used: which, and what to do
├── telephony.secrets.PasswordRefused    a user or password that cannot be kept
└── telephony.tokens.TokenRefused        a token that cannot be made or revoked

The command line writes while the service runs, which sees it by `reload_if_changed`. No message shows what a
file holds.
"""

import fcntl
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from telephony.errors import VaxelnError

Record = TypeVar("Record")


class SecretsError(VaxelnError):
    """Base of the errors of the secrets."""


class SecretsUnusable(SecretsError):
    """A file or folder cannot be read or written, or others may read it."""


class PrivateRecords(Generic[Record]):
    """Records by name in one JSON file, looked up from memory. For any thread."""

    def __init__(self, path: Path, adapter: TypeAdapter[dict[str, Record]], *, strict: bool = True) -> None:
        """Make the folder if need be and read the file. Raises `SecretsUnusable`, unless not `strict`: then
        there are no records until a `reload_if_changed` succeeds."""
        self._path = path
        self._adapter = adapter
        self._seen: tuple[int, ...] = ()
        self._reading = threading.Lock()  # or the records of one reading could stay with the mark of another
        self.records: dict[str, Record] = {}
        try:
            make_private(path.parent)
            self.reload_if_changed()
        except SecretsUnusable:
            if strict:
                raise

    def change(self, edit: Callable[[dict[str, Record]], dict[str, Record]]) -> None:
        """Put what `edit` makes of the records in their place, whoever else writes. Raises `SecretsUnusable`,
        and what `edit` raises."""
        with locked(self._path.parent):
            self.reload_if_changed()
            records = self._adapter.dump_python(edit(dict(self.records)), mode="json")
            replace_file(self._path, json.dumps(records, ensure_ascii=False, indent=1).encode())
        self.reload_if_changed()

    def reload_if_changed(self) -> bool:
        """Read the file again if it is another than last time; return whether it was.

        Raises `SecretsUnusable`, and then keeps what it had.
        """
        with self._reading:
            return self._read_if_changed()

    def _read_if_changed(self) -> bool:
        try:
            with open_file(self._path) as file:
                status = os.fstat(file.fileno())
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen == self._seen:
                    return False
                refuse_open_to_others(self._path, status.st_mode)
                octets = file.read()
        except FileNotFoundError:
            return self._forget()
        except OSError as error:
            raise unusable(self._path, error) from error
        try:
            self.records = self._adapter.validate_json(octets)
        except ValidationError:
            # Without its cause, which would show what the file holds.
            raise SecretsUnusable(f"{self._path} is damaged: restore it from a backup") from None
        self._seen = seen
        return True

    def _forget(self) -> bool:
        had = bool(self._seen)
        self.records, self._seen = {}, ()
        return had


def make_private(directory: Path) -> None:
    """Make a folder that is for its owner alone. Raises `SecretsUnusable`."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except OSError as error:
        raise unusable(directory, error) from error


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read it. A named pipe would hold up the reader for ever, so only a file is taken.

    Raises `SecretsUnusable` and OSError.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SecretsUnusable(f"{path} is no file: remove it, and restore it from a backup")
        yield file


def refuse_open_to_others(path: Path, mode: int) -> None:
    """Raise `SecretsUnusable` when others than its owner may read or write a file of this mode."""
    if mode & 0o077:
        raise SecretsUnusable(f"others may read {path}: run `chmod 600 {path}`")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other processes from writing here meanwhile. Raises `SecretsUnusable`."""
    try:
        fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise unusable(directory, error) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def replace_file(path: Path, octets: bytes) -> None:
    """Put the octets in place of the file, so that after any crash it is the old or the new one whole.

    Raises `SecretsUnusable`.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise unusable(path, error) from error


def remove_file(path: Path) -> None:
    """Remove the file if it is there, so that it is gone after any crash. Raises `SecretsUnusable`."""
    try:
        path.unlink()
        _sync_folder(path.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unusable(path, error) from error


def _sync_folder(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def unusable(path: Path, error: OSError) -> SecretsUnusable:
    """The error that names the file and what the system said."""
    return SecretsUnusable(f"cannot use {path}: {error.strerror}")
