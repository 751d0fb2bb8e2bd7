"""Phones and trunks on TCP and TLS, and those who would do harm there, at a running service."""

import json
import re
import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from tests.support.certificates import Authority
from tests.support.eventually import eventually
from tests.support.live_town import BYGGLOV, KONTAKTCENTER, PASSWORD, Town, digest_answer, town

ONE, EACH = ("-t", "t1"), ("-t", "tn", "-max_socket", "100")
TORTURE = Path(__file__).parents[1] / "rfc4475"
TORMENTS = json.loads((TORTURE / "expect.json").read_text())
SECONDS = 10.0
OWN_PORT = 5060


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="town")
def _town(tmp_path: Path, authority: Authority) -> Iterator[Town]:
    own = authority.issue("own", "DNS:vaxeln.example")
    (tmp_path / "own.pem").write_bytes(own.chain.read_bytes())
    (tmp_path / "own.key").write_bytes(own.key.read_bytes())
    settings = {
        "VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060,tls:HOST:5061",
        "VAXELN_SIP_CERTIFICATE": str(tmp_path / "own.pem"),
        "VAXELN_SIP_KEY": str(tmp_path / "own.key"),
    }
    with town(tmp_path, settings) as built:
        yield built


class Wire:
    """One connection of a client written for this: TCP, or TLS when an authority is given."""

    def __init__(self, town: Town, host: str, authority: Authority | None = None) -> None:
        self.host = host
        port = 5061 if authority else 5060
        plain = socket.create_connection((town.service.host, port), SECONDS, (host, 0))
        if authority is None:
            self.sock = plain
        else:
            context = ssl.create_default_context(cafile=authority.certificate)
            self.sock = context.wrap_socket(plain, server_hostname="vaxeln.example")
        self.via = "SIP/2.0/TLS" if authority else "SIP/2.0/TCP"
        self._octets = b""

    def send(self, start: str, *fields: str, body: str = "") -> None:
        """Send a message, its Content-Length added."""
        lines = [start, *fields, f"Content-Length: {len(body)}", "", body]
        self.sock.sendall("\r\n".join(lines).encode())

    def receive(self) -> tuple[str, dict[str, list[str]], str]:
        """The next message: first line, fields by name, body."""
        head = self._until(lambda: b"\r\n\r\n" in self._octets).partition(b"\r\n\r\n")[0].decode()
        start, *lines = head.split("\r\n")
        fields: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.strip())
        end = len(head) + 4
        whole = end + int(fields["Content-Length"][0])
        octets = self._until(lambda: len(self._octets) >= whole)
        self._octets = octets[whole:]
        return start, fields, octets[end:whole].decode()

    def answer_to(self, start: str, *fields: str, body: str = "") -> tuple[str, dict[str, list[str]], str]:
        """Send a request, and wait for its final answer."""
        self.send(start, *fields, body=body)
        while (answer := self.receive())[0].startswith("SIP/2.0 1"):
            pass
        return answer

    def is_alive(self) -> bool:
        """Whether the service still answers by it."""
        self.sock.sendall(b"\r\n\r\n")
        return self.sock.recv(2) == b"\r\n"

    def rest(self) -> bytes:
        """All that comes until the service closes it."""
        received = b""
        try:
            while octets := self.sock.recv(65_536):
                received += octets
        except ConnectionResetError:
            pass
        return received

    def close(self) -> None:
        """Close it."""
        self.sock.close()

    def _until(self, holds: "object") -> bytes:
        assert callable(holds)
        while not holds():
            octets = self.sock.recv(65_536)
            assert octets, "the service closed the connection"
            self._octets += octets
        return self._octets


def fields(
    wire: Wire, method: str, branch: str, number: int, user: str, dialled: str, tag: str = ""
) -> list[str]:
    """What every request has."""
    return [
        f"Via: {wire.via} {wire.host};branch=z9hG4bK{branch}",
        "Max-Forwards: 70",
        f"From: <sip:{user}@vaxeln>;tag=f{user}",
        f"To: <sip:{dialled}@vaxeln>{tag}",
        f"Call-ID: {branch.rstrip('0123456789')}-{user}",
        f"CSeq: {number} {method}",
        f"Contact: <sip:{user}@{wire.host};transport={wire.via[-3:].lower()}>",
    ]


def registered(town: Town, user: str, authority: Authority | None = None) -> Wire:
    """A phone that has registered by this connection."""
    wire = Wire(town, town.phone(user), authority)
    start = f"REGISTER sip:{town.service.host} SIP/2.0"
    status, challenge, _ = wire.answer_to(start, *fields(wire, "REGISTER", "register1", 1, user, user))
    assert status == "SIP/2.0 401 Unauthorized"
    answer = digest_answer(challenge["WWW-Authenticate"], user, town.service.host, password=PASSWORD)
    again = fields(wire, "REGISTER", "register2", 2, user, user)
    assert wire.answer_to(start, *again, f"Authorization: {answer}")[0] == "SIP/2.0 200 OK"
    return wire


