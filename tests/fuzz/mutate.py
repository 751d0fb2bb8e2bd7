"""Mutations of datagrams: what a broken or hostile peer makes of a good message."""

from collections.abc import Callable, Sequence
from random import Random

NASTY = (
    b"\r\n",
    b"\r",
    b"\n",
    b"\0",
    b"\r\n\r\n",
    b"\r\n ",
    b"%0D%0A",
    b"%00",
    b'"',
    b'\\"',
    b"<",
    b">",
    b";",
    b",",
    b"@",
    b"?Route=%3Csip:x%3E",
    b"4294967296",
    b"-1",
    b"99999999999999999999",
    b"\xff\xfe",
    "\u202e\u2028\u0000".encode(),
    b"Content-Length: -5\r\n",
    b"Content-Length: 5\r\n",
    b";tag=x",
    b"SIP/2.0",
    b"INVITE",
    b"[::1",
    b"*",
)


def _flip(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    data[random.randrange(len(data))] = random.randrange(256)


def _cut(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.randrange(1, 64)]


def _repeat(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randrange(len(data))
    piece = data[at : at + random.randrange(1, 80)]
    data[at:at] = piece * random.choice((1, 2, 20, 400))


def _insert(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randrange(len(data))
    data[at:at] = random.choice(NASTY) * random.choice((1, 1, 1, 50))


def _splice(data: bytearray, random: Random, corpus: Sequence[bytes]) -> None:
    other = random.choice(corpus)
    data[random.randrange(len(data)) :] = other[random.randrange(len(other)) :]


def _line(data: bytearray, random: Random, corpus: Sequence[bytes]) -> None:
    """A header line of another message in place of one of ours, or beside it."""
    lines, others = bytes(data).split(b"\r\n"), random.choice(corpus).split(b"\r\n")
    at = random.randrange(len(lines))
    lines[at : at + random.randrange(2)] = [random.choice(others)]
    data[:] = b"\r\n".join(lines)


_MUTATIONS: Sequence[Callable[[bytearray, Random, Sequence[bytes]], None]] = (
    _flip,
    _cut,
    _repeat,
    _insert,
    _splice,
    _line,
    _line,
)

MAX_DATAGRAM = 65_507
"""Octets that fit into a UDP datagram over IPv4."""


def mutate(data: bytes, random: Random, corpus: Sequence[bytes]) -> bytes:
    """One to four mutations of a datagram, no longer than a datagram can be."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, 5)):
        if not changed:
            break
        random.choice(_MUTATIONS)(changed, random, corpus)
    return bytes(changed[:MAX_DATAGRAM])
