import pytest

from routing.errors import PlanInvalid
from routing.load import load_plan_json
from tests.support.plans import PEOPLE, Presence, plan_of


def with_absences(absences: str) -> str:
    return PEOPLE.replace('phones = ["kc1"] }', f'phones = ["kc1"], absences = {absences} }}')


def test_an_absence_is_read_and_written_by_the_words_from_and_to() -> None:
    people = with_absences('[{ from = 2026-12-21, to = 2027-01-06, reason = "semester" }]')
    plan = plan_of(people=people)

    assert plan.model_dump(mode="json")["people"]["amina"]["absences"] == [
        {"from": "2026-12-21", "to": "2027-01-06", "reason": "semester"}
    ]
    assert load_plan_json(plan.model_dump_json()) == plan
    assert Presence().is_free("amina")


@pytest.mark.parametrize(
    ("absences", "said"),
    [
        ("[{ to = 2027-01-06 }]", "people.amina.absences[0].from: must be given"),
        ("[{ from = 2027-01-06, fram = 1 }]", "unknown key; allowed here: from, to, reason"),
        ("[{ from = 1999-12-31 }]", "people.amina.absences[0].from = datetime.date(1999, 12, 31)"),
        ("[{ from = 2027-01-06, to = 9999-12-31 }]", "people.amina.absences[0].to"),
        ("{ from = 2027-01-06 }", "must be a list, in brackets"),
    ],
)
def test_what_is_wrong_with_an_absence(absences: str, said: str) -> None:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(people=with_absences(absences))

    assert said in str(raised.value)
