"""Callers who wait with music, and what happens when somebody takes their call."""

import pytest

from telephony.media.counters import Drop
from telephony.media.errors import UnknownPrompt
from telephony.sdp.codec import PCMA
from tests.support.sounds import cut
from tests.telephony.media.house import MUSIC, SHORT, House, on_both_loops
from tests.telephony.media.phone import Phone
from tests.telephony.media.streams import OPUS, rtp, stream

WORD, SONG = cut(SHORT), cut(MUSIC, PCMA)


async def frames(phone: Phone, count: int) -> list[bytes]:
    return [(await phone.receive())[12:] for _ in range(count)]


@on_both_loops()
async def test_who_waits_hears_the_prompt_and_then_music_without_end(house: House) -> None:
    phone, _ = await house.leg("a")

    house.relay.wait("a", "short", "music")

    assert await frames(phone, 25) == WORD + SONG + SONG + SONG[:2]
    assert house.ended.empty()


@on_both_loops()
async def test_to_wait_again_breaks_in_and_nothing_is_told_of_an_end(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.wait("a", "", "music")
    assert await frames(phone, 4) == SONG[:4]

    house.relay.wait("a", "short", "music")
    house.relay.wait("a", "", "music")  # of nothing new

    assert await frames(phone, 9) == WORD + SONG[4:]
    assert house.ended.empty()


@on_both_loops()
async def test_other_music_takes_the_place_of_the_first(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.wait("a", "", "music")
    assert await frames(phone, 2) == SONG[:2]

    house.relay.wait("a", "", "short")

    assert await frames(phone, 6) == WORD + WORD


@on_both_loops()
async def test_a_prompt_takes_the_place_of_waiting_and_its_end_is_told(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.wait("a", "", "music")
    await frames(phone, 2)

    house.relay.play("a", "short")

    assert await house.prompt_ended() == "a"
    assert await frames(phone, 3) == WORD
    assert phone.waiting == 0


@on_both_loops()
async def test_waiting_takes_the_place_of_a_bridge(house: House) -> None:
    (caller, _), (member, to_member) = await house.bridged()

    house.relay.wait("a", "", "music")
    member.send(rtp(payload=b"not for the caller"), to_member)

    assert await frames(caller, 3) == SONG[:3]


@on_both_loops()
async def test_what_cannot_be_waited_with_is_an_error_and_who_is_gone_is_passed_over(house: House) -> None:
    await house.leg("a")

    house.relay.wait("gone", "short", "music")
    for prompt, music in (("opened", "music"), ("short", "opened")):
        with pytest.raises(UnknownPrompt):
            house.relay.wait("a", prompt, music)


@on_both_loops()
async def test_who_has_no_g711_waits_unheard_and_hears_the_music_from_where_it_can_be(house: House) -> None:
    phone, _ = await house.leg("a")
    house.relay.set_stream("a", stream(phone.address, {96: OPUS}))
    house.relay.wait("a", "", "music")
    assert house.relay.counters.prompts_unheard == 1

    house.relay.set_stream("a", stream(phone.address))

    (first,) = await frames(phone, 1)
    assert first in SONG


@on_both_loops()
async def test_no_first_word_is_clipped_and_the_music_stops_at_once(house: House) -> None:
    """The member speaks as soon as the 200 is sent: all of it is heard, and of the music nothing any more."""
    caller, to_caller = await house.leg("a")
    caller.send(rtp(), to_caller)
    house.relay.wait("a", "short", "music")
    await frames(caller, 5)
    member, to_member = await house.leg("b")

    house.relay.bridge("a", "b")
    while caller.waiting:
        await caller.receive()
    words = [rtp(payload=bytes([number]) * 160, sequence=number) for number in range(1, 31)]
    for number, word in enumerate(words):
        member.send(word, to_member)
        caller.send(rtp(payload=b"caller", sequence=number + 2), to_caller)

    assert [await caller.receive() for _ in words] == words
    assert [(await member.receive())[12:] for _ in words] == [b"caller"] * 30
    assert caller.waiting == member.waiting == 0


@on_both_loops()
async def test_what_the_member_says_before_the_bridge_does_not_tell_the_source_wrongly(house: House) -> None:
    """Sound that overtakes the 200: it has nobody to go to yet, and all that comes after goes through."""
    caller, _ = await house.leg("a")
    member, to_member = await house.leg("b")
    member.send(rtp(payload=b"too early"), to_member)
    await house.everything_is_read()
    house.relay.bridge("a", "b")

    member.send(rtp(payload=b"hello", sequence=2), to_member)

    assert (await caller.receive())[12:] == b"hello"
    assert house.relay.counters.dropped[Drop.UNBRIDGED] == 1


@on_both_loops()
async def test_what_callers_say_who_wait_is_dropped_but_keys_are_told(house: House) -> None:
    phone, port = await house.leg("a")
    pressed: list[tuple[str, str]] = []
    house.on_pressed = lambda leg, key: pressed.append((leg, key))
    house.relay.wait("a", "", "music")
    house.relay.watch_keys("a", True)

    phone.send(rtp(), port)
    phone.send(rtp(101, payload=bytes((7, 10, 0, 160)), sequence=2), port)
    await house.everything_is_read()

    assert pressed == [("a", "7")]
    assert house.relay.counters.dropped[Drop.UNBRIDGED] == 2
    assert house.relay.heard("a") is not None