def answered(invite: tuple[str, dict[str, list[str]], str], wire: Wire, user: str) -> list[str]:
    """The fields of an answer to a request of the service."""
    _, given, _ = invite
    echoed = [f"{name}: {value}" for name in ("Via", "From", "Call-ID", "CSeq") for value in given[name]]
    contact = f"Contact: <sip:{user}@{wire.host};transport={wire.via[-3:].lower()}>"
    return [*echoed, f"To: {given['To'][0]};tag=t{user}", contact]


DESCRIPTION = "\r\n".join(
    ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 4000 RTP/AVP 8", ""]
)
SDP = "Content-Type: application/sdp"


@pytest.mark.parametrize("options", [ONE, EACH])
def test_a_phone_and_a_trunk_on_tcp(town: Town, options: tuple[str, ...]) -> None:
    town.register("anna", options=ONE)
    member = town.sipp.start("member_answers", town.phone("anna"), *ONE)

    caller = town.sipp.play("caller_talks", town.operator, *options)

    (invite,) = member.wait().received("INVITE")
    assert invite.header("Via").startswith(f"SIP/2.0/TCP {town.service.address};")
    assert invite.header("Contact") == f"<sip:vaxeln@{town.service.address};transport=tcp>"
    record = town.record_of(caller)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    town.assert_calm()


def test_a_member_on_tcp_hangs_up_on_a_trunk_on_udp(town: Town) -> None:
    town.register("anna", options=ONE)
    member = town.sipp.start("member_hangs_up", town.phone("anna"), *ONE)

    caller = town.sipp.play("caller_waits_for_bye", town.operator)

    member.wait()
    assert town.record_of(caller).ended_by is EndedBy.MEMBER
    town.assert_calm()


@pytest.mark.parametrize("secure", [False, True])
def test_a_phone_is_reached_by_the_connection_that_it_registered_by(
    town: Town, authority: Authority, secure: bool
) -> None:
    anna = registered(town, "anna", authority if secure else None)
    (fact,) = town.service.facts_of(PhoneRegistered)
    assert fact.contacts[0].transport == ("TLS" if secure else "TCP")
    caller = town.sipp.start("caller_waits_for_bye", town.operator)

    invite = anna.receive()
    anna.send("SIP/2.0 200 OK", *answered(invite, anna, "anna"), SDP, body=DESCRIPTION)
    assert anna.receive()[0].startswith("ACK ")
    target = re.sub("[<>]", "", invite[1]["Contact"][0])
    bye = [f"Via: {anna.via} {anna.host};branch=z9hG4bKbye", "CSeq: 1 BYE", "Max-Forwards: 70"]
    bye += [f"From: {invite[1]['To'][0]};tag=tanna", f"To: {invite[1]['From'][0]}"]
    status = anna.answer_to(f"BYE {target} SIP/2.0", *bye, f"Call-ID: {invite[1]['Call-ID'][0]}")[0]

    assert status == "SIP/2.0 200 OK"
    assert town.record_of(caller.wait()).answered_by == "anna"
    town.assert_calm()
    anna.close()


def test_a_phone_on_tls_calls(town: Town, authority: Authority) -> None:
    town.register("bertil")
    member = town.sipp.start("member_answers", town.phone("bertil"))
    anna = registered(town, "anna", authority)
    start = f"INVITE sips:{BYGGLOV}@{town.service.host} SIP/2.0"

    _, challenge, _ = anna.answer_to(start, *fields(anna, "INVITE", "call1", 1, "anna", BYGGLOV), SDP)
    answer = digest_answer(challenge["WWW-Authenticate"], "anna", town.service.host, method="INVITE")
    call = fields(anna, "INVITE", "call2", 2, "anna", BYGGLOV)
    status, given, _ = anna.answer_to(start, *call, f"Authorization: {answer}", SDP, body=DESCRIPTION)

    assert status == "SIP/2.0 200 OK"
    target = re.sub("[<>]", "", given["Contact"][0])
    tag = given["To"][0].partition(">")[2]
    anna.send(f"ACK {target} SIP/2.0", *fields(anna, "ACK", "call3", 2, "anna", BYGGLOV, tag))
    bye = fields(anna, "BYE", "call4", 3, "anna", BYGGLOV, tag)
    assert anna.answer_to(f"BYE {target} SIP/2.0", *bye)[0] == "SIP/2.0 200 OK"
    member.wait()
    town.assert_calm()
    anna.close()


def test_a_phone_that_is_gone_in_mid_transaction_counts_as_gone_at_once(town: Town) -> None:
    anna = registered(town, "anna")
    caller = town.sipp.start("caller_refused", town.operator, status="480")
    anna.receive()

    anna.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    anna.close()

    caller.wait(5.0)
    town.assert_calm()


