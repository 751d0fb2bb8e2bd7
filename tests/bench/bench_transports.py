"""What a plain call costs over TCP and over TLS, beside one over UDP: both of its legs on that transport.

Real sockets, journal, database and figures. The transports take turns, so that what disturbs one disturbs the
others. A trunk has one connection for all its calls, and all phones one, as a proxy in front would.
"""

import asyncio
import ssl
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench.accounting import cpu_seconds
from tests.bench.bench_calls import BUILD
from tests.bench.lines import Caller, Phones, Talks, Way
from tests.bench.load import SIP_PORT, Exchange
from tests.bench.municipality import NUMBERS
from tests.bench.report import Bar, Findings, Row
from tests.bench.systems import Vaxeln, vaxeln
from tests.support.certificates import Authority
from tests.support.loopback import Loopback

TRANSPORTS = ("UDP", "TCP", "TLS")
BAR_RATIO = {"TCP": 1.3, "TLS": 1.5}
RATE, HOLD = 100.0, 0.5
CALLS, QUICK_CALLS = 500, 200
ROUNDS, QUICK_ROUNDS = 3, 1
WARM_UP = 100


async def _measure(
    service: Vaxeln, ways: list[Way], network: Loopback, quick: bool
) -> dict[str, list[Talks]]:
    """Calls of each transport by turns, after some of each to warm up."""
    calls = QUICK_CALLS if quick else CALLS
    talks: dict[str, list[Talks]] = {way.transport: [] for way in ways}
    first = 0
    for round_number in range((QUICK_ROUNDS if quick else ROUNDS) + 1):
        for way in ways:
            phones = await Phones().register(way, network.host(3))
            service.settle()
            before = cpu_seconds(service.pids())
            caller = Caller(way, HOLD)
            wanted = calls if round_number else WARM_UP
            await caller.call(network.host(2), wanted, RATE, first)
            service.settle()
            caller.talks.cpu_ms = (cpu_seconds(service.pids()) - before) * 1000 / max(caller.talks.good, 1)
            phones.close()
            first += wanted
            if round_number:
                talks[way.transport].append(caller.talks)
                assert caller.talks.good == wanted, f"{caller.talks.good} of {wanted} by {way.transport}"
    return talks


def run(quick: bool) -> Findings:
    """Start the service, measure, end it."""
    BUILD.mkdir(exist_ok=True)
    network = Loopback.take()
    host = network.host(10)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD.resolve())))
        folder.chmod(0o755)
        authority = Authority(folder)
        own = authority.issue("own", f"IP:{host}")
        settings = {
            "VAXELN_SIP_LISTEN": f"udp:{host}:{SIP_PORT},tcp:{host}:{SIP_PORT},tls:{host}:{SIP_PORT + 1}",
            "VAXELN_SIP_CERTIFICATE": str(own.chain),
            "VAXELN_SIP_KEY": str(own.key),
        }
        exchange = Exchange(network, folder, NUMBERS)
        service = stack.enter_context(vaxeln(folder / "vaxeln", host, exchange, settings))
        trust = ssl.create_default_context(cafile=authority.certificate)
        ways = [
            Way("UDP", (host, SIP_PORT)),
            Way("TCP", (host, SIP_PORT)),
            Way("TLS", (host, SIP_PORT + 1), trust),
        ]
        talks = asyncio.run(_measure(service, ways, network, quick))
    return _findings(talks)


def _findings(talks: dict[str, list[Talks]]) -> Findings:
    costs = {transport: [each.cpu_ms for each in rounds] for transport, rounds in talks.items()}
    rows, bars = [], []
    for transport, rounds in talks.items():
        all_of_it = Talks(setups=[setup for each in rounds for setup in each.setups])
        cpu, p50, p95 = statistics.median(costs[transport]), all_of_it.setup_ms(0.5), all_of_it.setup_ms(0.95)
        rows.append(Row("vaxeln", f"by {transport}", RATE, cpu, p50, p95, all_of_it.setup_ms(0.99)))
        print(
            f"a call by {transport}: {cpu:.2f} ms CPU, setup p50 {p50} ms, p95 {p95} ms, {len(rounds)} rounds"
        )
    for transport, limit in BAR_RATIO.items():
        ratio = statistics.median(c / udp for c, udp in zip(costs[transport], costs["UDP"], strict=True))
        bars.append(Bar(f"a call by {transport} to one by UDP, CPU", ratio, limit))
    return Findings(tuple(bars), tuple(rows), {"cpu_ms": costs})
