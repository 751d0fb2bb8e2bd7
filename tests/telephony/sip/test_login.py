"""Our answers to challenges: the examples of RFC 7616 3.9.1 and RFC 2069, and an independent server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.challenge import Challenge
from telephony.sip.credentials import Credentials
from telephony.sip.digest import Algorithm, make_ha1
from telephony.sip.headers import Headers
from telephony.sip.login import MOST_NONCES, Login, NonceCounts, realms_of
from telephony.sip.message import Response
from tests.support.digest_server import DigestServer

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
MUFASA = {
    name.value: make_ha1("Mufasa", "http-auth@example.org", "Circle of Life", name) for name in Algorithm
}
LOGIN = Login("Mufasa", "http-auth@example.org", MUFASA)


def refusal(*values: str, header: str = "WWW-Authenticate") -> Response:
    return Response(401, "Unauthorized", Headers([(header, value) for value in values]))


def example(algorithm: str) -> str:
    return (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    challenge = LOGIN.challenge_in(refusal(example(algorithm)), "WWW-Authenticate")
    assert challenge is not None

    text = LOGIN.answer(
        challenge, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1
    )

    answer = Credentials.parse(text)
    assert answer.get("response") == response
    assert answer.get("opaque") == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert (answer.get("qop"), answer.get("nc")) == ("auth", "00000001")


def test_without_qop_the_answer_is_that_of_rfc_2069() -> None:
    ha1 = make_ha1("Mufasa", "testrealm@host.com", "CircleOfLife", Algorithm.MD5)
    login = Login("Mufasa", "testrealm@host.com", {"MD5": ha1})
    challenge = Challenge.parse(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    )

    answer = Credentials.parse(login.answer(challenge, "GET", "/dir/index.html", "unused", 1))

    assert answer.get("response") == "1949323746fe6a43ef61f9606e7febea"  # RFC 2069, as corrected
    assert not {"qop", "nc", "cnonce", "algorithm", "opaque"} & set(answer.parameters)


@given(
    algorithms=st.permutations(["MD5", "SHA-256"]).map(tuple),
    qop=st.sampled_from(["", "auth", "auth-int,auth", "AUTH"]),
    nc=st.integers(1, 0xFFFFFFFF),
    method=st.sampled_from(["INVITE", "REGISTER", "BYE"]),
)
def test_an_independent_server_agrees(algorithms: tuple[str, ...], qop: str, nc: int, method: str) -> None:
    server = DigestServer("http-auth@example.org", "Mufasa", "Circle of Life", algorithms, qop)
    challenge = LOGIN.challenge_in(refusal(*server.challenges()), "WWW-Authenticate")
    assert challenge is not None

    text = LOGIN.answer(challenge, method, "sip:112@192.0.2.1", "c" * 16, nc)

    assert server.judge(method, "sip:112@192.0.2.1", [text]) == "right"
    assert "SHA-256" in text


@pytest.mark.parametrize(
    "value",
    [
        example("MD5").replace("http-auth@example.org", "evil.example"),
        example("SHA-512-256"),
        example("MD5").replace("auth, auth-int", "auth-int"),
        example("MD5").replace(NONCE, ""),
        'Basic realm="http-auth@example.org"',
        "Digest",
        "",
    ],
)
def test_what_is_not_of_our_realm_or_cannot_be_answered_is_not(value: str) -> None:
    assert LOGIN.challenge_in(refusal(value), "WWW-Authenticate") is None
    assert LOGIN.challenge_in(refusal(example("MD5")), "Proxy-Authenticate") is None
    nobody = Login("Mufasa", "http-auth@example.org", {})
    assert nobody.challenge_in(refusal(example("MD5")), "WWW-Authenticate") is None


def test_the_strongest_that_can_be_answered_is_whatever_comes_first() -> None:
    values = [example("MD5"), example("SHA-512-256"), example("sha-256")]

    challenge = LOGIN.challenge_in(refusal(*values), "WWW-Authenticate")

    assert challenge is not None and challenge.get("algorithm") == "sha-256"


def test_realms_are_told_once_each() -> None:
    text = refusal(example("MD5"), example("SHA-256"), 'Digest realm="b"', "Digest nonce=x")

    assert realms_of(text) == ["http-auth@example.org", "b", ""]


def test_a_nonce_is_counted_as_long_as_it_is_among_the_last() -> None:
    counts = NonceCounts()
    assert [counts.next("a"), counts.next("b"), counts.next("a")] == [1, 1, 2]

    for number in range(MOST_NONCES):
        counts.next(str(number))

    assert counts.next("a") == 1
