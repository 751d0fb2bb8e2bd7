"""Digest authentication, with the examples of RFC 2617 3.5, RFC 7616 3.9.1 and RFC 2069 (as corrected).

RFC 8760 has no example of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.challenge import Challenge
from telephony.sip.credentials import Credentials
from telephony.sip.digest import (
    Accepted,
    Algorithm,
    Answer,
    Authenticator,
    Missing,
    Refused,
    Stale,
    make_ha1,
)
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.nonce import NONCE_LIFETIME

NOW = 1_750_000_000.25
REALM = "vaxel.example"
PASSWORDS = {"anna": "hemligt", "dörr": "också hemligt", "old": "word"}
LEGACY = frozenset({"old"})


def make_authenticator(secret: bytes = b"secret") -> Authenticator:
    def lookup(user: str, algorithm: str) -> str | None:
        password = PASSWORDS.get(user)
        return None if password is None else make_ha1(user, REALM, password, Algorithm(algorithm))

    return Authenticator(REALM, secret, lookup, LEGACY.__contains__)


def make_request(*authorizations: str) -> Request:
    headers = Headers([("Authorization", text) for text in authorizations])
    return Request("REGISTER", "sip:vaxel.example", headers)


def challenged(authenticator: Authenticator, now: float = NOW) -> str:
    """Return the nonce of a new challenge."""
    nonce = Challenge.parse(authenticator.challenges(now)[0]).get("nonce")
    assert nonce is not None
    return nonce


def authorization(
    nonce: str,
    user: str = "anna",
    password: str | None = None,
    algorithm: Algorithm = Algorithm.SHA256,
    nc: str = "00000001",
    qop: str = "auth",
    changed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write what a phone answers; `changed` are parameters that it then gets wrong on the way."""
    answer = Answer("sip:vaxel.example", nonce, qop, nc, "0a4f113b") if qop else Answer("sip:x;y=z", nonce)
    ha1 = make_ha1(user, REALM, PASSWORDS.get(user, "") if password is None else password, algorithm)
    parameters = {
        "username": user,
        "realm": REALM,
        "nonce": nonce,
        "uri": answer.uri,
        "response": answer.response(algorithm, ha1, "REGISTER"),
        "algorithm": algorithm.value,
    }
    if qop:
        parameters |= {"qop": qop, "nc": nc, "cnonce": answer.cnonce}
    return str(Credentials("Digest", {**parameters, **changed}))


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (Algorithm.MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm.SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: Algorithm, response: str) -> None:
    answer = Answer(
        uri="/dir/index.html",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        qop="auth",
        nc="00000001",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    ha1 = make_ha1("Mufasa", "http-auth@example.org", "Circle of Life", algorithm)
    assert answer.response(algorithm, ha1, "GET") == response


def test_the_example_of_rfc_2617() -> None:
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    answer = Answer("/dir/index.html", nonce, "auth", "00000001", "0a4f113b")
    ha1 = make_ha1("Mufasa", "testrealm@host.com", "Circle Of Life", Algorithm.MD5)
    assert answer.response(Algorithm.MD5, ha1, "GET") == "6629fae49393a05397450978507c4ef1"


def test_the_example_of_rfc_2069_without_qop() -> None:
    answer = Answer("/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
    ha1 = make_ha1("Mufasa", "testrealm@host.com", "CircleOfLife", Algorithm.MD5)
    assert answer.response(Algorithm.MD5, ha1, "GET") == "1949323746fe6a43ef61f9606e7febea"


def test_sha_256_is_offered_before_md5_with_the_same_nonce() -> None:
    challenges = [Challenge.parse(text) for text in make_authenticator().challenges(NOW)]
    assert [challenge.scheme for challenge in challenges] == ["Digest", "Digest"]
    assert [challenge.get("algorithm") for challenge in challenges] == ["SHA-256", "MD5"]
    assert [challenge.get("qop") for challenge in challenges] == ["auth", "auth"]
    assert [challenge.get("realm") for challenge in challenges] == [REALM, REALM]
    assert [challenge.get("stale") for challenge in challenges] == [None, None]
    assert challenges[0].get("nonce") == challenges[1].get("nonce")


def test_a_legacy_account_is_offered_md5_alone() -> None:
    texts = make_authenticator().challenges(NOW, user=next(iter(LEGACY)))
    assert [Challenge.parse(text).get("algorithm") for text in texts] == ["MD5"]


def test_a_challenge_is_written_as_phones_expect_it() -> None:
    nonce, text = "", make_authenticator().challenges(NOW, stale=True)[1]
    nonce = Challenge.parse(text).get("nonce") or ""
    expected = f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth", stale=true'
    assert text == expected


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("user", ["anna", "dörr"])
def test_the_right_password_is_accepted(user: str, algorithm: Algorithm) -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator), user, algorithm=algorithm))
    assert authenticator.check(request, NOW + 1) == Accepted(user)


