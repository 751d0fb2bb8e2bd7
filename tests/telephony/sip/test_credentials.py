import pytest
from hypothesis import given, settings

from telephony.sip.credentials import Credentials
from telephony.sip.errors import ParseError
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def test_parsing() -> None:
    credentials = Credentials.parse(
        'Digest username="bob", Realm="biloxi.com", nonce="dcd98b", uri="sip:bob@biloxi.com", qop=auth,\t'
        'nc=00000001,cnonce="0a4f113b",response="6629fae49393a05397450978507c4ef1", algorithm=SHA-256'
    )

    assert credentials.scheme == "Digest"
    assert credentials.get("realm") == "biloxi.com"
    assert (credentials.get("qop"), credentials.get("nc")) == ("auth", "00000001")
    assert credentials.get("opaque") is None


def test_a_scheme_nobody_knows() -> None:
    credentials = Credentials.parse("NoOneKnowsThisScheme opaque-data=here")

    assert (credentials.scheme, dict(credentials.parameters)) == (
        "NoOneKnowsThisScheme",
        {"opaque-data": "here"},
    )


def test_writing() -> None:
    parameters = {"username": "bob", "qop": "auth", "nc": "00000001", "algorithm": "MD5", "nonce": "x"}

    assert str(Credentials("Digest", parameters)) == (
        'Digest username="bob", qop=auth, nc=00000001, algorithm=MD5, nonce="x"'
    )


@pytest.mark.parametrize(
    "text", ["", "Digest", 'Digest username="bob', 'Digest realm="a",realm="b"', "Bearer a/b=="]
)
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        Credentials.parse(text)


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Credentials.parse, text)
    assert_survives(Credentials.parse, f'Digest username="{text}",nc={text}')


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Credentials.parse)
