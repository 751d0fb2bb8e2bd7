from itertools import pairwise
from random import Random

import pytest
from aiortp.packet import (
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from telephony.media.counters import Counters
from telephony.media.player import Playback, Voice
from telephony.media.prompts import Prompt
from telephony.media.reception import Reception
from telephony.media.reports import INTERVAL_SECONDS, MAX_ROUND_TRIP, ReportClock, Reports, Speaker
from telephony.media.wav import Wav
from telephony.sdp.codec import PCMA

NOW = 1000.0
NTP = 0x0000_1234_5678_0000
LSR = 0x1234_5678


def sender_report() -> bytes:
    return bytes(RtcpSrPacket(1, RtcpSenderInfo(NTP, 0, 0, 0)))


def receiver_report(lsr: int = LSR, kept: float = 0.5) -> bytes:
    """What a far end says that has kept a sender's report for so long."""
    return bytes(RtcpRrPacket(2, [RtcpReceiverInfo(1, 0, 0, 0, 0, lsr, int(kept * 65536))]))


def playback() -> Playback:
    return Playback(Prompt.of("sound", Wav.a_law(bytes(1600))), Voice(PCMA, 8), Random(1))


@pytest.fixture
def reports() -> Reports:
    return Reports()


def test_the_way_is_known_from_our_report_and_what_is_said_of_it(reports: Reports) -> None:
    reports.send(NTP, NOW)

    reports.come(receiver_report(), NOW + 0.58, None)

    assert reports.round_trip == pytest.approx(0.08)


def test_the_way_is_known_from_reports_that_pass(reports: Reports) -> None:
    """The caller's report goes to the member, and what the member says of it comes back by us."""
    member = Reports()
    reports.come(sender_report(), NOW, member)

    member.come(receiver_report(), NOW + 0.54, reports)

    assert member.round_trip == pytest.approx(0.04)
    assert reports.round_trip is None


def test_it_is_the_average_of_all_but_those_that_come_too_close_to_be_read(reports: Reports) -> None:
    for after, way in ((0.0, 0.1), (5.0, 0.3)):
        reports.send(NTP, NOW + after)
        for again in (0.0, 0.1):
            reports.come(receiver_report(), NOW + after + 0.5 + way + again, None)

    assert reports.round_trip == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("report", "at"),
    [
        (receiver_report(lsr=0), 0.6),
        (receiver_report(lsr=LSR + 1), 0.6),
        (receiver_report(), 0.6 + MAX_ROUND_TRIP),
        (receiver_report()[:-1], 0.6),
        (b"\x80\xc9", 0.6),
    ],
    ids=["of none", "of another", "too long ago", "cut off", "a header"],
)
def test_what_cannot_be_true_tells_nothing(reports: Reports, report: bytes, at: float) -> None:
    reports.send(NTP, NOW)

    reports.come(report, NOW + at, None)

    assert reports.round_trip is None


def test_a_report_of_what_was_never_sent_tells_nothing(reports: Reports) -> None:
    reports.come(receiver_report(), NOW, None)

    assert reports.round_trip is None


def test_a_clock_that_is_a_little_behind_gives_no_way_under_nothing(reports: Reports) -> None:
    reports.send(NTP, NOW)

    reports.come(receiver_report(kept=0.501), NOW + 0.5, None)

    assert reports.round_trip == 0.0


@given(st.binary(max_size=200))
def test_nothing_that_comes_raises(datagram: bytes) -> None:
    Reports().come(datagram, NOW, Reports())


@given(st.integers(0, 3), st.integers(0, 31), st.integers(192, 223), st.integers(0, 12), st.binary())
def test_nothing_that_looks_like_a_report_raises(
    bits: int, blocks: int, kind: int, words: int, rest: bytes
) -> None:
    head = bytes((bits << 6 | blocks, kind)) + words.to_bytes(2)
    Reports().come(sender_report() + head + rest, NOW, None)


# ---- ours


def test_a_report_of_ours_tells_what_was_sent_and_what_has_come(reports: Reports) -> None:
    sound, reception = playback(), Reception(Counters())
    for _ in range(7):
        sound.next_packet()
    for sequence in (1, 2, 4):
        reception.jump(sequence, b"\0\0\0\x09")
    reports.come(sender_report(), NOW - 2.0, None)

    data = Speaker("a", sound, b"name").report(reception, reports, NOW)

    sent, described = RtcpPacket.parse(data)
    assert isinstance(sent, RtcpSrPacket)
    assert isinstance(described, RtcpSdesPacket)
    assert sent.ssrc == described.chunks[0].ssrc == sound.ssrc
    assert described.chunks[0].items == [(1, b"name")]
    info = sent.sender_info
    assert (info.packet_count, info.octet_count) == (7, 7 * 160)
    assert (info.ntp_timestamp >> 32, info.rtp_timestamp) == (int(NOW), sound.timestamp)
    (block,) = sent.reports
    assert (block.ssrc, block.packets_lost, block.fraction_lost) == (9, 1, 64)
    assert (block.highest_sequence, block.lsr, block.dlsr) == (4, LSR, 2 * 65536)


def test_of_who_sends_nothing_nothing_is_told(reports: Reports) -> None:
    data = Speaker("a", playback(), b"name").goodbye(Reception(Counters()), reports, NOW)

    sent, _, bye = RtcpPacket.parse(data)
    assert isinstance(sent, RtcpSrPacket)
    assert sent.reports == []
    assert isinstance(bye, RtcpByePacket)
    assert bye.sources == [sent.ssrc]


def test_reports_are_some_five_seconds_apart_and_not_all_at_once() -> None:
    clock = ReportClock(Random(1))
    for number in range(100):
        clock.begin(str(number), playback(), NOW)

    times: dict[str, list[float]] = {str(number): [] for number in range(100)}
    for tick in range(6000):
        for speaker in clock.due(NOW + tick / 100):
            times[speaker.leg].append(tick / 100)

    apart = [later - earlier for at in times.values() for earlier, later in pairwise(at)]
    assert min(apart) >= 0.5 * INTERVAL_SECONDS - 0.02
    assert max(apart) <= 1.5 * INTERVAL_SECONDS + 0.02
    assert sum(apart) / len(apart) == pytest.approx(INTERVAL_SECONDS, rel=0.05)
    assert all(at[0] <= 0.75 * INTERVAL_SECONDS + 0.02 for at in times.values())
    assert len({at[0] for at in times.values()}) > 50


def test_what_has_ended_is_not_reported_on() -> None:
    clock, first, second = ReportClock(Random(1)), playback(), playback()
    clock.begin("a", first, NOW)
    assert clock.end("a") is None  # its far end never heard of it
    clock.begin("a", second, NOW)

    (speaker,) = clock.due(NOW + INTERVAL_SECONDS)
    assert speaker.sound is second
    speaker.report(Reception(Counters()), Reports(), NOW)

    assert clock.end("a") is speaker
    assert clock.end("a") is None
    assert list(clock.due(NOW + 100)) == []
