from hypothesis import given, settings

from telephony.sip.challenge import Challenge
from tests.support.sip_text import assert_linear, assert_survives, sip_text


def test_parsing() -> None:
    challenge = Challenge.parse(
        'Digest realm="atlanta.com", qop="auth,auth-int", nonce="84a4cc", stale=FALSE'
    )

    assert challenge.scheme == "Digest"
    assert challenge.get("qop") == "auth,auth-int"
    assert challenge.get("stale") == "FALSE"
    assert challenge.get("opaque") is None


def test_writing() -> None:
    parameters = {"realm": "växeln", "qop": "auth", "nonce": "x", "algorithm": "SHA-256", "stale": "true"}

    assert str(Challenge("Digest", parameters)) == (
        'Digest realm="växeln", qop="auth", nonce="x", algorithm=SHA-256, stale=true'
    )


@given(sip_text)
@settings(deadline=None)
def test_any_text(text: str) -> None:
    assert_survives(Challenge.parse, text)
    assert_survives(Challenge.parse, f'Digest realm="{text}",stale={text}')


def test_hostile_text_takes_linear_time() -> None:
    assert_linear(Challenge.parse)