def test_what_asks_for_tls_has_to_come_by_it(town: Town) -> None:
    wire = Wire(town, town.operator)
    start = f"INVITE sips:{KONTAKTCENTER}@{town.service.host} SIP/2.0"

    status, given, _ = wire.answer_to(start, *fields(wire, "INVITE", "call1", 1, "anna", KONTAKTCENTER))

    assert status == "SIP/2.0 403 Forbidden"
    assert given["Warning"] == ['381 vaxeln "SIPS Required"']
    wire.close()


def test_a_new_certificate_is_taken_up_without_a_restart(
    town: Town, authority: Authority, tmp_path: Path
) -> None:
    def shown() -> object:
        wire = Wire(town, town.stranger, authority)
        assert isinstance(wire.sock, ssl.SSLSocket)
        certificate = wire.sock.getpeercert()
        wire.close()
        return certificate and certificate["subject"]

    old = Wire(town, town.stranger, authority)
    new = authority.issue("renewed", "DNS:vaxeln.example")
    (tmp_path / "own.pem").write_text("broken")
    eventually(lambda: "certificate_unusable" in town.service.log(), "it is said that it is broken")
    assert shown() == ((("commonName", "own"),),)

    (tmp_path / "own.pem").write_bytes(new.chain.read_bytes())
    (tmp_path / "own.key").write_bytes(new.key.read_bytes())

    eventually(lambda: "certificate_reloaded" in town.service.log(), "it is taken up")
    assert shown() == ((("commonName", "renewed"),),)
    assert old.is_alive()
    old.close()


@pytest.mark.parametrize("torment", TORMENTS, ids=lambda torment: torment["file"])
def test_rfc_4475_on_tcp(shared_town: Town, torment: dict[str, object]) -> None:
    """Each is answered as on UDP, or, where a stream has no end without a length, 400 and closed."""
    wire = Wire(shared_town, shared_town.operator)
    wire.sock.sendall((TORTURE / str(torment["file"])).read_bytes())
    wire.sock.shutdown(socket.SHUT_WR)

    received = wire.rest().decode("utf-8", "replace")

    statuses = {int(code) for code in re.findall(r"^SIP/2\.0 ([0-9]{3})", received, re.MULTILINE)}
    expected = torment["final_codes"]
    assert isinstance(expected, list)
    assert statuses <= {*expected, 100, 180, 183, 400, 481}, received
    assert_answers(shared_town)
    wire.close()


@pytest.fixture(name="shared_town", scope="module")
def _shared_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town"), {"VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060"}) as built:
        yield built


def assert_answers(town: Town) -> None:
    """The service still answers, on both transports."""
    wire = Wire(town, town.stranger)
    options = fields(wire, "OPTIONS", "options1", 1, "anna", "anna")
    assert wire.answer_to(f"OPTIONS sip:{town.service.host} SIP/2.0", *options)[0] == "SIP/2.0 200 OK"
    wire.close()
    town.sipp.play("options", town.lines[0])


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", 400),
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: 1\r\nl: 2\r\n", 400),
        ("Content-Length: 4294967296\r\n", 413),
        ("Content-Length: +0\r\n", 400),
        ("X: y\r\n" * 10_000, 513),
        ("X: " + "y" * 1_048_576 + "\r\n", 513),
    ],
    ids=["missing", "negative", "doubled", "huge", "signed", "10,000 headers", "1 MiB"],
)
def test_attacks_on_the_framing_are_refused_and_the_connection_closed(
    shared_town: Town, length: str, status: int
) -> None:
    wire = Wire(shared_town, shared_town.operator)
    options = "\r\n".join(fields(wire, "OPTIONS", "options1", 1, "anna", "anna"))
    hidden = f"OPTIONS sip:hidden SIP/2.0\r\n{options}\r\nContent-Length: 0\r\n\r\n"
    try:
        wire.sock.sendall(f"OPTIONS sip:a SIP/2.0\r\n{options}\r\n{length}\r\n{hidden}".encode())
    except OSError:
        assert len(length) > 60_000

    assert re.findall(rb"SIP/2.0 ([0-9]+)", wire.rest()) == [b"%d" % status]
    assert_answers(shared_town)
    wire.close()


def test_5000_idle_connections_and_resets_hurt_nobody(shared_town: Town) -> None:
    idle = []
    for number in range(5000):
        source = f"127.{200 + number // 900}.7.1"
        idle.append(socket.create_connection((shared_town.service.host, OWN_PORT), SECONDS, (source, 0)))
    assert_answers(shared_town)
    for sock in idle:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert_answers(shared_town)


def test_an_octet_a_second_is_cut_off(shared_town: Town) -> None:
    wire = Wire(shared_town, shared_town.operator)
    wire.sock.settimeout(1.0)

    def is_cut_off() -> bool:
        try:
            wire.sock.sendall(b"O")
            return wire.sock.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    eventually(is_cut_off, "the connection is closed", 40.0)
    wire.close()
    assert_answers(shared_town)
