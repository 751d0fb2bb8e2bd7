"""The form of destinations and cases."""

import json

import pytest

from routing.errors import PlanInvalid
from routing.load import load_plan_json
from routing.plan_flow import MAX_CASES, MAX_LISTED, Case
from tests.support.flows import number
from tests.support.plans import BYGGLOV, FORSKOLA, NUMBERS, plan_of


def refusal(destination: str, **parts: str) -> str:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(numbers=NUMBERS + number(FORSKOLA, destination), **parts)
    return str(raised.value)


AT = f"numbers.{FORSKOLA}.destination"
KC = '{ group = "kc" }'


@pytest.mark.parametrize(
    ("destination", "said"),
    [
        ("[]", f"{AT} = []: "),
        (f"[{', '.join([KC] * (MAX_CASES + 1))}]", "at most 20 items"),
        ('"kc"', f"{AT} = 'kc': "),
        ('[ "kc" ]', f"{AT}[0] = 'kc': "),
        (f'[ {{ when = {{}}, group = "kc" }}, {KC} ]', f"{AT}[0].when: must have at least one of caller"),
        (
            f'[ {{ when = {{ caller = "listed" }}, group = "kc" }}, {KC} ]',
            f'{AT}[0].when: caller = "listed" and list = "NAME" belong together',
        ),
        (
            f'[ {{ when = {{ caller = "hidden", list = "x" }}, group = "kc" }}, {KC} ]',
            f'{AT}[0].when: caller = "listed" and list = "NAME" belong together',
        ),
        (f'[ {{ when = {{ caller = "vip" }}, group = "kc" }}, {KC} ]', f"{AT}[0].when.caller = 'vip': "),
        (
            f'[ {{ when = {{ ring = "x" }}, group = "kc" }}, {KC} ]',
            f"{AT}[0].when.ring: unknown key; allowed here: caller, list, open, closed",
        ),
        (
            f"[ {KC}, {{ grp = 1 }} ]",
            f"{AT}[1].grp: unknown key; allowed here: number, group, person, phone, outside, announcement, "
            "early, next_opening, voicemail, menu, reject, when",
        ),
        ('{ when = { caller = "hidden" }, group = "kc" }', f"{AT}.when: unknown key; allowed here: number"),
        ('{ group = "kc", next_opening = true }', f"{AT}: next_opening belongs to an announcement"),
        ("{}", f"{AT}: must have exactly one of number, group, person, phone"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(destination: str, said: str) -> None:
    assert said in refusal(destination)


@pytest.mark.parametrize(
    ("callers", "said"),
    [
        ("", "lists.x: must have numbers or series"),
        ('numbers = ["0701740605"]', "lists.x.numbers[0] = '0701740605': must be E.164"),
        ('series = "+4670"', "lists.x.series = '+4670': must be a list, in brackets"),
        (f"numbers = {json.dumps(['+46701740605'] * (MAX_LISTED + 1))}", "lists.x.numbers"),
    ],
)
def test_a_list_of_callers_is_bounded(callers: str, said: str) -> None:
    assert said in refusal(KC, more=f"[lists.x]\n{callers}\n")


def test_a_plan_with_cases_is_written_out_as_it_was_read() -> None:
    cases = '[ { when = { caller = "internal" }, group = "kc" }, { group = "bygglov" } ]'
    plan = plan_of(numbers=NUMBERS + number(FORSKOLA, cases, f"busy = {cases}"))

    assert load_plan_json(plan.model_dump_json()) == plan
    busy = plan.numbers[FORSKOLA].busy
    assert isinstance(busy, tuple)
    assert isinstance(busy[0], Case)
    assert plan.model_dump(mode="json")["numbers"][FORSKOLA]["destination"][0]["when"]["caller"] == "internal"
    assert not isinstance(plan.numbers[BYGGLOV].destination, tuple)


def test_the_schema_of_a_destination_says_both_forms() -> None:
    schema = type(plan_of()).model_json_schema()

    destination = schema["$defs"]["Number"]["properties"]["destination"]
    assert {form.get("type", "table") for form in destination["oneOf"]} == {"array", "table"}
