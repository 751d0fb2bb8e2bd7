"""Those who would do harm by TCP, and the messages of RFC 4475 there, at a running service."""

import json
import re
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.live_town import Town
from tests.support.sip_wire import SECONDS, Wire, fields

TORTURE = Path(__file__).parents[1] / "rfc4475"
TORMENTS = json.loads((TORTURE / "expect.json").read_text())
OWN_PORT = 5060
MANY, LONG = 100, 1_048_576
MOST_KIB = 256
"""What one that sends too much may take: the 64 KiB that a message can have, and some of those before it."""

AFTERWARDS = ("OPTIONS", "afterwards1", 1, "anna", "anna")


# What a trunk gets for each message of RFC 4475 by TCP: final answers in their order, such as `expect.json`
# allows, and the same as by UDP but where a stream differs from a datagram. Responses get none.
ANSWERS: dict[str, list[int]] = {
    "wsinv": [481],  # its To has a tag
    "intmeth": [501],
    "esc01": [404],
    "escnull": [404],  # a REGISTER for example.com, which we are not
    "esc02": [501],
    "lwsdisp": [200],
    "longreq": [404],
    "semiuri": [200],
    "transports": [200],  # by the connection, whatever its Vias say (RFC 3261 18.2.2)
    "mpart01": [405],
    "badinv01": [400],
    "scalar02": [400],
    "quotbal": [400],
    "ltgtruri": [400],
    "lwsruri": [400],
    "lwsstart": [400],
    "trws": [400],
    "escruri": [404],
    "baddate": [404],
    "regbadct": [404],
    "badaspec": [400],
    "baddn": [400],
    "badvers": [505],
    "mismatch01": [400],
    "mismatch02": [400],
    "badbranch": [200],
    "insuf": [400],
    "unkscm": [416],
    "novelsc": [416],
    "unksm2": [404],
    "bext01": [420],
    "invut": [415],
    "regaut01": [404],
    "multi01": [400],
    "zeromf": [200],
    "cparam01": [404],
    "cparam02": [404],
    "regescrt": [404],
    "sdp01": [404],  # as its number is asked for first
    **{name: [] for name in ("unreason", "noreason", "scalarlg", "bigcode", "bcast")},
}

CLOSING: dict[str, list[int]] = {
    # What follows a datagram's body is ignored, and is the next message of a stream: an INVITE without a
    # Contact. The five octets behind its Content-Length are no message.
    "dblreq": [404, 400],
    # Where the next message begins cannot be told (RFC 3261 18.3, RFC 4475 3.1.2.3, 3.3.9)
    "ncl": [400],
    "mcl01": [400],
    # It lacks Content-Length, which by UDP it may (RFC 3261 20.14)
    "inv2543": [400],
}


def statuses_in(octets: bytes) -> list[int]:
    """The final answers to what was sent before the OPTIONS that came last."""
    answers = re.findall(rb"SIP/2\.0 ([2-6][0-9]{2}) .*?\r\n\r\n", octets, re.DOTALL)
    return [int(status) for status in answers]


def test_every_message_of_rfc_4475_has_its_answer_here() -> None:
    allowed = {torment["file"].removesuffix(".dat"): torment["final_codes"] for torment in TORMENTS}

    assert len(allowed) == 49
    assert {*ANSWERS, *CLOSING, "clerr"} == set(allowed)
    for name, answers in ANSWERS.items():
        assert {*answers} <= {*allowed[name]}
        assert answers or allowed[name] == [None]


@pytest.mark.parametrize("name", ANSWERS)
def test_rfc_4475_on_tcp(shared_town: Town, name: str) -> None:
    wire = Wire(shared_town, shared_town.operator)

    wire.sock.sendall((TORTURE / f"{name}.dat").read_bytes())
    wire.send(f"OPTIONS sip:{shared_town.service.host} SIP/2.0", *fields(wire, *AFTERWARDS))

    answers = []
    while (answer := wire.receive())[1].get("Call-ID") != ["afterwards-anna"]:
        answers.append(int(answer[0].split()[1]))
    assert [status for status in answers if status >= 200] == ANSWERS[name]
    assert answer[0] == "SIP/2.0 200 OK"
    wire.close()
    assert_answers(shared_town)


@pytest.mark.parametrize("name", CLOSING)
def test_rfc_4475_on_tcp_where_no_next_message_can_be_found(shared_town: Town, name: str) -> None:
    wire = Wire(shared_town, shared_town.operator)

    wire.sock.sendall((TORTURE / f"{name}.dat").read_bytes())
    wire.send(f"OPTIONS sip:{shared_town.service.host} SIP/2.0", *fields(wire, *AFTERWARDS))

    received = wire.rest()
    assert statuses_in(received) == CLOSING[name]
    assert b"afterwards" not in received
    wire.close()
    assert_answers(shared_town)


