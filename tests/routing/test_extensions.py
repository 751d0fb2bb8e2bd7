"""Extensions keyed in a menu: which numbers they lead to, and what becomes of those that nobody has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.check import check
from routing.decision import WRONG_KEY, Branch, Decision, Kind
from routing.errors import PlanInvalid
from routing.explain import explain_json, explain_lines
from routing.explain_swedish import swedish_lines
from routing.problem import Severity
from tests.support.flows import ask, menu
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, PEOPLE, plan_of, tables_of

VAL = "+46853061950"
PUBLIC, OWN = "+46853061501", "+46853061502"
PEOPLE_WITH_NUMBERS = PEOPLE.replace(
    '["kc1"]', f'["kc1"], number = "{PUBLIC}", number_public = true'
).replace('["kc2"]', f'["kc2"], number = "{OWN}"')
EXTENSIONS = 'extensions = { series = "+468530", digits = 5 }'


def menu_at(*lines: str, keys: str = "2 = { group = 'kc' }") -> str:
    number = f'[numbers."{VAL}"]\nfunction = "Växel"\ncalendar = "alltid"\ndestination = {{ menu = "val" }}\n'
    return number + menu("val", keys, *lines)


TABLES = tables_of(people=PEOPLE_WITH_NUMBERS, more=menu_at(EXTENSIONS))


def keyed(digits: str, tries_left: int = 1) -> Decision:
    """What follows these digits in the menu."""
    before = ask(TABLES, VAL)
    assert before.menu is not None and before.menu.extension_digits == 5
    return ask(
        TABLES,
        VAL,
        branch=Branch.EXTENSION,
        number=before.number,
        visited=before.visited,
        menu=before.menu.name,
        key=digits,
        tries_left=tries_left,
    )


def test_the_last_digits_of_a_number_lead_to_its_whole_flow() -> None:
    decision = keyed("61201")

    assert (decision.kind, decision.number, decision.group) == (Kind.RING, BYGGLOV, "bygglov")
    assert decision.function == "Växel"
    assert "the caller keyed the extension 61201" in [reason.text for reason in decision.reasons]
    assert "Uppringaren slog anknytningen 61201." in swedish_lines(decision)


def test_a_person_is_dialled_so_who_is_dialled_from_outside_too() -> None:
    decision = keyed("61501")

    assert [target.member for target in decision.targets] == ["amina"]


@pytest.mark.parametrize(
    "digits",
    [
        "61502",  # of a person who has chosen the group number (P11)
        "61999",  # of nobody
        "61950",  # where the call has been
        "612",  # not whole
        "612011",  # and more than that
    ],
)
def test_what_is_no_extension_is_told_so_and_the_menu_offered_again(digits: str) -> None:
    decision = keyed(digits, tries_left=1)

    assert (decision.kind, decision.number, decision.prompt) == (Kind.MENU, VAL, WRONG_KEY)
    assert decision.menu is not None and (decision.menu.tries, decision.menu.prompt) == (1, "valj")
    assert f"Uppringaren slog {digits}, som inte är en anknytning." in swedish_lines(decision)


def test_after_the_last_time_the_call_goes_where_those_go_who_press_nothing() -> None:
    decision = keyed("61999", tries_left=0)

    assert (decision.kind, decision.number) == (Kind.RING, MAIN)


def test_a_menu_that_has_left_the_plan_is_kontaktcenters() -> None:
    decision = ask(TABLES, VAL, branch=Branch.EXTENSION, number=VAL, menu="gone", key="61201")

    assert decision.number == MAIN


def test_it_is_explained_what_may_be_keyed() -> None:
    decision = ask(TABLES, VAL)

    assert "for one of 2 0 or an extension of 5 digits" in explain_lines(decision)[0]
    assert "någon av 2 0 eller en anknytning med 5 siffror" in swedish_lines(decision)[0]
    offered = explain_json(decision)["menu"]
    assert isinstance(offered, dict) and offered["extension_digits"] == 5


@given(st.text("0123456789", min_size=1, max_size=7), st.integers(0, 2))
def test_nothing_keyed_leads_to_what_cannot_be_dialled_from_outside(digits: str, tries_left: int) -> None:
    decision = keyed(digits, tries_left)

    rung = TABLES.numbers[decision.number]
    assert not rung.internal_only
    reached = decision.number not in (VAL, MAIN)
    assert reached is (f"+468530{digits}" in (BYGGLOV, PUBLIC))
    assert decision.kind in (Kind.RING, Kind.MENU)


# ---- the check


def problems(extensions: str, keys: str = "2 = { group = 'kc' }") -> dict[str, str]:
    plan = plan_of(people=PEOPLE_WITH_NUMBERS, numbers=NUMBERS, more=menu_at(extensions, keys=keys))
    return {problem.path: problem.message for problem in check(plan) if problem.severity is Severity.ERROR}


def test_no_extension_begins_with_a_key() -> None:
    assert problems(EXTENSIONS) == {}
    four = 'extensions = { series = "+4685306", digits = 4 }'
    assert problems(four) == {}

    found = problems(four, "1 = { group = 'kc' }")

    assert found["menus.val.keys.1"] == "the extension 1000 begins with this key, which counts at once"
    three = 'extensions = { series = "+46853061", digits = 3 }'
    assert "menus.val.keys.0" in problems(three)  # Kontaktcenter's key, which every menu has


def test_extensions_of_nobody_are_of_no_use() -> None:
    assert "menus.val.extensions" in problems('extensions = { series = "+46853061", digits = 5 }')


@pytest.mark.parametrize(
    "extensions", ['{ series = "+4685306" }', '{ series = "4685306", digits = 4 }', "true"]
)
def test_what_is_wrong_with_extensions(extensions: str) -> None:
    with pytest.raises(PlanInvalid, match=r"menus\.val\.extensions"):
        plan_of(more=menu_at(f"extensions = {extensions}"))
