import pytest
from hypothesis import given, settings

from telephony.sip.cseq import CSeq
from telephony.sip.errors import ParseError
from tests.support.sip_text import assert_linear, assert_survives, sip_text


@pytest.mark.parametrize(
    ("text", "cseq"),
    [
        ("4711 INVITE", CSeq(4711, "INVITE")),
        ("0009\t   INVITE ", CSeq(9, "INVITE")),
        ("0 ACK", CSeq(0, "ACK")),
        ("2147483647 RE%47IST%45R", CSeq(2147483647, "RE%47IST%45R")),
        ("0" * 5000 + "1 BYE", CSeq(1, "BYE")),
    ],
)
def test_parsing(text: str, cseq: CSeq) -> None:
    assert CSeq.parse(text) == cseq


@pytest.mark.parametrize(
    "text",
    [
        "",
        "INVITE",
        "1",
        " INVITE",
        "1INVITE",
        "-1 INVITE",
        "2147483648 INVITE",
        "9" * 5000 + " A",
        "1 A B",
        "² A",
    ],
)
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        CSeq.parse(text)


def test_writing() -> None:
    assert str(CSeq(1, "BYE")) == "1 BYE"


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(CSeq.parse, text)


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(CSeq.parse)