def test_rfc_4475_on_tcp_clerr_waits_for_its_octets(shared_town: Town) -> None:
    """A datagram that is shorter than it says is refused. A stream may bring more: until it has, or is cut
    off as in `test_an_octet_a_second_is_cut_off`, nothing in it is a message of its own."""
    octets = (TORTURE / "clerr.dat").read_bytes()
    head, _, body = octets.partition(b"\r\n\r\n")
    (length,) = re.findall(rb"Content-Length: ([0-9]+)", head)
    wire = Wire(shared_town, shared_town.operator)
    swallowed = b"OPTIONS sip:swallowed SIP/2.0\r\nContent-Length: 0\r\n\r\n"

    wire.sock.sendall(octets + swallowed)
    wire.sock.sendall(b"x" * (int(length) - len(body) - len(swallowed)))
    wire.send(f"OPTIONS sip:{shared_town.service.host} SIP/2.0", *fields(wire, *AFTERWARDS))

    assert wire.receive()[0] == "SIP/2.0 100 Trying"
    assert wire.receive()[0] == "SIP/2.0 400 Bad Request"
    assert wire.receive()[1]["Call-ID"] == ["afterwards-anna"]
    wire.close()
    assert_answers(shared_town)


@pytest.fixture(scope="module", autouse=True, name="drip")
def _drip(shared_town: Town) -> threading.Thread:
    """Somebody who sends an octet a second until they are cut off. That takes half a minute, in which the
    other tests run."""
    wire = Wire(shared_town, shared_town.lines[0])
    wire.sock.settimeout(1.0)

    def is_cut_off() -> bool:
        try:
            wire.sock.sendall(b"O")
            return wire.sock.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def send() -> None:
        while not is_cut_off():
            pass
        wire.close()

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


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
        ("Content-Length: 0 0\r\n", 400),
        ("Content-Length: 0\r\nContent-Length: 0\r\n", 400),
        ("Content-Length: 0\0\r\n", 400),
        ("Content-Length: 0\rl: 5\r\n", 400),
        ("Content-Length: 0\nl: 5\r\n", 400),
        ("X: y\r\n" * 10_000, 513),
        ("X: " + "y" * 1_048_576 + "\r\n", 513),
    ],
    ids=[
        "missing",
        "negative",
        "doubled",
        "huge",
        "signed",
        "with spaces",
        "doubled the same",
        "with NUL",
        "with a bare CR",
        "with a bare LF",
        "10,000 headers",
        "1 MiB",
    ],
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


@pytest.mark.parametrize("line_break", ["\r", "\n", "\0"], ids=["CR", "LF", "NUL"])
def test_a_bare_cr_or_lf_or_nul_neither_ends_a_message_nor_begins_a_header(
    shared_town: Town, line_break: str
) -> None:
    wire = Wire(shared_town, shared_town.operator)
    options = fields(wire, "OPTIONS", "options1", 1, "anna", "anna")
    hidden = f"Subject: a{line_break}Content-Length: 500{line_break}{line_break}x"

    wire.send(f"OPTIONS sip:{shared_town.service.host} SIP/2.0", *options, hidden)
    wire.send(f"OPTIONS sip:{shared_town.service.host} SIP/2.0", *fields(wire, *AFTERWARDS))

    assert wire.receive()[1]["Call-ID"] == ["options-anna"]
    assert wire.receive()[1]["Call-ID"] == ["afterwards-anna"]
    wire.close()


def test_a_message_split_at_every_octet_and_two_in_one_segment(shared_town: Town) -> None:
    wire = Wire(shared_town, shared_town.operator)
    wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    both = [fields(wire, *AFTERWARDS), fields(wire, "OPTIONS", "options1", 1, "anna", "anna")]
    texts = ["\r\n".join(["OPTIONS sip:a SIP/2.0", *each, "Content-Length: 3", "", "BYE"]) for each in both]

    for octet in texts[0].encode():
        wire.sock.sendall(bytes([octet]))
    assert wire.receive()[1]["Call-ID"] == ["afterwards-anna"]

    wire.sock.sendall("".join(reversed(texts)).encode())
    assert wire.receive()[1]["Call-ID"] == ["options-anna"]
    assert wire.receive()[1]["Call-ID"] == ["afterwards-anna"]
    wire.close()


def test_messages_that_never_end_take_bounded_memory(shared_town: Town) -> None:
    before = shared_town.service.memory_kib()
    wires = [Wire(shared_town, shared_town.lines[number % 4]) for number in range(MANY)]

    for wire in wires:
        with suppress(OSError):  # it is refused as too long before it is all sent
            wire.sock.sendall(b"OPTIONS sip:a SIP/2.0\r\n" + b"X: y\r\n" * (LONG // 6))
    for wire in wires:
        assert b"SIP/2.0 " not in wire.rest()  # it has no Via to be answered by
        wire.close()

    assert shared_town.service.memory_kib() - before < MANY * MOST_KIB
    assert_answers(shared_town)


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


def test_an_octet_a_second_is_cut_off(shared_town: Town, drip: threading.Thread) -> None:
    drip.join(40.0)

    assert not drip.is_alive(), "the connection is closed"
    assert_answers(shared_town)
