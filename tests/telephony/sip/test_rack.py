import pytest
from hypothesis import given

from telephony.sip.cseq import CSeq
from telephony.sip.errors import ParseError
from telephony.sip.rack import MAX_RSEQ, RAck, parse_rseq
from tests.support.sip_text import assert_survives, sip_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("776656 1 INVITE", RAck(776656, CSeq(1, "INVITE"))),
        (" 1\t2  INVITE ", RAck(1, CSeq(2, "INVITE"))),
        (f"{MAX_RSEQ} 1 INVITE", RAck(MAX_RSEQ, CSeq(1, "INVITE"))),
    ],
)
def test_parsing(text: str, expected: RAck) -> None:
    assert RAck.parse(text) == expected


@pytest.mark.parametrize("text", ["", "1", "1 INVITE", "x 1 INVITE", f"{MAX_RSEQ + 1} 1 INVITE", "9" * 5000])
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        RAck.parse(text)


def test_rseq() -> None:
    assert parse_rseq(" 0042 ") == 42


@given(sip_text)
def test_survives(text: str) -> None:
    assert_survives(RAck.parse, text)
