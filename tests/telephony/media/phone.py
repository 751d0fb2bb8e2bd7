"""A phone's sound, on loopback: a socket that sends what it is told to and keeps what it gets."""

import asyncio
from typing import Any, cast

from telephony.media.latch import Address

PATIENCE = 5.0
"""Seconds until a test gives up waiting. Loopback takes well under a millisecond."""


class Phone(asyncio.DatagramProtocol):
    """One UDP socket on an address of its own choosing."""

    def __init__(self) -> None:
        self._got: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str = "127.0.0.1", port: int = 0) -> "Phone":
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(cls, local_addr=(host, port))
        return phone

    @property
    def address(self) -> Address:
        assert self._transport
        return cast(Address, self._transport.get_extra_info("sockname"))

    def send(self, datagram: bytes, to: Address) -> None:
        assert self._transport
        self._transport.sendto(datagram, to)

    async def receive(self) -> bytes:
        """The next datagram."""
        datagram, _ = await self.receive_from()
        return datagram

    async def receive_from(self) -> tuple[bytes, Address]:
        """The next datagram and where it came from."""
        return await asyncio.wait_for(self._got.get(), PATIENCE)

    @property
    def waiting(self) -> int:
        """How many datagrams have come and were not taken."""
        return self._got.qsize()

    def close(self) -> None:
        assert self._transport
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._got.put_nowait((data, addr))
