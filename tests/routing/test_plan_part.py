"""routing/plan_part.py: what every part of a plan is made of."""

import pytest
from pydantic import ValidationError

from routing.plan_part import Entry, Name, Part, Text


class Sample(Part):
    name: Name
    text: Text = "x"


class Row(Entry):
    name: Name


def test_unknown_keys_are_refused_and_nothing_changes() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Sample.model_validate({"name": "a", "other": 1})
    with pytest.raises(ValidationError, match="frozen"):
        Sample(name="a").name = "b"  # type: ignore[misc]


@pytest.mark.parametrize("text", ["", "a\u200bb", "a\u202eb", "a\nb", "x" * 121])
def test_a_text_can_be_seen_as_it_is(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample(name="a", text=text)


def test_an_entry_is_a_part() -> None:
    assert Row(name="a").name == "a"
    with pytest.raises(ValidationError):
        Row(name="Å")
