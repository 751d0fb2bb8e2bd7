import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.sip.errors import ParseError
from telephony.sip.framing import MAX_HEAD, MAX_HEADERS, MAX_LINE, MAX_MESSAGE, parse_datagram
from telephony.sip.message import Request, Response


def parse_request(data: bytes) -> Request:
    message = parse_datagram(data)
    assert isinstance(message, Request)
    return message


def refused(data: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parse_datagram(data)
    return caught.value


def test_a_request() -> None:
    message = parse_request(b"INVITE sip:a@b SIP/2.0\r\nt: <sip:a@b>\r\nl: 4\r\n\r\nbodyand more")

    assert (message.method, message.uri, message.version) == ("INVITE", "sip:a@b", "SIP/2.0")
    assert list(message.headers) == [("To", "<sip:a@b>"), ("Content-Length", "4")]
    assert message.body == b"body"


def test_a_response() -> None:
    message = parse_datagram("sip/2.0 200 Så är det\r\nTo: x\r\n\r\nbody".encode())

    assert isinstance(message, Response)
    assert (message.status, message.reason, message.body) == (200, "Så är det", b"body")


@pytest.mark.parametrize("line", [b"SIP/2.0 100 ", b"SIP/2.0 100"])
def test_no_reason_phrase(line: bytes) -> None:
    message = parse_datagram(line + b"\r\n\r\n")

    assert isinstance(message, Response)
    assert (message.status, message.reason) == (100, "")


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n", b"\n"])
def test_a_keep_alive(data: bytes) -> None:
    assert parse_datagram(data) is None


def test_line_breaks_before_the_message() -> None:
    assert parse_request(b"\r\n\r\nBYE sip:a@b SIP/2.0\r\n\r\n").method == "BYE"


def test_unfolding() -> None:
    message = parse_request(b"BYE sip:a SIP/2.0\r\nSubject: one\r\n two\r\n\t\tthree\r\nTo:\r\n x\r\n\r\n")

    assert message.headers.get("Subject") == "one two three"
    assert message.headers.get("To") == "x"


def test_a_lone_line_break_starts_no_header() -> None:
    message = parse_request(b"BYE sip:a SIP/2.0\r\nSubject: x\nP-Asserted-Identity: y\rTo: z\r\n\r\n")

    assert list(message.headers) == [("Subject", "x P-Asserted-Identity: y To: z")]


def test_octets_that_are_not_utf8_are_echoed() -> None:
    message = parse_request(b"BYE sip:a SIP/2.0\r\nSubject: \xe5\xff\r\n\r\n")

    assert b"Subject: \xe5\xff\r\n" in message.to_bytes()


@pytest.mark.parametrize(
    "line",
    [
        b"BYE",
        b"BYE sip:a",
        b"BYE SIP/2.0",
        b"BYE sip:a HTTP/1.1",
        b"BYE sip:a SIP/2",
        "BYE sip:a ſip/2.0".encode(),
    ],
)
def test_what_is_no_sip_request_gets_no_answer(line: bytes) -> None:
    error = refused(line + b"\r\nTo: x\r\n\r\n")

    assert (error.status, error.partial) == (400, None)


@pytest.mark.parametrize(
    "line",
    [
        b"INVITE  sip:a SIP/2.0",
        b"INVITE sip:a; lr SIP/2.0",
        b"INVITE sip:a SIP/2.0  ",
        b"INVITE\tsip:a SIP/2.0",
        b"IN(VITE sip:a SIP/2.0",
    ],
)
def test_a_malformed_request_line_can_be_refused(line: bytes) -> None:
    error = refused(line + b"\r\nTo: x\r\n\r\n")

    assert error.status == 400
    assert error.partial is not None
    assert error.partial.headers.get("To") == "x"


def test_another_version() -> None:
    error = refused(b"OPTIONS sip:a SIP/3.0\r\nTo: x\r\n\r\n")

    assert (error.status, error.reason) == (505, "Version Not Supported")
    assert error.partial is not None
    assert error.partial.headers.get("To") == "x"


@pytest.mark.parametrize(
    "line",
    [
        b"SIP/2.0 4294967301 x",
        b"SIP/2.0 099 x",
        b"SIP/2.0 700 x",
        b"SIP/2.0",
        b"SIP/3.0 200 OK",
        "SIP/2.0 ²00".encode(),
    ],
)
def test_a_malformed_status_line(line: bytes) -> None:
    assert refused(line + b"\r\n\r\n").partial is None


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5\r\n\r\nbody",
        b"Content-Length: -999\r\n\r\nbody",
        b"Content-Length: \r\n\r\nbody",
        b"l: 4\r\nContent-Length: 4\r\n\r\nbody",
        b"no header line\r\n\r\n",
        b": no name\r\n\r\n",
        b"Subject: no empty line\r\n",
        b"",
    ],
)
def test_what_breaks_the_framing(rest: bytes) -> None:
    error = refused(b"INVITE sip:a SIP/2.0\r\nTo: x\r\n" + rest)

    assert error.status == 400
    assert error.partial is not None
    assert error.partial.headers.get("To") == "x"


