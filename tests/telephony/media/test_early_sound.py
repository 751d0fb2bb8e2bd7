import pytest

from telephony.media.counters import Drop
from telephony.media.early_sound import MAX_PACKETS, MAX_SECONDS, EarlyPacket, EarlySound
from tests.telephony.media.house import House, on_both_loops
from tests.telephony.media.streams import rtp, stream


def packet(number: int, at: float = 0.0) -> EarlyPacket:
    return EarlyPacket(rtp(sequence=number), ("192.0.2.10", 4000), at)


def test_it_is_given_once_in_its_order_and_the_latest_of_too_many() -> None:
    early = EarlySound()
    for number in range(MAX_PACKETS + 2):
        early.keep(packet(number))

    assert early.take(0.0) == [packet(number) for number in range(2, MAX_PACKETS + 2)]
    assert early.take(0.0) == []
    assert early.unheard == 2


def test_what_is_old_is_no_first_word() -> None:
    early = EarlySound()
    early.keep(packet(1, at=9.0))
    early.keep(packet(2, at=9.1))

    assert early.take(9.05 + MAX_SECONDS) == [packet(2, at=9.1)]
    early.keep(packet(3, at=9.5))
    assert early.unheard == 2


@on_both_loops()
async def test_the_first_word_of_who_answers_is_heard_though_it_came_before_the_200(house: House) -> None:
    caller, _ = await house.leg("a")
    member = await house.phone()
    _, port = house.relay.open("b", "127.0.0.1")
    for number in (1, 2, 3):
        member.send(rtp(sequence=number, payload=b"first word"), ("127.0.0.1", port))
    await house.everything_is_read()

    house.relay.set_stream("b", stream(member.address))
    house.relay.bridge("a", "b")

    for number in (1, 2, 3):
        assert await caller.receive() == rtp(sequence=number, payload=b"first word")
    house.relay.bridge("a", "b")
    member.send(rtp(sequence=4), ("127.0.0.1", port))
    assert await caller.receive() == rtp(sequence=4)


@on_both_loops()
async def test_what_a_stranger_sent_before_the_200_is_nobodys_first_word(house: House) -> None:
    caller, _ = await house.leg("a")
    member, stranger = await house.phone(), await house.phone("127.0.0.3")
    _, port = house.relay.open("b", "127.0.0.1")
    stranger.send(rtp(sequence=90, payload=b"who are you"), ("127.0.0.1", port))
    await house.everything_is_read()

    house.relay.set_stream("b", stream(member.address))
    house.relay.bridge("a", "b")

    member.send(rtp(sequence=1), ("127.0.0.1", port))
    assert await caller.receive() == rtp(sequence=1)
    assert house.relay.counters.dropped[Drop.STRANGER] == 1


@on_both_loops()
async def test_sound_to_a_leg_with_which_nothing_was_ever_agreed_is_counted(house: House) -> None:
    stranger = await house.phone()
    _, port = house.relay.open("b")
    stranger.send(rtp(), ("127.0.0.1", port))
    await house.everything_is_read()

    house.relay.close("b")

    assert house.relay.counters.dropped[Drop.STRANGER] == 1


@pytest.mark.parametrize(
    ("began", "answered", "is_heard"),
    [
        (0.2, 0.3, False),  # a ringing tone, and then somebody is quick
        (1.1, 1.3, True),  # silent while it rang, and then the first word
        (1.1, 1.5, False),  # something that plays already
    ],
)
def test_after_a_183_only_sound_that_begins_with_the_answer_is_a_first_word(
    began: float, answered: float, is_heard: bool
) -> None:
    early = EarlySound()
    early.keep(packet(0, at=-0.1))
    early.expect(0.0)
    times = [began + 0.02 * number for number in range(round((answered - began) / 0.02))]
    for number, at in enumerate(times, 1):
        early.keep(packet(number, at=at))

    found = early.take(answered)
    assert [got.at for got in found] == (times if is_heard else [])
    assert early.unheard == 1 + len(times) - len(found)


@on_both_loops()
async def test_who_may_be_heard_before_the_answer_is_not_until_it_comes(house: House) -> None:
    caller, _ = await house.leg("a")
    member = await house.phone()
    _, port = house.relay.open("b", "127.0.0.1")
    house.relay.await_answer("b")
    member.send(rtp(sequence=1, payload=b"ringing tone"), ("127.0.0.1", port))
    await house.everything_is_read()
    house.relay.set_stream("b", stream(member.address))
    house.relay.bridge("a", "b")
    member.send(rtp(sequence=2, payload=b"hello"), ("127.0.0.1", port))

    assert await caller.receive() == rtp(sequence=2, payload=b"hello")
    house.relay.await_answer("c")  # a leg that is closed
