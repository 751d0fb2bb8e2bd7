"""The relay's prompts; `test_player` has the pacing, by a clock of its own."""

import asyncio

import pytest

from telephony.media.counters import Drop
from telephony.media.errors import UnknownPrompt
from telephony.sdp.codec import G722, PCMA, PCMU
from tests.support.sounds import cut
from tests.telephony.media.house import SHORT, House, on_both_loops
from tests.telephony.media.phone import PATIENCE
from tests.telephony.media.streams import OPUS, rtp, stream


@on_both_loops()
async def test_a_prompt_is_played_to_its_end_and_that_is_told_once(house: House) -> None:
    for number, codec in ((8, PCMA), (0, PCMU), (9, G722)):
        phone, port = await house.leg(codec.name)
        house.relay.set_stream(codec.name, stream(phone.address, {number: codec}))

        house.relay.play(codec.name, "short")

        assert await house.prompt_ended() == codec.name
        got = [await phone.receive_from() for _ in range(3)]
        assert [source for _, source in got] == [port] * 3
        assert [packet[1] for packet, _ in got] == [number | 0x80, number, number]
        assert [packet[12:] for packet, _ in got] == cut(SHORT, codec)
        assert phone.waiting == 0
    assert house.relay.counters.prompt_packets == 9
    assert house.ended.empty()


@on_both_loops()
async def test_a_leg_hears_it_in_what_it_prefers(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.set_stream("a", stream(phone.address, {96: OPUS, 9: G722, 8: PCMA}))

    house.relay.play("a", "short")

    packet = await phone.receive()
    assert (packet[1] & 0x7F, packet[12:]) == (9, cut(SHORT, G722)[0])


@on_both_loops()
async def test_a_prompt_goes_to_the_source_of_the_legs_sound(house: House) -> None:
    _, port = await house.leg("a")
    real = await house.phone("127.0.0.2")
    real.send(rtp(), port)
    await house.everything_is_read()

    house.relay.play("a", "short")

    assert (await real.receive())[12:] == cut(SHORT)[0]


@on_both_loops()
async def test_a_bridge_takes_the_place_of_a_prompt(house: House) -> None:
    for leg in ("a", "b", "c"):
        await house.leg(leg)
    house.relay.play("a", "short")
    house.relay.play("b", "short")

    house.relay.bridge("a", "b")
    house.relay.play("c", "short")

    assert await house.prompt_ended() == "c"
    assert house.ended.empty()
    assert house.relay.counters.prompt_packets == 3


@on_both_loops()
async def test_a_prompt_takes_the_place_of_a_bridge(house: House) -> None:
    (caller, _), (callee, to_b) = await house.bridged()

    house.relay.play("a", "short")
    callee.send(rtp(payload=b"not for the caller"), to_b)

    assert await house.prompt_ended() == "a"
    assert [(await caller.receive())[12:] for _ in range(3)] == cut(SHORT)
    assert house.relay.counters.dropped[Drop.UNBRIDGED] == 1


@on_both_loops()
async def test_a_leg_without_g711_and_g722_hears_nothing_and_the_prompt_ends(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.set_stream("a", stream(phone.address, {96: OPUS}))

    house.relay.play("a", "short")

    assert await house.prompt_ended() == "a"
    assert house.relay.counters.prompts_unheard == 1
    assert phone.waiting == 0


@on_both_loops()
async def test_what_cannot_be_sent_is_counted_and_the_prompt_ends(house: House) -> None:
    unknown, refused_by_the_system = ("0.0.0.0", 4000), ("255.255.255.255", 4000)
    for remote in (unknown, refused_by_the_system):
        house.relay.open("a")
        house.relay.set_stream("a", stream(remote))

        house.relay.play("a", "short")

        assert await house.prompt_ended() == "a"
        house.relay.close("a")
    assert house.relay.counters.dropped[Drop.UNSENDABLE] == 6
    assert house.relay.counters.prompt_packets == 0


@on_both_loops()
async def test_a_prompt_that_is_not_there_is_an_error(house: House) -> None:
    await house.leg("a")

    with pytest.raises(UnknownPrompt):
        house.relay.play("a", "opened")


@on_both_loops()
async def test_closing_breaks_a_prompt_off_and_does_not_tell_it_as_ended(house: House) -> None:
    await house.leg("a")
    await house.leg("b")
    house.relay.play("a", "short")
    house.relay.play("b", "short")

    house.relay.close("a")

    assert await house.prompt_ended() == "b"
    assert house.ended.empty()


@on_both_loops()
async def test_legs_may_be_closed_when_a_prompt_ends_also_those_that_end_with_it(house: House) -> None:
    ended: list[str] = []
    done = asyncio.Event()

    def hang_up(leg: str) -> None:
        ended.append(leg)
        house.relay.close_all()
        done.set()

    house.on_ended = hang_up
    for number in range(40):  # two for each millisecond of the period
        house.relay.open(f"leg {number}", emergency=True)
        house.relay.play(f"leg {number}", "short")

    await asyncio.wait_for(done.wait(), PATIENCE)

    assert len(ended) == 1
    assert house.relay.counters.legs_open == 0


@on_both_loops()
async def test_another_prompt_may_be_played_when_one_ends(house: House) -> None:
    phone, _ = await house.leg("a")
    ended: list[str] = []
    done = asyncio.Event()

    def once_more(leg: str) -> None:
        ended.append(leg)
        if len(ended) == 1:
            house.relay.play(leg, "short")
        else:
            done.set()

    house.on_ended = once_more
    house.relay.play("a", "short")

    await asyncio.wait_for(done.wait(), PATIENCE)

    assert ended == ["a", "a"]
    assert [(await phone.receive())[12:] for _ in range(6)] == cut(SHORT) * 2
