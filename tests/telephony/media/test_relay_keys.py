import asyncio

from aiortp.dtmf import DtmfEvent

from telephony.media.keys import MOST_WAITING, SIGNALS, KeyEar
from telephony.sdp.codec import PCMA
from tests.telephony.media.house import House, on_both_loops
from tests.telephony.media.phone import Phone
from tests.telephony.media.streams import rtp, stream


async def keys_at(phone: Phone, count: int) -> str:
    """The next keys that a phone gets."""
    ear, heard = KeyEar(), ""
    while len(heard) < count:
        packet = bytearray(await phone.receive())
        if packet[1] & 0x7F == 101:
            said = DtmfEvent.parse(bytes(packet[12:])).digit  # as another hears it
            key = ear.hear(packet, len(packet), 0.0) or ""
            assert key in ("", said)
            heard += key
    return heard


@on_both_loops()
async def test_keys_are_sent_by_the_clock_and_then_sound_goes_on(house: House) -> None:
    (one, to_one), (other, _) = await house.bridged()
    loop = asyncio.get_running_loop()
    began = loop.time()

    assert house.relay.send_key("b", "4", 100)
    assert house.relay.send_key("b", "#", 100)

    one.send(rtp(sequence=1), to_one)
    assert await keys_at(other, 2) == "4#"
    assert loop.time() - began > 0.1
    number, last = 2, 101
    while last != 8:
        one.send(rtp(sequence=number), to_one)
        await house.everything_is_read()
        number += 1
        while other.waiting:
            last = (await other.receive())[1] & 0x7F
    assert house.ended.empty()


@on_both_loops()
async def test_keys_that_cannot_be_sent_are_refused(house: House) -> None:
    assert not house.relay.send_key("a", "1", 100)
    phone, _ = await house.leg("a")
    assert not house.relay.send_key("a", "1", 100)
    other, _ = await house.leg("b")
    house.relay.bridge("a", "b")
    house.relay.set_stream("a", stream(phone.address, {8: PCMA}))
    assert not house.relay.send_key("a", "1", 100)
    sent = [house.relay.send_key("b", "1", 100) for _ in range(MOST_WAITING + 1)]
    assert sent == [True] * MOST_WAITING + [False]
    assert other


@on_both_loops()
async def test_a_prompt_takes_the_place_of_keys(house: House) -> None:
    (one, to_one), (other, _) = await house.bridged()
    house.relay.send_key("b", "1", 1000)

    house.relay.play("b", "short")
    assert await house.prompt_ended() == "b"
    house.relay.bridge("a", "b")

    one.send(rtp(sequence=9), to_one)
    while (await other.receive())[2:4] != (9).to_bytes(2):
        pass


@on_both_loops()
async def test_keys_of_a_watched_leg_are_told_by_its_name(house: House) -> None:
    (one, to_one), _ = await house.bridged()
    pressed: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    house.on_pressed = lambda leg, key: pressed.put_nowait((leg, key))
    house.relay.watch_keys("nobody", True)
    house.relay.watch_keys("a", True)
    house.relay.rename("a", "c")

    one.send(rtp(101, payload=bytes((SIGNALS.index("*"), 10, 0, 160))), to_one)

    assert await asyncio.wait_for(pressed.get(), 5.0) == ("c", "*")
    house.relay.watch_keys("c", False)
    one.send(rtp(101, payload=bytes((3, 10, 0, 160))), to_one)
    await house.everything_is_read()
    assert pressed.empty()
