"""Datagrams made to hurt: what they are answered, and that what they cost grows no faster than they do."""

import pytest

from telephony.sip.errors import ParseError
from telephony.sip.framing import MAX_HEAD, MAX_LINE, parse_datagram
from telephony.sip.message import Request
from tests.fuzz.attacks import ATTACKS, HEAD
from tests.fuzz.mutate import MAX_DATAGRAM
from tests.fuzz.run import attack_costs
from tests.support.stage import Stage
from tests.support.torture import answers_in, assert_serves, send_raw

TRUNK = ("192.0.2.20", 5060)
STRANGER = ("203.0.113.66", 5060)


def answers(data: bytes, source: tuple[str, int] = STRANGER) -> list[int]:
    stage = Stage()
    statuses = answers_in(send_raw(stage, data, source))
    stage.wait(0.0)
    stage.now += 1.0
    assert_serves(stage)
    return statuses


def with_length(value: str, body: bytes = b"12345") -> bytes:
    return HEAD + f"Content-Length: {value}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "value",
    ["-1", "+5", "5 5", "0x5", "5;a", "6", "", "5\r\nContent-Length: 5", "٥"],
)
def test_a_content_length_that_is_none_is_400(value: str) -> None:
    assert answers(with_length(value)) == [400]


def test_a_content_length_beyond_all_bounds_is_413() -> None:
    assert answers(with_length("9" * 23)) == [413]


@pytest.mark.parametrize("value", ["5", "  5  ", "0005", "3"])
def test_a_content_length_that_can_be_read_is(value: str) -> None:
    assert answers(with_length(value)) == [403]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CSeq: 1 INVITE", b"CSeq: 2147483648 INVITE"),
        (b"CSeq: 1 INVITE", b"CSeq: 99999999999999999999999999 INVITE"),
        (b"CSeq: 1 INVITE", b"CSeq: -1 INVITE"),
        (b"Max-Forwards: 70", b"Max-Forwards: 256"),
        (b"Max-Forwards: 70", b"Max-Forwards: 99999999999999999999"),
        (b"sip:1@192.0.2.1 ", b"sip:1@192.0.2.1:65536 "),
        (b"From: <sip:a@b>;tag=1", b"From: <sip:a@b:0>;tag=1"),
    ],
)
def test_a_number_that_is_too_large_is_400(old: bytes, new: bytes) -> None:
    data = with_length("5")
    assert old in data

    assert answers(data.replace(old, new)) == [400]


@pytest.mark.parametrize("line_break", [b"\r", b"\n", b"\0", b"\r\r", b"\n\n"])
def test_a_bare_cr_or_lf_or_nul_begins_no_header(line_break: bytes) -> None:
    data = HEAD + b"Subject: a" + line_break + b"Call-ID: b\r\n" + b"Content-Length: 0\r\n\r\n"
    message = parse_datagram(data)

    assert isinstance(message, Request)
    assert message.headers.get_all("Call-ID") == ["a"]
    assert answers(data) == [403]


def test_the_largest_datagram_is_answered() -> None:
    body = b"a" * (MAX_DATAGRAM - len(HEAD) - 60)
    data = HEAD + b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    assert MAX_DATAGRAM - 60 < len(data) <= MAX_DATAGRAM
    assert answers(data, TRUNK) == [415]


def test_ten_thousand_headers_are_513() -> None:
    assert answers(HEAD + b"A: b\r\n" * 10_000 + b"\r\n") == [513]


@pytest.mark.parametrize("line", [b"A: " + b"b" * 1_000, b"A: " + b"b" * (1 << 20)], ids=["many", "one"])
def test_a_mebibyte_of_headers_is_513(line: bytes) -> None:
    data = HEAD + (line + b"\r\n") * max(1, (1 << 20) // len(line)) + b"\r\n"

    with pytest.raises(ParseError) as caught:
        parse_datagram(data)
    assert caught.value.status == 513
    assert answers(data) == [513]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([MAX_LINE], 403),
        ([MAX_LINE + 1], 513),
        ([MAX_LINE] * (MAX_HEAD // MAX_LINE), 513),
        ([], 403),
    ],
)
def test_headers_have_bounds_one_by_one_and_together(lines: list[int], status: int) -> None:
    long = b"".join(b"A: " + b"b" * (size - 3) + b"\r\n" for size in lines)

    assert answers(HEAD + long + b"Content-Length: 0\r\n\r\n") == [status]


def test_a_long_request_line_is_513() -> None:
    assert answers(HEAD.replace(b"sip:1@", b"sip:1" + b"1" * MAX_LINE + b"@") + b"\r\n") == [513]


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("size", [7_000, 23_000, 64_000])
def test_an_attack_is_refused_and_the_next_call_goes_through(name: str, size: int) -> None:
    data = ATTACKS[name](size)[:MAX_DATAGRAM]

    assert set(answers(data, TRUNK)) <= {400, 404, 413, 415, 482, 488, 513}


def test_what_a_datagram_costs_grows_no_faster_than_its_size() -> None:
    small, large = attack_costs(1_700), attack_costs(6_800)

    slow = {name: large[name] / small[name] for name in ATTACKS if large[name] > 8 * small[name]}
    assert not slow  # four times the size: quadratic would be sixteen times
