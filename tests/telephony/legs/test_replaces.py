"""The header Replaces (RFC 3891 6.1); `test_consulted.py` has what it is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.legs.replaces import Replaces
from telephony.sip.errors import ParseError


def test_the_example_of_the_rfc() -> None:
    text = "98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff"

    assert Replaces.parse(text) == Replaces("98732@sip.example.com", "ff87ff", "r33th4x0r")


@pytest.mark.parametrize(
    "text", ["", "x", "x;to-tag=1", "x;from-tag=1", ";to-tag=1;from-tag=2", "x;to-tag=;from-tag=2"]
)
def test_one_without_a_part_is_none(text: str) -> None:
    with pytest.raises(ParseError):
        Replaces.parse(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        replaces = Replaces.parse(text)
    except ParseError:
        return
    assert replaces.call_id
    assert replaces.to_tag
    assert replaces.from_tag
