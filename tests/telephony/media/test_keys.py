import struct
from itertools import pairwise
from random import Random

import pytest

from telephony.media.keys import KEYS_A_SECOND, MOST_WAITING, SIGNALS, KeyEar, KeyPlayback, KeyVoice
from telephony.sdp.codec import PCMA, TELEPHONE_EVENT, Codec
from telephony.sdp.direction import Direction
from tests.telephony.media.streams import OPUS, stream

WIDE = Codec("telephone-event", 48000)


def event(
    key: str, timestamp: int, duration: int = 160, *, end: bool = False, ssrc: int = 7, sequence: int = 1
) -> bytes:
    """One packet of a key."""
    payload = struct.pack("!BBH", SIGNALS.index(key), (0x80 if end else 0) | 10, duration)
    return struct.pack("!BBHII", 0x80, 101, sequence, timestamp % 2**32, ssrc) + payload


def press(key: str, timestamp: int) -> list[bytes]:
    """All packets of a key: it grows, and ends three times."""
    grows = [event(key, timestamp, 160 * step) for step in range(1, 6)]
    return grows + [event(key, timestamp, 960, end=True)] * 3


def heard(*packets: bytes, ear: KeyEar | None = None, now: float = 0.0) -> str:
    """The keys that are heard in these packets."""
    ear = ear or KeyEar()
    return "".join([ear.hear(bytearray(packet), len(packet), now) or "" for packet in packets])


def test_a_key_is_heard_once() -> None:
    assert heard(*press("5", 1000), *press("5", 3000), *press("#", 5000)) == "55#"


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_lost_of_it(seed: int) -> None:
    random, packets = Random(seed), []
    for place, key in enumerate("0853061000*#ABCD"):
        kept = [packet for packet in press(key, 2000 * place) if random.random() > 0.5]
        packets += kept or [press(key, 2000 * place)[-1]]

    assert heard(*packets) == "0853061000*#ABCD"


def test_late_and_double_packets_are_of_the_key_before() -> None:
    one, two = press("1", 1000), press("2", 3000)

    assert heard(*one[:4], *two[:2], *one[4:], *two[2:], *two) == "12"


def test_timestamps_go_round() -> None:
    assert heard(*press("1", 2**32 - 500), *press("1", 1500)) == "11"


def test_a_key_that_is_held_for_long_is_one_key() -> None:
    """RFC 4733 2.5.1.3."""
    first, on = event("9", 1000, 0xFFFF), event("9", 1000 + 0xFFFF, 400, end=True)

    assert heard(first, on, on) == "9"
    assert heard(first, event("8", 1000 + 0xFFFF)) == "98"


def test_a_new_stream_begins_anew() -> None:
    assert heard(event("1", 5000), event("1", 1000, ssrc=8)) == "11"


@pytest.mark.parametrize(
    "packet", [event("1", 0)[:15], event("1", 0)[:12] + b"\x10\x0a\x00\xa0"], ids=["short", "flash"]
)
def test_what_is_no_key_is_not_heard(packet: bytes) -> None:
    assert heard(packet) == ""


def test_contributing_sources_and_padding_are_no_keys() -> None:
    packet = bytearray(event("3", 0))
    packet[0] |= 0x21
    packet[12:12] = bytes(4)

    assert heard(bytes(packet) + b"\0\2") == "3"


def test_a_flood_is_heard_at_the_pace_of_a_dialler() -> None:
    ear, many = KeyEar(), [event("1", 100 * number) for number in range(1000)]

    assert len(heard(*many, ear=ear)) == MOST_WAITING
    later = [event("1", 200_000 + 100 * number) for number in range(1000)]
    assert len(heard(*later, ear=ear, now=1.0)) == KEYS_A_SECOND


# ---- sent


def packets_of(playback: KeyPlayback) -> list[bytes | None]:
    """What goes out, each 20 ms."""
    packets = []
    while not playback.over:
        packets.append(playback.next_packet())
    return packets


def read(packet: bytes) -> tuple[bool, int, int, int, bool, int]:
    """Marker, payload number, timestamp, event, end, duration."""
    _, second, _, timestamp, _, code, flags, duration = struct.unpack("!BBHIIBBH", packet)
    return bool(second & 0x80), second & 0x7F, timestamp, code, bool(flags & 0x80), duration


def test_a_key_grows_and_ends_three_times() -> None:
    playback = KeyPlayback(KeyVoice(96, 8000), Random(1))
    playback.add("5", 100)

    sent = packets_of(playback)

    packets = [read(packet) for packet in sent if packet]
    assert sent[-1] is None
    assert [marker for marker, *_ in packets] == [True] + [False] * 6
    assert {packet[1:4] for packet in packets} == {(96, packets[0][2], 5)}
    assert [(end, duration) for *_, end, duration in packets] == [
        *[(False, 160), (False, 320), (False, 480), (False, 640)],
        *[(True, 800)] * 3,
    ]
    sequences = [int.from_bytes(packet[2:4]) for packet in sent if packet]
    assert all((after - before) % 65536 == 1 for before, after in pairwise(sequences))


def test_each_key_begins_later() -> None:
    playback = KeyPlayback(KeyVoice(96, 48000), Random(1))
    for key in "12":
        playback.add(key, 40)
    first = playback.next_packet()
    playback.pause(3)  # in the middle of a key it is held on

    rest = [packet for packet in packets_of(playback) if packet]

    assert first is not None
    begins = [read(packet) for packet in [first, *rest] if read(packet)[0]]
    assert [code for _, _, _, code, _, _ in begins] == [1, 2]
    assert (begins[1][2] - begins[0][2]) % 2**32 == 5 * 960
    assert heard(first, *rest) == "12"


def test_a_pause_between_keys_is_counted() -> None:
    playback = KeyPlayback(KeyVoice(96, 8000), Random(1))
    other = KeyPlayback(KeyVoice(96, 8000), Random(1))
    playback.pause(2)
    for each in (playback, other):
        each.add("1", 40)

    one, two = playback.next_packet(), other.next_packet()

    assert one is not None and two is not None
    assert (read(one)[2] - read(two)[2]) % 2**32 == 320


def test_a_key_is_not_longer_than_can_be_said() -> None:
    playback = KeyPlayback(KeyVoice(96, 48000), Random(1))
    playback.add("1", 5000)

    assert max(read(packet)[5] for packet in packets_of(playback) if packet) <= 0xFFFF


def test_keys_that_wait_are_bounded() -> None:
    playback = KeyPlayback(KeyVoice(96, 8000), Random(1))

    assert [playback.add("1", 40) for _ in range(MOST_WAITING + 1)] == [True] * MOST_WAITING + [False]


def test_the_clock_is_that_of_the_sound() -> None:
    both = {OPUS: 111, PCMA: 8, TELEPHONE_EVENT: 101, WIDE: 102}
    narrow = {PCMA: 8, OPUS: 111, TELEPHONE_EVENT: 101, WIDE: 102}

    assert KeyVoice.of(stream(sends=both)) == KeyVoice(102, 48000)
    assert KeyVoice.of(stream(sends=narrow)) == KeyVoice(101, 8000)
    assert KeyVoice.of(stream(sends={OPUS: 111, TELEPHONE_EVENT: 101})) == KeyVoice(101, 8000)


def test_who_takes_no_keys_is_sent_none() -> None:
    assert KeyVoice.of(stream(sends={PCMA: 8})) is None
    assert KeyVoice.of(stream(direction=Direction.RECVONLY)) is None
    assert KeyVoice.of(None) is None
