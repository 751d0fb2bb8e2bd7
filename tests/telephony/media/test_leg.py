import pytest

from telephony.media.counters import Counters, Drop
from telephony.media.g711 import CONVERSIONS
from telephony.media.latch import LATCH_SECONDS, Address, Latch
from telephony.media.leg import MAX_DATAGRAM, MAX_UNPROVEN, MediaLeg
from telephony.sdp.codec import G722, PCMA, PCMU, TELEPHONE_EVENT
from telephony.sdp.direction import Direction
from tests.telephony.media.streams import PHONE, rtcp, rtp, stream

OTHER_PHONE: Address = ("192.0.2.20", 6000)
ATTACKER: Address = ("203.0.113.66", 5004)
NOW = 100.0


class Pair:
    """Two bridged legs, and what one makes of datagrams."""

    def __init__(self) -> None:
        self.leg, self.other = MediaLeg(Counters()), MediaLeg(Counters())
        self.leg.change(stream(PHONE), NOW)
        self.other.change(stream(OTHER_PHONE), NOW)
        self.leg.bridge(self.other)
        self.sent = bytearray()

    def feed(self, packet: bytes, source: Address = PHONE, now: float = NOW) -> Address | Drop:
        self.sent = bytearray(packet)
        return self.leg.route_rtp(self.sent, len(packet), source, now)

    def feed_rtcp(self, packet: bytes, source: Address = ("192.0.2.10", 4001)) -> Address | Drop:
        return self.leg.route_rtcp(bytearray(packet), len(packet), source, NOW)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_sound_goes_to_the_bridged_legs_address_unchanged(pair: Pair) -> None:
    packet = rtp()

    assert pair.feed(packet) == OTHER_PHONE
    assert pair.sent == packet


def test_sound_goes_to_the_bridged_legs_source_once_it_has_one(pair: Pair) -> None:
    source = ("198.51.100.7", 61000)
    packet = rtp()
    pair.other.route_rtp(bytearray(packet), len(packet), source, NOW)

    assert pair.feed(rtp()) == source


def test_a_payload_number_is_translated_and_the_marker_bit_kept(pair: Pair) -> None:
    pair.other.change(stream(OTHER_PHONE, sends={PCMA: 8, TELEPHONE_EVENT: 96}), NOW)

    assert pair.feed(rtp(101, marker=True)) == OTHER_PHONE
    assert pair.sent == rtp(96, marker=True)


def test_a_change_of_the_bridged_leg_counts_at_once(pair: Pair) -> None:
    pair.feed(rtp(101))

    pair.other.change(stream(OTHER_PHONE, {8: PCMA}), NOW)

    assert pair.feed(rtp(101)) is Drop.PAYLOAD


def test_a_payload_number_that_was_not_agreed_is_dropped(pair: Pair) -> None:
    pair.feed(rtp())

    assert pair.feed(rtp(18)) is Drop.PAYLOAD


def test_a_payload_that_was_not_agreed_does_not_settle_the_source(pair: Pair) -> None:
    assert pair.feed(rtp(18), ATTACKER) is Drop.STRANGER
    assert pair.feed(rtp(), PHONE) == OTHER_PHONE


def test_an_attackers_packets_are_dropped_once_the_source_is_settled(pair: Pair) -> None:
    pair.feed(rtp())

    assert pair.feed(rtp(), ATTACKER) is Drop.STRANGER


def test_an_attackers_packets_are_dropped_when_the_phone_is_silent(pair: Pair) -> None:
    assert pair.feed(rtp(), ATTACKER, NOW + LATCH_SECONDS + 0.001) is Drop.STRANGER


def test_a_reinvite_with_a_new_address_moves_the_leg(pair: Pair) -> None:
    pair.feed(rtp())
    moved = ("192.0.2.11", 7000)

    pair.leg.change(stream(moved), NOW + 60)

    assert pair.feed(rtp(), moved, NOW + 60) == OTHER_PHONE
    assert pair.feed(rtp(), PHONE, NOW + 60) is Drop.STRANGER


