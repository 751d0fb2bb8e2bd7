"""The phones' passwords and the service's own secret: they are checked against, and never shown.

A password is kept as H(user:realm:password) (RFC 7616 3.4.2), which is as good as the password to whoever
reads it: hence a private file, no way to read it back, and no word of it in any message. `vaxeln phone
password` writes while the service runs. The errors are drawn in `telephony.private_files`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from telephony.private_files import (
    PrivateRecords,
    SecretsError,
    SecretsUnusable,
    locked,
    make_private,
    open_file,
    refuse_open_to_others,
    replace_file,
    unusable,
)
from telephony.sip.digest import Algorithm, make_ha1

MIN_PASSWORD = 8
"""A guessed password is a stranger making calls on the municipality's account."""

MAX_TEXT = 128
"""Longest user and password: no phone takes more, and the file stays small."""

SERVER_SECRET_OCTETS = 32
"""As long as the HMAC-SHA-256 that it keys."""


class PasswordRefused(SecretsError):
    """The user or the password cannot be kept. The message says why, without the password."""


class PhoneSecrets:
    """The passwords in `directory`/phones.json, looked up from memory."""

    def __init__(self, directory: Path, *, strict: bool = True) -> None:
        """Make the folder if need be and read the file. Raises `SecretsUnusable`; see `PrivateRecords` for
        what is not `strict`."""
        self._file = PrivateRecords(
            directory / "phones.json", TypeAdapter(dict[str, dict[str, str]]), strict=strict
        )

    def ha1(self, user: str, algorithm: str) -> str | None:
        """Return H(user:realm:password) in lower-case hexadecimal; None for an unknown user or algorithm."""
        return self._file.records.get(user, {}).get(algorithm)

    def users_of_other_realms(self, realm: str) -> tuple[str, ...]:
        """Return the users whose password was set for another realm than this: they cannot register now."""
        records = self._file.records
        return tuple(user for user, record in records.items() if record.get("realm") != realm)

    def set_password(self, user: str, realm: str, password: str) -> None:
        """Keep a new password of this user; see `set_passwords`."""
        self.set_passwords(realm, {user: password})

    def set_passwords(self, realm: str, passwords: Mapping[str, str]) -> None:
        """Keep new passwords of these users, in place of any other; all of them or none.

        Raises `PasswordRefused` and `SecretsUnusable`.
        """
        for user, password in passwords.items():
            check_password(user, password)
        made = {user: _record(user, realm, password) for user, password in passwords.items()}
        self._file.change(lambda records: records | made)

    def reload_if_changed(self) -> bool:
        """Take up what another process wrote; see `PrivateRecords.reload_if_changed`."""
        return self._file.reload_if_changed()


def load_server_secret(directory: Path) -> bytes:
    """Return the 32 octets in `directory`/nonce.key that sign our nonces, made at the first start.

    Raises `SecretsUnusable`.
    """
    path = directory / "nonce.key"
    make_private(directory)
    with locked(directory):
        try:
            if not path.exists():
                replace_file(path, os.urandom(SERVER_SECRET_OCTETS))
            with open_file(path) as file:
                refuse_open_to_others(path, os.fstat(file.fileno()).st_mode)
                secret = file.read()
        except OSError as error:
            raise unusable(path, error) from error
    if len(secret) != SERVER_SECRET_OCTETS:
        raise SecretsUnusable(f"{path} is damaged: delete it, a new one is made at the next start")
    return secret


def _record(user: str, realm: str, password: str) -> dict[str, str]:
    hashes = {algorithm.value: make_ha1(user, realm, password, algorithm) for algorithm in Algorithm}
    return {"realm": realm, **hashes}


def check_password(user: str, password: str) -> None:
    """Raise `PasswordRefused` when this user or password cannot be kept."""
    if not 1 <= len(user) <= MAX_TEXT or ":" in user or not user.isprintable():
        raise PasswordRefused(
            f"{user[:MAX_TEXT]!r}: a user has 1 to {MAX_TEXT} printable characters and no colon"
        )
    if not MIN_PASSWORD <= len(password) <= MAX_TEXT or not password.isprintable():
        raise PasswordRefused(f"{user}: a password has {MIN_PASSWORD} to {MAX_TEXT} printable characters")
