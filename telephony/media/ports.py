"""Pairs of ports for RTP and RTCP: an even one and the next (RFC 3550 11)."""

import errno
import socket
from collections import deque
from dataclasses import dataclass
from random import Random

from telephony.media.errors import NoPortFree

_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES})

EMERGENCY_PAIRS = 16
"""Kept for calls to 112, which take two each: eight at once are more than a municipality ever makes."""


class PortRotation:
    """The even ports of a range, in a random order, each as late as possible after its last use.

    What is still on its way to a call that has ended must not reach the next one; an order that is not the
    plain one gives nobody the port of the next call.
    """

    def __init__(self, ports: range, random: Random) -> None:
        even = [port for port in ports if port % 2 == 0 and port + 1 in ports]
        random.shuffle(even)
        self._free = deque(even)

    def __len__(self) -> int:
        return len(self._free)

    def take(self) -> int:
        """The free port that has rested longest; IndexError when there is none."""
        return self._free.popleft()

    def give_back(self, port: int) -> None:
        """A port of `take` is free again."""
        self._free.append(port)


@dataclass(frozen=True, slots=True)
class PortPair:
    """Two bound, non-blocking sockets: `rtp` on `port`, `rtcp` on the next."""

    port: int
    rtp: socket.socket
    rtcp: socket.socket

    @classmethod
    def bind(cls, host: str, port: int) -> "PortPair":
        """Bind both; raises OSError and leaves none open when one cannot be had."""
        rtp = _bind(host, port)
        try:
            return cls(port, rtp, _bind(host, port + 1))
        except OSError:
            rtp.close()
            raise

    def close(self) -> None:
        """Close both."""
        self.rtp.close()
        self.rtcp.close()


class PortPairs:
    """Opens and closes the pairs of a range on one address of ours."""

    def __init__(self, host: str, ports: range, random: Random) -> None:
        self._host = host
        self._rotation = PortRotation(ports, random)
        # Of a small range a quarter: it is there for ordinary calls too
        self._reserve = min(EMERGENCY_PAIRS, len(self._rotation) // 4)

    def open(self, *, emergency: bool = False) -> PortPair:
        """Bind the next pair, passing over those that other programs have; raises NoPortFree.

        The last ones are for an `emergency` alone.
        """
        if len(self._rotation) <= self._reserve and not emergency:
            raise NoPortFree(f"{self._host}: all RTP ports of the range are in use, but those kept for 112")
        for _ in range(len(self._rotation)):
            port = self._rotation.take()
            try:
                return PortPair.bind(self._host, port)
            except OSError as error:
                self._rotation.give_back(port)
                if error.errno not in _TAKEN:
                    raise NoPortFree(f"{self._host} port {port}: {error.strerror}") from error
        raise NoPortFree(f"{self._host}: all RTP ports of the range are in use")

    def close(self, pair: PortPair) -> None:
        """Close a pair; its ports come last in the rotation."""
        pair.close()
        self._rotation.give_back(pair.port)


def _bind(host: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened
