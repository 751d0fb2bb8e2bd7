"""Sockets and one timer round a synchronous machine (RFC 3261 18)."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Protocol

from telephony.net.streams import Streams, Tls
from telephony.sip.flow import Flow

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Octets the kernel may keep for us: about 2,000 INVITEs, ten seconds of a municipality's worst hour. The
kernel may grant less."""

MAX_DATAGRAM = 65_535
"""Octets: what UDP can carry. What is too long for SIP is refused by the framing, with an answer."""


PEERS_REMEMBERED = 1024
"""How many peers' flows are kept, which saves making one for each datagram: more than talk at once."""


class Machine(Protocol):
    """What is driven: synchronous, its time in the loop's monotonic seconds."""

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one datagram, or one message of a stream."""

    def transport_failed(self, flow: Flow, now: float) -> None:
        """Nothing can be sent on this flow."""

    def get_timer(self) -> float | None:
        """When `handle_timer` is next due."""

    def handle_timer(self, now: float) -> None:
        """Do what is due."""

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Take what is to be sent."""


class Shell:
    """Feeds the machine what comes in, sends what comes out, and keeps one timer for its earliest
    deadline."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        distrusted: Callable[[Flow, str], None] = lambda flow, problem: None,
    ) -> None:
        """`distrusted` is told of a flow that nothing is sent on because of its certificate, and why."""
        self._loop = loop
        self._machine: Machine | None = None
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        self._handle: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self.streams = Streams(loop, self._received, self.flush, self._failed, distrusted)
        self.send_errors = 0

    def listen(self, host: str, port: int) -> tuple[str, int]:
        """Bind a UDP socket; the address it got. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        address: tuple[str, int] = sock.getsockname()[:2]
        self._sockets[address] = sock
        self._loop.add_reader(sock, self._readable, sock, address)
        return address

    def listen_stream(self, transport: str, host: str, port: int, tls: Tls | None) -> tuple[str, int]:
        """Take TCP connections, or those of TLS; the address it got. Raises OSError."""
        return self.streams.listen(transport, host, port, tls)

    def drive(self, machine: Machine) -> None:
        """Feed this machine from now on. What came before is dropped: its sender will repeat it."""
        self._machine = machine
        self.flush()

    def flush(self) -> None:
        """Send what is waiting, and look at the machine's timer again: to be called after every input."""
        if self._machine is None:
            return
        while messages := self._machine.messages_to_send():
            for data, flow in messages:
                self._send(self._machine, data, flow)
        self._arm(self._machine)

    def close(self) -> None:
        """Close the sockets and drop the timer."""
        if self._handle is not None:
            self._handle.cancel()
        for sock in self._sockets.values():
            self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        self._machine = None
        self.streams.close()

    def _readable(self, sock: socket.socket, local: tuple[str, int]) -> None:
        """Take one datagram a turn: a flood must not hold up sound, and to ask again costs a refusal."""
        with suppress(BlockingIOError, ConnectionRefusedError):  # the latter: an echo of what we sent
            data, remote = sock.recvfrom(MAX_DATAGRAM)
            if self._machine is not None:
                self._machine.receive(data, _flow(local, remote[:2]), self._loop.time())
        self.flush()

    def _received(self, data: bytes, flow: Flow) -> None:
        if self._machine is not None:
            self._machine.receive(data, flow, self._loop.time())

    def _failed(self, flow: Flow) -> None:
        if self._machine is not None:
            self._machine.transport_failed(flow, self._loop.time())

    def _send_by_stream(self, data: bytes, flow: Flow) -> None:
        if not self.streams.send(data, flow):
            self.send_errors += 1
            self._failed(flow)

    def _send(self, machine: Machine, data: bytes, flow: Flow) -> None:
        if flow.transport != "UDP" or not self._sockets:
            self._send_by_stream(data, flow)
            return
        sock = self._sockets.get(flow.local) or next(iter(self._sockets.values()))
        try:
            sock.sendto(data, flow.remote)
        except BlockingIOError:
            self.send_errors += 1  # lost as on the wire: what matters is repeated
        except OSError:  # an address that cannot be sent to, or a message too large
            self.send_errors += 1
            machine.transport_failed(flow, self._loop.time())

    def _arm(self, machine: Machine) -> None:
        due = machine.get_timer()
        if due is None or (self._due is not None and self._due <= due):
            return  # to look too early costs less than to set the timer anew at every datagram
        if self._handle is not None:
            self._handle.cancel()
        self._due = due
        self._handle = self._loop.call_at(due, self._fire, machine)

    def _fire(self, machine: Machine) -> None:
        self._due = self._handle = None
        machine.handle_timer(self._loop.time())
        self.flush()


@lru_cache(maxsize=PEERS_REMEMBERED)
def _flow(local: tuple[str, int], remote: tuple[str, int]) -> Flow:
    return Flow("UDP", local, remote)
