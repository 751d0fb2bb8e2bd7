"""The two laws against the tables of ITU-T G.711, and against sox."""

import subprocess

import pytest

from telephony.media.g711 import CONVERSIONS, encode_a_law, encode_u_law
from telephony.sdp.codec import PCMA, PCMU, Codec
from tests.support.peers import require_peer

EVERY_OCTET = bytes(range(256))


def linear_of_a_law(octet: int) -> int:
    """ITU-T G.711 table 1a, scaled to 16 bits."""
    plain = octet ^ 0x55
    segment, step = plain >> 4 & 7, plain & 15
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if plain & 0x80 else -size


def linear_of_u_law(octet: int) -> int:
    """ITU-T G.711 table 2a, scaled to 16 bits."""
    plain = ~octet & 0xFF
    size = ((((plain & 15) << 3) + 0x84) << (plain >> 4 & 7)) - 0x84
    return -size if plain & 0x80 else size


LINEAR = {PCMA: linear_of_a_law, PCMU: linear_of_u_law}
PAIRS = [(PCMA, PCMU), (PCMU, PCMA)]


def is_near(one: int, other: int) -> bool:
    """Within the coarser of the two steps."""
    return abs(one - other) <= max(abs(one) // 16, 16)


@pytest.mark.parametrize("value", [0, 8, -8, 1000, -1000, 32000, -32000])
def test_linear_sound_is_encoded_as_the_tables_say(value: int) -> None:
    pcm = value.to_bytes(2, "little", signed=True)

    assert is_near(linear_of_a_law(encode_a_law(pcm)[0]), value)
    assert is_near(linear_of_u_law(encode_u_law(pcm)[0]), value)


@pytest.mark.parametrize(("law", "twin"), PAIRS)
def test_sound_in_the_other_law_stays_within_a_step(law: Codec, twin: Codec) -> None:
    off = [
        octet
        for octet in EVERY_OCTET
        if not is_near(LINEAR[law](octet), LINEAR[twin](CONVERSIONS[law][octet]))
    ]

    assert not off


@pytest.mark.parametrize(("law", "twin"), PAIRS)
def test_sox_says_the_same(law: Codec, twin: Codec) -> None:
    names = {PCMA: "al", PCMU: "ul"}
    sox = [require_peer("sox"), "-D", "-t", names[law], "-r", "8000", "-", "-t", names[twin], "-"]

    theirs = subprocess.run(sox, input=EVERY_OCTET, capture_output=True, check=True).stdout

    pairs = zip(CONVERSIONS[law], theirs, strict=True)
    assert all(is_near(LINEAR[twin](ours), LINEAR[twin](other)) for ours, other in pairs)
