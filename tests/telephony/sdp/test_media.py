import pytest

from telephony.sdp.connection import Connection
from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import Media, parse_attribute, read_number, write_attribute


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("65535", 65535)])
def test_number(text: str, number: int) -> None:
    assert read_number(text, 65535) == number


@pytest.mark.parametrize("text", ["", "65536", "-1", "+1", "1_0", " 1", "٣", "1" * 5000])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(MalformedSdp):
        read_number(text, 65535)


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("sendrecv", ("sendrecv", None)),
        ("ptime:20", ("ptime", "20")),
        ("ptime:", ("ptime", "")),
        ("candidate:1 1 UDP 1 2001:db8::1 9", ("candidate", "1 1 UDP 1 2001:db8::1 9")),
        ("", ("", None)),
    ],
)
def test_attribute(text: str, attribute: tuple[str, str | None]) -> None:
    assert parse_attribute(text) == attribute
    assert write_attribute(attribute) == text


def test_a_stream_with_all_its_lines() -> None:
    media = Media.parse(
        "audio 49170/2 RTP/AVP  0 8 ",
        {"c": ["IN IP4 192.0.2.1", "IN IP4 192.0.2.2"], "b": ["AS:64"], "a": ["ptime:20", "sendonly"]},
    )

    assert media == Media(
        "audio",
        49170,
        "RTP/AVP",
        ("0", "8"),
        ports=2,
        connection=Connection("IP4", "192.0.2.1"),
        bandwidths=("AS:64",),
        attributes=(("ptime", "20"), ("sendonly", None)),
    )
    assert str(media) == (
        "m=audio 49170/2 RTP/AVP 0 8\r\nc=IN IP4 192.0.2.1\r\nb=AS:64\r\na=ptime:20\r\na=sendonly\r\n"
    )


def test_a_stream_with_its_first_line_only() -> None:
    media = Media.parse("image 0 udptl t38", {})

    assert str(media) == "m=image 0 udptl t38\r\n"


@pytest.mark.parametrize(
    "line",
    ["", "audio 4000 RTP/AVP", "audio port RTP/AVP 0", "audio 65536 RTP/AVP 0", "audio 4000/ RTP/AVP 0"],
)
def test_malformed(line: str) -> None:
    with pytest.raises(MalformedSdp):
        Media.parse(line, {})


def test_refused_keeps_kind_protocol_and_formats() -> None:
    media = Media.parse("video 5000 RTP/AVP 96 97", {"a": ["rtpmap:96 H264/90000"]})

    assert str(media.refused()) == "m=video 0 RTP/AVP 96 97\r\n"
