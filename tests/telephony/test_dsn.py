"""Where the database is, and that its password is never shown."""

import pytest

from telephony.dsn import Dsn

SECRET = "hemlig"
URLS = [
    (f"postgresql://vaxeln:{SECRET}@db.example:5433/log?sslmode=require", "postgresql://db.example/log"),
    (f"postgres://db.example/log?password={SECRET}", "postgres://db.example/log"),
    ("postgresql:///log?host=/run/postgresql", "postgresql:///log"),
]


@pytest.mark.parametrize("word", ["embedded", "none"])
def test_two_words_are_no_urls(word: str) -> None:
    assert (Dsn.parse(word).is_url, str(Dsn.parse(word))) == (False, word)


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_a_url_is_shown_without_user_and_password(url: str, shown: str) -> None:
    dsn = Dsn.parse(url)

    assert (dsn.is_url, dsn.value, str(dsn)) == (True, url, shown)
    assert SECRET not in f"{dsn!r} {dsn}"


@pytest.mark.parametrize(
    "text", ["", "Embedded", "db.example", f"mysql://a:{SECRET}@b/c", f"postgres://:{SECRET}@x:y/"]
)
def test_anything_else_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="neither") as caught:
        Dsn.parse(text)
    assert SECRET not in str(caught.value)
