"""All TCP and TLS connections: let in, opened when needed, used both ways, bounded (RFC 3261 18, RFC
5923)."""

import asyncio
import ipaddress
import resource
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telephony.net.connection import Connection
from telephony.sip.flow import Flow

Address = tuple[str, int]
Key = tuple[str, Address, str]
"""Transport, remote address, and the name that its certificate has to have."""

CONNECT_SECONDS = 2.5
"""How long a connection may take to open, TLS included: two attempts, and what is left of the 4 s after which
a gateway counts as gone is for the request, by UDP if that was meant."""

HANDSHAKE_SECONDS = 10.0
"""How long a peer has for the TLS handshake."""

MAX_CONNECTIONS = 10_000
"""At once, and never more than half of the files that the process may open: the others are for sound."""

MAX_OF_SOURCE = 1_000
"""Connections of one source address: a large office behind one NAT."""

MAX_WAITING = 64 * 1024
"""Octets that wait for a connection to open: some forty INVITEs."""

_BACKLOG = 1024
_PAUSE_SECONDS = 1.0
"""How long nobody is let in when the system has no more files: calls that run need them to end."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What TLS connections are made with: those that are let in, and those that we open."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@dataclass(slots=True)
class _Listener:
    transport: str
    address: Address
    sock: socket.socket
    tls: Tls | None


class Streams:
    """Connections by transport, remote address and name. `received` is given each message that comes, `flush`
    is called when something may be to send, `failed` with each flow whose messages cannot be sent,
    `distrusted` with a flow that nothing is sent on because of its certificate, and what is wrong with that.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        received: Callable[[bytes, Flow], None],
        flush: Callable[[], None],
        failed: Callable[[Flow], None],
        distrusted: Callable[[Flow, str], None] = lambda flow, problem: None,
    ) -> None:
        self._loop = loop
        self.received = received
        self.flush = flush
        self._failed = failed
        self._distrusted = distrusted
        self._listeners: list[_Listener] = []
        self._connections: dict[Key, Connection] = {}
        self._all: set[Connection] = set()
        self._unproven: dict[Connection, None] = {}  # oldest first
        self._waiting: dict[Key, list[tuple[bytes, Flow]]] = {}
        self._sources: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._most = min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self.refused = 0

    # ---- called from outside

    def listen(self, transport: str, host: str, port: int, tls: Tls | None) -> Address:
        """Let peers connect; the address it got. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # 0.0.0.0 may be there too
            sock.bind((host, port))
            sock.listen(_BACKLOG)
        except OSError:
            sock.close()
            raise
        listener = _Listener(transport, sock.getsockname()[:2], sock, tls)
        self._listeners.append(listener)
        self._loop.add_reader(sock, self._accept, listener)
        return listener.address

    def send(self, data: bytes, flow: Flow) -> bool:
        """Send by the connection that there is, or else by one that is opened for it; False when it cannot be
        sent."""
        connection = self._connections.get((flow.transport, flow.remote, flow.name))
        if connection is not None:
            return connection.write(data)
        to = flow.reopen or flow.remote
        key = flow.transport, to, flow.name
        connection = self._connections.get(key)
        if connection is not None:
            connection.note(flow)
            return connection.write(data)
        waiting = self._waiting.get(key)
        if waiting is not None:
            if sum(len(each) for each, _ in waiting) + len(data) > MAX_WAITING:
                return False
            waiting.append((data, flow))
            return True
        listener = self._listener_for(flow)
        if listener is None or not self._has_room(to[0]):
            return False
        self._waiting[key] = [(data, flow)]
        self._sources[_source(to[0])] += 1
        opened = Flow(flow.transport, listener.address, to, name=flow.name, proven=flow.proven)
        self._start(self._open(listener, opened))
        return True

    def close(self) -> None:
        """Close everything."""
        for listener in self._listeners:
            self._loop.remove_reader(listener.sock)
            listener.sock.close()
        self._listeners.clear()
        for task in self._tasks:
            task.cancel()
        for connection in list(self._all):
            connection.close()

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._all)

    # ---- called by connections

    def opened(self, connection: Connection) -> None:
        """It can carry messages."""
        self._all.add(connection)
        self._connections[_key(connection.flow)] = connection
        self._unproven[connection] = None

    def proved(self, connection: Connection) -> None:
        """Its first message came."""
        self._unproven.pop(connection, None)

    def ending(self, connection: Connection) -> None:
        """Nothing more is sent by it."""
        self._unproven.pop(connection, None)
        key = _key(connection.flow)
        if self._connections.get(key) is connection:
            del self._connections[key]

    def lost(self, connection: Connection) -> None:
        """Whoever waits for an answer by it waits in vain (RFC 3261 17.1.4)."""
        self.ending(connection)
        self._all.discard(connection)
        self._release(connection.flow.remote[0])
        if self._listeners:
            for flow in (connection.flow, *connection.others):
                self._failed(flow)
            self.flush()

    # ---- letting in

    def _accept(self, listener: _Listener) -> None:
        try:
            sock, remote = listener.sock.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            self._loop.remove_reader(listener.sock)
            self._loop.call_later(_PAUSE_SECONDS, self._listen_again, listener)
            return
        sock.setblocking(False)
        if not self._has_room(remote[0]):
            self.refused += 1
            sock.close()
            return
        self._sources[_source(remote[0])] += 1
        self._start(self._let_in(sock, listener, Flow(listener.transport, listener.address, remote[:2])))

    def _listen_again(self, listener: _Listener) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener.sock, self._accept, listener)

    async def _let_in(self, sock: socket.socket, listener: _Listener, flow: Flow) -> None:
        connection = Connection(self._loop, self, flow)
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection,
                sock,
                ssl=listener.tls.server if listener.tls else None,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if listener.tls else None,
            )
        except OSError:  # no TLS, no certificate that we trust, or nobody there any more
            self._release(flow.remote[0])

    def _has_room(self, host: str) -> bool:
        """Whether there may be one more with this address. The oldest that has said nothing makes way when
        all places are taken: else whoever takes them would keep everybody out."""
        if self._sources[_source(host)] >= MAX_OF_SOURCE:
            return False
        if self._sources.total() >= self._most and self._unproven:
            next(iter(self._unproven)).abort()
            return True
        return self._sources.total() < self._most

    def _release(self, host: str) -> None:
        source = _source(host)
        self._sources[source] -= 1
        if not self._sources[source]:
            del self._sources[source]

    # ---- opening

    def _listener_for(self, flow: Flow) -> _Listener | None:
        """The socket whose address the other side is told (RFC 3261 18.1.1): that of the flow, else one
        like it."""
        alike = [
            listener
            for listener in self._listeners
            if listener.transport == flow.transport
            and (":" in listener.address[0]) == (":" in flow.remote[0])
        ]
        return next((each for each in alike if each.address == flow.local), alike[0] if alike else None)

    async def _open(self, listener: _Listener, flow: Flow) -> None:
        host, port = flow.remote
        # Without a name of its own: who has called us, again, or whoever has the certificate of this address
        names = (flow.name,) if flow.name else (*flow.proven, host)
        connection = Connection(self._loop, self, flow, names if listener.tls else None)
        is_wildcard = ipaddress.ip_address(listener.address[0]).is_unspecified
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._loop.create_connection(
                    lambda: connection,
                    host,
                    port,
                    ssl=listener.tls.client if listener.tls else None,
                    server_hostname=names[0] if listener.tls else None,
                    local_addr=None if is_wildcard else (listener.address[0], 0),
                )
        except OSError as error:  # refused, no way, too late, or a certificate that we do not trust
            if isinstance(error, ssl.SSLCertVerificationError):
                self._distrusted(flow, error.verify_message)
            self._release(host)
            for _, each in self._waiting.pop(_key(flow)):
                self._failed(each)
            self.flush()
            return
        if connection.problem:
            self._distrusted(flow, connection.problem)
        for data, each in self._waiting.pop(_key(flow)):
            if each.remote != flow.remote:
                connection.note(each)
            if not connection.write(data):
                self._failed(each)
        self.flush()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _key(flow: Flow) -> Key:
    return flow.transport, flow.remote, flow.name


def _source(host: str) -> str:
    """Whom an address belongs to: with IPv6 its network, for that is what one customer has (RFC 6177)."""
    if ":" not in host:
        return host
    return str(ipaddress.ip_network((host.partition("%")[0], 64), strict=False))