@pytest.mark.parametrize(
    "datagram",
    [b"", rtp()[:11], rtp(payload=bytes(MAX_DATAGRAM - 11)), b"\x00" + rtp()[1:], b"\xc0" + rtp()[1:]],
    ids=["empty", "short", "long", "STUN or version 0", "version 3"],
)
def test_what_is_no_rtp_is_dropped(pair: Pair, datagram: bytes) -> None:
    assert pair.feed(datagram) is Drop.MALFORMED


@pytest.mark.parametrize("size", [12, MAX_DATAGRAM])
def test_the_shortest_and_the_longest_packet_pass(pair: Pair, size: int) -> None:
    assert pair.feed(rtp(payload=bytes(size - 12))) == OTHER_PHONE


@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
def test_nothing_is_taken_from_a_leg_that_we_do_not_receive_from(pair: Pair, direction: Direction) -> None:
    pair.leg.change(stream(PHONE, direction=direction), NOW)

    assert pair.feed(rtp()) is Drop.DIRECTION


@pytest.mark.parametrize("direction", [Direction.RECVONLY, Direction.INACTIVE])
def test_nothing_is_sent_to_a_leg_that_has_us_on_hold(pair: Pair, direction: Direction) -> None:
    pair.other.change(stream(OTHER_PHONE, direction=direction), NOW)

    assert pair.feed(rtp()) is Drop.DIRECTION
    assert pair.other.destination is None


def test_sound_goes_on_after_a_hold_with_an_unspecified_address(pair: Pair) -> None:
    pair.feed(rtp(), ("198.51.100.7", 61000))
    pair.leg.change(stream(("0.0.0.0", 4000), direction=Direction.RECVONLY), NOW + 60)

    pair.leg.change(stream(PHONE), NOW + 90)

    assert pair.feed(rtp(), ("198.51.100.7", 61000), NOW + 90) == OTHER_PHONE


def test_a_leg_without_a_bridge_is_heard_and_not_passed_on() -> None:
    leg = MediaLeg(Counters())
    leg.change(stream(PHONE), NOW)

    assert leg.route_rtp(bytearray(rtp()), len(rtp()), PHONE, NOW + 1) is Drop.UNBRIDGED
    assert leg.heard == NOW + 1
    assert leg.peer is None


def test_a_leg_bridged_to_one_without_a_stream_waits_for_it() -> None:
    leg, other = MediaLeg(Counters()), MediaLeg(Counters())
    leg.change(stream(PHONE), NOW)
    leg.bridge(other)

    assert leg.route_rtp(bytearray(rtp()), len(rtp()), PHONE, NOW) is Drop.UNBRIDGED

    other.change(stream(OTHER_PHONE), NOW)
    assert leg.route_rtp(bytearray(rtp()), len(rtp()), PHONE, NOW) == OTHER_PHONE


def test_nobody_is_believed_before_the_first_stream() -> None:
    leg = MediaLeg(Counters())

    assert leg.route_rtp(bytearray(rtp()), len(rtp()), PHONE, NOW) is Drop.STRANGER
    assert leg.stream is None


def test_sound_for_a_leg_of_unknown_address_is_dropped(pair: Pair) -> None:
    nowhere = MediaLeg(Counters())
    nowhere.change(stream(("0.0.0.0", 4000)), NOW)
    pair.leg.bridge(nowhere)

    assert pair.feed(rtp()) is Drop.UNSENDABLE


def test_only_the_legs_own_packets_are_heard(pair: Pair) -> None:
    pair.feed(rtp(), PHONE, NOW + 1)
    pair.feed(rtp(), ATTACKER, NOW + 2)
    pair.feed(b"", PHONE, NOW + 3)
    pair.feed_rtcp(rtcp())

    assert pair.leg.heard == NOW + 1


