"""Who is rung, and when they are away."""

from datetime import UTC, datetime

from routing.compile import compile_plan
from routing.compile_people import FOR_GOOD
from routing.decision import Reason, Target
from tests.support.plans import PEOPLE, PHONES, plan_of

AWAY = '[{ from = 2026-12-21, to = 2027-01-06, reason = "sjuk" }, { from = 2027-06-01 }]'


def test_an_absence_is_of_whole_local_days_and_does_not_tell_why() -> None:
    people = PEOPLE.replace('phones = ["kc1"] }', f'phones = ["kc1"], absences = {AWAY} }}')
    amina = compile_plan(plan_of(people=people)).people["amina"]

    first, last = amina.absences
    assert (first.start, first.end) == (
        datetime(2026, 12, 20, 23, tzinfo=UTC),
        datetime(2027, 1, 6, 23, tzinfo=UTC),
    )
    assert first.reason == Reason(
        "absence", "people.amina.absences[0]", "Amina Berg is away until 2027-01-06 inclusive"
    )
    assert (last.start, last.end) == (datetime(2027, 5, 31, 22, tzinfo=UTC), FOR_GOOD)
    assert last.reason.text == "Amina Berg is away until further notice"


def test_a_single_phone_is_whose_it_is_or_nobody_s() -> None:
    people = PEOPLE.replace('phones = ["kc1"] }', f'phones = ["kc1"], absences = {AWAY} }}')
    phones = PHONES + 'hiss = { display = "Hissen", ring_seconds = 60 }\n'

    rows = compile_plan(plan_of(people=people, phones=phones)).single_phones

    assert (rows["kc1"].key, rows["kc1"].targets) == ("amina", (Target("amina", phone="kc1"),))
    assert len(rows["kc1"].absences) == 2
    assert (rows["hiss"].key, rows["hiss"].name, rows["hiss"].ring_seconds) == ("phone/hiss", "Hissen", 60)
    assert (rows["hiss"].targets, rows["hiss"].absences) == ((Target("phone/hiss", phone="hiss"),), ())