def test_a_response_that_breaks_the_framing() -> None:
    error = refused(b"SIP/2.0 200 OK\r\nContent-Length: 1\r\n\r\n")

    assert (error.status, error.partial) == (400, None)


def test_too_many_headers() -> None:
    error = refused(b"INVITE sip:a SIP/2.0\r\nTo: x\r\n" + b"a: b\r\n" * MAX_HEADERS + b"\r\n")

    assert error.status == 513
    assert error.partial is not None
    assert len(error.partial.headers) == MAX_HEADERS


def test_too_long() -> None:
    error = refused(b"INVITE sip:a SIP/2.0\r\nTo: x\r\n\r\n" + bytes(MAX_MESSAGE))

    assert error.status == 513
    assert error.partial is not None


@pytest.mark.parametrize(
    "piece", [b"a:b\r\n", b"\r\n ", b"\r", b" \t", b'"', b"\r\na", b":", b"\xff", b"Via:,\r\n"]
)
def test_hostile_datagrams_take_linear_time(piece: bytes) -> None:
    data = b"INVITE sip:a SIP/2.0\r\n" + piece * (60_000 // len(piece)) + b"\r\n\r\n"
    began = time.perf_counter()

    try:
        parse_datagram(data)
    except ParseError as error:
        assert error.partial is not None

    assert time.perf_counter() - began < 1.0


_OCTETS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b" ",
        b":",
        b"SIP/2.0",
        b"INVITE",
        b"sip:a",
        b"Via",
        b"l: 3",
        b"Content-Length",
        b"200",
        b"\xe5",
    ]
)


@given(st.lists(_OCTETS | st.binary(max_size=3), max_size=30).map(b"".join))
@settings(deadline=None)
def test_any_octets(data: bytes) -> None:
    for start in (b"", b"INVITE sip:a SIP/2.0\r\n", b"SIP/2.0 200 OK\r\n"):
        try:
            message = parse_datagram(start + data)
        except ParseError:
            continue
        if message is not None:
            again = parse_datagram(message.to_bytes())
            assert again is not None
            message.headers.set("Content-Length", str(len(message.body)))
            again.headers.set("Content-Length", str(len(message.body)))
            assert sorted(again.headers) == sorted(message.headers)
            assert (again.start_line, again.body) == (message.start_line, message.body)


@pytest.mark.parametrize(
    ("sizes", "passes"),
    [
        ([MAX_LINE], True),
        ([MAX_LINE, MAX_LINE], True),
        ([MAX_LINE + 1], False),
        ([MAX_LINE] * (MAX_HEAD // MAX_LINE), False),
    ],
)
def test_headers_are_bounded_one_by_one_and_together(sizes: list[int], passes: bool) -> None:
    lines = b"".join(b"A: " + b"b" * (size - 3) + b"\r\n" for size in sizes)
    data = b"OPTIONS sip:a SIP/2.0\r\nTo: x\r\n" + lines + b"Call-ID: c\r\n\r\n"

    if passes:
        assert isinstance(parse_datagram(data), Request)
        return
    error = refused(data)
    assert error.status == 513
    assert error.partial is not None
    assert error.partial.headers.get_all("Call-ID") == ["c"]  # what follows is there for the answer


def test_a_request_line_is_bounded() -> None:
    assert refused(b"OPTIONS sip:" + b"a" * MAX_LINE + b" SIP/2.0\r\nTo: x\r\n\r\n").status == 513


@pytest.mark.parametrize("length", ["65535", "4294967296", "9" * 5000])
def test_a_body_that_is_too_long_is_413(length: str) -> None:
    error = refused(f"INVITE sip:a SIP/2.0\r\nTo: x\r\nContent-Length: {length}\r\n\r\nbody".encode())

    assert error.status == 413
    assert error.partial is not None


def test_a_message_of_a_stream_tells_its_length() -> None:
    message = b"INVITE sip:a SIP/2.0\r\nTo: x\r\n\r\n"

    assert isinstance(parse_datagram(message), Request)
    with pytest.raises(ParseError, match="Missing Content-Length"):
        parse_datagram(message, of_stream=True)


@pytest.mark.parametrize(
    "data",
    [
        b"OPTIONS sip:a SIP/2.0\r\n" + b"X: y\r\n" * 10_000,
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 9\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: no\r\n\r\n",
    ],
    ids=["too long", "a body that is missing", "an answer"],
)
def test_what_is_refused_is_no_garbage_for_the_collector(data: bytes) -> None:
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(ParseError):
            parse_datagram(data)
        assert gc.collect() == 0
    finally:
        gc.enable()
