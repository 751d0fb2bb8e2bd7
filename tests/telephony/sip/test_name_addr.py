import pytest
from hypothesis import given, settings

from telephony.sip.errors import ParseError
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import OtherUri, Uri
from tests.support.sip_text import assert_linear, assert_survives, sip_text


@pytest.mark.parametrize(
    ("text", "display", "uri", "tag"),
    [
        ("sip:anna@example.se", "", "sip:anna@example.se", None),
        ("sip:anna@example.se;tag=1", "", "sip:anna@example.se", "1"),
        ("sip:vivekg@example.com ;   tag    = 1918181833n", "", "sip:vivekg@example.com", "1918181833n"),
        ("<sip:anna@example.se;lr>;Tag=1", "", "sip:anna@example.se;lr", "1"),
        ("<sip:anna@example.se> ", "", "sip:anna@example.se", None),
        ("caller<sip:anna@example.se>;tag=323", "caller", "sip:anna@example.se", "323"),
        ("A. G. Bell <sip:bell@example.se>", "A. G. Bell", "sip:bell@example.se", None),
        ("Åsa Öst (växeln)  <sip:1@example.se>", "Åsa Öst (växeln)", "sip:1@example.se", None),
        (r'"J \"R\" \\" <sip:1@example.se>;tag=a', 'J "R" \\', "sip:1@example.se", "a"),
        ('"a, <b>" <sip:1@example.se>', "a, <b>", "sip:1@example.se", None),
        ('"" <sip:1@example.se>;tag', "", "sip:1@example.se", None),
        ("<sip:a@b.se?Route=%3Csip:c.se%3E>", "", "sip:a@b.se?Route=%3Csip:c.se%3E", None),
    ],
)
def test_parsing(text: str, display: str, uri: str, tag: str | None) -> None:
    address = NameAddr.parse(text)

    assert (address.display, str(address.uri), address.tag) == (display, uri, tag)


def test_angle_brackets_in_a_parameter_of_a_bare_address() -> None:
    address = NameAddr.parse('sip:anna@192.0.2.1;+sip.instance="<urn:uuid:0>"')

    assert str(address.uri) == "sip:anna@192.0.2.1"
    assert address.parameter("+sip.instance") == "<urn:uuid:0>"


def test_other_schemes() -> None:
    assert NameAddr.parse("isbn:2983792873").uri == OtherUri("isbn", "2983792873")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"Mr. J. User <sip:j.user@example.com>',
        "Bell, Alexander <sip:a.g.bell@example.com>",
        '"Watson, Thomas" < sip:t.watson@example.org >',
        "sip:user@example.com?Route=%3Csip:sip.example.com%3E",
        "sip:a,b@example.com",
        "<sip:joe@example.org>;;;;",
        "<sip:joe@example.org> joe",
        "<sip:joe@example.org",
        "joe",
    ],
)
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        NameAddr.parse(text)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (NameAddr("", Uri.parse("sip:1@example.se")), "<sip:1@example.se>"),
        (
            NameAddr('Bygglov: "070"', Uri.parse("sip:1@example.se"), (("tag", "x"), ("lr", None))),
            r'"Bygglov: \"070\"" <sip:1@example.se>;tag=x;lr',
        ),
    ],
)
def test_writing(address: NameAddr, text: str) -> None:
    assert str(address) == text


def test_setting_a_parameter() -> None:
    address = NameAddr.parse("<sip:1@example.se>;a=b")

    assert str(address.with_parameter("tag", "x")) == "<sip:1@example.se>;a=b;tag=x"


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(NameAddr.parse, text)
    assert_survives(NameAddr.parse, f'"{text}" <sip:anna@example.se>')
    assert_survives(NameAddr.parse, f"{text}<sip:anna@example.se>")
    assert_survives(NameAddr.parse, f"sip:anna@example.se;{text}")


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(NameAddr.parse)
