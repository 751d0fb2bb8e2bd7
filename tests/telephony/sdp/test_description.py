from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sdp.connection import Connection
from telephony.sdp.description import MAX_MEDIA, MAX_OCTETS, Origin, SessionDescription
from telephony.sdp.errors import MalformedSdp
from telephony.sdp.media import Media
from tests.telephony.sdp.bodies import body, g711

RFC_8866_EXAMPLE = b"""v=0\r
o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r
s=Call to John Smith\r
i=SDP Offer #1\r
u=http://www.jdoe.example.com/home.html\r
e=Jane Doe <jane@jdoe.example.com>\r
p=+1 617 555-6011\r
c=IN IP4 198.51.100.1\r
t=0 0\r
m=audio 49170 RTP/AVP 0\r
m=audio 49180 RTP/AVP 0\r
m=video 51372 RTP/AVP 99\r
c=IN IP6 2001:db8::2\r
a=rtpmap:99 h263-1998/90000\r
"""

TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["Z", "C"]), min_size=1
)
VALUES = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]))
ATTRIBUTES = st.lists(
    st.tuples(TOKENS.filter(lambda name: ":" not in name), st.none() | VALUES), max_size=4
).map(tuple)
CONNECTIONS = st.none() | st.builds(Connection, st.sampled_from(["IP4", "IP6"]), TOKENS)
PORTS = st.integers(0, 65535)
MEDIA = st.builds(
    Media,
    kind=TOKENS,
    port=PORTS,
    protocol=TOKENS,
    formats=st.lists(TOKENS, min_size=1, max_size=5).map(tuple),
    ports=PORTS,
    connection=CONNECTIONS,
    bandwidths=st.lists(VALUES, max_size=2).map(tuple),
    attributes=ATTRIBUTES,
)
DESCRIPTIONS = st.builds(
    SessionDescription,
    origin=st.builds(Origin, TOKENS, TOKENS, TOKENS, TOKENS, TOKENS, TOKENS),
    name=VALUES,
    connection=CONNECTIONS,
    bandwidths=st.lists(VALUES, max_size=2).map(tuple),
    times=st.lists(VALUES, max_size=2).map(tuple),
    attributes=ATTRIBUTES,
    media=st.lists(MEDIA, max_size=4).map(tuple),
)
LINES = st.one_of(
    st.sampled_from([line for line in RFC_8866_EXAMPLE.decode().split("\r\n") if line]),
    st.builds("{}={}".format, st.sampled_from("vosctbam"), VALUES),
    st.text(max_size=20),
)


def test_the_example_of_rfc_8866() -> None:
    description = SessionDescription.parse(RFC_8866_EXAMPLE)

    assert description.origin == Origin("jdoe", "3724394400", "3724394405", "IN", "IP4", "198.51.100.1")
    assert description.name == "Call to John Smith"
    assert [(media.kind, media.port) for media in description.media] == [
        ("audio", 49170),
        ("audio", 49180),
        ("video", 51372),
    ]
    assert description.connection_of(description.media[0]) == Connection("IP4", "198.51.100.1")
    assert description.connection_of(description.media[2]) == Connection("IP6", "2001:db8::2")


def test_what_is_kept_is_written_in_the_order_of_the_rfc() -> None:
    text = (
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns= \r\nc=IN IP4 192.0.2.1\r\nb=AS:84\r\nt=0 0\r\na=sendonly\r\n"
        b"m=audio 4000 RTP/AVP 0\r\na=ptime:20\r\n"
    )

    assert SessionDescription.parse(text).to_bytes() == text


def test_keys_of_the_k_line_are_not_kept() -> None:
    description = SessionDescription.parse(g711("k=clear:secret"))

    assert "secret" not in str(description)


def test_bare_line_feeds_and_empty_lines_are_tolerated() -> None:
    bare = g711().replace(b"\r\n", b"\n\n")

    assert SessionDescription.parse(bare) == SessionDescription.parse(g711())


def test_an_unusual_order_and_a_missing_name_are_tolerated() -> None:
    description = SessionDescription.parse(b"o=- 1 1 IN IP4 192.0.2.1\r\na=sendonly\r\nv=0\r\n")

    assert (description.name, description.times, description.media) == ("-", (), ())


def test_a_user_name_with_blanks_is_tolerated() -> None:
    description = SessionDescription.parse(b"v=0\r\no=My Phone 1 2 IN IP4 192.0.2.1\r\n")

    assert (description.origin.username, description.origin.version) == ("My Phone", "2")


def test_what_is_not_utf_8_is_replaced() -> None:
    description = SessionDescription.parse(g711().replace(b"s=-", b"s=caf\xe9"))

    assert description.name == "caf\N{REPLACEMENT CHARACTER}"


def test_a_line_separator_of_unicode_does_not_end_a_line() -> None:
    description = SessionDescription.parse(g711().replace(b"s=-", "s=a\u2028b\x85c".encode()))

    assert description.name == "a\u2028b\x85c"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"v=1\r\no=- 1 1 IN IP4 192.0.2.1\r\n",
        b"o=- 1 1 IN IP4 192.0.2.1\r\n",
        b"v=0\r\ns=-\r\n",
        b"v=0\r\no=- 1 1 IN IP4\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nrubbish\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nxy=1\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n=1\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=a\rb\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=a\0b\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN\r\n",
        b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio\r\n",
        g711() + b"\n" * MAX_OCTETS,
        body(*["m=audio 4000 RTP/AVP 0"] * (MAX_MEDIA + 1)),
    ],
)
def test_malformed(text: bytes) -> None:
    with pytest.raises(MalformedSdp) as raised:
        SessionDescription.parse(text)

    assert raised.value.status == 400


def test_the_bounds_themselves_are_accepted() -> None:
    full = body(*["m=audio 4000 RTP/AVP 0"] * MAX_MEDIA)

    description = SessionDescription.parse(full + b"\n" * (MAX_OCTETS - len(full)))

    assert len(description.media) == MAX_MEDIA


def test_without_keys() -> None:
    description = SessionDescription.parse(
        body(
            "a=ice-pwd:secret",
            "a=ice-ufrag:kept",
            "m=audio 4000 RTP/SAVP 0",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret",
            "a=key-mgmt:mikey secret",
            "a=sendrecv",
        )
    )

    stored = description.without_keys()

    assert "secret" not in str(stored)
    assert stored.attributes == (("ice-ufrag", "kept"),)
    assert stored.media[0].attributes == (("sendrecv", None),)


@given(DESCRIPTIONS)
def test_what_is_written_is_read_back(description: SessionDescription) -> None:
    assert SessionDescription.parse(description.to_bytes()) == description


@given(
    st.lists(LINES, max_size=12).map(lambda lines: "\r\n".join(lines).encode("utf-8", "replace"))
    | st.binary()
)
def test_any_text_is_read_or_refused_and_what_is_read_survives(text: bytes) -> None:
    for candidate in (text, RFC_8866_EXAMPLE + text):
        with suppress(MalformedSdp):
            description = SessionDescription.parse(candidate)
            assert SessionDescription.parse(description.to_bytes()) == description
