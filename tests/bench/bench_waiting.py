"""What 500 callers cost who wait with music, while their phones send sound too.

The phones are another process on loopback, 50 packets a second each way. Everybody's keys are watched, and
each is told their place every half minute. CPU is the relay's own process, by the kernel's accounting. How
evenly the music leaves is told by the kernel's timestamps of what some of the phones get (SO_TIMESTAMPNS),
and stands beside that of a bare loop which does nothing but send as many packets, measured in the same run.
Memory is of the sound alone; what a call costs else is in `calls`. The two take turns, and of what is in
milliseconds the calmest turn counts: a neighbour on the machine takes a core for longer than a packet.
"""

import argparse
import asyncio
import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count, pairwise
from pathlib import Path
from random import Random

import uvloop

from telephony.cli_serve import tune_collection
from telephony.media.latch import Address
from telephony.media.ports import EMERGENCY_PAIRS
from telephony.media.prompts import MUSIC, Prompts
from telephony.media.relay import MediaRelay
from telephony.sdp.codec import PCMA, TELEPHONE_EVENT
from telephony.sdp.direction import Direction
from telephony.sdp.stream import Stream
from tests.bench.bench_relay import HEADER, SOUND, take
from tests.bench.report import Bar, Findings

MODULE = "tests.bench.bench_waiting"

CALLERS = 500
SECONDS, QUICK_SECONDS = 6.0, 3.0
ROUNDS = 3
WARMING_SECONDS = 1.0
CORE_BAR = 0.60
JITTER_BAR_MS, LAG_BAR_MS = 2.0, 20.0
PHONE_HOST, RELAY_HOST = "127.0.0.5", "127.0.0.4"
FIRST_PORT = 22000
PERIOD = 0.020
ANNOUNCED_EACH = 30.0  # seconds
LOOKED_AT = 25  # phones whose packets are timed: one for each of the bare loop's packets in a millisecond
LAG_EACH = 0.005

_TIMESTAMP = 35  # SO_TIMESTAMPNS of Linux, which Python does not name
_TIMESPEC = struct.Struct("qq")


