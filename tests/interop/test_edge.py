"""A declared edge, Kamailio: who is behind it is told by what it writes, whatever its clients write."""

import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import Origin
from tests.support.certificates import Authority
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.peers import require_peer
from tests.support.plans import MAIN, PlanText
from tests.support.running_service import RunningService
from tests.support.sipp import is_bound

_CONFIG = Path(__file__).with_name("kamailio.cfg")
_CALLS = count(1)


@dataclass
class Scene:
    """A service, the edge before it, a trunk behind that, and a stranger there too."""

    service: RunningService
    edge: str
    pbx: str
    stranger: str
    authority: Path

    def invite(self, host: str, to: str, *more: str, via: str = "") -> int:
        """Call the main number from `host`, by `to`; the final answer. `more` are lines of the header."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.bind((host, 5060))
            caller.settimeout(5.0)
            caller.sendto(self._text(host, more, "UDP", via or host), (to, 5060))
            while True:
                status = int(caller.recv(65_535).split()[1])
                if status >= 200:
                    return status

    def _text(self, host: str, more: Sequence[str], transport: str, via: str) -> bytes:
        number = next(_CALLS)
        branch = "" if ";" in via else f";branch=z9hG4bK-edge-{number}"
        lines = [
            f"INVITE sip:{MAIN}@{self.service.host} SIP/2.0",
            f"Via: SIP/2.0/{transport} {via}{branch}",
            *more,
            f"From: <sip:+46700000000@{host}>;tag=t{number}",
            f"To: <sip:{MAIN}@{self.service.host}>",
            f"Call-ID: edge-{number}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{host}:5060>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def invite_by_tls(self, host: str, *more: str) -> int:
        """The same by TLS to the edge, which passes it on by UDP."""
        text = self._text(host, more, "TLS", host)
        context = ssl.create_default_context(cafile=str(self.authority))
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plain:
            plain.bind((host, 0))
            plain.settimeout(5.0)
            plain.connect((self.edge, 5061))
            with context.wrap_socket(plain, server_hostname="edge.example") as caller:
                caller.sendall(text)
                received = b""
                while not (finals := re.findall(rb"^SIP/2\.0 ([2-6]\d\d)", received, re.MULTILINE)):
                    received += caller.recv(65_535)
                return int(finals[0])

    def callers(self) -> list[tuple[str, str | None]]:
        """By which trunk the calls so far came, and who was believed to call."""
        arrived = self.service.facts_of(f.CallArrived)
        return [(fact.origin_name, fact.caller) for fact in arrived if fact.origin is Origin.TRUNK]


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Scene]:
    network = Loopback.take()
    edge, pbx = network.host(2), network.host(3)
    trunks = f'[trunks.pbx]\npeers = ["{pbx}"]\ntrusted_identity = true\n'
    plan = str(PlanText(trunks=trunks, more=f'[edges.front]\naddresses = ["{edge}"]\n'))
    service = RunningService(tmp_path, network.host(1), plan)
    command = [require_peer("kamailio"), "-DD", "-E", "-f", str(_CONFIG), "-Y", str(tmp_path)]
    command += ["-P", str(tmp_path / "kamailio.pid"), "-l", f"udp:{edge}:5060"]
    command += ["-A", f'SERVICE="sip:{service.address}"', "-A", f'SERVICE_HOST="{service.host}"']
    authority = Authority(tmp_path)
    issued = authority.issue("edge", "DNS:edge.example")
    command += ["-l", f"tls:{edge}:5061", "-A", f'CERTIFICATE="{issued.chain}"']
    command += ["-A", f'KEY="{issued.key}"']
    log = tmp_path / "kamailio.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        with service:
            eventually(lambda: is_bound(edge, 5060) or process.poll() is not None, "Kamailio listens")
            yield Scene(service, edge, pbx, network.host(9), authority.certificate)
    finally:
        process.terminate()
        process.wait(10)
        sys.stderr.write(f"kamailio:\n{log.read_text('utf-8', 'replace')}\n")


def test_a_trunk_behind_the_edge_is_recognised_and_its_identity_believed(scene: Scene) -> None:
    status = scene.invite(scene.pbx, scene.edge, "P-Asserted-Identity: <sip:+46701112233@pbx>")

    assert status == 480  # nobody is registered who could answer
    assert scene.callers() == [("pbx", "+46701112233")]


def test_who_comes_to_the_edge_by_tls_is_told_too(scene: Scene) -> None:
    identity = "P-Asserted-Identity: <sip:+46701112233@pbx>"

    assert scene.invite_by_tls(scene.pbx, identity) == 480
    assert scene.invite_by_tls(scene.stranger, identity) == 403
    assert scene.callers() == [("pbx", "+46701112233")]


FORGED = (
    "",
    ";received={pbx}",
    ";received={pbx};rport=5060",
    ";rport;received={pbx}",
    ";rport=5060;received={pbx};received={pbx}",
    ";received={pbx};received={pbx};RECEIVED={pbx}",
    "\r\nVia: SIP/2.0/UDP {pbx};branch=z9hG4bK-below;rport=5060;received={pbx}",
)


def test_a_forged_via_from_a_stranger_is_not(scene: Scene) -> None:
    for forged, to, host in product(FORGED, (scene.edge, scene.service.host), (scene.pbx, scene.stranger)):
        via = f"{host};branch=z9hG4bK-forged-{next(_CALLS)}{forged.format(pbx=scene.pbx)};x=1"

        status = scene.invite(scene.stranger, to, "P-Asserted-Identity: <sip:+46701112233@pbx>", via=via)

        assert status in (400, 403), via
    assert scene.callers() == []