def test_md5_is_meant_where_no_algorithm_is_named() -> None:
    authenticator = make_authenticator()
    text = authorization(challenged(authenticator), algorithm=Algorithm.MD5)
    assert authenticator.check(make_request(text.replace(", algorithm=MD5", "")), NOW) == Accepted("anna")


def test_names_are_taken_in_any_case() -> None:
    authenticator = make_authenticator()
    text = authorization(challenged(authenticator), algorithm=Algorithm.MD5, qop="AUTH")
    text = text.replace("Digest", "dIGEST").replace("=MD5", "=md5")
    assert authenticator.check(make_request(text), NOW) == Accepted("anna")


def test_the_digest_uri_need_not_be_the_request_uri() -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator)))
    request.uri = "sip:10.0.0.1:5080;transport=udp"
    assert authenticator.check(request, NOW) == Accepted("anna")


def test_a_request_without_credentials_is_to_be_challenged() -> None:
    assert make_authenticator().check(make_request(), NOW) == Missing()


@pytest.mark.parametrize(
    "text",
    ["", "Digest", 'Digest realm="vaxel.example', "Basic YW5uYTpoZW1saWd0", 'Basic realm="vaxel.example"'],
)
def test_other_schemes_and_broken_headers_are_passed_over(text: str) -> None:
    authenticator = make_authenticator()
    assert authenticator.check(make_request(text), NOW) == Missing()
    ours = authorization(challenged(authenticator))
    assert authenticator.check(make_request(text, ours), NOW) == Accepted("anna")


def test_credentials_of_another_realm_are_passed_over() -> None:
    authenticator = make_authenticator()
    other = authorization(challenged(authenticator), changed={"realm": "other.example"})
    assert authenticator.check(make_request(other), NOW) == Missing()
    ours = authorization(challenged(authenticator))
    assert authenticator.check(make_request(other, ours), NOW) == Accepted("anna")


def test_only_the_first_credentials_of_our_realm_count() -> None:
    authenticator = make_authenticator()
    nonce = challenged(authenticator)
    request = make_request(authorization(nonce, password="wrong"), authorization(nonce))
    assert authenticator.check(request, NOW) == Refused("anna")


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize(("user", "password"), [("anna", "wrong"), ("nobody", "wrong"), ("", "")])
def test_wrong_password_and_unknown_user_get_the_same_answer(
    user: str, password: str, algorithm: Algorithm
) -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator), user, password, algorithm))
    assert authenticator.check(request, NOW) == Refused(user)


def test_an_unknown_user_costs_one_look_up_as_a_known_one() -> None:
    asked: list[tuple[str, str]] = []

    def lookup(user: str, algorithm: str) -> str | None:
        asked.append((user, algorithm))
        return None

    authenticator = Authenticator(REALM, b"secret", lookup, LEGACY.__contains__)
    authenticator.check(make_request(authorization(challenged(authenticator), "nobody")), NOW)
    assert asked == [("nobody", "SHA-256")]


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "SHA-512-256"},
        {"algorithm": "MD5-sess"},
        {"qop": "auth-int"},
        {"qop": ""},
        {"nc": ""},
        {"nc": "1"},
        {"nc": "000000001"},
        {"nc": "0000000g"},
        {"nc": "+0000001"},
        {"nc": "0000_001"},
        {"nc": "0000000٣"},
        {"nc": "00000002"},
        {"uri": "sip:elsewhere"},
        {"cnonce": ""},
        {"response": ""},
        {"response": "ä" * 64},
        {"username": "dörr"},
    ],
)
def test_credentials_that_were_changed_are_refused(changed: dict[str, str]) -> None:
    authenticator = make_authenticator()
    text = authorization(challenged(authenticator), changed=changed)
    assert authenticator.check(make_request(text), NOW) == Refused(changed.get("username", "anna"))


@pytest.mark.parametrize("missing", ["username", "nonce", "uri", "response", "nc", "cnonce"])
def test_credentials_that_lack_something_are_refused(missing: str) -> None:
    authenticator = make_authenticator()
    whole = Credentials.parse(authorization(challenged(authenticator)))
    parameters = {name: value for name, value in whole.parameters.items() if name != missing}
    verdict = authenticator.check(make_request(str(Credentials("Digest", parameters))), NOW)
    assert verdict == Refused("" if missing == "username" else "anna")


