"""What a packet costs in the media relay, and how many calls with sound one core carries.

Every call is two legs of 50 packets a second each, A-law, 172 octets, from another process on loopback. CPU
is the relay's own process, by the kernel's accounting. The relay as it is (`add_reader`) stands beside the
same decisions behind asyncio's datagram transports, on both event loops.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from itertools import product
from random import Random
from typing import Any, cast

import uvloop

from telephony.media.counters import Counters
from telephony.media.latch import Address
from telephony.media.leg import MediaLeg
from telephony.media.ports import EMERGENCY_PAIRS
from telephony.media.prompts import Prompts
from telephony.media.relay import MediaRelay
from telephony.sdp.codec import PCMA
from telephony.sdp.direction import Direction
from telephony.sdp.stream import Stream
from tests.bench.report import Bar, Findings

MODULE = "tests.bench.bench_relay"

CALLS = 200
SECONDS, QUICK_SECONDS = 4.0, 3.0
BAR = 200
MAX_LOST = 0.001
PACKETS_A_SECOND = 100  # of one call, both ways
PHONE_HOST, RELAY_HOST = "127.0.0.2", "127.0.0.1"
FIRST_PORT = 20000
HEADER = bytes((0x80, 8))
SOUND = bytes(8) + b"\xd5" * 160


@dataclass(frozen=True)
class Result:
    """CPU seconds of the relay for packets sent to it and received from it."""

    cpu: float
    sent: int
    received: int

    @property
    def microseconds(self) -> float:
        return self.cpu / max(1, self.received) * 1e6

    @property
    def calls(self) -> int:
        return int(1e6 / self.microseconds / PACKETS_A_SECOND)

    @property
    def lost(self) -> float:
        return 1 - self.received / self.sent


def agreed(number: int) -> Stream:
    """What is agreed with phone `number`, which receives on its own port."""
    return Stream((PHONE_HOST, FIRST_PORT + number), {8: PCMA}, {PCMA: 8}, Direction.SENDRECV)


@asynccontextmanager
async def by_reader(legs: int) -> AsyncIterator[list[Address]]:
    """The relay of the service."""
    loop = asyncio.get_running_loop()
    ports = range(FIRST_PORT, FIRST_PORT + 2 * (legs + EMERGENCY_PAIRS))
    relay = MediaRelay(loop, RELAY_HOST, RELAY_HOST, ports, Prompts({}), lambda leg: None, Random(1))
    addresses = [relay.open(str(number)) for number in range(legs)]
    for number in range(legs):
        relay.set_stream(str(number), agreed(number))
    for number in range(0, legs, 2):
        relay.bridge(str(number), str(number + 1))
    yield addresses
    relay.close_all()


class Transport(asyncio.DatagramProtocol):
    """A leg behind asyncio's datagram transport, for comparison."""

    def __init__(self) -> None:
        self.leg = MediaLeg(Counters())
        self.peer: Transport | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self.now = asyncio.get_running_loop().time

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        packet = bytearray(data)
        routed = self.leg.route_rtp(packet, len(data), addr, self.now())
        if isinstance(routed, tuple) and self.peer and self.peer.transport:
            self.peer.transport.sendto(packet, routed)


@asynccontextmanager
async def by_transport(legs: int) -> AsyncIterator[list[Address]]:
    """The same decisions behind asyncio's datagram transports."""
    loop = asyncio.get_running_loop()
    addresses = [(RELAY_HOST, FIRST_PORT + 2 * number) for number in range(legs)]
    ends = [await loop.create_datagram_endpoint(Transport, local_addr=local) for local in addresses]
    lines = [line for _, line in ends]
    for number, line in enumerate(lines):
        line.leg.change(agreed(number), loop.time())
    for one, other in zip(lines[::2], lines[1::2], strict=True):
        one.peer, other.peer = other, one
        one.leg.bridge(other.leg)
    yield addresses
    for transport, _ in ends:
        transport.close()


def send_load(addresses: list[Address], seconds: float) -> tuple[int, int]:
    """Be the phones: send evenly spread, take what comes; how many packets that were."""
    phones = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in addresses]
    for number, phone in enumerate(phones):
        phone.bind((PHONE_HOST, FIRST_PORT + number))
        phone.setblocking(False)
    total = int(seconds * 50) * len(phones)
    interval = 1 / (50 * len(phones))
    received, start = 0, time.monotonic()
    for count in range(total):
        early = start + count * interval - time.monotonic()
        if early > 0.001:
            time.sleep(early)
        number = count % len(phones)
        sequence = (count // len(phones) & 0xFFFF).to_bytes(2, "big")
        phones[number].sendto(HEADER + sequence + SOUND, addresses[number])
        received += take(phones[number])
    time.sleep(0.3)
    return total, received + sum(take(phone) for phone in phones)


def take(phone: socket.socket) -> int:
    """How many packets wait at a phone."""
    count = 0
    while True:
        try:
            phone.recv(2000)
        except BlockingIOError:
            return count
        count += 1


Way = Callable[[int], AbstractAsyncContextManager[list[Address]]]


async def measure(way: Way, calls: int, seconds: float) -> Result:
    """Relay the load that another process makes."""
    async with way(2 * calls) as addresses:
        load = [sys.executable, "-m", MODULE, "--load", json.dumps(addresses)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*load, "--seconds", str(seconds), stdout=pipe)
        before = time.process_time()
        out, _ = await process.communicate()
        sent, received = json.loads(out)
        return Result(time.process_time() - before, sent, received)


LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
WAYS: dict[str, Way] = {"add_reader": by_reader, "transports": by_transport}


def measure_alone(loop: str, way: str, calls: int, seconds: float) -> Result:
    """Measure in a fresh process: what ran before changes the cost of asyncio's large buffers threefold."""
    command = [sys.executable, "-m", MODULE, "--only", loop, way, "--calls", str(calls)]
    done = subprocess.run([*command, "--seconds", str(seconds)], check=True, capture_output=True)
    return Result(**json.loads(done.stdout))


def run(quick: bool) -> Findings:
    """What each way costs on each loop; the bars are for the service's own."""
    seconds = QUICK_SECONDS if quick else SECONDS
    ways = [("uvloop", "add_reader")] if quick else list(product(LOOPS, WAYS))
    print(f"{CALLS} calls with sound for {seconds:g} s")
    results = {}
    for loop, way in ways:
        result = results[f"{loop} {way}"] = measure_alone(loop, way, CALLS, seconds)
        print(
            f"{loop:8} {way:10} {result.microseconds:6.1f} µs a packet, "
            f"{result.calls:5} calls a core, {result.lost:.2%} lost"
        )
    ours = results["uvloop add_reader"]
    bars = (
        Bar("calls with sound on one core, the relay alone", ours.calls, BAR, at_least=True),
        Bar("packets lost by the relay", ours.lost, MAX_LOST),
    )
    return Findings(
        bars,
        figures={
            name: asdict(result) | {"us_a_packet": result.microseconds} for name, result in results.items()
        },
    )


def main() -> None:
    """Be one of the processes that this needs."""
    options = argparse.ArgumentParser()
    options.add_argument("--calls", type=int)
    options.add_argument("--seconds", type=float)
    options.add_argument("--only", nargs=2)
    options.add_argument("--load")
    chosen = options.parse_args()
    if chosen.load:
        addresses = [(host, port) for host, port in json.loads(chosen.load)]
        print(json.dumps(send_load(addresses, chosen.seconds)))
        return
    loop, way = chosen.only
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        print(json.dumps(asdict(runner.run(measure(WAYS[way], chosen.calls, chosen.seconds)))))


if __name__ == "__main__":
    main()
