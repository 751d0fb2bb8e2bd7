from routing.check_flow import check_flow
from routing.decision import OVERFLOW
from routing.problem import Problem, Severity
from tests.support.plans import BYGGLOV, FORSKOLA, MAIN, MUNICIPALITY, NUMBERS, plan_of


def problems(prompts: set[str] | None = None, **parts: str) -> list[Problem]:
    return list(check_flow(plan_of(**parts), prompts))


def number(
    key: str, *lines: str, destination: str = '{ group = "bygglov" }', calendar: str = "alltid"
) -> str:
    head = [f'[numbers."{key}"]', f'function = "{key}"', f'calendar = "{calendar}"']
    return "\n".join([*head, f"destination = {destination}", *lines, ""])


def main(*lines: str, destination: str = '{ group = "kc" }') -> str:
    return number(MAIN, *lines, destination=destination)


def test_a_sound_plan_has_no_problems() -> None:
    assert problems() == []


def test_a_calendar_that_is_not_there() -> None:
    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, calendar="dagtid"))

    assert problem.path == f"numbers.{FORSKOLA}.calendar"
    assert problem.message == 'there is no calendar "dagtid"'
    assert problem.advice == "Known: alltid, aldrig, kontorstid"


def test_destinations_that_are_not_there() -> None:
    lines = (
        'no_answer = { number = "+46853069999" }',
        'busy = { group = "forskola" }',
        'nobody_there = { person = "ulla" }',
    )
    found = problems(numbers=NUMBERS + number(FORSKOLA, *lines))

    assert {problem.path.rpartition(".")[2]: problem.message for problem in found} == {
        "no_answer": 'there is no number "+46853069999"',
        "busy": 'there is no group "forskola"',
        "nobody_there": 'there is no person "ulla"',
    }


def test_a_prompt_that_is_not_there_also_when_it_is_the_default() -> None:
    numbers = main('closed = { announcement = "stangt" }') + number(BYGGLOV)

    assert problems(numbers=numbers) == []
    assert [problem.message for problem in problems({"other"}, numbers=numbers)] == [
        'there is no prompt "stangt"',
        'there is no prompt "closed"',
    ]
    assert problems({"closed"}) == []


def test_a_number_that_overflows_to_itself() -> None:
    (problem,) = problems(numbers=main() + number(BYGGLOV, f'busy = {{ number = "{BYGGLOV}" }}'))

    assert problem.path == f"numbers.{BYGGLOV}.busy"
    assert "overflows to itself" in problem.message


def test_a_group_that_overflows_to_itself() -> None:
    (problem,) = problems(numbers=main() + number(BYGGLOV, 'no_answer = { group = "bygglov" }'))

    assert problem.path == f"numbers.{BYGGLOV}.no_answer"
    assert "overflows to itself" in problem.message


def test_closed_may_ring_the_same_group() -> None:
    assert problems(numbers=main() + number(BYGGLOV, 'closed = { group = "bygglov" }')) == []


def test_a_loop_over_two_numbers() -> None:
    numbers = (
        main()
        + number(BYGGLOV, f'no_answer = {{ number = "{FORSKOLA}" }}')
        + number(FORSKOLA, f'busy = {{ number = "{BYGGLOV}" }}')
    )

    (problem,) = problems(numbers=numbers)

    assert problem.severity is Severity.ERROR
    assert problem.path == f"numbers.{BYGGLOV}.no_answer"
    assert problem.message == f"a loop: {BYGGLOV} no_answer -> {FORSKOLA} busy -> {BYGGLOV}"


def test_a_loop_through_a_branch_that_is_left_out() -> None:
    numbers = main(f'closed = {{ number = "{BYGGLOV}" }}') + number(BYGGLOV, "busy = { reject = 486 }")

    (found,) = [problem for problem in problems(numbers=numbers) if problem.severity is Severity.ERROR]

    assert found.path == f"numbers.{MAIN}.closed"
    assert f"{BYGGLOV} no_answer (left out) -> {MAIN}" in found.message


def test_a_number_that_refuses_everybody_is_a_dead_end() -> None:
    (problem,) = problems(numbers=main() + number(BYGGLOV, destination="{ reject = 480 }"))

    assert problem.path == f"numbers.{BYGGLOV}.destination"
    assert problem.severity is Severity.ERROR


def test_a_branch_that_refuses_is_a_dead_end_to_be_warned_of() -> None:
    (problem,) = problems(
        numbers=main("busy = { reject = 486 }") + number(BYGGLOV, "busy = { reject = 486 }")
    )

    assert problem.path == f"numbers.{BYGGLOV}.busy"
    assert problem.severity is Severity.WARNING


def test_the_main_number_ends_at_kontaktcenter() -> None:
    (problem,) = problems(numbers=main(destination='{ group = "bygglov" }'))

    assert problem.path == f"numbers.{MAIN}.destination"
    assert "(P1)" in problem.message


def test_the_main_number_may_reach_kontaktcenter_through_another_number() -> None:
    numbers = main(destination=f'{{ number = "{BYGGLOV}" }}')
    branches = [f"{branch} = {{ reject = 480 }}" for branch in OVERFLOW]
    numbers += number(BYGGLOV, *branches, destination='{ group = "kc" }')

    assert [problem.severity for problem in problems(numbers=numbers)] == [Severity.WARNING] * 5


def test_a_main_number_and_a_contact_centre_that_are_not_there() -> None:
    municipality = MUNICIPALITY.replace(MAIN, FORSKOLA).replace('"kc"', '"kundtjanst"')

    found = problems(municipality=municipality)

    assert [problem.path for problem in found] == ["municipality.contact_centre", "municipality.main_number"]
