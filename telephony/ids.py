"""Identifiers: UUIDv7 for what is ours (RFC 9562 5.7), unguessable tokens for tags and branches."""

import secrets
from uuid import UUID


def uuid7(unix_milliseconds: int, random_bits: int) -> str:
    """A UUIDv7 of a time and 74 random bits, as text: sortable by time."""
    value = (unix_milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & (2**62 - 1)
    return str(UUID(int=value))


def token() -> str:
    """80 random bits as text: enough that no tag or branch can be guessed (RFC 3261 19.3 asks for 32)."""
    return secrets.token_hex(10)
