"""What is wrong with a plan is told in words for who writes plans and no Python."""

import pytest

from routing.errors import Fault, PlanInvalid
from routing.load import load_plan
from tests.support.plans import PlanText


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PlanInvalid) as raised:
        load_plan(text)
    return raised.value.faults


@pytest.mark.parametrize(
    ("more", "place", "told"),
    [
        ('queue = { callback = "ja" }', "queue.callback", "must be true or false, without quotation marks"),
        ('queue = { wrap_up_seconds = "10" }', "queue.wrap_up_seconds", "must be a number, without quot"),
        ('queue = { max_waiting = "10" }', "queue.max_waiting", "must be a whole number, without quotation"),
        ("queue = true", "queue", "must be a table, such as { key = value }"),
        ("queue = { keys = 3 }", "queue.keys", "must be a table, such as { key = value }"),
        (
            'queue = { keys = { 10 = { group = "a" } } }',
            "queue.keys.10",
            'must be one key of a phone: 0 to 9, "*" or "#"',
        ),
        ("queue = { music = 3 }", "queue.music", "must be a text in quotation marks"),
        ('queue = { music = "Vår" }', "queue.music", "a name has 1 to 64 of a-z, 0-9"),
        ('short_code = "b"', "short_code", 'must be up to six digits; "" is none'),
    ],
)
def test_what_is_wrong_is_said_in_words_for_who_writes_plans(more: str, place: str, told: str) -> None:
    text = f'[groups.new]\nname = "Ny"\nmembers = ["david"]\n{more}\n'

    found = {fault.path: fault.allowed for fault in faults(f"{PlanText()}\n{text}")}

    assert found[f"groups.new.{place}"].startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [("a" * 701, "must be at most 700 characters, not 701"), (" ", "must not be empty")],
)
def test_a_text_that_is_too_long_or_empty_is_told_in_characters(text: str, told: str) -> None:
    (fault,) = faults(f'{PlanText()}\n[prompts.new]\ntext = "{text}"\n')

    assert (fault.path, fault.allowed) == ("prompts.new.text", told)
