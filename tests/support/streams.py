"""A shell on real sockets of 127.0.0.1 with a machine that remembers, and peers that connect to it."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from telephony.net import streams
from telephony.net.shell import Shell
from telephony.sip.flow import Flow

Address = tuple[str, int]
Loops = Callable[[], asyncio.AbstractEventLoop]

PING = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"
PONG = b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"


class Machine:
    """Answers every message with PONG, and remembers what it is told."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[tuple[bytes, Flow]] = asyncio.Queue()
        self.failed: asyncio.Queue[Flow] = asyncio.Queue()
        self.waiting: list[tuple[bytes, Flow]] = []

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        self.received.put_nowait((data, flow))
        if data == PING:
            self.waiting.append((PONG, flow))

    def transport_failed(self, flow: Flow, now: float) -> None:
        self.failed.put_nowait(flow)

    def get_timer(self) -> float | None:
        return None

    def handle_timer(self, now: float) -> None:
        raise AssertionError

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        messages, self.waiting = self.waiting, []
        return messages


class Bench:
    """A shell that listens on TCP, and its machine."""

    def __init__(self, shell: Shell, machine: Machine, address: Address) -> None:
        self.shell = shell
        self.machine = machine
        self.address = address
        self.met: asyncio.Queue[Peer] = asyncio.Queue()
        self.distrusted: list[tuple[Flow, str]] = []
        self._peers: list[Peer] = []
        self._servers: list[asyncio.Server] = []

    async def connect(self, tls: ssl.SSLContext | None = None) -> "Peer":
        """A peer that connects."""
        name = "127.0.0.1" if tls else None
        peer = Peer(*await asyncio.open_connection(*self.address, ssl=tls, server_hostname=name))
        self._peers.append(peer)
        return peer

    async def serve(self, tls: ssl.SSLContext | None = None) -> Address:
        """Where `met` are let in."""

        def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._peers.append(Peer(reader, writer))
            self.met.put_nowait(self._peers[-1])

        server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
        self._servers.append(server)
        address: Address = server.sockets[0].getsockname()
        return address

    async def close(self) -> None:
        """Leave nothing open."""
        self.shell.close()
        for server in self._servers:
            server.close()
        for peer in self._peers:
            peer.writer.transport.abort()
        await self.until(lambda: not len(self.shell.streams))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the loop turn until it holds."""
        for _ in range(100_000):
            if holds():
                return
            await asyncio.sleep(0)
        raise AssertionError("it never holds")

    def send(self, data: bytes, flow: Flow) -> None:
        self.machine.waiting.append((data, flow))
        self.shell.flush()


class Peer:
    """The other end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @property
    def address(self) -> Address:
        host, port = self.writer.get_extra_info("sockname")[:2]
        return host, port

    async def ask(self, data: bytes = PING, answer: bytes = PONG) -> None:
        self.writer.write(data)
        assert await self.reader.readexactly(len(answer)) == answer

    async def assert_closed(self) -> None:
        with suppress(ConnectionError):
            assert await self.reader.read() == b""


def run(
    loops: Loops,
    test: Callable[[Bench], Coroutine[Any, Any, None]],
    tls: streams.Tls | None = None,
    host: str = "127.0.0.1",
) -> None:
    async def main() -> None:
        distrusted: list[tuple[Flow, str]] = []
        machine = Machine()
        shell = Shell(asyncio.get_running_loop(), lambda flow, problem: distrusted.append((flow, problem)))
        shell.drive(machine)
        address = shell.listen_stream("TLS" if tls else "TCP", host, 0, tls)
        bench = Bench(shell, machine, address)
        bench.distrusted = distrusted
        try:
            await asyncio.wait_for(test(bench), 10)
        finally:
            await asyncio.wait_for(bench.close(), 10)

    with asyncio.Runner(loop_factory=loops) as runner:
        runner.run(main())
