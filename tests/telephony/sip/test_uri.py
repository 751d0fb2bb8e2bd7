import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.sip.errors import ParseError
from telephony.sip.uri import OtherUri, SipUri, Uri, escape_user
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def sip_uri(text: str) -> SipUri:
    uri = Uri.parse(text)
    assert isinstance(uri, SipUri)
    return uri


def test_all_parts() -> None:
    uri = sip_uri("sips:anna:secret@example.se:5061;transport=tcp;lr?subject=a%20b&priority=")

    assert uri == SipUri(
        "sips",
        "anna",
        "secret",
        "example.se",
        5061,
        (("transport", "tcp"), ("lr", None)),
        (("subject", "a%20b"), ("priority", "")),
    )


@pytest.mark.parametrize(
    ("text", "user", "host"),
    [
        ("SIP:a1", None, "a1"),
        ("sip:+46853061000@[2001:db8::1]:5060", "+46853061000", "[2001:db8::1]"),
        ("sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "example.com"),
        ("sip:what?now/;x@example.com", "what?now/;x", "example.com"),
        ("sip:*21#@example.com", "*21#", "example.com"),
        ("sip:%00%00@host5.example.com", "%00%00", "host5.example.com"),
    ],
)
def test_user_and_host(text: str, user: str | None, host: str) -> None:
    uri = sip_uri(text)

    assert (uri.user, uri.host) == (user, host)
    assert str(uri) == text.replace("SIP:", "sip:")


@pytest.mark.parametrize(
    ("text", "scheme", "rest"),
    [
        ("tel:+46701740605", "tel", "+46701740605"),
        ("URN:service:sos", "urn", "service:sos"),
        ("soap.beep://192.0.2.103:3002", "soap.beep", "//192.0.2.103:3002"),
    ],
)
def test_other_schemes(text: str, scheme: str, rest: str) -> None:
    uri = Uri.parse(text)

    assert uri == OtherUri(scheme, rest)
    assert str(uri) == f"{scheme}:{rest}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "sip",
            "sip:",
            "sip:@",
            "sip:@example.se",
            "anna@example.se",
            ":x",
            "tel:",
            "1x:y",
            "<sip:anna@example.se>",
        ),
        *("sip:a b@example.se", "sip:anna@example.se; lr", " sip:anna@example.se", "sip:anna@example.se\n"),
        *(
            "sip:anna@exa[mple.se",
            "sip:2001:db8::1",
            "sip:anna@b@example.se",
            "sip:%4@example.se",
            "sip:å@b.se",
        ),
        *(
            "sip:anna@example.se:0",
            "sip:anna@example.se:65536",
            "sip:anna@example.se:",
            "sip:anna@example.se;",
        ),
        *("sip:anna@example.se;a=", "sip:anna@example.se?a", "sip:anna@example.se?", "ſip:anna@example.se"),
    ],
)
def test_refusing(text: str) -> None:
    with pytest.raises(ParseError):
        Uri.parse(text)


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("sip:sips%3Auser%40example.com@example.net", "sips:user@example.com"),
        ("sip:null-%00-null@example.com", "null-\0-null"),
        ("sip:%C3%85sa+1@example.se", "Åsa+1"),
        ("sip:%E5@example.se", "\udce5"),
        ("sip:example.se", None),
    ],
)
def test_decoding_the_user(text: str, decoded: str | None) -> None:
    assert sip_uri(text).decoded_user == decoded


@given(st.text(min_size=1))
@settings(deadline=None)
def test_an_escaped_user_decodes_to_itself(user: str) -> None:
    uri = sip_uri(f"sip:{escape_user(user)}@example.se")

    assert uri.decoded_user == user


def test_parameters() -> None:
    uri = sip_uri("sip:caller@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31;Transport=UDP")

    assert uri.is_loose_router
    assert uri.parameter("name") == "value%41"
    assert uri.parameter("transport") == "UDP"
    assert uri.parameter("maddr") is None
    assert not sip_uri("sip:example.se").is_loose_router


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("sip:a%2fb@example.se", "sip:a%2Fb@example.se"),
    ],
)
def test_equivalent(one: str, two: str) -> None:
    assert sip_uri(one).equivalent(sip_uri(two))
    assert sip_uri(two).equivalent(sip_uri(one))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:bob@biloxi.com", "sip:bob:secret@biloxi.com"),
        ("sip:bob@biloxi.com;user=phone", "sip:bob@biloxi.com"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:a%2541@example.se", "sip:a%41@example.se"),
        ("sip:%00@example.se", "sip:%00%00@example.se"),
        ("sip:112@example.se", "tel:112"),
    ],
)
def test_not_equivalent(one: str, two: str) -> None:
    assert not sip_uri(one).equivalent(Uri.parse(two))


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Uri.parse, text)
    assert_survives(Uri.parse, f"sip:{text}@example.se")
    assert_survives(Uri.parse, f"sip:anna@example.se{text}")


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Uri.parse)
