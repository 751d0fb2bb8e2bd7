import pytest

from routing.check_flow import check_flow
from routing.decision import OVERFLOW
from routing.errors import PlanInvalid
from routing.flow import CLOSED, flow_of
from routing.problem import Problem, Severity
from routing.tables import ToAnnouncement
from telephony.media.prompts import Prompts
from tests.support import flows
from tests.support.flows import menu, told
from tests.support.plans import (
    BYGGLOV,
    FORSKOLA,
    GROUPS,
    MAIN,
    MUNICIPALITY,
    NUMBERS,
    PEOPLE,
    PHONES,
    plan_of,
)


def problems(prompts: set[str] | None = None, **parts: str) -> list[Problem]:
    return list(check_flow(plan_of(**parts), prompts))


def number(
    key: str, *lines: str, destination: str = '{ group = "bygglov" }', calendar: str = "alltid"
) -> str:
    return flows.number(key, destination, *lines, calendar=calendar)


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


def test_a_person_who_chose_the_group_is_not_dialled_directly() -> None:
    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, destination='{ person = "amina" }'))

    assert problem.path == f"numbers.{FORSKOLA}.destination"
    assert "(P11)" in problem.message


def test_a_number_to_a_person_without_a_phone_is_a_dead_end() -> None:
    people = PEOPLE + 'ulla = { name = "Ulla", number_public = true }\n'

    (problem,) = problems(
        people=people, numbers=NUMBERS + number(FORSKOLA, destination='{ person = "ulla" }')
    )

    assert problem.message == "Ulla has no phone: a dead end"


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


# ---- cases

OPEN = '{ when = { open = "alltid" }, group = "kc" }'
ANYBODY = '{ group = "bygglov" }'


def test_cases_that_are_sound() -> None:
    assert problems(numbers=NUMBERS + number(FORSKOLA, destination=f"[ {OPEN}, {ANYBODY} ]")) == []


@pytest.mark.parametrize("branch", ["destination", "busy", "closed"])
def test_calls_that_meet_no_condition_may_not_fall_through(branch: str) -> None:
    lines = {"destination": ANYBODY, branch: f"[ {OPEN}, {OPEN} ]"}
    destination, *more = [lines.pop("destination"), *(f"{key} = {value}" for key, value in lines.items())]

    found = problems(numbers=NUMBERS + number(FORSKOLA, *more, destination=destination))

    assert [problem.path for problem in found] == [f"numbers.{FORSKOLA}.{branch}[1]"]
    assert "whoever does not meet it would get nowhere" in found[0].message
    assert found[0].severity is Severity.ERROR


def test_a_key_of_a_menu_may_not_fall_through_either() -> None:
    more = menu("m", f"1 = [ {OPEN} ]")
    found = problems(numbers=NUMBERS + number(FORSKOLA, destination='{ menu = "m" }'), more=more)

    assert [problem.path for problem in found] == ["menus.m.keys.1[0]"]


def test_a_case_that_always_counts_hides_those_behind_it() -> None:
    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, destination=f"[ {ANYBODY}, {ANYBODY} ]"))

    assert (problem.path, problem.severity) == (f"numbers.{FORSKOLA}.destination[0]", Severity.ERROR)


def test_conditions_name_what_is_there() -> None:
    cases = [
        '{ when = { caller = "listed", list = "gone" }, group = "kc" }',
        '{ when = { open = "dag", closed = "natt" }, group = "kc" }',
    ]
    found = problems(numbers=NUMBERS + number(FORSKOLA, destination=f"[ {', '.join(cases)}, {ANYBODY} ]"))

    assert told(found) == {
        f"numbers.{FORSKOLA}.destination[0].when.list": 'there is no list "gone"',
        f"numbers.{FORSKOLA}.destination[1].when.open": 'there is no calendar "dag"',
        f"numbers.{FORSKOLA}.destination[1].when.closed": 'there is no calendar "natt"',
    }


