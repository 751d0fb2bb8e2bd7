"""One TCP or TLS connection: octets to messages, keep-alives answered, deadlines (RFC 3261 18, RFC 5626
3.5.1)."""

import asyncio
import socket
from dataclasses import replace
from typing import Protocol, cast

from telephony.net.identity import identities
from telephony.sip.flow import Flow
from telephony.sip.stream_framer import KEEP_ALIVE, KEEP_ALIVE_ANSWER, StreamFramer

MESSAGE_SECONDS = 32.0
"""How long a message may take to come, and the first one of a connection to be there: 64*T1, as long as
anybody waits for an answer. Who sends an octet a second for ever is cut off by it."""

IDLE_SECONDS = 3900.0
"""How long a connection that has carried a message may be silent: longer than any registration lasts, for
a phone is reached by the connection that it registered by."""

LINGER_SECONDS = 2.0
"""How long the end of a refusal is given to arrive: closed at once, with octets unread, it would be lost."""

MAX_UNSENT = 512 * 1024
"""Octets that wait for a peer to read: 300 INVITEs. One that reads nothing is cut off."""

MOST_OTHERS = 64
"""Flows of connections that are gone which one connection stands for: a peer that reconnects at each call."""

MESSAGES_A_TURN = 8
"""Messages taken before others have their turn: a segment can carry hundreds, and sound must not wait."""

_DEAD_AFTER_MS = 32_000
"""Unacknowledged for so long, octets tell that the peer is gone (RFC 5482)."""


class Owner(Protocol):
    """What a connection reports to."""

    def received(self, data: bytes, flow: Flow) -> None:
        """A message came."""

    def flush(self) -> None:
        """What follows from it may be sent."""

    def opened(self, connection: "Connection") -> None:
        """It can carry messages."""

    def proved(self, connection: "Connection") -> None:
        """Its first message came."""

    def ending(self, connection: "Connection") -> None:
        """Nothing more is to be sent by it."""

    def lost(self, connection: "Connection") -> None:
        """It is closed."""


class Connection(asyncio.Protocol):
    """Messages of one peer both ways. `flow` is theirs. `expected` are the names of which the certificate of
    the other side has to have one; who connected to us need not show any."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        owner: Owner,
        flow: Flow,
        expected: tuple[str, ...] | None = None,
    ) -> None:
        self._loop = loop
        self._owner = owner
        self.flow = flow
        self._expected = expected
        self.problem = ""
        """Why nothing may be sent by it, though it is open."""
        self.others: set[Flow] = set()
        """Further flows whose messages went by this connection, as theirs was gone."""
        self._framer = StreamFramer()
        self._transport: asyncio.Transport | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._opened = self._heard = self._began = loop.time()
        self._proven = self._ends = False

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to take messages."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only
        if self.flow.transport == "TLS":
            names = identities(transport.get_extra_info("peercert"))
            if self._expected is not None and not set(self._expected).intersection(names):
                self.problem = f"its certificate is for {', '.join(names) or 'nobody'}"
                self._ends = True
                self._transport.abort()
                return
            if self._expected is None:
                self.flow = replace(self.flow, proven=names)
        _watch(transport.get_extra_info("socket"))
        self._opened = self._heard = self._loop.time()
        self._owner.opened(self)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Take octets."""
        if not self._ends:
            self._framer.feed(data)
            self._take()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner, by whoever's will it is."""
        self._transport = None
        if self._handle is not None:
            self._handle.cancel()
        self._owner.lost(self)

    # ---- what the owner calls

    def write(self, data: bytes) -> bool:
        """Send octets; False when the peer does not read, or no longer."""
        transport = self._transport
        if transport is None or self._ends or transport.is_closing():
            return False
        transport.write(data)
        if transport.get_write_buffer_size() > MAX_UNSENT:
            self.abort()
            return False
        return True

    def note(self, other: Flow) -> None:
        """Messages of this flow go by it too. Of one too many nothing is kept: it ends by its timers."""
        if len(self.others) < MOST_OTHERS:
            self.others.add(other)

    def close(self) -> None:
        """Close it when what was written is sent, or after a while."""
        if self._transport is not None and not self._ends:
            self._end()
            self._transport.close()

    def abort(self) -> None:
        """Close it at once."""
        self._owner.ending(self)
        if self._transport is not None:
            self._transport.abort()

    # ---- inside

    def _take(self) -> None:
        was_within = self._framer.is_within_message
        taken = 0
        while taken < MESSAGES_A_TURN and (message := self._framer.next()) is not None:
            taken += 1
            if message == KEEP_ALIVE:
                self.write(KEEP_ALIVE_ANSWER)
                continue
            if not self._proven:
                self._proven = True
                self._owner.proved(self)
            self._owner.received(message, self.flow)
        self._heard = self._loop.time()
        if taken or not was_within:
            self._began = self._heard
        self._owner.flush()
        if self._transport is None or self._transport.is_closing():
            return
        if self._framer.is_broken:
            self._hang_up()
        elif taken == MESSAGES_A_TURN:
            self._transport.pause_reading()
            self._loop.call_soon(self._take_more)
        self._arm()

    def _take_more(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self._ends:
            self._transport.resume_reading()
            self._take()

    def _hang_up(self) -> None:
        """Let the refusal of what breaks the stream arrive, and read what else comes without looking at
        it."""
        assert self._transport is not None
        self._end()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _end(self) -> None:
        self._ends = True
        self._owner.ending(self)
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_later(LINGER_SECONDS, self.abort)

    def _due(self) -> float:
        if not self._proven:
            return self._opened + MESSAGE_SECONDS
        if self._framer.is_within_message:
            return self._began + MESSAGE_SECONDS
        return self._heard + IDLE_SECONDS

    def _arm(self) -> None:
        if self._ends:
            return
        due = self._due()
        if self._handle is not None:
            if self._handle.when() <= due:
                return  # looked at then, and armed again
            self._handle.cancel()
        self._handle = self._loop.call_at(due, self._expire)

    def _expire(self) -> None:
        self._handle = None
        if self._due() <= self._loop.time():
            self.close()
        else:
            self._arm()


def _watch(sock: socket.socket) -> None:
    """Have the system find out when a peer is gone without a word."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_AFTER_MS)