def test_a_leg_on_hold_is_still_heard(pair: Pair) -> None:
    pair.leg.change(stream(PHONE, direction=Direction.INACTIVE), NOW)

    pair.feed(rtp(), PHONE, NOW + 5)

    assert pair.leg.heard == NOW + 5


def test_a_new_bridge_takes_the_place_of_the_old(pair: Pair) -> None:
    third = MediaLeg(Counters())
    third.change(stream(("192.0.2.30", 8000), {0: PCMU}), NOW)

    pair.leg.bridge(third)

    assert pair.feed(rtp(0)) == ("192.0.2.30", 8000)
    assert pair.other.peer is None
    assert third.peer is pair.leg


def test_after_unbridging_neither_hears_the_other(pair: Pair) -> None:
    pair.other.unbridge()

    assert pair.feed(rtp()) is Drop.UNBRIDGED
    assert pair.other.route_rtp(bytearray(rtp()), len(rtp()), OTHER_PHONE, NOW) is Drop.UNBRIDGED


def test_reports_go_to_the_port_above(pair: Pair) -> None:
    assert pair.feed_rtcp(rtcp()) == ("192.0.2.20", 6001)


def test_reports_go_on_during_a_hold(pair: Pair) -> None:
    pair.leg.change(stream(PHONE, direction=Direction.INACTIVE), NOW)

    assert pair.feed_rtcp(rtcp()) == ("192.0.2.20", 6001)


def test_reports_of_strangers_are_dropped(pair: Pair) -> None:
    assert pair.feed_rtcp(rtcp(), ATTACKER) is Drop.STRANGER


@pytest.mark.parametrize("datagram", [b"", rtcp()[:7], bytes(1501), rtp(), b"\x00" + rtcp()[1:]])
def test_what_is_no_rtcp_is_dropped(pair: Pair, datagram: bytes) -> None:
    assert pair.feed_rtcp(datagram) is Drop.MALFORMED


def test_reports_of_a_leg_without_a_bridge_are_dropped(pair: Pair) -> None:
    pair.leg.unbridge()

    assert pair.feed_rtcp(rtcp()) is Drop.UNBRIDGED


def test_reports_for_a_leg_of_unknown_address_are_dropped(pair: Pair) -> None:
    pair.leg.bridge(MediaLeg(Counters()))

    assert pair.feed_rtcp(rtcp()) is Drop.UNSENDABLE


def prompt_packets(leg: MediaLeg, tries: int = 2 * MAX_UNPROVEN) -> int:
    return sum(leg.route_prompt() == PHONE for _ in range(tries))


def test_a_host_that_only_a_description_names_is_not_flooded() -> None:
    leg = MediaLeg(Counters(), Latch(ATTACKER[0]))
    leg.change(stream(PHONE), NOW)

    assert prompt_packets(leg) == MAX_UNPROVEN
    assert leg.route_prompt() is Drop.UNPROVEN

    leg.change(stream(PHONE), NOW + 1.0)  # a re-INVITE does not begin anew
    assert prompt_packets(leg) == 0


def test_who_sends_sound_or_signals_from_there_hears_a_prompt_to_its_end() -> None:
    latched, signalled = MediaLeg(Counters(), Latch(ATTACKER[0])), MediaLeg(Counters(), Latch(PHONE[0]))
    for leg in (latched, signalled):
        leg.change(stream(PHONE), NOW)
    latched.route_rtp(bytearray(rtp()), len(rtp()), PHONE, NOW)

    assert prompt_packets(latched) == prompt_packets(signalled) == 2 * MAX_UNPROVEN


def test_a_prompt_without_a_destination_goes_nowhere() -> None:
    assert MediaLeg(Counters()).route_prompt() is Drop.UNSENDABLE


