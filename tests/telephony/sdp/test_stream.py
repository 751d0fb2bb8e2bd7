import pytest

from telephony.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.description import SessionDescription
from telephony.sdp.direction import Direction
from telephony.sdp.errors import MalformedSdp, NotAcceptable
from telephony.sdp.stream import (
    OfferedMedia,
    Stream,
    agree,
    answered_audio,
    direction_of,
    find_audio,
    is_hold,
)
from tests.telephony.sdp.bodies import HOST, body, g711

LOCAL = "192.0.2.1"
OFFERED = (OfferedCodec(PCMA, 8), OfferedCodec(PCMU, 0), OfferedCodec(TELEPHONE_EVENT, 101))


def offered(text: bytes, preferred: int = 0) -> OfferedMedia:
    return find_audio(SessionDescription.parse(text), LOCAL, preferred).media


def answered(text: bytes, index: int = 0) -> OfferedMedia:
    return answered_audio(SessionDescription.parse(text), LOCAL, index, OFFERED)


def test_an_offer() -> None:
    media = offered(g711("a=ptime:30"))

    assert media.codecs == OFFERED
    assert [entry.codec.fmtp for entry in media.codecs] == ["", "", "0-16"]
    assert (media.direction, media.remote, media.ptime) == (Direction.SENDRECV, (HOST, 49170), 30)


@pytest.mark.parametrize(
    "attribute", ["a=ptime", "a=ptime:", "a=ptime:0", "a=ptime:-3", "a=ptime:99999", "a=other"]
)
def test_a_ptime_that_says_nothing_is_the_default(attribute: str) -> None:
    assert offered(g711(attribute)).ptime == 20


def test_address_and_direction_of_the_stream_go_before_those_of_the_session() -> None:
    text = body("a=sendonly", "m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.77", "a=recvonly")

    media = offered(text)

    assert (media.remote, media.direction) == (("192.0.2.77", 4000), Direction.RECVONLY)


def test_direction_of_the_session() -> None:
    assert offered(body("a=inactive", "m=audio 4000 RTP/AVP 0")).direction is Direction.INACTIVE


def test_a_direction_with_a_value_is_none() -> None:
    description = SessionDescription.parse(g711("a=sendonly:x"))

    assert direction_of(description, description.media[0]) is Direction.SENDRECV


@pytest.mark.parametrize(
    ("said", "meant"),
    [("sendrecv", "sendonly"), ("sendonly", "sendonly"), ("recvonly", "inactive"), ("inactive", "inactive")],
)
def test_the_address_0_0_0_0_asks_for_nothing(said: str, meant: str) -> None:
    media = offered(g711(f"a={said}", connection="IN IP4 0.0.0.0"))

    assert media.direction == meant
    assert media.remote == ("0.0.0.0", 49170)


@pytest.mark.parametrize(
    ("attribute", "connection", "hold"),
    [
        ("a=sendrecv", f"IN IP4 {HOST}", False),
        ("a=recvonly", f"IN IP4 {HOST}", False),
        ("a=sendonly", f"IN IP4 {HOST}", True),
        ("a=inactive", f"IN IP4 {HOST}", True),
        ("a=sendrecv", "IN IP4 0.0.0.0", True),
        ("a=sendrecv", "IN IP6 ::", True),
        ("a=sendrecv", "IN IP6 phone.invalid", True),
    ],
)
def test_hold_in_all_spellings(attribute: str, connection: str, hold: bool) -> None:
    media = offered(g711(attribute, connection=connection))
    stream = agree(OFFERED, Direction.SENDRECV, media)

    assert is_hold(media) is hold
    assert is_hold(stream) is hold


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("m=audio 0 RTP/AVP 0",),
        ("m=audio 4000 RTP/SAVP 0",),
        ("m=audio 4000 UDP/TLS/RTP/SAVPF 0",),
        ("m=image 4000 udptl t38",),
        ("m=video 4000 RTP/AVP 0",),
        ("m=audio 4000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000"),
        ("m=audio 4000 RTP/AVP 97",),
        ("m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"),
        ("m=audio 4000 RTP/AVP 0", "c=IN IP4 phone.example.org"),
    ],
)
def test_an_offer_without_audio_that_we_carry(lines: tuple[str, ...]) -> None:
    with pytest.raises(NotAcceptable) as raised:
        offered(body(*lines))

    assert raised.value.status == 488


