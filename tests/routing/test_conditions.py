"""Every condition, when it holds and what is said of it."""

from datetime import UTC, datetime

import pytest

from routing.compile import compile_plan
from routing.conditions import judge
from routing.decision import Origin, Question
from routing.errors import NaiveTime
from routing.tables import Case, OneOf
from tests.support.flows import CALENDARS, CALLER, NOON, number
from tests.support.plans import BYGGLOV, FORSKOLA, NUMBERS, plan_of

LISTS = f'[lists.kanda]\nnumbers = ["{CALLER}"]\nseries = ["+46853079"]\n'
OUTSIDE = Question(BYGGLOV, Origin.TRUNK, "operator", "+46317654321")
LISTED = Question(BYGGLOV, Origin.TRUNK, "operator", CALLER)
BY_SERIES = Question(BYGGLOV, Origin.TRUNK, "operator", "+46853079123")
HIDDEN = Question(BYGGLOV, Origin.TRUNK, "operator", None)
INSIDE = Question(BYGGLOV, Origin.PHONE, "kc1", CALLER)


def case(when: str) -> Case:
    destination = f'[ {{ when = {{ {when} }}, group = "kc" }}, {{ group = "bygglov" }} ]'
    numbers = NUMBERS + number(FORSKOLA, destination)
    tables = compile_plan(plan_of(calendars=CALENDARS, numbers=numbers, more=LISTS))
    one_of = next(iter(tables.numbers[FORSKOLA].routes.values())).destination
    assert isinstance(one_of, OneOf)
    return one_of.cases[0]


@pytest.mark.parametrize(
    ("caller", "holds"),
    [
        ('caller = "internal"', {"inside"}),
        ('caller = "external"', {"outside", "listed", "by_series", "hidden"}),
        ('caller = "hidden"', {"hidden"}),
        ('caller = "listed", list = "kanda"', {"listed", "by_series"}),
    ],
)
def test_who_calls(caller: str, holds: set[str]) -> None:
    calls = {"outside": OUTSIDE, "listed": LISTED, "by_series": BY_SERIES, "hidden": HIDDEN, "inside": INSIDE}

    assert {name for name, question in calls.items() if judge(case(caller), question, NOON).holds} == holds


@pytest.mark.parametrize("question", [OUTSIDE, LISTED, BY_SERIES, HIDDEN, INSIDE])
@pytest.mark.parametrize(
    "when", ['caller = "internal"', 'caller = "hidden"', 'caller = "listed", list = "kanda"']
)
def test_no_reason_tells_a_number(when: str, question: Question) -> None:
    said = " ".join(reason.text for reason in judge(case(when), question, NOON).reasons)

    assert "46" not in said
    assert "who" not in said
    assert said


def test_all_conditions_have_to_hold_and_the_first_that_does_not_is_told() -> None:
    both = case('caller = "external", open = "lunch", closed = "aldrig"')

    taken = judge(both, OUTSIDE, NOON)
    assert taken.holds
    assert [(reason.rule, reason.text) for reason in taken.reasons] == [
        ("calendar", "open 12:00-13:00"),
        ("calendar", "never open"),
        ("case", "taken: the caller is outside, lunch is open, aldrig is closed"),
    ]
    assert taken.reasons[-1].where == f"numbers.{FORSKOLA}.destination[0]"
    passed = judge(both, INSIDE, NOON)
    assert [reason.text for reason in passed.reasons] == ["passed over: the caller is at a phone of ours"]
    late = judge(both, OUTSIDE, datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert (late.holds, late.reasons[-1].text) == (False, "passed over: lunch is closed")


def test_the_clock_is_half_open_and_local() -> None:
    lunch = case('open = "lunch"')

    held = {
        f"{hour:02}:{minute:02}:{second:02}"
        for hour, minute, second in ((10, 59, 59), (11, 0, 0), (11, 59, 59), (12, 0, 0))
        if judge(lunch, OUTSIDE, datetime(2027, 3, 1, hour, minute, second, tzinfo=UTC)).holds
    }
    assert held == {"11:00:00", "11:59:59"}


def test_a_day_of_which_nobody_knows_whether_it_is_a_holiday_is_not_closed() -> None:
    far = datetime(2199, 12, 24, 10, tzinfo=UTC)  # a Tuesday

    assert judge(case('open = "kontorstid"'), OUTSIDE, far).holds


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(NaiveTime):
        judge(case('open = "lunch"'), OUTSIDE, datetime(2027, 3, 1, 12))  # noqa: DTZ001
