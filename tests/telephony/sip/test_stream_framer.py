"""Messages of a stream: the same ones however the octets come, and never those of one in another."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.errors import ParseError
from telephony.sip.framing import MAX_MESSAGE, parse_datagram
from telephony.sip.message import Request
from telephony.sip.stream_framer import KEEP_ALIVE, StreamFramer

HEAD = b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP c;branch=z9hG4bK1\r\n"


def message(body: bytes = b"", name: bytes = b"Content-Length") -> bytes:
    return HEAD + name + b": %d\r\n\r\n" % len(body) + body


def framed(*segments: bytes) -> tuple[list[bytes], StreamFramer]:
    """What comes out, and the framer afterwards."""
    framer, out = StreamFramer(), list[bytes]()
    for segment in segments:
        framer.feed(segment)
        while (item := framer.next()) is not None:
            out.append(item)
    return out, framer


def refusal(octets: bytes) -> ParseError:
    """How the parser refuses what the framer gave last."""
    with pytest.raises(ParseError) as caught:
        parse_datagram(octets, of_stream=True)
    return caught.value


BODIES = st.lists(
    st.binary(max_size=40) | st.sampled_from([b"\r\n\r\n", b"\r\n", message(), b"BYE sip:a SIP/2.0\r\n\r\n"]),
    max_size=5,
)


@given(BODIES, st.lists(st.sampled_from([b"", b"\r\n", b"\n", b"\r\n\r\n"]), min_size=6), st.data())
def test_any_split_gives_the_same_messages(
    bodies: list[bytes], between: list[bytes], data: st.DataObject
) -> None:
    messages = [message(body) for body in bodies]
    stream = b"".join(gap + each for gap, each in zip(between, messages, strict=False))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    segments = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    out, framer = framed(*segments)

    assert [item for item in out if item != KEEP_ALIVE] == messages
    assert not framer.is_broken
    assert not framer.is_within_message


def test_a_message_split_at_every_octet() -> None:
    stream = message(b"one\r\n\r\n") + message(b"two")

    out, _ = framed(*[bytes([octet]) for octet in stream])

    assert out == [message(b"one\r\n\r\n"), message(b"two")]


def test_two_messages_in_one_segment() -> None:
    out, _ = framed(message(b"one") + message(name=b"l"))

    assert out == [message(b"one"), message(name=b"l")]


def test_a_folded_length_counts() -> None:
    folded = HEAD + b"Content-Length:\r\n  3\r\n\r\nabc"

    assert framed(folded + message())[0] == [folded, message()]


@pytest.mark.parametrize(
    "segments", [(b"\r\n\r\n",), (b"\r\n", b"\r\n"), (b"\r", b"\n\r\n"), (b"x"[1:], b"\r\n\r\n")]
)
def test_two_line_breaks_are_a_ping(segments: tuple[bytes, ...]) -> None:
    assert framed(*segments)[0] == [KEEP_ALIVE]


def test_one_line_break_is_none_and_is_forgotten_after_a_message() -> None:
    assert framed(b"\r\n", message(), b"\r\n", message())[0] == [message(), message()]


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"", 400),
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: +1\r\n", 400),
        (b"Content-Length: 1 1\r\n", 400),
        (b"Content-Length: 0x1\r\n", 400),
        (b"Content-Length: 1\0\r\n", 400),
        (b"Content-Length: 1\nl: 2\r\n", 400),
        (b"Subject: a\nContent-Length: 1\r\n", 400),
        (b"Content-Length: 1\r\nl: 2\r\n", 400),
        (b"Content-Length: 1\r\nContent-Length: 1\r\n", 400),
        (b"Content-Length: 65535\r\n", 413),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", 413),
        (b"Subject: x\r\n" * 400, 513),
    ],
)
def test_a_length_that_cannot_be_believed_ends_the_stream_with_a_refusal(rest: bytes, status: int) -> None:
    smuggled = b"BYE sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"

    out, framer = framed(HEAD + rest + b"\r\n" + smuggled, smuggled)

    assert out == [HEAD + rest + b"\r\n"]
    assert framer.is_broken
    assert refusal(out[0]).status == status
    assert isinstance(refusal(out[0]).partial, Request)


def test_a_head_without_end_is_refused_when_it_is_too_long() -> None:
    segment = b"Subject: x\r\n" * 100
    out, framer = framed(HEAD, *[segment] * 100)

    assert framer.is_broken
    assert MAX_MESSAGE < len(out[0]) <= MAX_MESSAGE + len(segment)
    assert refusal(out[0]).status == 513


@pytest.mark.parametrize(
    "octets",
    [
        HEAD + b"X: \r\n" * 13_000,
        HEAD + b"X" * 65_000,
        HEAD + b"\0" * 65_000,
        HEAD + b"\r\r\n\n" * 16_000,
        b"\r\n" * 32_000,
        b"\r" * 65_000,
        HEAD + b"l:" + b"\r\n " * 20_000,
        message() * 800,
    ],
)
@pytest.mark.parametrize("size", [1, 1460, 70_000])
def test_64_kib_take_10_ms(octets: bytes, size: int) -> None:
    """4 ms as measured, and 100 ms octet by octet. A quadratic framer takes seconds."""
    segments = [octets[at : at + size] for at in range(0, len(octets), size)]

    best = min(_seconds(segments) for _ in range(3))

    assert best < (3.0 if size == 1 else 0.1)  # with the measuring of coverage


def _seconds(segments: list[bytes]) -> float:
    begun = time.process_time()
    framed(*segments)
    return time.process_time() - begun
