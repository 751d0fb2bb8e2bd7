import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.sip.errors import ParseError
from telephony.sip.grammar import (
    find_parameter,
    format_auth,
    format_parameters,
    is_token,
    parse_auth,
    parse_number,
    parse_parameters,
    quote,
    replace_parameter,
    split_list,
    unquote,
)
from tests.support.sip_text import assert_linear, sip_text


@pytest.mark.parametrize("text", ["INVITE", "!interesting-Method0123456789_*+`.%indeed'~", "0"])
def test_tokens(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a:b", "å", '"a"'])
def test_no_tokens(text: str) -> None:
    assert not is_token(text)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Anna", '"Anna"'),
        ('say "no"\\', r'"say \"no\"\\"'),
        ("bell\x07 nul\x00", '"bell\\\x07 nul\\\x00"'),
        ("a\r\nVia: b", '"a  Via: b"'),
    ],
)
def test_quoting(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(st.text().filter(lambda text: not {"\r", "\n"} & set(text)))
@settings(deadline=None)
def test_what_is_quoted_can_be_unquoted(text: str) -> None:
    assert unquote(quote(text)) == text


def test_a_token_unquotes_to_itself() -> None:
    assert unquote("auth") == "auth"


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("", []),
        ("a", ["a"]),
        ("a , b,c", ["a", "b", "c"]),
        (";;,,;;,;", [";;", ";;", ";"]),
        ('"A, B" <sip:a,b@c>, <sip:d>', ['"A, B" <sip:a,b@c>', "<sip:d>"]),
        (r'"quote \", comma" <sip:a>, b', [r'"quote \", comma" <sip:a>', "b"]),
        ('a, "never closed, b', ["a", '"never closed, b']),
        ('a, "ends so, \\', ["a", '"ends so, \\']),
        ("a, <never closed, b", ["a", "<never closed, b"]),
    ],
)
def test_splitting_a_list(text: str, elements: list[str]) -> None:
    assert split_list(text) == elements


def test_parameters_are_kept_as_they_came() -> None:
    parameters = parse_parameters(' ; LR ; received=::1 ; text = "a;b" ;tag=a== ')

    assert parameters == (("LR", None), ("received", "::1"), ("text", '"a;b"'), ("tag", "a=="))
    assert format_parameters(parameters) == ';LR;received=::1;text="a;b";tag=a=='


def test_no_parameters() -> None:
    assert parse_parameters("  ") == ()


@pytest.mark.parametrize("text", [";", ";;a", ";a=", ";a=b c", "a=b", ';a="b', ";a=b,"])
def test_malformed_parameters(text: str) -> None:
    with pytest.raises(ParseError):
        parse_parameters(text)


def test_finding_a_parameter() -> None:
    parameters = parse_parameters(';lr;Cause=200;text="a \\"b\\""')

    assert find_parameter(parameters, "lr") == ""
    assert find_parameter(parameters, "cause") == "200"
    assert find_parameter(parameters, "text") == 'a "b"'
    assert find_parameter(parameters, "tag") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (";branch=1", ";branch=1;rport=5060"),
        (";rport;branch=1", ";rport=5060;branch=1"),
        (";RPort=5060;branch=1", ";rport=5060;branch=1"),
        (";rport=5060", ";rport=5060"),
    ],
)
def test_replacing_a_parameter(before: str, after: str) -> None:
    changed = replace_parameter(parse_parameters(before), "rport", "5060")

    assert format_parameters(changed) == after


def test_authentication_parameters() -> None:
    scheme, parameters = parse_auth('Digest Realm="a, \\"b\\"" , qop="auth,auth-int",nc=00000001')

    assert scheme == "Digest"
    assert parameters == {"realm": 'a, "b"', "qop": "auth,auth-int", "nc": "00000001"}


@pytest.mark.parametrize(
    "text", ["", "Digest", "Digest ", "Digest a", 'Digest a="b', "Digest a=1,A=2", "Basic YTpi"]
)
def test_malformed_authentication(text: str) -> None:
    with pytest.raises(ParseError):
        parse_auth(text)


def test_writing_authentication() -> None:
    parameters = {"realm": 'a"b', "qop": "auth", "nc": "1, 2"}

    assert (
        format_auth("Digest", parameters, frozenset({"qop", "nc"}))
        == r'Digest realm="a\"b", qop=auth, nc="1, 2"'
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("0068", 68), ("255", 255), ("256", 255), ("9" * 5000, 255), ("0" * 5000 + "7", 7)],
)
def test_numbers(text: str, number: int) -> None:
    assert parse_number(text, 255) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1 ", "²", "٣"])
def test_no_numbers(text: str) -> None:
    assert parse_number(text, 255) is None


@given(sip_text)
@settings(deadline=None)
def test_splitting_loses_nothing_but_white_space_and_commas(text: str) -> None:
    assert "".join(split_list(text)).replace(",", "").replace(" ", "").replace("\t", "") == text.replace(
        ",", ""
    ).replace(" ", "").replace("\t", "")


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(lambda text: (split_list(text), "")[1])
