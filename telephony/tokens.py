"""The tokens of the admin API: who may ask, and for what. Shown once when made, kept as SHA-256.

A token holds 256 random bits, so a plain hash is as good as any: there is nothing to guess. `vaxeln token`
writes while the service runs, which sees it by `reload_if_changed`. The errors are drawn in
`telephony.private_files`.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from telephony.errors import Misuse
from telephony.private_files import PrivateRecords, SecretsError

PREFIX = "vaxeln_"
"""What a token begins with, so that whoever finds one somewhere knows what it is."""

SECRET_OCTETS = 32
"""256 bits."""

MAX_TOKENS = 200
"""Every look-up compares with all of them, so that its time tells nothing: 0.1 ms."""

MAX_DAYS = 3660
"""Ten years: longer is for ever, which is said by leaving it out."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


class TokenRefused(SecretsError):
    """A token that cannot be made or revoked. The message says why."""


class TokenImpossible(TokenRefused, Misuse):
    """No token can have this name, or be good for so long."""


class Role(StrEnum):
    """What a token may do: each role all that the one before it may."""

    READER = "reader"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    ADMIN = "admin"

    def allows(self, demanded: "Role") -> bool:
        """Whether this role is enough where that one is demanded."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(demanded)


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. `expires` is None for one that is good until it is revoked. Times are UTC."""

    role: Role
    sha256: str
    created: datetime
    expires: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return self.expires is None or now < self.expires


class Tokens:
    """The tokens in `directory`/tokens.json, looked up from memory."""

    def __init__(self, directory: Path, *, strict: bool = True) -> None:
        """Make the folder if need be and read the file. Raises `SecretsUnusable`; see `PrivateRecords` for
        what is not `strict`."""
        self._file = PrivateRecords(directory / "tokens.json", TypeAdapter(dict[str, Token]), strict=strict)

    def find(self, presented: str, now: datetime) -> tuple[str, Role] | None:
        """The name and role of a token that is good now, or None. All are compared with, each in constant
        time."""
        digest = _digest(presented)
        found = None
        for name, token in self._file.records.items():
            if hmac.compare_digest(token.sha256, digest) and token.is_good(now):
                found = name, token.role
        return found

    def all(self) -> Mapping[str, Token]:
        """All tokens by name, those that have run out too."""
        return self._file.records

    def create(self, name: str, role: Role, now: datetime, days: int | None = None) -> str:
        """Make a token; what is returned is nowhere else. Raises `TokenRefused` and `SecretsUnusable`."""
        if not _NAME.fullmatch(name):
            raise TokenImpossible(
                f"a token's name has 1 to 64 of a-z, 0-9, _ . -, a letter or digit first: {name[:64]!r}"
            )
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise TokenImpossible(f"a token is good for 1 to {MAX_DAYS} days, or until it is revoked")
        made = PREFIX + secrets.token_urlsafe(SECRET_OCTETS)
        expires = None if days is None else now + timedelta(days=days)
        self._file.change(lambda kept: _added(kept, name, Token(role, _digest(made), now, expires)))
        return made

    def revoke(self, name: str) -> None:
        """Make the token of this name worthless. Raises `TokenRefused` and `SecretsUnusable`."""
        self._file.change(lambda kept: _removed(kept, name))

    def reload_if_changed(self) -> bool:
        """Take up what another process wrote; see `PrivateRecords.reload_if_changed`."""
        return self._file.reload_if_changed()


def _digest(token: str) -> str:
    # A header may hold octets that are no UTF-8, which aiohttp gives as surrogates
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


def _added(kept: dict[str, Token], name: str, token: Token) -> dict[str, Token]:
    if name in kept:
        raise TokenRefused(f"there is a token {name} already: revoke it first, or choose another name")
    if len(kept) >= MAX_TOKENS:
        raise TokenRefused(f"there are {MAX_TOKENS} tokens, which is the most: revoke what is not used")
    return kept | {name: token}


def _removed(kept: dict[str, Token], name: str) -> dict[str, Token]:
    if name not in kept:
        raise TokenRefused(f"there is no token {name}")
    del kept[name]
    return kept
