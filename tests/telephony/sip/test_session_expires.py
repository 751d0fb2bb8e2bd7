import pytest
from hypothesis import given

from telephony.sip.errors import ParseError
from telephony.sip.session_expires import MAX_SECONDS, SessionExpires
from tests.support.sip_text import assert_survives, sip_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1800", SessionExpires(1800)),
        (" 90 ;refresher=uac", SessionExpires(90, "uac")),
        ("90;x=1;Refresher=UAS", SessionExpires(90, "uas")),
        ("90;refresher=proxy", SessionExpires(90)),
        ("9" * 5000, SessionExpires(MAX_SECONDS)),
    ],
)
def test_parsing(text: str, expected: SessionExpires) -> None:
    assert SessionExpires.parse(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5", "90;;", "90 uac"])
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        SessionExpires.parse(text)


@given(sip_text)
def test_survives(text: str) -> None:
    assert_survives(SessionExpires.parse, text)
