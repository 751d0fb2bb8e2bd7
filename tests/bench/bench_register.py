"""How many registrations a second the service takes: real sockets, digest SHA-256, journal and figures on.

One client registers all phones again and again, with so many waiting for an answer at a time that the service
is never without work.
"""

import socket
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from telephony.sip.framing import parse_datagram
from telephony.sip.message import Response
from tests.bench import municipality
from tests.bench.accounting import cpu_seconds
from tests.bench.load import SIP_PORT, Exchange
from tests.bench.report import Findings
from tests.bench.systems import vaxeln
from tests.support.live_town import digest_answer
from tests.support.loopback import Loopback

BUILD = Path("build")
ROUNDS, QUICK_ROUNDS = 8, 3
AT_A_TIME = 20
ANSWER_SECONDS = 5.0


def register_again(service: tuple[str, int], rounds: int) -> int:
    """Register every phone so many times more; how many registrations were taken. All are, or it fails."""
    wanted: Iterator[tuple[str, int]] = (
        (phone, 10 + 2 * number) for number in range(rounds) for phone in municipality.PHONES
    )
    taken = waiting = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(service)
        line.settimeout(ANSWER_SECONDS)
        phones = line.getsockname()
        while True:
            for phone, cseq in islice(wanted, AT_A_TIME - waiting):
                line.send(municipality.register_request(phone, service, phones, cseq).to_bytes())
                waiting += 1
            if not waiting:
                return taken
            answer = parse_datagram(line.recv(65_535))
            assert isinstance(answer, Response), answer
            phone, cseq = answer.call_id.removeprefix(municipality.REGISTRATION), answer.cseq.number
            if answer.status == 401:
                request = municipality.register_request(phone, service, phones, cseq + 1)
                challenges = answer.headers.get_all("WWW-Authenticate")
                request.headers.set("Authorization", digest_answer(challenges, phone, service[0]))
                line.send(request.to_bytes())
            else:
                assert answer.status == 200, answer.status
                taken, waiting = taken + 1, waiting - 1


def run(quick: bool) -> Findings:
    """Start the service, register, end it."""
    BUILD.mkdir(exist_ok=True)
    network = Loopback.take()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD.resolve()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        host = network.host(10)
        with vaxeln(folder / "vaxeln", host, Exchange(network, folder, municipality.NUMBERS)) as service:
            before, begin = cpu_seconds(service.pids()), time.monotonic()
            taken = register_again((host, SIP_PORT), QUICK_ROUNDS if quick else ROUNDS)
            seconds = time.monotonic() - begin
            service.settle()
            cpu_ms = (cpu_seconds(service.pids()) - before) * 1000 / taken
    print(f"{taken} registrations, each challenged: {taken / seconds:.0f} a second, {cpu_ms:.2f} ms CPU each")
    return Findings(figures={"registrations_per_s": taken / seconds, "cpu_ms": cpu_ms})