def test_an_offer_without_an_address() -> None:
    with pytest.raises(MalformedSdp):
        offered(g711(connection=None))


def test_the_first_audio_line_that_we_carry_is_taken() -> None:
    description = SessionDescription.parse(
        body(
            "m=video 4000 RTP/AVP 96",
            "m=audio 4002 RTP/SAVP 0",
            "m=audio 4004 RTP/AVPF 0",
            "m=audio 4006 RTP/AVP 0",
        )
    )

    audio = find_audio(description, LOCAL)

    assert (audio.index, audio.media.remote) == (2, (HOST, 4004))


def test_the_audio_line_in_use_goes_before_others_as_long_as_it_lives() -> None:
    text = body("m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0", "m=audio 0 RTP/AVP 0")

    assert offered(text, preferred=1).remote == (HOST, 4002)
    assert offered(text, preferred=2).remote == (HOST, 4000)
    assert offered(text, preferred=9).remote == (HOST, 4000)


def test_an_answer_keeps_only_codecs_of_the_offer() -> None:
    media = answered(body("m=audio 4000 RTP/AVP 9 0"))

    assert media.codecs == (OfferedCodec(PCMU, 0),)


def test_an_answer_that_leaves_out_rtpmap_means_our_numbers() -> None:
    assert answered(body("m=audio 4000 RTP/AVP 8 101")).codecs == (OFFERED[0], OFFERED[2])


def test_an_answer_that_uses_a_static_number_where_we_had_another() -> None:
    description = SessionDescription.parse(body("m=audio 4000 RTP/AVP 0"))

    media = answered_audio(description, LOCAL, 0, [OfferedCodec(PCMU, 96)])

    assert media.codecs == (OfferedCodec(PCMU, 0),)


@pytest.mark.parametrize(
    "lines",
    [
        ("m=audio 0 RTP/AVP 0",),
        ("m=audio 4000 RTP/AVP 9",),
        ("m=audio 4000 RTP/SAVP 0",),
        ("m=audio 4000 RTP/AVP 101",),
        ("m=image 4000 udptl t38",),
        (),
    ],
)
def test_an_answer_without_the_audio_of_the_offer(lines: tuple[str, ...]) -> None:
    with pytest.raises(NotAcceptable):
        answered(body(*lines))


def test_the_answer_stands_at_the_place_of_the_offer() -> None:
    text = body("m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0")

    assert answered(text, index=1).remote == (HOST, 4002)


def test_agreement_sends_with_their_numbers_and_receives_with_ours() -> None:
    opus = Codec("opus", 48000, 2, "useinbandfec=1")
    theirs = OfferedMedia(
        (OfferedCodec(TELEPHONE_EVENT, 97), OfferedCodec(opus, 109)), Direction.SENDONLY, (HOST, 4000), 40
    )

    stream = agree([OfferedCodec(Codec("OPUS", 48000, 2), 96), *OFFERED], Direction.SENDRECV, theirs)

    assert stream == Stream(
        remote=(HOST, 4000),
        receives={101: TELEPHONE_EVENT, 96: opus},
        sends={TELEPHONE_EVENT: 97, opus: 109},
        direction=Direction.RECVONLY,
        ptime=40,
    )
    assert [(codec.name, codec.fmtp) for codec in stream.codecs] == [
        ("telephone-event", "0-16"),
        ("opus", "useinbandfec=1"),
    ]
