import pytest
from hypothesis import given, settings

from telephony.sip.errors import ParseError
from telephony.sip.media_type import MediaType
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def test_parsing() -> None:
    media_type = MediaType.parse('Multipart / MIXED ; boundary="a b"')

    assert media_type.name == "multipart/mixed"
    assert media_type.parameter("boundary") == "a b"
    assert media_type.parameter("charset") is None


def test_writing() -> None:
    assert str(MediaType("application/sdp", (("charset", "UTF-8"),))) == "application/sdp;charset=UTF-8"


@pytest.mark.parametrize("text", ["", "application", "application/", "a/b c", "a/b;"])
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        MediaType.parse(text)


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(MediaType.parse, text)
    assert_survives(MediaType.parse, f"text/plain{text}")


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(MediaType.parse)
