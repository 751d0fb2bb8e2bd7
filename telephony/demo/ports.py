"""Ports for one demonstration: a block that no other demonstration takes, even at the same moment."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from telephony.config import PortRange
from telephony.errors import VaxelnError

HOST = "127.0.0.1"
"""The demonstration is of this machine alone."""

MAX_PHONES = 10
"""More than the demo plan has."""

_FIRST, _LAST = 20000, 31999  # below the ports that systems give out by themselves
_SERVICE_PORTS = 100  # 25 calls at once, for softphones too when the service is kept
_PHONE_PORTS = 10  # one for SIP, the others for the sound of its calls
_BLOCK = 2 + _SERVICE_PORTS + MAX_PHONES * _PHONE_PORTS


class NoPortsFree(VaxelnError):
    """No block of ports is free."""


@dataclass(frozen=True, slots=True)
class PortBlock:
    """The ports from `first` on; the first is bound as the sign that the block is taken."""

    first: int

    @property
    def media(self) -> PortRange:
        """What the service may use for sound."""
        return PortRange(self.first + 2, self.first + 1 + _SERVICE_PORTS)

    def phone(self, index: int) -> tuple[int, range]:
        """The SIP port of a phone, and the ports for the sound of its calls."""
        if not 0 <= index < MAX_PHONES:
            raise ValueError(f"phone {index} of {MAX_PHONES}")
        sip = self.media.last + 1 + index * _PHONE_PORTS
        return sip, range(sip + 1, sip + _PHONE_PORTS)


@contextmanager
def reserved_ports() -> Iterator[PortBlock]:
    """Take a block whose ports are all free, as long as the context lasts. Raises NoPortsFree."""
    firsts = list(range(_FIRST, _LAST - _BLOCK + 2, _BLOCK + _BLOCK % 2))
    random.shuffle(firsts)
    for first in firsts:
        with ExitStack() as held:
            guard = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            if _binds(guard, first) and all(_is_free(port) for port in range(first + 1, first + _BLOCK)):
                yield PortBlock(first)
                return
    raise NoPortsFree(f"no {_BLOCK} UDP ports in a row are free on {HOST} between {_FIRST} and {_LAST}")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return _binds(probe, port)


def _binds(to_bind: socket.socket, port: int) -> bool:
    try:
        to_bind.bind((HOST, port))
    except OSError:
        return False
    return True