def test_a_list_of_callers_of_a_protected_number_is_to_be_looked_at() -> None:
    cases = '[ { when = { caller = "listed", list = "kanda" }, group = "kc" }, { group = "bygglov" } ]'
    lists = '[lists.kanda]\nseries = ["+4670"]\n'
    plain = NUMBERS + number(FORSKOLA, destination=cases)
    secret = NUMBERS + number(FORSKOLA, "protected = true", destination=cases)

    assert problems(numbers=plain, more=lists) == []
    (problem,) = problems(numbers=secret, more=lists)
    assert (problem.path, problem.severity) == (
        f"numbers.{FORSKOLA}.destination[0].when.list",
        Severity.WARNING,
    )


def test_destinations_of_every_kind_name_what_is_there() -> None:
    keys = '1 = { phone = "gone" }, 2 = { voicemail = "gone" }, 3 = { menu = "gone" }, 4 = { group = "gone" }'
    found = problems(numbers=NUMBERS + number(FORSKOLA, destination='{ menu = "m" }'), more=menu("m", keys))

    assert told(found) == {
        "menus.m.keys.1": 'there is no phone "gone"',
        "menus.m.keys.2": 'there is no voicemail "gone"',
        "menus.m.keys.3": 'there is no menu "gone"',
        "menus.m.keys.4": 'there is no group "gone"',
    }


# ---- loops over cases and menus


def test_a_loop_in_one_case_is_a_loop() -> None:
    numbers = main() + number(
        BYGGLOV, destination=f'[ {{ when = {{ caller = "hidden" }}, number = "{FORSKOLA}" }}, {ANYBODY} ]'
    )
    numbers += number(FORSKOLA, f'busy = {{ number = "{BYGGLOV}" }}')

    (problem,) = problems(numbers=numbers)

    assert problem.path == f"numbers.{BYGGLOV}.destination[0]"
    assert problem.message == f"a loop: {BYGGLOV} arrived -> {FORSKOLA} busy -> {BYGGLOV}"


def test_menus_that_lead_to_each_other_are_a_loop() -> None:
    more = menu("a", '1 = { menu = "b" }') + menu("b", '9 = { menu = "a" }')

    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, destination='{ menu = "a" }'), more=more)

    assert problem.path == "menus.a.keys.1"
    assert problem.message == "a loop: menu a key 1 -> menu b key 9 -> menu a"


def test_a_menu_that_leads_to_itself() -> None:
    (problem,) = problems(
        numbers=NUMBERS + number(FORSKOLA, destination='{ menu = "a" }'),
        more=menu("a", '1 = { menu = "a" }'),
    )

    assert problem.message == "menu a key 1 overflows to itself"


def test_the_main_number_s_menu_needs_keys_of_its_own() -> None:
    """What is left out leads to the main number, which is where the caller comes from."""
    (problem,) = problems(
        numbers=main('closed = { menu = "a" }') + number(BYGGLOV), more=menu("a", "1 = { group = 'kc' }")
    )

    assert problem.path == f"numbers.{MAIN}.closed"
    assert f"a loop: {MAIN} closed -> menu a key 0 (left out) -> {MAIN}" in problem.message


def test_a_menu_that_was_heard_before_is_no_overflow() -> None:
    lines = ('no_answer = [ { when = { caller = "hidden" }, group = "kc" }, { menu = "b" } ]',)
    more = menu("a", '1 = { group = "bygglov" }') + menu("b", '1 = { menu = "a" }')

    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, *lines, destination='{ menu = "a" }'), more=more)

    assert problem.path == f"numbers.{FORSKOLA}.no_answer[1]"
    assert "a menu that they have chosen from before" in problem.message


@pytest.mark.parametrize(
    ("one", "other", "is_fault"),
    [
        ('caller = "internal"', 'caller = "external"', False),
        ('caller = "internal"', 'caller = "internal"', True),
        ('caller = "hidden"', 'caller = "listed", list = "kanda"', False),
        ('caller = "external"', 'caller = "hidden"', True),
        ('open = "alltid"', 'closed = "alltid"', False),
        ('open = "alltid"', 'open = "alltid"', True),
        ('open = "alltid"', 'closed = "aldrig"', True),
    ],
)
def test_the_same_people_are_rung_again_only_if_a_call_can_meet_both(
    one: str, other: str, is_fault: bool
) -> None:
    def cases(when: str, always: str) -> str:
        return f'[ {{ when = {{ {when} }}, group = "bygglov" }}, {{ group = "{always}" }} ]'

    groups = GROUPS + 'x = { name = "X", members = ["david"] }\ny = { name = "Y", members = ["elif"] }\n'
    numbers = NUMBERS + number(FORSKOLA, f"busy = {cases(other, 'y')}", destination=cases(one, "x"))

    found = problems(numbers=numbers, groups=groups, more='[lists.kanda]\nseries = ["+4670"]\n')

    assert [problem.path for problem in found] == [f"numbers.{FORSKOLA}.busy[0]"] * is_fault


