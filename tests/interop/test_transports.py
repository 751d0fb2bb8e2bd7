"""Phones and trunks on TCP and TLS, at a running service."""

import re
import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneLost, PhoneRegistered
from tests.support.certificates import Authority
from tests.support.eventually import eventually
from tests.support.live_town import BYGGLOV, KONTAKTCENTER, PASSWORD, Town, digest_answer, town
from tests.support.sip_wire import Wire, fields

ONE, EACH = ("-t", "t1"), ("-t", "tn", "-max_socket", "100")


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("town")


@pytest.fixture(name="shared_town", scope="module")
def _shared_town(folder: Path, authority: Authority) -> Iterator[Town]:
    own = authority.issue("own", "DNS:vaxeln.example")
    (folder / "own.pem").write_bytes(own.chain.read_bytes())
    (folder / "own.key").write_bytes(own.key.read_bytes())
    settings = {
        "VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060,tls:HOST:5061",
        "VAXELN_SIP_CERTIFICATE": str(folder / "own.pem"),
        "VAXELN_SIP_KEY": str(folder / "own.key"),
    }
    with town(folder, settings) as built:
        yield built


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


def registered(
    town: Town, user: str, authority: Authority | None = None, cseq: int = 1, contact: str = ""
) -> Wire:
    """A phone that has registered by this connection."""
    wire = Wire(town, town.phone(user), authority)
    start = f"REGISTER sip:{town.service.host} SIP/2.0"
    status, challenge, _ = wire.answer_to(
        start, *fields(wire, "REGISTER", f"register{cseq}", cseq, user, user)
    )
    assert status == "SIP/2.0 401 Unauthorized"
    answer = digest_answer(challenge["WWW-Authenticate"], user, town.service.host, password=PASSWORD)
    again = fields(wire, "REGISTER", f"register{cseq + 1}", cseq + 1, user, user)
    if contact:
        again[-1] = f"Contact: <{contact}>"
    assert wire.answer_to(start, *again, f"Authorization: {answer}")[0] == "SIP/2.0 200 OK"
    town.note_registered(user)
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


def test_a_phone_whose_connection_is_closed_is_lost_at_once(town: Town) -> None:
    logged = town.service.log().count("phone_registered")
    anna = registered(town, "anna", contact="sip:anna@10.9.8.7;transport=tcp")  # behind a NAT

    anna.close()

    town.service.await_fact(PhoneLost, seconds=2.0)
    (line,) = [line for line in town.service.run("phones").splitlines() if line.startswith("anna ")]
    assert "does not answer" in line
    caller = town.sipp.play("caller_refused", town.operator, status="480")
    assert town.record_of(caller).offered == ()
    registered(town, "anna", cseq=3).close()
    assert town.service.log().count("phone_registered") == logged + 2


def test_what_asks_for_tls_has_to_come_by_it(town: Town) -> None:
    wire = Wire(town, town.operator)
    start = f"INVITE sips:{KONTAKTCENTER}@{town.service.host} SIP/2.0"

    status, given, _ = wire.answer_to(start, *fields(wire, "INVITE", "call1", 1, "anna", KONTAKTCENTER))

    assert status == "SIP/2.0 403 Forbidden"
    assert given["Warning"] == ['381 vaxeln "SIPS Required"']
    wire.close()


def test_a_new_certificate_is_taken_up_without_a_restart(
    town: Town, authority: Authority, folder: Path
) -> None:
    def shown() -> object:
        wire = Wire(town, town.stranger, authority)
        assert isinstance(wire.sock, ssl.SSLSocket)
        certificate = wire.sock.getpeercert()
        wire.close()
        return certificate and certificate["subject"]

    old = Wire(town, town.stranger, authority)
    new = authority.issue("renewed", "DNS:vaxeln.example")
    (folder / "own.pem").write_text("broken")
    eventually(lambda: "certificate_unusable" in town.service.log(), "it is said that it is broken")
    assert shown() == ((("commonName", "own"),),)

    (folder / "own.pem").write_bytes(new.chain.read_bytes())
    (folder / "own.key").write_bytes(new.key.read_bytes())

    eventually(lambda: "certificate_reloaded" in town.service.log(), "it is taken up")
    assert shown() == ((("commonName", "renewed"),),)
    assert old.is_alive()
    old.close()
