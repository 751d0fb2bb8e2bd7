"""Menus, boxes and lists that do not say enough."""

from routing.check_menus import CALLBACK_PROMPTS, check_menus
from routing.problem import Problem, Severity
from tests.support.flows import menu, told
from tests.support.plans import BYGGLOV, MUNICIPALITY, NUMBERS, PEOPLE, TRUNKS, plan_of

TO_MENU = NUMBERS.replace('destination = { group = "bygglov" }', 'destination = { menu = "bygg" }')
MENU = menu("bygg", '1 = { group = "bygglov" }, 2 = { voicemail = "bygg" }')
GOOD = "Du har kommit till Bygglov. Lämna ett meddelande, eller ring Kontaktcenter."


def box(text: str = GOOD, greeting: str = "hej", whose: str = 'function = "Bygglov"') -> str:
    return f'[voicemails.bygg]\n{whose}\ngreeting = "{greeting}"\ntext = "{text}"\n'


def problems(more: str, prompts: set[str] | None = None, municipality: str = MUNICIPALITY) -> list[Problem]:
    return list(check_menus(plan_of(numbers=TO_MENU, more=more, municipality=municipality), prompts))


def test_a_menu_and_a_box_that_are_as_they_should_be() -> None:
    assert problems(MENU + box(), {"valj", "hej", "closed"}) == []


def test_prompts_that_are_not_there() -> None:
    assert problems(MENU + box()) == []
    assert told(problems(MENU + box(), {"closed"})) == {
        "menus.bygg.prompt": 'there is no prompt "valj"',
        "voicemails.bygg.greeting": 'there is no prompt "hej"',
    }
    assert problems(MENU + box(), set())[0].advice == "Known: none"


def test_a_greeting_that_is_played_elsewhere_names_nobody() -> None:
    assert "(P12)" in told(problems(MENU + box(greeting="closed")))["voicemails.bygg.greeting"]
    assert "(P12)" in told(problems(MENU + box(greeting="valj")))["voicemails.bygg.greeting"]


def test_a_greeting_that_is_not_written_down_cannot_be_checked() -> None:
    (problem,) = problems(MENU + box(text=""))

    assert (problem.path, problem.severity) == ("voicemails.bygg.text", Severity.WARNING)


def test_a_greeting_names_whom_the_caller_reached() -> None:
    assert told(problems(MENU + box("Ring Kontaktcenter."))) == {
        "voicemails.bygg.text": "the greeting does not name Bygglov, whom the caller has reached (P12)"
    }
    assert told(problems(MENU + box("Ring Kontaktcenter.", whose='person = "amina"'))) == {
        "voicemails.bygg.text": "the greeting does not name Amina Berg, whom the caller has reached (P12)"
    }


def test_a_greeting_says_where_else_to_turn() -> None:
    nowhere = told(problems(MENU + box("Du har kommit till Bygglov.")))

    assert nowhere == {"voicemails.bygg.text": "the greeting does not say where else to turn (P12)"}
    assert problems(MENU + box("Bygglov här. Ring 08-530 610 00.")) == []
    centre = MUNICIPALITY.replace('"kc"', '"gone"')  # which check_flow tells
    assert len(problems(MENU + box(), municipality=centre)) == 1


def test_a_box_of_a_person_who_is_not_there() -> None:
    assert told(problems(MENU + box(whose='person = "ulla"'))) == {
        "voicemails.bygg.person": 'there is no person "ulla"'
    }


def test_what_nothing_leads_to() -> None:
    more = menu("bygg", '1 = { group = "bygglov" }') + box() + '[lists.kanda]\nseries = ["+4670"]\n'
    more += menu("annan", '1 = [ { when = { caller = "hidden" }, group = "kc" }, { group = "bygglov" } ]')

    assert set(told(problems(more))) == {"menus.annan", "voicemails.bygg", "lists.kanda"}
    assert BYGGLOV not in str(problems(more))


def test_what_is_said_in_a_queue_has_to_be_there() -> None:
    groups = """
[groups.kc]
name = "Kontaktcenter"
members = ["amina"]
queue = { welcome = "hej" }
[groups.bygglov]
name = "Bygglov"
members = ["david"]
"""
    found = list(check_menus(plan_of(groups=groups), {"music", "queue_comfort"}))

    assert told(found) == {"groups.kc.queue.welcome": 'there is no prompt "hej"'}


def test_a_callback_needs_a_trunk_and_its_prompts() -> None:
    groups = """
[groups.kc]
name = "Kontaktcenter"
members = ["amina"]
queue = { callback = true }
[groups.bygglov]
name = "Bygglov"
members = ["david"]
"""
    found = list(check_menus(plan_of(groups=groups), {"music", "queue_comfort", "queue_welcome"}))
    assert [problem.path for problem in found] == ["groups.kc.queue.callback"] * 3
    outside = PEOPLE.replace('["kc1"]', '[], mobile = "+46701740699"')
    found = list(check_menus(plan_of(groups=groups, people=outside), set(CALLBACK_PROMPTS)))
    assert any('"confirm_callback"' in problem.message for problem in found)
    assert "no trunk takes calls" in found[-1].message

    with_way = plan_of(groups=groups, trunks=TRUNKS + "outside = true\n")
    assert list(check_menus(with_way, None)) == []
