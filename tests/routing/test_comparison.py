from datetime import UTC, datetime, timedelta

from routing.comparison import (
    Comparison,
    GroupChange,
    NumberChange,
    PlanComparison,
    compare,
    compare_plans,
    side_of,
)
from routing.compile import compile_plan
from routing.diff import ChangeKind
from tests.support.plans import BYGGLOV, FORSKOLA, GROUPS, NUMBERS, PEOPLE, plan_of, tables_of

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PRESCHOOL = f'[numbers."{FORSKOLA}"]\nfunction = "Förskola"\ncalendar = "alltid"\ndestination.group = "kc"\n'


def compared(**parts: str) -> Comparison:
    """The small plan with these parts replaced."""
    return compare(tables_of(), compile_plan(plan_of(**parts)), NOW)


def test_a_plan_is_as_it_is() -> None:
    same = compared()

    assert (same.numbers, same.groups) == ((), ())
    assert (same.hours.numbers, same.hours.calendars, same.hours.spans) == ((), 0, 0)
    assert same.hours.end - same.hours.start == timedelta(days=400)


def test_a_branch_is_told_by_where_it_went() -> None:
    numbers = NUMBERS + 'no_answer = { group = "kc" }\nprotected = true\n'

    assert compared(numbers=numbers).numbers == (
        NumberChange(
            BYGGLOV,
            "Bygglov",
            ChangeKind.CHANGED,
            (
                "protected: yes instead of nothing",
                "no answer: to group kc instead of on to 08-530 610 00 "
                "(not given in the plan, so the default)",
            ),
        ),
    )


def test_what_is_left_out_again_is_told() -> None:
    numbers = NUMBERS + "protected = true\n"

    (change,) = compare(tables_of(numbers=numbers), tables_of(), NOW).numbers

    assert change.words == ("protected: nothing instead of yes",)


def test_another_name_and_calendar_are_told() -> None:
    numbers = NUMBERS.replace('"Bygglov"\ncalendar = "alltid"', '"Bygg"\ncalendar = "aldrig"')

    found = compared(numbers=numbers)

    assert found.numbers[0].words == (
        "function: Bygg instead of Bygglov",
        "calendar: aldrig instead of alltid",
    )
    assert (found.hours.numbers, found.hours.calendars, found.hours.spans) == ((BYGGLOV,), 1, 1)
    assert found.hours.told[0].who == "08-530 612 01 Bygg"
    assert found.hours.changes[0].before == "alltid"


def test_numbers_come_and_go() -> None:
    (new,) = compared(numbers=NUMBERS + PRESCHOOL).numbers
    (gone,) = compare(tables_of(numbers=NUMBERS + PRESCHOOL), tables_of(), NOW).numbers

    assert (new.number, new.function, new.kind) == (FORSKOLA, "Förskola", ChangeKind.ADDED)
    assert "arrived: to group kc" in new.words
    assert gone == NumberChange(FORSKOLA, "Förskola", ChangeKind.REMOVED, ())


def test_a_persons_own_number_is_told_with_the_person_alone() -> None:
    people = PEOPLE.replace('"Bengt Lund"', f'"Bengt Lund", number = "{FORSKOLA}"')

    assert compared(people=people).numbers == ()


def test_who_joins_and_leaves_is_told_by_name() -> None:
    groups = GROUPS.replace('["david", "elif"]', '["elif", "amina"]')

    assert compared(groups=groups).groups == (
        GroupChange(
            "bygglov",
            "Bygglov",
            ChangeKind.CHANGED,
            ("amina",),
            ("david",),
            "Amina Berg joins, David Holm leaves",
        ),
    )
    assert compared(groups=GROUPS.replace('["david", "elif"]', '["elif", "david"]')).groups == ()


def test_groups_come_and_go() -> None:
    groups = GROUPS + 'ny = { name = "Ny", members = ["elif"] }\n'

    (new,) = compared(groups=groups).groups
    (gone,) = compare(tables_of(groups=groups), tables_of(), NOW).groups

    assert new == GroupChange("ny", "Ny", ChangeKind.ADDED, ("elif",), (), "Elif Yilmaz joins")
    assert gone == GroupChange("ny", "Ny", ChangeKind.REMOVED, (), ("elif",), "")


def test_a_plan_with_errors_is_compared_place_by_place_alone() -> None:
    broken = plan_of(numbers=NUMBERS.replace('group = "bygglov"', 'group = "nowhere"'))

    found = compare_plans(side_of(plan_of()), side_of(broken), NOW)

    assert [change.path for change in found.changes] == [f"numbers.{BYGGLOV}.destination.group"]
    assert found.tables is None
    assert [error.path for error in found.errors] == [f"numbers.{BYGGLOV}.destination"]
    whole = compare_plans(side_of(plan_of()), side_of(plan_of()), NOW)
    assert whole == PlanComparison((), compared(), ())


def test_each_case_is_told_with_what_has_to_hold() -> None:
    lists = '[lists.vip]\nnumbers = ["+46701740605"]\n'
    cases = (
        '{ when = { caller = "listed", list = "vip", open = "alltid" }, group = "kc" }, '
        '{ when = { caller = "hidden", closed = "aldrig" }, group = "kc" }, { group = "bygglov" }'
    )
    numbers = NUMBERS.replace('destination = { group = "bygglov" }', f"destination = [{cases}]")

    (change,) = compared(numbers=numbers, more=lists).numbers

    assert change.words == (
        "arrived: to group kc (listed callers of vip while alltid is open), else to group kc (hidden callers "
        "while aldrig is closed), else to group bygglov instead of to group bygglov",
    )
