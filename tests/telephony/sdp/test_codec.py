import pytest

from telephony.sdp.codec import (
    PCMA,
    PCMU,
    STATIC,
    STATIC_NUMBERS,
    TELEPHONE_EVENT,
    Codec,
    OfferedCodec,
    accept,
    common,
    has_audio,
)
from telephony.sdp.errors import MalformedSdp

OPUS = Codec("opus", 48000, 2, "useinbandfec=1")


@pytest.mark.parametrize("text", ["PCMU/8000", "opus/48000/2", "telephone-event/8000", "G726-32/8000"])
def test_round_trip(text: str) -> None:
    assert str(Codec.parse(text)) == text


def test_one_channel_is_not_written_and_blanks_around_are_dropped() -> None:
    assert str(Codec.parse(" PCMU/8000/1 ")) == "PCMU/8000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PCMU",
        "PCMU/",
        "/8000",
        "PC MU/8000",
        "PCMÜ/8000",
        "PC\x1bMU/8000",
        "PCMU/0",
        "PCMU/8k",
        "PCMU/8000/0",
        "PCMU/8000/",
        "PCMU/8000/1/1",
        "x" * 65 + "/8000",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(MalformedSdp):
        Codec.parse(text)


def test_a_codec_is_its_name_in_any_case_its_rate_and_its_channels() -> None:
    assert Codec("OPUS", 48000, 2) == OPUS
    assert hash(Codec("OPUS", 48000, 2)) == hash(OPUS)
    assert Codec("opus", 48000) != OPUS
    assert Codec("opus", 16000, 2) != OPUS
    assert OPUS.identity == ("opus", 48000, 2)


def test_with_fmtp() -> None:
    assert OPUS.with_fmtp("stereo=1").fmtp == "stereo=1"
    assert OPUS.with_fmtp("").fmtp == OPUS.fmtp
    assert OPUS.with_fmtp("stereo=1") == OPUS


@pytest.mark.parametrize("codec", [TELEPHONE_EVENT, Codec("CN", 8000), Codec("tone", 8000)])
def test_what_is_not_audio_by_itself(codec: Codec) -> None:
    assert not codec.is_audio
    assert not has_audio([codec])
    assert has_audio([codec, PCMU])


def test_static_numbers() -> None:
    assert (STATIC[0], STATIC[8], str(STATIC[9])) == (PCMU, PCMA, "G722/8000")
    assert all(STATIC[number] == codec for codec, number in STATIC_NUMBERS.items())


def test_common_keeps_the_offerers_order_and_spelling() -> None:
    offered = [OfferedCodec(Codec("pcma", 8000), 8), OfferedCodec(OPUS, 96), OfferedCodec(PCMU, 0)]

    shared = common(offered, [PCMU, Codec("G729", 8000), PCMA])

    assert [str(codec) for codec in shared] == ["pcma/8000", "PCMU/8000"]


def test_common_takes_the_agreed_fmtp_and_else_the_offered() -> None:
    offered = [OfferedCodec(OPUS, 96), OfferedCodec(TELEPHONE_EVENT, 101)]

    shared = common(offered, [Codec("telephone-event", 8000), Codec("opus", 48000, 2, "stereo=1")])

    assert [codec.fmtp for codec in shared] == ["stereo=1", "0-16"]


def test_nothing_in_common() -> None:
    assert common([OfferedCodec(PCMA, 8)], [PCMU]) == ()


def test_accepted_codecs_have_the_offerers_numbers() -> None:
    assert accept([OfferedCodec(PCMA, 98), OfferedCodec(PCMU, 0)], [PCMA]) == (OfferedCodec(PCMA, 98),)
