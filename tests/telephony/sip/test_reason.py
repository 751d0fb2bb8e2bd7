import pytest
from hypothesis import given, settings

from telephony.sip.errors import ParseError
from telephony.sip.headers import Headers
from telephony.sip.message import Response
from telephony.sip.reason import Reason, isdn_cause
from tests.support.sip_text import assert_linear, assert_survives, sip_text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('SIP ;cause=200 ;text="Call completed elsewhere"', Reason("SIP", 200, "Call completed elsewhere")),
        ("Q.850;cause=16", Reason("Q.850", 16)),
        ("SIP", Reason("SIP")),
        ("SIP;cause=soon", Reason("SIP")),
        ("SIP;cause=1000", Reason("SIP")),
    ],
)
def test_parsing(text: str, reason: Reason) -> None:
    assert Reason.parse(text) == reason


@pytest.mark.parametrize("text", ["", ";cause=200", "SIP cause=200", "SIP;;"])
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        Reason.parse(text)


def test_writing() -> None:
    assert (
        str(Reason("SIP", 200, "Call completed elsewhere")) == 'SIP;cause=200;text="Call completed elsewhere"'
    )
    assert str(Reason("Q.850")) == "Q.850"


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Reason.parse, text)
    assert_survives(Reason.parse, f'SIP;text="{text}"')


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Reason.parse)


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ([], 0),
        (["Q.850;cause=34"], 34),
        (["SIP;cause=503", "q.850 ;cause=38"], 38),
        (["SIP;cause=41, Q.850;cause=42"], 42),
        ([";;", "Q.850", "Q.850;cause=16"], 16),
    ],
)
def test_the_isdn_cause_of_a_refusal(values: list[str], cause: int) -> None:
    response = Response(503, "x", Headers([("Reason", value) for value in values]))

    assert isdn_cause(response) == cause
