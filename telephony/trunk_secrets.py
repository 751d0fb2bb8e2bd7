"""The passwords by which we prove who we are to trunks: answered with, and never shown.

A password is kept as H(user:realm:password) for the user and the realm that the plan names: enough for the
challenges of that realm, and good for no other. As good as the password to whoever reads it all the same, so
it is a private file. `vaxeln trunk password` writes while the service runs.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from telephony.private_files import PrivateRecords
from telephony.secrets import MAX_TEXT, PasswordRefused
from telephony.sip.digest import Algorithm, make_ha1


class TrunkSecrets:
    """The passwords in `directory`/trunks.json, looked up from memory."""

    def __init__(
        self, directory: Path, *, strict: bool = True, changed: Callable[[], None] = lambda: None
    ) -> None:
        """Make the folder if need be and read the file; `changed` is called when it was read again. Raises
        `SecretsUnusable`; see `PrivateRecords` for what is not `strict`."""
        self._changed = changed
        self._file = PrivateRecords(
            directory / "trunks.json", TypeAdapter(dict[str, dict[str, str]]), strict=strict
        )

    def ha1(self, trunk: str, user: str, realm: str) -> Mapping[str, str]:
        """H(user:realm:password) in lower-case hexadecimal, by algorithm; empty when the trunk has no
        password, or has it for another user or realm."""
        record = self._file.records.get(trunk, {})
        if record.get("user") != user or record.get("realm") != realm:
            return {}
        return {algorithm: record[algorithm] for algorithm in Algorithm if algorithm in record}

    def set_password(self, trunk: str, user: str, realm: str, password: str) -> None:
        """Keep a new password of this trunk, in place of any other. Raises `PasswordRefused` and
        `SecretsUnusable`."""
        if not 1 <= len(password) <= MAX_TEXT or not password.isprintable():
            raise PasswordRefused(f"{trunk}: a password has 1 to {MAX_TEXT} printable characters")
        hashes = {algorithm.value: make_ha1(user, realm, password, algorithm) for algorithm in Algorithm}
        self._file.change(lambda records: records | {trunk: {"user": user, "realm": realm, **hashes}})

    def reload_if_changed(self) -> bool:
        """Take up what another process wrote; see `PrivateRecords.reload_if_changed`."""
        if not self._file.reload_if_changed():
            return False
        self._changed()
        return True
