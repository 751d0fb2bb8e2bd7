"""A plan that waits made anew on another: what one side changes is taken, what both change is a conflict."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.compile import canonical
from routing.load import load_plan_json
from routing.rebase import MAX_CONFLICTS, Conflict, RebaseConflict, merge, rebase
from tests.support.plans import CALENDARS, GROUPS, PEOPLE, TRUNKS, plan_of


def document(**parts: str) -> str:
    return canonical(plan_of(**parts))


def days(*dates: str) -> str:
    """A calendar that has these deviations."""
    entries = ", ".join(f'{{ date = {day}, note = "{note}" }}' for day, note in (d.split() for d in dates))
    return f'{CALENDARS}\n[calendars.kort]\nopen = "always"\ndeviations = [{entries}]\n'


BASE = document()
LONGER = GROUPS.replace("ring_seconds = 15", "ring_seconds = 30")
SHORTER = GROUPS.replace("ring_seconds = 15", "ring_seconds = 5")
RENAMED = PEOPLE.replace("Amina Berg", "Amina Holm")


def conflicts(base: str, pending: str, applied: str) -> tuple[Conflict, ...]:
    with pytest.raises(RebaseConflict) as raised:
        rebase(base, pending, applied)
    assert raised.value.count == len(raised.value.conflicts)
    return raised.value.conflicts


# ---- what is taken


def test_what_only_one_of_them_changes_is_taken() -> None:
    merged = rebase(BASE, document(groups=LONGER), document(people=RENAMED))

    assert load_plan_json(merged) == plan_of(groups=LONGER, people=RENAMED)


def test_what_both_change_alike_is_taken() -> None:
    assert rebase(BASE, document(groups=LONGER), document(groups=LONGER)) == rebase(
        BASE, BASE, document(groups=LONGER)
    )


def test_what_one_adds_and_what_the_other_removes_is_taken() -> None:
    gone = document(groups=GROUPS.replace(', "elif"', ""), people=PEOPLE.replace("elif", "frida"))
    added = document(trunks=TRUNKS + '[trunks.reserv]\npeers = ["192.0.2.11"]\n')

    merged = load_plan_json(rebase(BASE, gone, added))

    assert list(merged.people) == ["amina", "bengt", "david", "frida"]
    assert list(merged.trunks) == ["operator", "reserv"]
    assert merged.groups["bygglov"].members == ("david",)


def test_members_that_each_adds_come_together_and_those_that_one_takes_away_are_gone() -> None:
    more = GROUPS.replace('["david", "elif"]', '["david", "amina", "elif"]')
    fewer = GROUPS.replace('["david", "elif"]', '["elif", "bengt"]')

    merged = load_plan_json(rebase(BASE, document(groups=more), document(groups=fewer)))

    assert merged.groups["bygglov"].members == ("amina", "elif", "bengt")


def test_deviations_of_different_days_come_together() -> None:
    base = document(calendars=days("2027-01-05 a"))
    pending = document(calendars=days("2027-01-05 a", "2027-03-01 flytt"))
    applied = document(calendars=days("2027-01-05 b", "2027-02-01 kurs"))

    merged = load_plan_json(rebase(base, pending, applied)).calendars["kort"].deviations

    assert [(str(day.date), day.note) for day in merged] == [
        ("2027-01-05", "b"),
        ("2027-02-01", "kurs"),
        ("2027-03-01", "flytt"),
    ]


def test_the_order_is_of_who_has_changed_it_and_what_is_new_keeps_its_place() -> None:
    base, pending = {"t": {"a": 1, "b": 2, "c": 3}}, {"t": {"c": 3, "a": 1, "b": 2}}
    applied = {"t": {"new": 0, "a": 1, "x": 9, "b": 2, "c": 3}}

    for one, other in ((pending, applied), (applied, pending)):
        merged: Any = merge(base, one, other)
        assert list(merged["t"]) == ["new", "c", "a", "x", "b"]
    inserted: Any = merge(base, {"t": {"a": 1, "y": 8, "b": 2, "c": 3, "z": 7}}, applied)
    assert list(inserted["t"]) == ["new", "a", "x", "y", "b", "c", "z"]


# ---- what is not


def test_what_both_change_to_different_values_is_named_with_all_three() -> None:
    (conflict,) = conflicts(BASE, document(groups=LONGER), document(groups=SHORTER))

    assert conflict == Conflict("groups.bygglov.ring_seconds", "15.0", "30.0", "5.0")
    assert str(conflict) == "groups.bygglov.ring_seconds was 15.0, waits to be 30.0, and becomes 5.0"


def test_what_one_removes_and_the_other_changes_is_a_conflict() -> None:
    base, gone = {"people": {"a": {"name": "A"}, "b": {"name": "B"}}}, {"people": {"b": {"name": "B"}}}
    changed = {"people": {"a": {"name": "Å"}, "b": {"name": "B"}}}

    for pending, applied in ((gone, changed), (changed, gone)):
        with pytest.raises(RebaseConflict) as raised:
            merge(base, pending, applied)
        (conflict,) = raised.value.conflicts
        assert (conflict.path, conflict.base) == ("people.a", '{"name": "A"}')
        assert {conflict.pending, conflict.applied} == {"nothing", '{"name": "Å"}'}


def test_the_hours_of_a_day_are_one_value() -> None:
    longer = CALENDARS.replace('mon = ["08:00-16:30"]', 'mon = ["08:00-18:00"]')
    lunch = CALENDARS.replace('mon = ["08:00-16:30"]', 'mon = ["08:00-12:00", "13:00-16:30"]')

    (conflict,) = conflicts(BASE, document(calendars=longer), document(calendars=lunch))

    assert conflict.path == "calendars.kontorstid.weekly.mon"


def test_a_deviation_that_both_change_is_named_by_its_date() -> None:
    base = document(calendars=days("2027-01-05 a"))

    (conflict,) = conflicts(
        base, document(calendars=days("2027-01-05 b")), document(calendars=days("2027-01-05 c"))
    )

    assert conflict.path == "calendars.kort.deviations.2027-01-05.note"


def test_entries_that_stand_there_twice_are_known_by_nothing() -> None:
    twice, other = document(calendars=days("2027-01-05 a", "2027-01-05 b")), document(calendars=days())

    (conflict,) = conflicts(document(calendars=days("2027-01-05 c")), twice, other)

    assert conflict.path == "calendars.kort.deviations"


def test_two_new_orders_are_a_conflict() -> None:
    base: dict[str, Any] = {"trunks": {"a": 1, "b": 1, "c": 1}}
    orders = [{"trunks": dict.fromkeys(keys, 1)} for keys in ("bac", "cab")]

    with pytest.raises(RebaseConflict) as raised:
        merge(base, *orders)
    with pytest.raises(RebaseConflict) as at_the_top:
        merge(base["trunks"], *[order["trunks"] for order in orders])

    assert [(c.path, c.base) for c in raised.value.conflicts] == [
        ("trunks: order of entries", '["a", "b", "c"]')
    ]
    assert at_the_top.value.conflicts[0].path == "order of entries"


def test_what_is_named_is_bounded() -> None:
    def table(value: str) -> dict[str, str]:
        return {str(index): value for index in range(MAX_CONFLICTS + 7)}

    with pytest.raises(RebaseConflict) as raised:
        merge(table("a" * 500), table("b"), table("c"))

    assert (raised.value.count, len(raised.value.conflicts)) == (MAX_CONFLICTS + 7, MAX_CONFLICTS)
    assert len(raised.value.conflicts[0].base) < 130


# ---- whatever the documents are

KEYS = st.sampled_from("abcd")
VALUES = st.recursive(
    # To Python 0 is False and 1 is True; no place of a plan may be both a number and a flag
    st.none() | st.booleans() | st.integers(2, 5) | st.lists(st.integers(0, 3), max_size=3),
    lambda values: st.dictionaries(KEYS, values, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(DOCUMENTS, DOCUMENTS)
def test_rebased_onto_its_base_a_plan_is_what_it_was(base: dict[str, Any], other: dict[str, Any]) -> None:
    assert json.dumps(merge(base, other, base)) == json.dumps(other)  # as text: the order counts
    assert json.dumps(merge(base, base, other)) == json.dumps(other)
    assert json.dumps(merge(base, other, other)) == json.dumps(other)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_changes_in_different_places_commute(
    base: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    first = {"left": base, "right": base}

    left, right = {"left": one, "right": base}, {"left": base, "right": other}

    assert merge(first, left, right) == merge(first, right, left) == {"left": one, "right": other}


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_whichever_waits_the_same_places_conflict_or_the_same_comes_out(
    base: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    results: list[object] = []
    for pending, applied in ((one, other), (other, one)):
        try:
            results.append(merge(base, pending, applied))
        except RebaseConflict as conflict:
            results.append(sorted(place.path for place in conflict.conflicts))

    assert results[0] == results[1]
