"""Whose calls may be picked up, and how they are named."""

import pytest

from routing.errors import PlanInvalid
from routing.load import load_plan
from routing.pickup import Chosen, asked_for, choose, colleagues, share_a_group
from tests.support.plans import BYGGLOV, MAIN, MUNICIPALITY, PlanText, tables_of

PEOPLE = """
[people]
amina = { name = "Amina Berg", phones = ["kc1"], number = "+46853061901" }
bengt = { name = "Bengt Lund", phones = ["kc2"] }
david = { name = "David Holm", phones = ["bygg1", "bygg1m"], number = "+46853061902" }
elif = { name = "Elif Yilmaz", phones = ["bygg2"] }
fia = { name = "Fia Ek" }
"""
GROUPS = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina", "bengt"] }
bygglov = { name = "Bygglov", members = ["david", "elif", "amina"] }
"""
TABLES = tables_of(people=PEOPLE, groups=GROUPS)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("amina", "bengt", True),
        ("amina", "elif", True),
        ("bengt", "elif", False),
        ("bengt", "bengt", True),
        ("fia", "fia", True),
        ("fia", "amina", False),
        ("", "", False),
        ("nobody", "nobody", False),
    ],
)
def test_people_of_one_group_share_it(one: str, other: str, expected: bool) -> None:
    assert share_a_group(TABLES, one, other) is expected
    assert share_a_group(TABLES, other, one) is expected


def test_colleagues_are_those_of_all_groups_of_somebody() -> None:
    assert set(colleagues(TABLES, "amina")) == {"amina", "bengt", "david", "elif"}
    assert set(colleagues(TABLES, "bengt")) == {"amina", "bengt"}
    assert list(colleagues(TABLES, "fia")) == ["fia"]


@pytest.mark.parametrize(
    ("dialled", "expected"), [("*8", ""), ("*8kc1", "kc1"), ("*7", None), (MAIN, None), ("8", None)]
)
def test_the_code_begins_what_is_dialled(dialled: str, expected: str | None) -> None:
    assert asked_for(TABLES, dialled) == expected


def test_a_plan_may_have_another_code_or_none() -> None:
    other = tables_of(municipality=f'{MUNICIPALITY}pickup_code = "#77"\n')
    none = tables_of(municipality=f'{MUNICIPALITY}pickup_code = ""\n')

    assert (asked_for(other, "#77"), asked_for(other, "*8")) == ("", None)
    assert (asked_for(none, "*8"), asked_for(none, "")) == (None, None)


@pytest.mark.parametrize("code", ["8", "*8x", "*", "*1234567", " *8"])
def test_a_code_that_could_be_a_number_or_is_too_long_is_refused(code: str) -> None:
    with pytest.raises(PlanInvalid, match="pickup_code"):
        load_plan(str(PlanText(municipality=f'{MUNICIPALITY}pickup_code = "{code}"\n')))


def chosen(*people: str, numbers: tuple[str, ...] = ()) -> Chosen:
    return Chosen(people=frozenset(people), numbers=frozenset(numbers))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Chosen(anybody=True)),
        ("kc1", chosen("amina")),
        ("elif", chosen("elif")),
        ("bygglov", chosen("david", "elif", "amina")),
        ("0853061000", chosen(numbers=(MAIN,))),
        ("08-530 619 02", chosen("david", numbers=("+46853061902",))),
        ("61902", chosen("david", numbers=("+46853061902",))),
        ("201", chosen(numbers=(BYGGLOV,))),
        ("061", None),
        ("02", None),
        ("112", None),
        ("nobody", None),
    ],
)
def test_who_is_meant(text: str, expected: Chosen | None) -> None:
    assert choose(TABLES, text) == expected


def test_a_short_number_may_mean_several() -> None:
    assert choose(tables_of(people=PEOPLE.replace("61902", "71901")), "1901") == chosen(
        "amina", "david", numbers=("+46853061901", "+46853071901")
    )
