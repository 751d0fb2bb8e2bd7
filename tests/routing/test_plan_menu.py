"""The form of menus and boxes."""

import pytest

from routing.errors import PlanInvalid
from tests.support.flows import menu
from tests.support.plans import plan_of


def refusal(more: str) -> str:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(more=more)
    return str(raised.value)


def test_a_menu_has_defaults() -> None:
    made = plan_of(more=menu("x", '1 = { group = "kc" }')).menus["x"]

    assert (made.wait_seconds, made.tries, made.no_key) == (5.0, 2, None)


@pytest.mark.parametrize(
    ("keys", "lines", "said"),
    [
        ("", [], "menus.x.keys"),
        ('11 = { group = "kc" }', [], "menus.x.keys.11"),
        ('a = { group = "kc" }', [], "menus.x.keys.a"),
        ("1 = { grp = 1 }", [], "menus.x.keys.1.grp: unknown key; allowed here: number, group"),
        ('1 = { group = "kc" }', ["tries = 6"], "menus.x.tries = 6"),
        ('1 = { group = "kc" }', ["wait_seconds = 0.5"], "menus.x.wait_seconds = 0.5"),
        ('1 = { group = "kc" }', ["sound = 1"], "menus.x.sound: unknown key; allowed here: prompt, keys"),
    ],
)
def test_what_is_wrong_with_a_menu(keys: str, lines: list[str], said: str) -> None:
    assert said in refusal(menu("x", keys, *lines))


@pytest.mark.parametrize("whose", ["", 'function = "F"\nperson = "amina"'])
def test_a_box_is_somebody_s(whose: str) -> None:
    assert "voicemails.x: must have exactly one of function, person" in refusal(
        f'[voicemails.x]\ngreeting = "hej"\n{whose}\n'
    )
