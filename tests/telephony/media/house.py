"""A relay with phones round it, on loopback and on both event loops."""

import asyncio
import os
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
import uvloop

from telephony.media.latch import Address
from telephony.media.prompts import Prompts
from telephony.media.relay import MediaRelay
from tests.support.sounds import encoded
from tests.telephony.media.phone import PATIENCE, Phone
from tests.telephony.media.streams import rtp, stream

HOST = "127.0.0.1"
PUBLIC_HOST = "203.0.113.1"
FIRST_PORT = 20000 + os.getpid() % 100 * 110
"""Below the ports that the system gives out by itself, and another for each run of the tests."""

SHORT = encoded("short", b"".join(struct.pack("<h", value) for value in range(480)))
"""Three frames."""

MUSIC = encoded("music", b"".join(struct.pack("<h", value * 7) for value in range(1600)))
"""Ten frames, all different."""


class House:
    """A relay with 50 pairs of ports from `FIRST_PORT`, and phones that are closed with it."""

    def __init__(self, advertised: str) -> None:
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.on_ended: Callable[[str], None] = self.ended.put_nowait
        self.on_pressed: Callable[[str, str], None] = lambda leg, key: None
        self.relay = self._relay(advertised, range(FIRST_PORT, FIRST_PORT + 100))
        self._aside = self._relay(HOST, range(FIRST_PORT + 100, FIRST_PORT + 104))
        self._phones: list[Phone] = []

    def _relay(self, advertised: str, ports: range) -> MediaRelay:
        loop, prompts = asyncio.get_running_loop(), Prompts({"short": SHORT, "music": MUSIC})
        return MediaRelay(
            *(loop, HOST, advertised, ports, prompts, lambda leg: self.on_ended(leg), Random(1)),
            pressed=lambda leg, key: self.on_pressed(leg, key),
        )

    async def phone(self, host: str = HOST, port: int = 0) -> Phone:
        """A phone that no leg knows of."""
        phone = await Phone.open(host, port)
        self._phones.append(phone)
        return phone

    async def leg(self, name: str) -> tuple[Phone, Address]:
        """A leg whose far end is a phone that sends from where it says, and where that has to send to."""
        return await self._leg(self.relay, name)

    async def bridged(self) -> tuple[tuple[Phone, Address], tuple[Phone, Address]]:
        """The legs "a" and "b", who hear each other."""
        one, other = await self.leg("a"), await self.leg("b")
        self.relay.bridge("a", "b")
        return one, other

    async def prompt_ended(self) -> str:
        """The next leg of which the end of a prompt is told."""
        return await asyncio.wait_for(self.ended.get(), PATIENCE)

    async def everything_is_read(self) -> None:
        """Wait until the relay has taken what was sent: a packet sent later has come through another."""
        one, port = await self._leg(self._aside, "one")
        other, _ = await self._leg(self._aside, "other")
        self._aside.bridge("one", "other")
        one.send(rtp(), port)
        await other.receive()
        self._aside.close_all()

    def close(self) -> None:
        self.relay.close_all()
        self._aside.close_all()
        for phone in self._phones:
            phone.close()

    async def _leg(self, relay: MediaRelay, name: str) -> tuple[Phone, Address]:
        phone = await self.phone()
        _, port = relay.open(name)
        relay.set_stream(name, stream(phone.address))
        return phone, (HOST, port)


@contextmanager
def _house(advertised: str) -> Iterator[House]:
    house = House(advertised)
    try:
        yield house
    finally:
        house.close()


Scenario = Callable[[House], Awaitable[None]]
Test = Callable[[Callable[[], asyncio.AbstractEventLoop]], None]


def on_both_loops(advertised: str = HOST) -> Callable[[Scenario], Test]:
    """Make a test of a coroutine function that gets a house: it runs on asyncio and on uvloop."""

    def decorate(scenario: Scenario) -> Test:
        async def live() -> None:
            with _house(advertised) as house:
                await scenario(house)

        @pytest.mark.parametrize(
            "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
        )
        def test(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(live())

        return test

    return decorate
