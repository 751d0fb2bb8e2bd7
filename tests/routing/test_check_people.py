import pytest

from routing.check_people import check_people
from routing.problem import Severity
from tests.support.plans import BYGGLOV, GROUPS, MAIN, NUMBERS, PEOPLE, PHONES, plan_of


def found(**parts: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in check_people(plan_of(**parts))}


def direct(person: str) -> str:
    return f"""{NUMBERS}
[numbers."+46853061900"]
function = "Direct"
calendar = "alltid"
destination = {{ person = "{person}" }}
"""


def test_a_sound_plan_has_no_problems() -> None:
    assert found() == {}


def test_a_person_without_a_phone_is_warned_of() -> None:
    plan = plan_of(people=PEOPLE + 'ulla = { name = "Ulla" }\n')

    (problem,) = check_people(plan)

    assert (problem.path, problem.severity) == ("people.ulla.phones", Severity.WARNING)


def test_a_phone_of_nobody_is_warned_of() -> None:
    plan = plan_of(phones=PHONES + 'lobby = { display = "Entré" }\n')

    (problem,) = check_people(plan)

    assert (problem.path, problem.severity) == ("phones.lobby", Severity.WARNING)


def test_a_phone_that_is_not_there() -> None:
    assert found(people=PEOPLE + 'ulla = { name = "Ulla", phones = ["mobil"] }\n') == {
        "people.ulla.phones[0]": 'there is no phone "mobil"'
    }


def test_the_same_phone_in_two_persons() -> None:
    assert found(people=PEOPLE + 'ulla = { name = "Ulla", phones = ["kc1"] }\n') == {
        "people.ulla.phones[0]": 'the phone "kc1" is given already (people.amina.phones[0])'
    }


def test_a_group_without_members() -> None:
    assert found(groups=GROUPS + 'tom = { name = "Tom", members = [] }\n') == {
        "groups.tom.members": "a group without members"
    }


def test_members_who_are_not_there_or_there_twice() -> None:
    assert found(groups=GROUPS + 'x = { name = "X", members = ["amina", "ulla", "amina"] }\n') == {
        "groups.x.members[1]": 'there is no person "ulla"',
        "groups.x.members[2]": '"amina" is a member already',
    }


@pytest.mark.parametrize(("what", "strategy"), [("weights", "random"), ("skills", "skill")])
def test_a_weight_or_skill_of_who_is_no_member(what: str, strategy: str) -> None:
    group = f'x = {{ name = "X", members = ["amina"], strategy = "{strategy}", {what} = {{ bengt = 2 }} }}\n'

    assert found(groups=GROUPS + group) == {f"groups.x.{what}.bengt": '"bengt" is no member of the group'}


def test_a_group_whose_members_have_no_phones() -> None:
    people = PEOPLE + 'ulla = { name = "Ulla" }\n'

    problems = found(people=people, groups=GROUPS + 'x = { name = "X", members = ["ulla"] }\n')

    assert problems["groups.x.members"] == "no member has a phone, so nobody can answer"


def test_a_person_who_chose_the_group_is_not_dialled_directly() -> None:
    problems = found(numbers=direct("amina"))

    assert "(P11)" in problems["numbers.+46853061900.destination"]


def test_a_person_who_chose_a_public_number_is() -> None:
    people = PEOPLE + 'ulla = { name = "Ulla", number_public = true }\n'

    problems = found(people=people, numbers=direct("ulla"))

    assert problems["numbers.+46853061900.destination"] == "Ulla has no phone: a dead end"


def test_a_person_s_number_that_is_also_a_number_of_the_plan() -> None:
    people = f"""[people]
amina = {{ name = "Amina", phones = ["kc1"], number = "{MAIN}" }}
bengt = {{ name = "Bengt", phones = ["kc2"], number = "{BYGGLOV}", number_public = true }}
david = {{ name = "David", phones = ["bygg1"] }}
elif = {{ name = "Elif", phones = ["bygg2"] }}
"""
    problems = found(people=people)

    assert "(P11)" in problems["people.amina.number"]
    assert "(P11)" not in problems["people.bengt.number"]


def test_two_people_with_one_number() -> None:
    people = PEOPLE.replace('phones = ["kc1"]', 'phones = ["kc1"], number = "+46701740605"').replace(
        'phones = ["kc2"]', 'phones = ["kc2"], number = "+46701740605"'
    )

    assert found(people=people) == {
        "people.bengt.number": "+46701740605 is given already (people.amina.number)"
    }
