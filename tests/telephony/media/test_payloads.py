from telephony.media.payloads import UNKNOWN, translate
from telephony.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec


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
    octets = translate({0: PCMU, 8: PCMA}, {PCMA: 8})

    assert octets[0] == octets[0x80] == UNKNOWN


def test_a_number_that_was_not_agreed_is_unknown() -> None:
    octets = translate({8: PCMA}, {PCMA: 8})

    assert [octet for octet in octets if octet != UNKNOWN] == [8, 0x88]


def test_a_codec_is_the_same_in_other_spelling_and_with_other_parameters() -> None:
    octets = translate({101: Codec("Telephone-Event", 8000, fmtp="0-15")}, {TELEPHONE_EVENT: 96})

    assert octets[101] == 96
