import pytest

from telephony.media.g711 import CONVERSIONS
from telephony.media.payloads import UNKNOWN, conversions, convert, translate
from telephony.sdp.codec import G722, PCMA, PCMU, TELEPHONE_EVENT, Codec


def test_a_number_becomes_the_other_sides_number_of_the_same_codec() -> None:
    octets = translate({8: PCMA, 101: TELEPHONE_EVENT}, {PCMA: 8, TELEPHONE_EVENT: 96})

    assert octets[8] == 8
    assert octets[101] == 96


def test_the_marker_bit_stays() -> None:
    octets = translate({101: TELEPHONE_EVENT}, {TELEPHONE_EVENT: 96})

    assert octets[0x80 | 101] == 0x80 | 96


def test_numbers_that_swap_their_codecs_are_not_mixed_up() -> None:
    octets = translate({96: PCMA, 97: PCMU}, {PCMA: 97, PCMU: 96})

    assert (octets[96], octets[97]) == (97, 96)


def test_a_codec_that_the_other_side_lacks_is_unknown() -> None:
    octets = translate({9: G722, 8: PCMA}, {PCMA: 8})

    assert octets[9] == octets[0x89] == UNKNOWN


def test_a_number_that_was_not_agreed_is_unknown() -> None:
    octets = translate({8: PCMA}, {PCMA: 8})

    assert [octet for octet in octets if octet != UNKNOWN] == [8, 0x88]


def test_a_codec_is_the_same_in_other_spelling_and_with_other_parameters() -> None:
    octets = translate({101: Codec("Telephone-Event", 8000, fmtp="0-15")}, {TELEPHONE_EVENT: 96})

    assert octets[101] == 96


# ---- the two laws of G.711


def test_a_law_that_the_other_side_lacks_gets_the_number_of_its_twin() -> None:
    octets = translate({0: PCMU, 101: TELEPHONE_EVENT}, {PCMA: 8, TELEPHONE_EVENT: 96})

    assert (octets[0], octets[0x80], octets[101]) == (8, 0x88, 96)


def test_only_that_law_is_converted() -> None:
    tables = conversions({0: PCMU, 8: PCMA, 101: TELEPHONE_EVENT}, {PCMA: 8, TELEPHONE_EVENT: 96})

    assert tables == {0: CONVERSIONS[PCMU], 0x80: CONVERSIONS[PCMU]}


def test_nothing_is_converted_between_those_who_have_both() -> None:
    assert not conversions({0: PCMU, 8: PCMA}, {PCMU: 0, PCMA: 8})


@pytest.mark.parametrize(
    ("head", "padding"),
    [
        (b"\x80\x08" + bytes(10), b""),
        (b"\x82\x08" + bytes(10) + b"\x11" * 8, b""),  # two CSRCs
        (b"\x90\x08" + bytes(10) + b"\xbe\xde\x00\x01\x01\x02\x03\x04", b""),  # an extension of 4 octets
        (b"\xa0\x08" + bytes(10), b"\x00\x00\x03"),
    ],
)
def test_the_sound_alone_is_converted(head: bytes, padding: bytes) -> None:
    sound = bytes(range(160))
    packet = bytearray(head + sound + padding + b"left over")

    convert(packet, len(head + sound + padding), CONVERSIONS[PCMA])

    assert packet == head + sound.translate(CONVERSIONS[PCMA]) + padding + b"left over"


@pytest.mark.parametrize(
    "packet",
    [
        b"\x8f\x08" + bytes(10),  # fifteen CSRCs that are not there
        b"\x90\x08" + bytes(10),  # an extension that is not there
        b"\x90\x08" + bytes(10) + b"\x00\x00\xff\xff",
        b"\xa0\x08" + bytes(10) + b"\xff",  # more padding than packet
    ],
)
def test_a_packet_that_lies_about_its_parts_stays_as_it_is(packet: bytes) -> None:
    copy = bytearray(packet)

    convert(copy, len(copy), CONVERSIONS[PCMA])

    assert copy == packet
