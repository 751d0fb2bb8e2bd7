import pytest

from routing.check_numbers import check_numbers, is_valid
from tests.support.plans import MAIN, NUMBERS, PEOPLE, plan_of


def test_a_sound_plan_has_no_problems() -> None:
    assert list(check_numbers(plan_of())) == []


def test_numbers_that_cannot_exist() -> None:
    plan = plan_of(
        numbers=NUMBERS.replace(MAIN, "+46853061000123"),
        people=PEOPLE + 'ulla = { name = "Ulla", number = "+9991234567" }\n',
    )

    assert [problem.path for problem in check_numbers(plan)] == [
        "numbers.+46853061000123",
        "people.ulla.number",
    ]


@pytest.mark.parametrize(
    "number", [MAIN, "+46701740605", "+46846500400", "+46991234567", "+46719123456", "+4722123456"]
)
def test_numbers_that_can_exist(number: str) -> None:
    assert is_valid(number)


@pytest.mark.parametrize("number", ["+4699123", "+467191234567890", "+46852200"])
def test_too_short_and_too_long(number: str) -> None:
    assert not is_valid(number)


@pytest.mark.parametrize("number", ["+0000000", "", "+999"])
def test_what_phonenumbers_cannot_read_is_not_valid(number: str) -> None:
    assert not is_valid(number)


def test_a_caller_on_a_list_has_a_number_that_can_exist() -> None:
    more = '[lists.kanda]\nnumbers = ["+46701740605", "+461234567"]\n'

    (problem,) = check_numbers(plan_of(more=more))

    assert problem.path == "lists.kanda.numbers[1]"
