from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.nonce import NONCE_LIFETIME, Nonce, Nonces

NOW = 1_750_000_000.25


def make_nonces(secret: bytes = b"secret", realm: str = "vaxel.example", capacity: int = 10) -> Nonces:
    return Nonces(realm, secret, capacity)


def recognised(nonces: Nonces, text: str, now: float = NOW) -> Nonce:
    nonce = nonces.recognise(text, now)
    assert nonce is not None
    return nonce


def test_a_nonce_is_recognised_until_its_lifetime_ends() -> None:
    nonces = make_nonces()
    text = nonces.issue(NOW)
    assert nonces.recognise(text, NOW) is not None
    assert nonces.recognise(text, NOW + NONCE_LIFETIME) is not None
    assert nonces.recognise(text, NOW + NONCE_LIFETIME + 0.001) is None


def test_a_nonce_outlives_a_restart_with_the_same_secret() -> None:
    text = make_nonces().issue(NOW)
    assert make_nonces().recognise(text, NOW + 5) is not None


def test_a_nonce_of_another_secret_or_realm_is_not_ours() -> None:
    text = make_nonces().issue(NOW)
    assert make_nonces(secret=b"other").recognise(text, NOW) is None
    assert make_nonces(realm="other.example").recognise(text, NOW) is None


def test_a_nonce_from_the_future_is_not_recognised() -> None:
    nonces = make_nonces()
    assert nonces.recognise(nonces.issue(NOW + 1), NOW) is None


def test_nonces_of_the_same_moment_differ() -> None:
    nonces = make_nonces()
    assert len({nonces.issue(NOW) for _ in range(100)}) == 100


def test_a_nonce_is_a_token_that_a_simple_phone_can_read() -> None:
    text = make_nonces().issue(NOW)
    assert text.replace("-", "").isalnum()
    assert text.isascii()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_foreign_text_is_recognised(text: str) -> None:
    assert make_nonces().recognise(text, NOW) is None


@given(st.binary())
def test_no_foreign_octets_are_recognised(octets: bytes) -> None:
    assert make_nonces().recognise(octets.decode("utf-8", "surrogateescape"), NOW) is None


@given(st.integers(0), st.data())
def test_a_changed_nonce_is_not_recognised(serial: int, data: st.DataObject) -> None:
    nonces = make_nonces()
    text = nonces.issue(NOW)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from("0123456789abcdefX-").filter(lambda c: c != text[place]))
    assert nonces.recognise(text[:place] + character + text[place + 1 :], NOW) is None


def test_each_count_must_be_higher_than_the_last() -> None:
    nonces = make_nonces()
    nonce = recognised(nonces, nonces.issue(NOW))
    assert [nonces.count(nonce, nc) for nc in (1, 2, 2, 1, 5, 4, 6)] == [
        True,
        True,
        False,
        False,
        True,
        False,
        True,
    ]


def test_a_count_of_zero_is_refused() -> None:
    nonces = make_nonces()
    assert not nonces.count(recognised(nonces, nonces.issue(NOW)), 0)


def test_each_nonce_is_counted_by_itself() -> None:
    nonces = make_nonces()
    first, second = (recognised(nonces, nonces.issue(NOW)) for _ in range(2))
    assert nonces.count(first, 7)
    assert nonces.count(second, 1)


def test_counting_goes_on_after_a_restart() -> None:
    text = make_nonces().issue(NOW)
    restarted = make_nonces()
    nonce = recognised(restarted, text)
    assert restarted.count(nonce, 9)
    assert not restarted.count(nonce, 9)


def test_a_nonce_pushed_out_is_not_counted_from_the_beginning_again() -> None:
    nonces = make_nonces(capacity=2)
    first, second, third = (recognised(nonces, nonces.issue(NOW + n), NOW + 9) for n in range(3))
    for nonce in (first, second, third):
        assert nonces.count(nonce, 1)
    assert not nonces.count(first, 2)
    assert nonces.count(second, 2)
    assert nonces.count(third, 2)


def test_the_nonce_least_recently_used_is_pushed_out() -> None:
    nonces = make_nonces(capacity=2)
    first, second, third = (recognised(nonces, nonces.issue(NOW + n), NOW + 9) for n in range(3))
    assert nonces.count(first, 1)
    assert nonces.count(second, 1)
    assert nonces.count(first, 2)
    assert nonces.count(third, 1)
    assert nonces.count(first, 3)
    assert not nonces.count(second, 2)


def test_pushing_out_an_older_nonce_does_not_revive_a_newer_one() -> None:
    nonces = make_nonces(capacity=2)
    first, second, third, fourth = (recognised(nonces, nonces.issue(NOW + n), NOW + 9) for n in range(4))
    assert nonces.count(first, 1)
    assert nonces.count(second, 1)
    assert nonces.count(first, 2)
    assert nonces.count(third, 1)  # pushes out the second
    assert nonces.count(fourth, 1)  # pushes out the first
    assert not nonces.count(second, 2)
