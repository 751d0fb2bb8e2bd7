"""Identifiers: UUIDv7 for what is ours (RFC 9562 5.7), unguessable tokens for tags and branches."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

TOKEN_OCTETS = 10


def uuid7(unix_milliseconds: int, random_bits: int) -> str:
    """A UUIDv7 of a time and 74 random bits, as text: sortable by time."""
    value = (unix_milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & (2**62 - 1)
    return str(UUID(int=value))


def _tokens() -> Iterator[str]:
    """Drawn from the system a hundred at a time: to ask it for each costs more than to parse a header."""
    while True:
        drawn = secrets.token_hex(100 * TOKEN_OCTETS)
        for at in range(0, len(drawn), 2 * TOKEN_OCTETS):
            yield drawn[at : at + 2 * TOKEN_OCTETS]


_TOKENS = _tokens()


def token() -> str:
    """80 random bits as text: enough that no tag or branch can be guessed (RFC 3261 19.3 asks for 32).

    For one thread at a time.
    """
    return next(_TOKENS)


def call_ids(now: Callable[[], datetime]) -> Callable[[], str]:
    """Gives a fresh id of a call each time it is called; `now` is aware."""
    return lambda: uuid7(int(now().timestamp() * 1000), secrets.randbits(74))
