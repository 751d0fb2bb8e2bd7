"""telephony/legs/text.py: text from outside, cleaned at the edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.legs.text import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Åsa Öst", "Åsa Öst"),
        ("  Anna\t\r\n Berg ", "Anna Berg"),
        ("A\x00n\x1bna", "A n na"),
        ("\udce5sa", "?sa"),
        ("\u202eannA", "annA"),
        ("x" * 100, "x" * 10),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text, 10) == cleaned


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_comes_is_short_printable_and_valid(text: str) -> None:
    cleaned = clean(text, 20)

    assert len(cleaned) <= 20
    assert cleaned.isprintable()
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned, 20) == cleaned