@dataclass(frozen=True)
class Result:
    """The relay's side, and the phones'."""

    core: float
    lag_ms: float
    kib_a_caller: float
    jitter_ms: float
    received: int
    expected: int
    late: float
    """How much longer the phones took to send than they should: under a per cent, or they were the limit."""


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all stay under."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def resident_kib() -> int:
    """Memory of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS in /proc/self/status")


# ---- the two loops


@contextmanager
def waiting(callers: int, prompts: Prompts) -> Iterator[list[Address]]:
    """The relay of the service, with callers who wait."""
    loop = asyncio.get_running_loop()
    ports = range(FIRST_PORT, FIRST_PORT + 2 * (callers + EMERGENCY_PAIRS))
    relay = MediaRelay(
        loop,
        RELAY_HOST,
        RELAY_HOST,
        ports,
        Prompts.load(),
        lambda leg: None,
        Random(1),
        pressed=lambda *_: None,
    )
    addresses = [relay.open(str(number), PHONE_HOST) for number in range(callers)]
    for number in range(callers):
        sends = {PCMA: 8, TELEPHONE_EVENT: 101}
        receives = {8: PCMA, 101: TELEPHONE_EVENT}
        where = (PHONE_HOST, FIRST_PORT + number)
        relay.set_stream(str(number), Stream(where, receives, sends, Direction.SENDRECV))
        relay.wait(str(number), "", MUSIC)
        relay.watch_keys(str(number), True)
    turns = count()

    async def tell() -> None:
        while True:
            await asyncio.sleep(ANNOUNCED_EACH / callers)
            turn = next(turns)
            relay.wait(str(turn % callers), f"queue_position+number_{turn % 60 + 1}", MUSIC)

    telling = loop.create_task(tell())
    yield addresses
    telling.cancel()
    relay.close_all()


@contextmanager
def only_sending(callers: int, prompts: Prompts) -> Iterator[list[Address]]:
    """A loop that does nothing but send packets on time, a twentieth each millisecond."""
    loop = asyncio.get_running_loop()
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setblocking(False)
    packet, start = HEADER + bytes(2) + SOUND, loop.time()
    timers: list[asyncio.TimerHandle] = []

    def tick(ticks: int) -> None:
        for number in range(ticks % 20, callers, 20):
            out.sendto(packet, (PHONE_HOST, FIRST_PORT + number))
        timers[:] = [loop.call_at(start + (ticks + 1) * PERIOD / 20, tick, ticks + 1)]

    tick(0)
    yield []
    timers[0].cancel()
    out.close()


WAYS = {"waiting": waiting, "only sending": only_sending}


async def measure(way: str, callers: int, seconds: float) -> Result:
    """Serve phones in another process, and look at what that costs."""
    loop = asyncio.get_running_loop()
    prompts = Prompts.load()
    before = resident_kib()
    lags: list[float] = []
    with WAYS[way](callers, prompts) as addresses:
        load = [sys.executable, "-m", MODULE, "--load", json.dumps(addresses), "--callers", str(callers)]
        process = await asyncio.create_subprocess_exec(
            *load, "--seconds", str(seconds + WARMING_SECONDS), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()  # the phones are there
        tune_collection()  # as the service does
        await asyncio.sleep(WARMING_SECONDS)
        cpu, began = time.process_time(), loop.time()
        while loop.time() < began + seconds:
            due = loop.time() + LAG_EACH
            await asyncio.sleep(LAG_EACH)
            lags.append(loop.time() - due)
        core = (time.process_time() - cpu) / (loop.time() - began)
        memory = (resident_kib() - before) / callers
        out, _ = await process.communicate()
    told = json.loads(out)
    return Result(core, percentile(lags, 0.999) * 1000, memory, **told)


# ---- the phones


def be_phones(addresses: list[Address], callers: int, seconds: float) -> dict[str, float]:
    """Send evenly spread if there is somebody to send to, take what comes, and time what some get."""
    phones = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(callers)]
    for number, phone in enumerate(phones):
        phone.bind((PHONE_HOST, FIRST_PORT + number))
        phone.setblocking(False)
    looked_at = range(0, callers, callers // LOOKED_AT)
    for number in looked_at:
        phones[number].setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
    times: dict[int, list[float]] = {number: [] for number in looked_at}
    print(flush=True)
    total, interval = int(seconds / PERIOD) * callers, PERIOD / callers
    received, start = 0, time.monotonic()
    for turn in range(total):
        early = start + turn * interval - time.monotonic()
        if early > 0.001:
            time.sleep(early)
        number = turn % callers
        if addresses:
            sequence = (turn // callers & 0xFFFF).to_bytes(2, "big")
            phones[number].sendto(HEADER + sequence + SOUND, addresses[number])
        if number in times:
            came = list(arrivals(phones[number]))
            times[number] += came
            received += len(came)
        else:
            received += take(phones[number])
    late = (time.monotonic() - start) / seconds - 1
    jitters = [
        abs(later - earlier - PERIOD) * 1000
        for came in times.values()
        for earlier, later in pairwise([at for at in came if at > came[-1] - seconds + WARMING_SECONDS])
    ]
    return {"jitter_ms": percentile(jitters, 0.99), "received": received, "expected": total, "late": late}


def arrivals(phone: socket.socket) -> Iterator[float]:
    """When the kernel took each packet that waits at a phone, in seconds."""
    while True:
        try:
            _, told, _, _ = phone.recvmsg(2000, socket.CMSG_SPACE(_TIMESPEC.size))
        except BlockingIOError:
            return
        whole, nano = _TIMESPEC.unpack(told[0][2])
        yield whole + nano * 1e-9


def measure_alone(way: str, seconds: float) -> Result:
    """Measure in a fresh process."""
    command = [sys.executable, "-m", MODULE, "--only", way, "--callers", str(CALLERS)]
    done = subprocess.run([*command, "--seconds", str(seconds)], check=True, capture_output=True)
    return Result(**json.loads(done.stdout))


def run(quick: bool) -> Findings:
    """The bars are for uvloop, as the service runs."""
    seconds = QUICK_SECONDS if quick else SECONDS
    print(f"{CALLERS} callers who wait with music, their phones sending too, for {seconds:g} s")
    rounds: dict[str, list[Result]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way in WAYS:
            result = measure_alone(way, seconds)
            rounds[way].append(result)
            print(
                f"{way:13} {result.core:6.1%} of a core, uneven by {result.jitter_ms:.2f} ms (p99), "
                f"loop late by {result.lag_ms:.2f} ms (p99.9), {result.kib_a_caller:.1f} KiB a caller, "
                f"{result.received} of {result.expected} packets"
            )
    ours, bare = rounds["waiting"], rounds["only sending"]
    uneven = [min(result.jitter_ms for result in results) for results in (ours, bare)]
    bars = (
        Bar(f"{CALLERS} waiting with music, share of a core", max(one.core for one in ours), CORE_BAR),
        Bar("music less even than a bare loop's, p99, ms", uneven[0] - uneven[1], JITTER_BAR_MS),
        Bar("lag of the loop with them, p99.9, ms", min(result.lag_ms for result in ours), LAG_BAR_MS),
    )
    return Findings(
        bars, figures={way: [asdict(result) for result in results] for way, results in rounds.items()}
    )


def main() -> None:
    """Be one of the processes that this needs."""
    options = argparse.ArgumentParser()
    options.add_argument("--callers", type=int)
    options.add_argument("--seconds", type=float)
    options.add_argument("--only")
    options.add_argument("--load")
    chosen = options.parse_args()
    if chosen.load:
        addresses = [(host, port) for host, port in json.loads(chosen.load)]
        print(json.dumps(be_phones(addresses, chosen.callers, chosen.seconds)))
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(measure(chosen.only, chosen.callers, chosen.seconds)))))


if __name__ == "__main__":
    main()
