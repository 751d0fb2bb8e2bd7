"""112 by gateways with names: DNS, TLS, and what is taken when one of them is not what it should be."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call.record import Record
from tests.support.certificates import Authority
from tests.support.dns_server import DnsServer
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.postgres import open_folder
from tests.support.running_service import RunningService
from tests.support.stream_gateway import StreamGateway

NAME = "sos.example.se"
_LARGE = range(96, 110)
PLAN = """
[municipality]
name = "Botkyrka kommun"
main_number = "+46853061000"
[trunks.operator]
peers = ["OPERATOR"]
numbers = ["+4685306"]
[trunks.sos]
peers = ["tls:sos.example.se"]
gateways = ["tls:sos.example.se", "RESERVE"]
emergency = true
[phones.anna]
display = "Anna"
[people.anna]
name = "Anna"
phones = ["anna"]
[groups.kontaktcenter]
name = "Kontaktcenter"
members = ["anna"]
[calendars.always]
open = "always"
[numbers."+46853061000"]
function = "Kontaktcenter"
calendar = "always"
destination = { group = "kontaktcenter" }
"""


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


class Coast:
    """A service with a DNS server, and hosts that a gateway may be at: two targets of one SRV name."""

    def __init__(self, folder: Path, authority: Authority, gateways: str = "", dsn: str = "none") -> None:
        self.network = Loopback.take()
        self.host = self.network.host
        self.authority = authority
        self.opened = ExitStack()
        self.dns = self.opened.enter_context(DnsServer(self.host(2)))
        self.dns.put(
            f"_sips._tcp.{NAME}", "SRV", "10 1 5071 a.example.se.", "20 1 5072 b.example.se.", ttl=30
        )
        self.dns.put("a.example.se", "A", self.host(3))
        self.dns.put("b.example.se", "A", self.host(4))
        own = authority.issue("own", "DNS:vaxeln.example.se")
        plan = PLAN.replace('"tls:sos.example.se", "RESERVE"', gateways) if gateways else PLAN
        plan = plan.replace("OPERATOR", self.host(9)).replace("RESERVE", self.host(5))
        settings = {
            "VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060,tls:HOST:5061",
            "VAXELN_SIP_CERTIFICATE": str(own.chain),
            "VAXELN_SIP_KEY": str(own.key),
            "VAXELN_SIP_CLIENT_CA": str(authority.certificate),
            "VAXELN_DNS_SERVERS": self.dns.address,
            "VAXELN_DATABASE_DSN": dsn,
        }
        self.plan = plan
        self.service = RunningService(folder, self.host(1), plan, settings)
        self._calls = 0

    def plain(self, number: int, port: int) -> StreamGateway:
        """One that listens there by TCP."""
        return self.opened.enter_context(StreamGateway(self.host(number), port, None))

    def gateway(self, number: int, port: int, *alternatives: str) -> StreamGateway:
        """One that listens there by TLS, with a certificate for these, and asks for ours."""
        shown = self.authority.issue(f"gateway{number}", *alternatives)
        listening = StreamGateway(self.host(number), port, shown, str(self.authority.certificate))
        return self.opened.enter_context(listening)

    def resolved(self, times: int = 1) -> None:
        """Wait until the service knows the name."""
        eventually(
            lambda: self.service.log().count("gateway_name_resolved") >= times or None, "the name is resolved"
        )

    def call_112(self, more: str = "") -> Record:
        """A call of the operator to 112 that is ended by its caller when it was answered; its record. `more`
        is said in its offer."""
        self._calls += 1
        call_id = f"sos-{self._calls}"
        host = self.host(9)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((host, 5060))
            sock.settimeout(15)
            target = f"sip:112@{self.service.host}"
            sound = (
                f"v=0\r\no=c 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
                f"m=audio 40000 RTP/AVP 8{''.join(f' {number}' for number in _LARGE if more)}\r\n"
                f"a=rtpmap:8 PCMA/8000\r\n{more}"
            )

            def send(method: str, number: int, branch: str, to: str, body: str = "") -> None:
                lines = [
                    f"{method} {target} SIP/2.0",
                    f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK{call_id}{branch}",
                    "Max-Forwards: 70",
                    f"From: <sip:+46701740605@{host}>;tag=c",
                    to,
                    f"Call-ID: {call_id}",
                    f"CSeq: {number} {method}",
                    f"Contact: <sip:c@{host}:5060>",
                    *(["Content-Type: application/sdp"] if body else []),
                    f"Content-Length: {len(body)}",
                    "",
                    body,
                ]
                sock.sendto("\r\n".join(lines).encode(), (self.service.host, 5060))

            send("INVITE", 1, "i", f"To: <{target}>", sound)
            answer = sock.recv(65_535).decode()
            while answer.startswith("SIP/2.0 1"):
                answer = sock.recv(65_535).decode()
            to = next(line for line in answer.split("\r\n") if line.startswith("To:"))
            send("ACK", 1, "a" if answer.startswith("SIP/2.0 200") else "i", to)
            if answer.startswith("SIP/2.0 200"):
                send("BYE", 2, "b", to)
        return eventually(
            lambda: next((r for r in self.service.records() if r.sip_call_id == call_id and r.outcome), None),
            "the call is over",
        )


@pytest.fixture(name="coast")
def _coast(tmp_path: Path, authority: Authority) -> Iterator[Coast]:
    coast = Coast(tmp_path, authority)
    with coast.opened:
        yield coast


def test_112_goes_to_the_first_srv_target_by_tls_and_all_of_the_call_by_one_connection(coast: Coast) -> None:
    first = coast.gateway(3, 5071, f"DNS:{NAME}")
    with coast.service as service:
        coast.resolved()

        record = coast.call_112()

        assert (record.outcome, record.answered_by) == ("answered", "trunk/sos")
        eventually(lambda: "BYE" in first.methods() or None, "the call is ended there")
        assert first.invites() == [f"sip:112@{NAME};transport=tls"]
        assert first.methods() == ["INVITE", "ACK", "BYE"]
        via = next(line for line in first.requests[-1][1] if line.startswith("Via:"))
        assert f"SIP/2.0/TLS {service.host}:5061;" in via
        assert first.connections == 1
        service.await_idle()


def test_a_closed_port_is_left_for_the_next_srv_target(coast: Coast) -> None:
    second = coast.gateway(4, 5072, f"DNS:{NAME}")
    with coast.service:
        coast.resolved()

        record = coast.call_112()

        assert (record.outcome, record.answered_by) == ("answered", "trunk/sos#2")
        assert second.invites() == [f"sip:112@{NAME};transport=tls"]


def test_a_certificate_for_somebody_else_is_refused_and_the_next_gateway_taken(coast: Coast) -> None:
    impostor = coast.gateway(3, 5071, "DNS:a.example.se", f"IP:{coast.host(3)}", "DNS:*.example.se")
    second = coast.gateway(4, 5072, f"DNS:{NAME}")
    with coast.service as service:
        coast.resolved()

        record = coast.call_112()

        assert record.answered_by == "trunk/sos#2"
        assert impostor.requests == [] and second.invites()
        assert "certificate_not_trusted" in service.log()


def test_calls_go_on_when_dns_is_gone_and_after_a_restart_too(coast: Coast) -> None:
    first = coast.gateway(3, 5071, f"DNS:{NAME}")
    with coast.service as service:
        coast.resolved()
        eventually(lambda: (service.data / "names" / "answers.json").exists() or None, "it is written down")
        coast.dns.stop()
        assert coast.call_112().answered_by == "trunk/sos"
        service.await_idle()
        service.stop()

        service.start()
        assert coast.call_112().answered_by == "trunk/sos"
        assert len(first.invites()) == 2
        eventually(lambda: "gateway_name_not_resolved" in service.log() or None, "that is told", 20.0)
        service.await_idle()


def test_a_name_that_dns_does_not_know_is_a_gateway_that_is_down(coast: Coast) -> None:
    coast.dns.put(f"_sips._tcp.{NAME}", "SRV")
    with coast.service as service:
        eventually(lambda: "gateway_name_not_resolved" in service.log() or None, "it is told")
        shown = service.run("explain", "112")
        assert f"no address of tls:{NAME} is known" in shown
        coast.dns.put(f"_sips._tcp.{NAME}", "SRV", "10 1 5071 a.example.se.")
        first = coast.gateway(3, 5071, f"DNS:{NAME}")
        coast.resolved()
        assert coast.call_112().answered_by == "trunk/sos"
        assert first.invites()


# ---- RFC 3261 18.1.1

LARGE = "".join(
    f"a=rtpmap:{number} X-ONE{number}/16000\r\n"
    f"a=fmtp:{number} maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;useinbandfec=1\r\n"
    for number in _LARGE
)


def test_a_large_offer_goes_to_a_gateway_on_udp_by_tcp(tmp_path: Path, authority: Authority) -> None:
    coast = Coast(tmp_path, authority, '"RESERVE"')
    with coast.opened, coast.service as service:
        reserve = coast.plain(5, 5060)

        record = coast.call_112(LARGE)

        assert record.outcome == "answered"
        start, lines = reserve.requests[0]
        assert start == f"INVITE sip:112@{coast.host(5)}:5060 SIP/2.0"
        assert lines[0].startswith(f"Via: SIP/2.0/TCP {service.host}:5060;")


def test_and_by_udp_where_nobody_takes_tcp(tmp_path: Path, authority: Authority) -> None:
    coast = Coast(tmp_path, authority, '"RESERVE"')
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with coast.opened, coast.service, sock as reserve, ThreadPoolExecutor(1) as caller:
        reserve.bind((coast.host(5), 5060))
        reserve.settimeout(10)
        calling = caller.submit(coast.call_112, LARGE)
        data, service = reserve.recvfrom(65_535)
        while data.startswith(b"OPTIONS"):
            data, service = reserve.recvfrom(65_535)
        assert data.startswith(b"INVITE ") and len(data) > 1300 and b"SIP/2.0/UDP" in data
        names = (b"Via", b"From", b"Call", b"CSeq", b"To")
        echoed = [line for line in data.split(b"\r\n") if line.startswith(names)]
        refusal = [b"SIP/2.0 486 Busy Here", *echoed, b"Content-Length: 0", b"", b""]
        reserve.sendto(b"\r\n".join(refusal), service)
        assert calling.result(20).outcome == "failed"


# ---- trunks by the name in their certificate


@pytest.mark.parametrize(("shown", "status"), [(NAME, "404"), ("other.example.se", "403"), ("", "403")])
def test_a_trunk_by_name_is_who_shows_its_certificate(coast: Coast, shown: str, status: str) -> None:
    context = ssl.create_default_context(cafile=coast.authority.certificate)
    if shown:
        issued = coast.authority.issue("trunk", f"DNS:{shown}")
        context.load_cert_chain(issued.chain, issued.key)
    host = coast.host(7)
    with coast.service as service:
        plain = socket.create_connection((service.host, 5061), 10, (host, 0))
        with context.wrap_socket(plain, server_hostname="vaxeln.example.se") as sock:
            lines = [
                f"INVITE sip:+4612345678@{service.host} SIP/2.0",
                f"Via: SIP/2.0/TLS {host};branch=z9hG4bKone",
                f"From: <sip:+46701740605@{host}>;tag=c",
                f"To: <sip:+4612345678@{service.host}>",
                "Call-ID: by-name",
                "CSeq: 1 INVITE",
                f"Contact: <sip:c@{host};transport=tls>",
                "Content-Length: 0",
            ]
            sock.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = sock.recv(65_535).decode()
            while answer.startswith("SIP/2.0 1"):
                answer = sock.recv(65_535).decode()
        assert answer.split()[1] == status


# ---- what this machine is not set up for


def test_what_nothing_reaches_is_told_at_the_start_and_when_a_plan_is_applied(authority: Authority) -> None:
    with open_folder() as folder:
        coast = Coast(folder, authority, '"[2001:db8::1]:5060", "RESERVE"', dsn="embedded")
        first = coast.gateway(3, 5071, f"DNS:{NAME}")
        with coast.opened, coast.service as service:
            told = [line for line in service.log().splitlines() if "cannot_be_reached" in line]
            assert len(told) == 1
            assert "trunks.sos.gateways[0]" in told[0] and "a udp address of IPv6 in sip.listen" in told[0]

            other = coast.plan.replace('"[2001:db8::1]:5060"', f'"tls:{NAME}", "tcp:[2001:db8::2]"')
            (folder / "other.toml").write_text(other, "utf-8")
            apply = ("plan", "apply", str(folder / "other.toml"), "--reason", "Another gateway")
            eventually(lambda: service.attempt(*apply).returncode == 0 or None, "it is applied", 40.0)

            told = [line for line in service.log().splitlines() if "cannot_be_reached" in line]
            assert "trunks.sos.gateways[1]" in told[-1] and "a tcp address of IPv6 in sip.listen" in told[-1]
            coast.resolved()
            assert coast.call_112().answered_by == "trunk/sos"
            assert first.invites()
