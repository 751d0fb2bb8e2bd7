import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sdp.codec import G722, PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import Media
from telephony.sdp.payloads import DYNAMIC, PayloadNumbers, read_codecs, write_codecs

OPUS = Codec("opus", 48000, 2)


def audio(formats: str, *attributes: str) -> Media:
    return Media.parse(f"audio 4000 RTP/AVP {formats}", {"a": list(attributes)})


def read(formats: str, *attributes: str) -> list[tuple[int, str, str]]:
    codecs = read_codecs(audio(formats, *attributes))
    return [(entry.payload_type, str(entry.codec), entry.codec.fmtp) for entry in codecs]


def test_codecs_in_the_order_of_the_formats_with_their_fmtp_verbatim() -> None:
    assert read(
        "111 0 101",
        "rtpmap:101 telephone-event/8000",
        "fmtp:101 0-16",
        "rtpmap:111 opus/48000/2",
        "fmtp:111 minptime=10;  useinbandfec=1",
    ) == [
        (111, "opus/48000/2", "minptime=10;  useinbandfec=1"),
        (0, "PCMU/8000", ""),
        (101, "telephone-event/8000", "0-16"),
    ]


def test_static_numbers_need_no_rtpmap_but_may_have_fmtp() -> None:
    assert read("8 18", "fmtp:18 annexb=no") == [(8, "PCMA/8000", ""), (18, "G729/8000", "annexb=no")]


def test_what_cannot_be_used_is_left_out() -> None:
    assert (
        read(
            "97 98 128 t38 1",
            "rtpmap:97 broken",
            "rtpmap",
            "rtpmap:",
            "rtpmap:128 PCMU/8000",
        )
        == []
    )


@pytest.mark.parametrize("name", ["red", "RED", "rtx", "ulpfec"])
def test_formats_that_hold_payload_numbers_are_left_out(name: str) -> None:
    assert read("0 121", f"rtpmap:121 {name}/8000", "fmtp:121 0/0") == [(0, "PCMU/8000", "")]


def test_a_codec_offered_twice_counts_once_and_the_first_rtpmap_stands() -> None:
    codecs = read("97 98", "rtpmap:97 AMR/8000", "rtpmap:98 AMR/8000", "rtpmap:97 PCMU/8000")

    assert codecs == [(97, "AMR/8000", "")]


def test_numbers_that_are_known_from_elsewhere() -> None:
    assert read_codecs(audio("101"), {101: TELEPHONE_EVENT}) == (OfferedCodec(TELEPHONE_EVENT, 101),)


def test_written_codecs() -> None:
    formats, attributes = write_codecs([OfferedCodec(PCMA, 8), OfferedCodec(TELEPHONE_EVENT, 101)])

    assert formats == ("8", "101")
    assert attributes == (
        ("rtpmap", "8 PCMA/8000"),
        ("rtpmap", "101 telephone-event/8000"),
        ("fmtp", "101 0-16"),
    )


@given(st.lists(st.text(max_size=20), max_size=6), st.lists(st.integers(0, 130).map(str), max_size=6))
def test_reading_never_raises(rest: list[str], formats: list[str]) -> None:
    attributes = [
        f"{name}:{number} {text}" for text in rest for number in formats for name in ("rtpmap", "fmtp")
    ]

    codecs = read_codecs(audio(" ".join(["0", *formats]), *attributes))

    assert len({entry.codec for entry in codecs}) == len(codecs)


def test_a_preferred_number_is_taken_when_free() -> None:
    assigned = PayloadNumbers().assign([OfferedCodec(OPUS, 111), OfferedCodec(PCMA, 8)])

    assert [entry.payload_type for entry in assigned] == [111, 8]


def test_a_number_is_kept_whatever_is_preferred_later() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 111)])

    again = numbers.assign([OfferedCodec(TELEPHONE_EVENT, 111), OfferedCodec(OPUS, 97)])

    assert [(entry.codec.name, entry.payload_type) for entry in again] == [
        ("telephone-event", 96),
        ("opus", 111),
    ]


@pytest.mark.parametrize("preferred", [8, 72, 200])
def test_numbers_that_mean_something_else_are_not_given(preferred: int) -> None:
    assert PayloadNumbers().assign([OfferedCodec(OPUS, preferred)]) == (OfferedCodec(OPUS, 96),)


def test_a_static_codec_falls_back_to_its_own_number() -> None:
    assert PayloadNumbers().assign([OfferedCodec(G722, 72)]) == (OfferedCodec(G722, 9),)


def test_each_codec_once() -> None:
    assert len(PayloadNumbers().assign([OfferedCodec(PCMU, 0), OfferedCodec(PCMU, 96)])) == 1


def test_codecs_beyond_the_last_number_are_left_out() -> None:
    many = [OfferedCodec(Codec(f"x{number}", 8000), 96) for number in range(len(DYNAMIC) + 3)]

    assigned = PayloadNumbers().assign(many)

    assert tuple(entry.payload_type for entry in assigned) == DYNAMIC


def test_a_number_that_the_peer_offers_for_something_else_is_given_up() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 96), OfferedCodec(PCMA, 8)])

    numbers.follow([OfferedCodec(TELEPHONE_EVENT, 96), OfferedCodec(PCMA, 8)])

    assigned = numbers.assign([OfferedCodec(OPUS, 96), OfferedCodec(PCMA, 8)])
    assert [entry.payload_type for entry in assigned] == [97, 8]


def test_the_number_that_was_answered_with_is_the_one_to_offer_with() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 96)])
    theirs = [OfferedCodec(OPUS, 111), OfferedCodec(TELEPHONE_EVENT, 101)]

    numbers.follow(theirs)
    assert numbers.assign([OfferedCodec(OPUS, 96)]) == (OfferedCodec(OPUS, 96),)
    numbers.adopt(theirs)

    assert numbers.assign([OfferedCodec(OPUS, 96)]) == (OfferedCodec(OPUS, 111),)


def test_a_number_of_the_peer_that_was_not_ours_changes_nothing_of_ours() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 96)])
    numbers.reserve([OfferedCodec(OPUS, 97)])

    numbers.follow([OfferedCodec(TELEPHONE_EVENT, 97)])

    assert numbers.assign([OfferedCodec(OPUS, 100)]) == (OfferedCodec(OPUS, 96),)


def test_numbers_of_the_peers_answer_are_left_alone() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 96)])

    numbers.reserve([OfferedCodec(OPUS, 97), OfferedCodec(PCMU, 96)])

    assigned = numbers.assign([OfferedCodec(OPUS, 100), OfferedCodec(TELEPHONE_EVENT, 97)])
    assert [entry.payload_type for entry in assigned] == [96, 98]


def test_the_table_survives_as_text() -> None:
    numbers = PayloadNumbers()
    numbers.assign([OfferedCodec(OPUS, 96), OfferedCodec(PCMA, 8)])
    numbers.follow([OfferedCodec(OPUS, 111)])
    numbers.adopt([OfferedCodec(OPUS, 111)])

    lines = numbers.to_lines()

    assert lines == ["111 opus/48000/2", "8 PCMA/8000", "96 opus/48000/2"]
    again = PayloadNumbers.parse(lines)
    assert again.to_lines() == ["111 opus/48000/2", "8 PCMA/8000", "96 opus/48000/2"]
    assert again.assign([OfferedCodec(OPUS, 100)]) == (OfferedCodec(OPUS, 111),)


def test_a_table_that_is_no_table() -> None:
    with pytest.raises(MalformedSdp):
        PayloadNumbers.parse(["128 opus/48000/2"])