def test_the_answer_to_another_method_is_refused() -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator)))
    request.method = "INVITE"
    assert authenticator.check(request, NOW) == Refused("anna")


def test_an_expired_nonce_is_stale_if_the_password_is_right() -> None:
    authenticator = make_authenticator()
    nonce = challenged(authenticator)
    later = NOW + NONCE_LIFETIME + 1
    assert authenticator.check(make_request(authorization(nonce)), later) == Stale()
    wrong = make_request(authorization(nonce, password="wrong"))
    assert authenticator.check(wrong, later) == Refused("anna")


@pytest.mark.parametrize("nonce", ["", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "-", "0-0-0", "ff-ä"])
def test_a_nonce_that_is_not_ours_is_stale(nonce: str) -> None:
    assert make_authenticator().check(make_request(authorization(nonce)), NOW) == Stale()


def test_a_nonce_of_before_a_restart_is_accepted() -> None:
    nonce = challenged(make_authenticator())
    request = make_request(authorization(nonce, nc="00000005"))
    assert make_authenticator().check(request, NOW + 10) == Accepted("anna")
    assert make_authenticator(secret=b"other").check(request, NOW + 10) == Stale()


def test_a_nonce_serves_again_with_a_higher_count_only() -> None:
    authenticator = make_authenticator()
    nonce = challenged(authenticator)
    first, second = (make_request(authorization(nonce, nc=nc)) for nc in ("00000001", "0000000a"))
    assert authenticator.check(first, NOW) == Accepted("anna")
    assert authenticator.check(first, NOW) == Stale()
    assert authenticator.check(second, NOW) == Accepted("anna")
    assert authenticator.check(first, NOW) == Stale()


def test_a_wrong_password_uses_no_count_up() -> None:
    authenticator = make_authenticator()
    nonce = challenged(authenticator)
    wrong = make_request(authorization(nonce, password="wrong", nc="ffffffff"))
    assert authenticator.check(wrong, NOW) == Refused("anna")
    assert authenticator.check(make_request(authorization(nonce)), NOW) == Accepted("anna")


def test_a_legacy_account_may_answer_without_qop_within_the_lifetime() -> None:
    authenticator = make_authenticator()
    text = authorization(challenged(authenticator), "old", algorithm=Algorithm.MD5, qop="")
    request = make_request(text)
    assert authenticator.check(request, NOW) == Accepted("old")
    assert authenticator.check(request, NOW + NONCE_LIFETIME) == Accepted("old")
    assert authenticator.check(request, NOW + NONCE_LIFETIME + 1) == Stale()


def test_a_legacy_account_that_counts_is_held_to_it() -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator), "old"))
    assert authenticator.check(request, NOW) == Accepted("old")
    assert authenticator.check(request, NOW) == Stale()


def test_any_other_account_needs_qop() -> None:
    authenticator = make_authenticator()
    request = make_request(authorization(challenged(authenticator), qop=""))
    assert authenticator.check(request, NOW) == Refused("anna")


AUTHENTICATOR = make_authenticator()
NAMES = st.sampled_from(("username", "realm", "nonce", "uri", "response", "algorithm", "qop", "nc", "cnonce"))


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]))))
def test_nobody_gets_in_without_a_password(parameters: dict[str, str]) -> None:
    text = str(Credentials("Digest", {"realm": REALM} | parameters))
    assert not isinstance(AUTHENTICATOR.check(make_request(text), NOW), Accepted)


@given(st.binary())
def test_any_octets_get_a_verdict(octets: bytes) -> None:
    text = octets.decode("utf-8", "surrogateescape")
    verdict = AUTHENTICATOR.check(
        make_request(f'Digest realm="{REALM}", username="{text}", response="{text}"', f"Digest {text}"), NOW
    )
    assert verdict == Missing() or isinstance(verdict, Refused)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(1, 0xFFFFFFFF))
def test_every_password_can_be_used(password: str, nc: int) -> None:
    authenticator = Authenticator(
        REALM,
        b"secret",
        lambda user, algorithm: make_ha1(user, REALM, password, Algorithm(algorithm)),
        LEGACY.__contains__,
    )
    text = authorization(challenged(authenticator), "anna", password, nc=f"{nc:08x}")
    assert authenticator.check(make_request(text), NOW) == Accepted("anna")