def test_sound_is_converted_between_peers_that_have_one_law_each(pair: Pair) -> None:
    pair.leg.change(stream(PHONE, receives={8: PCMA}, sends={PCMA: 8}), NOW)
    pair.other.change(stream(OTHER_PHONE, receives={0: PCMU}, sends={PCMU: 0}), NOW)
    packet = rtp(8)

    assert pair.feed(packet) == OTHER_PHONE
    assert pair.sent == rtp(0)[:12] + packet[12:].translate(CONVERSIONS[PCMA])


# ---- keys


def key_packet(number: int = 101, key: int = 5, timestamp: int = 160) -> bytes:
    """A packet of a key."""
    packet = rtp(number, payload=bytes((key, 10, 0, 160)))
    return packet[:4] + timestamp.to_bytes(4) + packet[8:]


def test_keys_of_a_watched_leg_are_told_and_passed_on(pair: Pair) -> None:
    pressed: list[str] = []
    pair.other.change(stream(OTHER_PHONE, sends={PCMA: 8, TELEPHONE_EVENT: 96}), NOW)
    pair.leg.watch(pressed.append)

    assert pair.feed(key_packet()) == OTHER_PHONE
    assert pair.sent == key_packet(96)
    assert pair.feed(key_packet()) == OTHER_PHONE
    assert pair.feed(rtp()) == OTHER_PHONE
    pair.leg.watch(None)
    assert pair.feed(key_packet(timestamp=5000)) == OTHER_PHONE

    assert pressed == ["5"]


def test_keys_are_told_where_the_other_has_none(pair: Pair) -> None:
    pressed: list[str] = []
    pair.other.change(stream(OTHER_PHONE, {8: PCMA}), NOW)
    pair.leg.watch(pressed.append)

    assert pair.feed(key_packet()) is Drop.PAYLOAD
    assert pressed == ["5"]


def test_keys_are_told_during_a_prompt(pair: Pair) -> None:
    pressed: list[str] = []
    pair.leg.watch(pressed.append)
    pair.leg.unbridge()

    assert pair.feed(key_packet()) is Drop.UNBRIDGED
    assert pair.feed(rtp()) is Drop.UNBRIDGED
    assert pressed == ["5"]


def test_who_hears_a_key_may_part_the_two_and_then_it_is_not_passed_on(pair: Pair) -> None:
    pair.leg.watch(lambda key: pair.leg.unbridge())

    assert pair.feed(key_packet()) is Drop.UNBRIDGED


def test_a_strangers_keys_are_not_told(pair: Pair) -> None:
    pressed: list[str] = []
    pair.leg.watch(pressed.append)
    pair.feed(rtp())

    assert pair.feed(key_packet(), ATTACKER) is Drop.STRANGER
    assert pressed == []


def test_a_leg_that_is_sent_keys_hears_nothing_else_meanwhile(pair: Pair) -> None:
    pair.other.be_keyed(True)
    assert pair.feed(rtp()) is Drop.UNBRIDGED

    assert pair.other.end_keys()
    assert pair.feed(rtp()) == OTHER_PHONE
    assert not pair.other.end_keys()


def test_keys_to_a_leg_that_is_alone_change_nothing() -> None:
    leg = MediaLeg(Counters())

    leg.be_keyed(True)

    assert leg.end_keys()


def test_the_jitter_of_g722_is_by_the_clock_of_g711() -> None:
    """Its timestamps go by 160 every 20 ms, though it samples twice as often (RFC 3551 4.5.2)."""
    leg = MediaLeg(Counters())
    leg.change(stream(PHONE, {9: G722}), 0.0)

    for number in range(200):
        packet = bytearray(rtp(9, sequence=number))
        packet[4:8] = (number * 160).to_bytes(4)
        leg.route_rtp(packet, len(packet), PHONE, number * 0.020)

    assert leg.measurement is not None
    assert leg.measurement.jitter == pytest.approx(0.0, abs=1e-9)
