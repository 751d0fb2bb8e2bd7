"""Reports on sound between phones and the relay, by sockets. `test_reports` has the times."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiortp.packet import (
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)

from telephony.media import reports
from telephony.sdp.measurement import Measurement
from tests.telephony.media.house import HOST, House, on_both_loops
from tests.telephony.media.phone import Phone
from tests.telephony.media.streams import rtp, stream


@contextmanager
def quickly() -> Iterator[None]:
    """Reports come each 20 ms, not 5 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "INTERVAL_SECONDS", 0.02)
        patch.setattr(reports, "APART_SECONDS", 0.0)
        yield


async def two_sockets(house: House) -> tuple[Phone, Phone]:
    """Those of a phone: for sound, and on the next port for reports."""
    while True:
        phone = await house.phone()
        try:
            return phone, await house.phone(port=phone.address[1] + 1)
        except OSError:  # somebody else's
            continue


async def the_last_of(beside: Phone) -> list[AnyRtcpPacket]:
    """The report in which a sound says goodbye."""
    while True:
        packets = RtcpPacket.parse(await beside.receive())
        if isinstance(packets[-1], RtcpByePacket):
            return packets


@on_both_loops()
async def test_who_hears_music_gets_reports_and_a_last_one_when_it_ends(house: House) -> None:
    phone, beside = await two_sockets(house)
    _, port = house.relay.open("a", HOST)
    house.relay.set_stream("a", stream(phone.address))
    for sequence in range(1, 10):
        phone.send(rtp(sequence=sequence), (HOST, port))
    await house.everything_is_read()

    with quickly():
        house.relay.wait("a", "", "music")
        sent, _ = RtcpPacket.parse(await beside.receive())
        music = await phone.receive()
    house.relay.play("a", "short")
    last, _, bye = await the_last_of(beside)

    assert isinstance(sent, RtcpSrPacket)
    assert sent.ssrc.to_bytes(4) == music[8:12]
    assert isinstance(last, RtcpSrPacket)
    assert last.sender_info.packet_count >= sent.sender_info.packet_count
    (block,) = last.reports
    assert (block.packets_lost, block.highest_sequence) == (0, 9)
    assert isinstance(bye, RtcpByePacket)
    assert bye.sources == [sent.ssrc]
    assert house.relay.counters.reports >= 2


@on_both_loops()
async def test_the_way_to_who_waits_is_measured_by_what_they_say_of_our_reports(house: House) -> None:
    phone, beside = await two_sockets(house)
    _, port = house.relay.open("a", HOST)
    house.relay.set_stream("a", stream(phone.address))
    phone.send(rtp(), (HOST, port))

    with quickly():
        house.relay.wait("a", "", "music")
        for _ in range(5):  # one that comes after the next report of ours tells nothing
            sent, *_ = RtcpPacket.parse(await beside.receive())
            assert isinstance(sent, RtcpSrPacket)
            stamp = sent.sender_info.ntp_timestamp >> 16 & 0xFFFF_FFFF
            answer = RtcpRrPacket(9, [RtcpReceiverInfo(sent.ssrc, 0, 0, 0, 0, stamp, 0)])
            beside.send(bytes(answer), (HOST, port + 1))
        await house.everything_is_read()

    measured = house.relay.close("a")
    assert measured is not None
    assert measured.round_trip is not None
    assert 0.0 <= measured.round_trip < 1.0


@on_both_loops()
async def test_a_prompt_that_is_played_to_its_end_says_goodbye_too(house: House) -> None:
    phone, beside = await two_sockets(house)
    house.relay.open("a", HOST)
    house.relay.set_stream("a", stream(phone.address))

    with quickly():
        house.relay.play("a", "short")
        await house.prompt_ended()

    assert isinstance((await the_last_of(beside))[-1], RtcpByePacket)


@on_both_loops()
async def test_who_has_not_shown_to_want_sound_gets_no_reports(house: House) -> None:
    phone, beside = await two_sockets(house)
    house.relay.open("a", "192.0.2.1")
    house.relay.set_stream("a", stream(phone.address))

    with quickly():
        house.relay.wait("a", "", "music")
        for _ in range(10):
            await phone.receive()
    house.relay.close("a")

    assert beside.waiting == 0
    assert house.relay.counters.reports == 0


@on_both_loops()
async def test_what_was_measured_of_a_leg_is_told_at_its_end(house: House) -> None:
    (caller, to_caller), _ = await house.bridged()
    for sequence in (*range(1, 6), *range(8, 11)):
        caller.send(rtp(sequence=sequence), to_caller)
    await house.everything_is_read()

    assert house.relay.close("a") == Measurement(8, 2, None, None)
    assert house.relay.close("b") is None
    assert house.relay.close("a") is None


@on_both_loops()
async def test_the_way_is_measured_by_reports_that_are_passed_on(house: House) -> None:
    """The caller's goes to the member, and the member's tells of it."""
    (caller, to_caller), (member, to_member) = await house.bridged()
    caller.send(rtp(), to_caller)
    member.send(rtp(), to_member)
    report = RtcpSrPacket(1, RtcpSenderInfo(0x0000_1234_5678_0000, 0, 0, 0))
    answer = RtcpRrPacket(2, [RtcpReceiverInfo(1, 0, 0, 0, 0, 0x1234_5678, 0)])

    for phone, packet, (host, port) in ((caller, report, to_caller), (member, answer, to_member)):
        await house.everything_is_read()
        phone.send(bytes(packet), (host, port + 1))
    await house.everything_is_read()

    measured = house.relay.close("b")
    assert measured is not None
    assert measured.round_trip is not None
    assert 0.0 <= measured.round_trip < 1.0