def test_a_phone_that_overflows_to_itself() -> None:
    lines = ('no_answer = { phone = "lobby" }',)
    phones = PHONES + 'lobby = { display = "Lobby" }\n'

    (problem,) = problems(
        phones=phones, numbers=NUMBERS + number(FORSKOLA, *lines, destination='{ phone = "lobby" }')
    )

    assert problem.path == f"numbers.{FORSKOLA}.no_answer"


# ---- dead ends, P1 and P11 over cases and menus


def test_a_number_of_which_no_case_and_no_key_leads_to_anybody_is_a_dead_end() -> None:
    cases = '[ { when = { caller = "hidden" }, reject = 403 }, { menu = "m" } ]'
    more = menu("m", '1 = { announcement = "closed" }, 0 = { reject = 480 }', "no_key = { reject = 480 }")

    found = problems(numbers=NUMBERS + number(FORSKOLA, destination=cases), more=more)

    assert {problem.path: problem.severity for problem in found} == {
        "menus.m.keys.0": Severity.WARNING,
        "menus.m.no_key": Severity.WARNING,
        f"numbers.{FORSKOLA}.destination[0]": Severity.WARNING,
        f"numbers.{FORSKOLA}.destination": Severity.ERROR,
    }


def test_a_number_that_only_takes_messages_is_to_be_looked_at() -> None:
    more = '[voicemails.v]\nfunction = "F"\ngreeting = "hej"\n'

    (problem,) = problems(numbers=NUMBERS + number(FORSKOLA, destination='{ voicemail = "v" }'), more=more)

    assert (problem.severity, problem.message) == (
        Severity.WARNING,
        "only messages are taken here: nobody is reached",
    )


@pytest.mark.parametrize(
    "destination",
    [
        '[ { when = { caller = "hidden" }, group = "bygglov" }, { group = "kc" } ]',
        '{ menu = "m" }',
        '[ { when = { open = "alltid" }, menu = "m" }, { group = "kc" } ]',
    ],
)
def test_the_main_number_ends_at_kontaktcenter_in_every_case_and_without_a_menu(destination: str) -> None:
    keys = '1 = { group = "kc" }, 0 = { group = "kc" }'
    found = problems(
        numbers=main(destination=destination) + number(BYGGLOV),
        more=menu("m", keys, 'no_key = { group = "kc" }'),
    )

    assert [problem.path for problem in found if "(P1)" in problem.message] == [f"numbers.{MAIN}.destination"]


def test_nobody_who_chose_the_group_is_behind_a_key_a_case_or_a_phone() -> None:
    """P11."""
    keys = (
        '1 = { person = "david" }, 2 = { phone = "bygg2" }, 3 = { phone = "gone" }, 4 = { person = "gone" }'
    )
    cases = '[ { when = { caller = "internal" }, person = "amina" }, { menu = "m" } ]'

    found = problems(numbers=NUMBERS + number(FORSKOLA, destination=cases), more=menu("m", keys))

    assert [problem.path for problem in found if "(P11)" in problem.message] == [
        f"numbers.{FORSKOLA}.destination[0]",
        "menus.m.keys.1",
        "menus.m.keys.2",
    ]


def test_a_number_without_a_closed_branch_tells_that_it_is_closed() -> None:
    (way,) = [way for way in flow_of(plan_of())[BYGGLOV] if way.branch == CLOSED]

    assert (way.destination, way.given) == (ToAnnouncement("closed", early=False), False)
    assert "closed" in Prompts.load().names


def test_a_number_without_a_calendar_is_no_plan() -> None:
    with pytest.raises(PlanInvalid, match=rf"numbers\.\{FORSKOLA}\.calendar: must be given"):
        plan_of(numbers=NUMBERS + number(FORSKOLA).replace('calendar = "alltid"\n', ""))
