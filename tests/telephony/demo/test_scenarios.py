from routing.compile import compile_plan
from routing.load import load_plan
from telephony.demo.scenarios import scenarios
from telephony.demo.town import CALLER, PLAN

TABLES = compile_plan(load_plan(PLAN.read_text("utf-8")))


def test_there_are_six_calls_each_with_expectations() -> None:
    made = scenarios()

    assert len({scenario.title for scenario in made}) == 6
    assert all(scenario.expectations for scenario in made)


def test_an_admin_closes_a_number_for_one_opens_it_for_the_next_and_sends_somebody_to_lunch() -> None:
    commands = [command[:2] for scenario in scenarios() for command in scenario.commands]

    assert commands == [("override", "set"), ("override", "end"), ("member", "pause")]


def test_they_are_to_numbers_of_the_plan() -> None:
    assert {scenario.dial for scenario in scenarios()} <= set(TABLES.numbers)


def test_those_who_answer_are_people_of_the_plan_with_a_phone() -> None:
    people = {row.person for account, row in TABLES.phones.items() if account != CALLER}

    assert {person for scenario in scenarios() for person in scenario.answers} <= people
