import pytest
from hypothesis import given, settings

from telephony.sip.contact import MALFORMED_EXPIRES, MAX_EXPIRES, Contact
from telephony.sip.errors import ParseError
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def test_parsing() -> None:
    contact = Contact.parse('"Anna" <sip:anna@192.0.2.1:5062;ob>;expires=600;q=0.33')

    assert (contact.display, str(contact.uri)) == ("Anna", "sip:anna@192.0.2.1:5062;ob")
    assert (contact.expires, contact.q) == (600, 0.33)
    assert not contact.is_wildcard


def test_parameters_of_a_bare_address_belong_to_the_header() -> None:
    assert Contact.parse("sip:+1@gw1.example.net;unknownparam").parameter("unknownparam") == ""
    assert Contact.parse("<sip:+1@gw1.example.net;unknownparam>").parameter("unknownparam") is None


def test_the_wildcard() -> None:
    contact = Contact.parse(" * ")

    assert contact.is_wildcard
    assert str(contact) == "*"


def test_writing() -> None:
    assert str(Contact.parse("sip:1@example.se;expires=60")) == "<sip:1@example.se>;expires=60"


@pytest.mark.parametrize(
    ("parameter", "expires"),
    [
        ("", None),
        (";expires=0", 0),
        (";expires=280297596632815", MAX_EXPIRES),
        (";expires=soon", MALFORMED_EXPIRES),
        (";expires", MALFORMED_EXPIRES),
    ],
)
def test_expires(parameter: str, expires: int | None) -> None:
    assert Contact.parse(f"<sip:1@example.se>{parameter}").expires == expires


@pytest.mark.parametrize(
    ("parameter", "q"),
    [
        ("", None),
        (";q=1", 1.0),
        (";q=1.000", 1.0),
        (";q=0.", 0.0),
        (";q=1.1", None),
        (";q", None),
        (";q=nan", None),
    ],
)
def test_q(parameter: str, q: float | None) -> None:
    assert Contact.parse(f"<sip:1@example.se>{parameter}").q == q


@pytest.mark.parametrize("text", ["", "**", "*;expires=0", "sip:user@example.com?Route=%3Csip:a%3E"])
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        Contact.parse(text)


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Contact.parse, text)


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Contact.parse)
