import asyncio
from random import Random

import pytest

from telephony.media.counters import Drop
from telephony.media.errors import LegAlreadyOpen, NoPortFree
from telephony.media.prompts import Prompts
from telephony.media.relay import MediaRelay
from telephony.sdp.codec import PCMA, TELEPHONE_EVENT
from telephony.sdp.direction import Direction
from tests.telephony.media.house import FIRST_PORT, HOST, PUBLIC_HOST, House, on_both_loops
from tests.telephony.media.streams import rtcp, rtp, stream


@on_both_loops()
async def test_sound_goes_both_ways_from_the_port_that_was_told(house: House) -> None:
    (caller, to_a), (callee, to_b) = await house.bridged()

    caller.send(rtp(payload=b"from the caller"), to_a)
    callee.send(rtp(payload=b"from the callee"), to_b)

    assert await callee.receive_from() == (rtp(payload=b"from the caller"), to_b)
    assert await caller.receive_from() == (rtp(payload=b"from the callee"), to_a)
    assert house.relay.counters.relayed == 2


@on_both_loops()
async def test_payload_numbers_are_translated_and_the_marker_kept(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()
    house.relay.set_stream("b", stream(callee.address, sends={PCMA: 8, TELEPHONE_EVENT: 96}))

    caller.send(rtp(101, marker=True), to_a)

    assert await callee.receive() == rtp(96, marker=True)


@on_both_loops()
async def test_what_is_not_passed_on_is_counted_by_reason(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()

    for datagram in (rtp(), b"no RTP", rtp(18), bytes(3000), rtp(sequence=2)):
        caller.send(datagram, to_a)

    assert await callee.receive() == rtp()
    assert await callee.receive() == rtp(sequence=2)
    assert house.relay.counters.dropped[Drop.MALFORMED] == 2
    assert house.relay.counters.dropped[Drop.PAYLOAD] == 1


@on_both_loops()
async def test_what_the_network_lost_or_delayed_is_counted_by_sequence(house: House) -> None:
    (caller, to_a), (callee, to_b) = await house.bridged()

    for sequence in (1, 2, 5, 4, 6):
        caller.send(rtp(sequence=sequence), to_a)
        await callee.receive()
    callee.send(rtp(sequence=900), to_b)
    await caller.receive()

    assert (house.relay.counters.missing, house.relay.counters.late) == (2, 1)


@on_both_loops()
async def test_a_phone_that_sends_from_another_address_than_it_says_is_found(house: House) -> None:
    (_, to_a), (callee, to_b) = await house.bridged()
    real = await house.phone("127.0.0.2")

    real.send(rtp(), to_a)
    await callee.receive()
    callee.send(rtp(sequence=7), to_b)

    assert await real.receive() == rtp(sequence=7)


@on_both_loops()
async def test_an_attackers_packets_are_dropped_and_counted(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()
    attacker = await house.phone("127.0.0.3")
    caller.send(rtp(), to_a)
    await callee.receive()

    attacker.send(rtp(sequence=666), to_a)
    caller.send(rtp(sequence=2), to_a)

    assert await callee.receive() == rtp(sequence=2)
    assert house.relay.counters.dropped[Drop.STRANGER] == 1


@on_both_loops()
async def test_a_reinvite_moves_a_leg(house: House) -> None:
    (caller, to_a), (callee, to_b) = await house.bridged()
    caller.send(rtp(), to_a)
    await callee.receive()
    moved = await house.phone("127.0.0.2")

    house.relay.set_stream("a", stream(moved.address))
    callee.send(rtp(sequence=7), to_b)

    assert await moved.receive() == rtp(sequence=7)


@on_both_loops()
async def test_a_leg_on_hold_is_sent_no_sound(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()
    house.relay.set_stream("b", stream(callee.address, direction=Direction.RECVONLY))

    caller.send(rtp(sequence=1), to_a)
    await house.everything_is_read()
    assert house.relay.counters.dropped[Drop.DIRECTION] == 1

    house.relay.set_stream("b", stream(callee.address))
    caller.send(rtp(sequence=2), to_a)
    assert await callee.receive() == rtp(sequence=2)


@on_both_loops()
async def test_reports_are_passed_on_by_the_port_above(house: House) -> None:
    _, (host_a, port_a) = await house.leg("a")
    _, (host_b, port_b) = await house.leg("b")
    house.relay.bridge("a", "b")
    sender, receiver = await house.phone(), await house.phone()
    receiver.send(rtcp(), (host_b, port_b + 1))

    sender.send(b"no RTCP", (host_a, port_a + 1))
    sender.send(rtcp(201), (host_a, port_a + 1))

    assert await receiver.receive_from() == (rtcp(201), (host_b, port_b + 1))
    assert house.relay.counters.rtcp_relayed == 2
    assert house.relay.counters.dropped[Drop.MALFORMED] == 1


@on_both_loops()
async def test_the_time_a_leg_was_heard_is_the_loops(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()
    before = asyncio.get_running_loop().time()
    assert house.relay.heard("a") is None

    caller.send(rtp(), to_a)
    await callee.receive()

    heard = house.relay.heard("a")
    assert heard is not None
    assert before <= heard <= asyncio.get_running_loop().time()
    assert house.relay.heard("b") is None


@on_both_loops()
async def test_closing_gives_the_ports_back_and_may_be_done_twice(house: House) -> None:
    opened = [house.relay.open(f"leg {number}") for number in range(38)]
    with pytest.raises(NoPortFree, match="112"):
        house.relay.open("one too many")
    opened += [house.relay.open(f"leg {number}", emergency=True) for number in range(38, 50)]
    assert house.relay.counters.legs_open == 50
    with pytest.raises(NoPortFree):
        house.relay.open("one too many", emergency=True)

    house.relay.close("leg 7")
    house.relay.close("leg 7")

    assert house.relay.counters.legs_open == 49
    assert house.relay.open("another", emergency=True) == opened[7]


@on_both_loops()
async def test_closing_one_leg_leaves_the_other_without_a_bridge(house: House) -> None:
    _, (callee, to_b) = await house.bridged()

    house.relay.close("a")
    callee.send(rtp(), to_b)
    await house.everything_is_read()

    assert house.relay.counters.dropped[Drop.UNBRIDGED] == 1


@on_both_loops()
async def test_a_closed_leg_is_passed_over(house: House) -> None:
    phone, _ = await house.leg("a")

    house.relay.set_stream("gone", stream(phone.address))
    house.relay.bridge("a", "gone")
    house.relay.bridge("gone", "a")
    house.relay.play("gone", "short")

    assert house.relay.heard("gone") is None
    assert house.relay.counters.legs_open == 1


@on_both_loops()
async def test_a_leg_is_opened_once(house: House) -> None:
    house.relay.open("a")

    with pytest.raises(LegAlreadyOpen):
        house.relay.open("a")


@on_both_loops(advertised=PUBLIC_HOST)
async def test_peers_are_told_another_address_than_the_one_that_is_bound(house: House) -> None:
    (caller, to_a), (callee, _) = await house.bridged()

    caller.send(rtp(), to_a)

    assert await callee.receive() == rtp()
    host, port = house.relay.open("c")
    assert host == PUBLIC_HOST
    assert port % 2 == 0
    assert FIRST_PORT <= port < FIRST_PORT + 100


@on_both_loops(advertised=PUBLIC_HOST)
async def test_a_far_end_that_names_a_port_of_ours_is_sent_nothing(house: House) -> None:
    caller, to_a = await house.leg("a")
    for own in (house.relay.open("by its public name"), (HOST, to_a[1])):
        house.relay.open("loop")
        house.relay.set_stream("loop", stream(own))
        house.relay.bridge("a", "loop")

        caller.send(rtp(), to_a)
        await house.everything_is_read()
        house.relay.close("loop")

    assert house.relay.counters.dropped[Drop.UNSENDABLE] == 2
    assert house.relay.counters.relayed == 0


@on_both_loops()
async def test_a_leg_that_is_called_otherwise_keeps_its_port_and_its_phone(house: House) -> None:
    (one, to_a), (other, to_b) = await house.bridged()
    house.relay.rename("b", "c")
    await house.leg("d")

    house.relay.bridge("a", "c")
    one.send(rtp(), to_a)
    await other.receive()
    other.send(rtp(), to_b)
    await one.receive()

    house.relay.rename("nobody", "e")
    with pytest.raises(LegAlreadyOpen):
        house.relay.rename("c", "d")
    house.relay.close("c")
    assert house.relay.counters.legs_open == 2


@on_both_loops()
async def test_after_unbridging_nothing_is_copied(house: House) -> None:
    (one, to_one), (other, _) = await house.bridged()
    house.relay.unbridge("nobody")

    house.relay.unbridge("b")
    one.send(rtp(), to_one)
    await house.everything_is_read()

    assert other.waiting == 0


@on_both_loops()
async def test_a_leg_that_signals_by_ipv6_has_its_sound_there_and_hears_one_on_ipv4(house: House) -> None:
    loop = asyncio.get_running_loop()
    ports = range(FIRST_PORT + 104, FIRST_PORT + 110)
    relay = MediaRelay(loop, HOST, HOST, ports, Prompts({}), lambda leg: None, Random(1), "::1")
    four, six = await house.phone(), await house.phone("::1")
    to_four, to_six = relay.open("four", HOST), relay.open("six", "::1")
    assert (to_four[0], to_six[0], relay.open("?")[0]) == (HOST, "::1", HOST)
    relay.set_stream("four", stream(four.address))
    relay.set_stream("six", stream(six.address))
    relay.bridge("four", "six")

    six.send(rtp(payload=b"from IPv6"), to_six)
    assert await four.receive_from() == (rtp(payload=b"from IPv6"), to_four)
    four.send(rtp(payload=b"from IPv4"), to_four)
    packet, source = await six.receive_from()
    assert (packet, source[:2]) == (rtp(payload=b"from IPv4"), to_six)
    relay.close_all()
