import pytest
from hypothesis import given, settings

from telephony.sip.errors import ParseError
from telephony.sip.via import Via
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def test_parsing() -> None:
    via = Via.parse("SIP/2.0/UDP pc33.example.se:5062;branch=z9hG4bK776asdhds;received=192.0.2.1;rport=5070")

    assert (via.transport, via.host, via.port) == ("UDP", "pc33.example.se", 5062)
    assert (via.branch, via.received, via.rport) == ("z9hG4bK776asdhds", "192.0.2.1", 5070)


def test_white_space_and_case() -> None:
    via = Via.parse("sip  / 2.0  / tcp     spindle.example.com : 5061  ; branch  =   z9hG4bK9ikj8  ")

    assert via == Via("TCP", "spindle.example.com", 5061, (("branch", "z9hG4bK9ikj8"),))


def test_an_element_of_rfc_2543() -> None:
    via = Via.parse("SIP/2.0/UDP iftgw")

    assert (via.host, via.port, via.branch, via.received, via.rport) == ("iftgw", None, None, None, None)
    assert not via.wants_rport


def test_ipv6() -> None:
    via = Via.parse("SIP/2.0/UDP [2001:db8::9:1]:5060;received=2001:db8::9:255;branch=z9hG4bK1")

    assert (via.host, via.received) == ("[2001:db8::9:1]", "2001:db8::9:255")


@pytest.mark.parametrize("parameter", ["rport", "rport=0", "rport=65536", "rport=x"])
def test_asking_for_rport(parameter: str) -> None:
    via = Via.parse(f"SIP/2.0/UDP 192.0.2.1;{parameter};branch=z9hG4bK1")

    assert via.wants_rport
    assert via.rport is None


def test_filling_in_what_the_server_saw() -> None:
    via = Via.parse("SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1")

    seen = via.with_parameter("received", "192.0.2.1").with_parameter("rport", "4711")

    assert str(seen) == "SIP/2.0/UDP 10.0.0.1:5060;rport=4711;branch=z9hG4bK1;received=192.0.2.1"


def test_a_version_that_is_refused_can_still_be_answered() -> None:
    via = Via.parse("SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw")

    assert str(via) == "SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 192.0.2.1",
        "SIP/2.0/UDP 192.0.2.15;;",
        "SIP/2.0/UDP 192.0.2.1:0",
        "SIP/2.0/UDP 192.0.2.1:65536",
        "SIP/2.0/UDP 192.0.2.1:506000",
        "SIP/2.0/UDP 2001:db8::1",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a, SIP/2.0/UDP b",
    ],
)
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        Via.parse(text)


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Via.parse, text)
    assert_survives(Via.parse, f"SIP/2.0/UDP host{text}")


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Via.parse)
