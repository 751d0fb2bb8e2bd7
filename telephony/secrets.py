"""The phones' passwords and the service's own secret: files that are checked against, and never shown.

SecretsError(VaxelnError)
├── PasswordRefused    a user or password that cannot be kept
└── SecretsUnusable    a file or folder that cannot be used; the message names it and what to do

A password is kept as H(user:realm:password) (RFC 7616 3.4.2), which is as good as the password to whoever
reads it: hence mode 0600, no way to read it back, and no word of it in any message. `vaxeln phone password`
writes while the service runs, which sees it by `reload_if_changed`.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from telephony.errors import VaxelnError
from telephony.sip.digest import Algorithm, make_ha1

MIN_PASSWORD = 8
"""A guessed password is a stranger making calls on the municipality's account."""

MAX_TEXT = 128
"""Longest user and password: no phone takes more, and the file stays small."""

SERVER_SECRET_OCTETS = 32
"""As long as the HMAC-SHA-256 that it keys."""

_Records = dict[str, dict[str, str]]


class SecretsError(VaxelnError):
    """Base of the errors of the secrets."""


class PasswordRefused(SecretsError):
    """The user or the password cannot be kept. The message says why, without the password."""


class SecretsUnusable(SecretsError):
    """A file or folder cannot be read or written, or others may read it."""


class PhoneSecrets:
    """The passwords in `directory`/phones.json, looked up from memory."""

    def __init__(self, directory: Path) -> None:
        """Make the folder if need be and read the file. Raises `SecretsUnusable`."""
        self._directory = directory
        self._path = directory / "phones.json"
        self._records: _Records = {}
        self._seen: tuple[int, ...] = ()
        _make_private(directory)
        self.reload_if_changed()

    def ha1(self, user: str, algorithm: str) -> str | None:
        """Return H(user:realm:password) in lower-case hexadecimal; None for an unknown user or algorithm."""
        return self._records.get(user, {}).get(algorithm)

    def users_of_other_realms(self, realm: str) -> tuple[str, ...]:
        """Return the users whose password was set for another realm than this: they cannot register now."""
        return tuple(user for user, record in self._records.items() if record.get("realm") != realm)

    def set_password(self, user: str, realm: str, password: str) -> None:
        """Keep a new password of this user; see `set_passwords`."""
        self.set_passwords(realm, {user: password})

    def set_passwords(self, realm: str, passwords: Mapping[str, str]) -> None:
        """Keep new passwords of these users, in place of any other; all of them or none.

        Raises `PasswordRefused` and `SecretsUnusable`.
        """
        for user, password in passwords.items():
            _check(user, password)
        made = {user: _record(user, realm, password) for user, password in passwords.items()}
        with _locked(self._directory):
            self.reload_if_changed()
            records = self._records | made
            _replace(self._path, json.dumps(records, ensure_ascii=False, indent=1).encode())
        self.reload_if_changed()

    def reload_if_changed(self) -> bool:
        """Read the file again if it is another than last time; return whether it was.

        Raises `SecretsUnusable`, and then keeps what it had.
        """
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen == self._seen:
                    return False
                _refuse_open_to_others(self._path, status.st_mode)
                octets = file.read()
        except FileNotFoundError:
            return self._forget()
        except OSError as error:
            raise _unusable(self._path, error) from error
        try:
            self._records = TypeAdapter(_Records).validate_json(octets)
        except ValidationError:
            # Without its cause, which would show what the file holds.
            raise SecretsUnusable(f"{self._path} is damaged: restore it from a backup") from None
        self._seen = seen
        return True

    def _forget(self) -> bool:
        had = bool(self._seen)
        self._records, self._seen = {}, ()
        return had


def load_server_secret(directory: Path) -> bytes:
    """Return the 32 octets in `directory`/nonce.key that sign our nonces, made at the first start.

    Raises `SecretsUnusable`.
    """
    path = directory / "nonce.key"
    _make_private(directory)
    with _locked(directory):
        try:
            if not path.exists():
                _replace(path, os.urandom(SERVER_SECRET_OCTETS))
            _refuse_open_to_others(path, path.stat().st_mode)
            secret = path.read_bytes()
        except OSError as error:
            raise _unusable(path, error) from error
    if len(secret) != SERVER_SECRET_OCTETS:
        raise SecretsUnusable(f"{path} is damaged: delete it, a new one is made at the next start")
    return secret


def _record(user: str, realm: str, password: str) -> dict[str, str]:
    hashes = {algorithm.value: make_ha1(user, realm, password, algorithm) for algorithm in Algorithm}
    return {"realm": realm, **hashes}


def _check(user: str, password: str) -> None:
    if not 1 <= len(user) <= MAX_TEXT or ":" in user or not user.isprintable():
        raise PasswordRefused(
            f"{user[:MAX_TEXT]!r}: a user has 1 to {MAX_TEXT} printable characters and no colon"
        )
    if not MIN_PASSWORD <= len(password) <= MAX_TEXT or not password.isprintable():
        raise PasswordRefused(f"{user}: a password has {MIN_PASSWORD} to {MAX_TEXT} printable characters")


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except OSError as error:
        raise _unusable(directory, error) from error


def _refuse_open_to_others(path: Path, mode: int) -> None:
    if mode & 0o077:
        raise SecretsUnusable(f"others may read {path}: run `chmod 600 {path}`")


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keep other processes from writing here meanwhile."""
    try:
        fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(directory, error) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _replace(path: Path, octets: bytes) -> None:
    """Put the octets in place of the file, so that after any crash it is the old or the new one whole."""
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> SecretsUnusable:
    return SecretsUnusable(f"cannot use {path}: {error.strerror}")
