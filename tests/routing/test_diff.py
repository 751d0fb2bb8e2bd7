import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.compile import digest_of
from routing.diff import Change, ChangeKind, diff
from tests.support.plans import CALENDARS, GROUPS, PEOPLE, TRUNKS, plan_of

TRUNK_B = '[trunks.b]\npeers = ["192.0.2.11"]\nemergency = true\n'


def changes(**parts: str) -> tuple[Change, ...]:
    """What differs from the small plan when these parts are replaced."""
    return diff(plan_of(), plan_of(**parts))


def test_a_plan_does_not_differ_from_itself() -> None:
    assert changes() == ()


def test_a_changed_value_is_told_with_what_it_was() -> None:
    assert changes(groups=GROUPS.replace("ring_seconds = 15", "ring_seconds = 30")) == (
        Change(
            "groups.bygglov.ring_seconds",
            ChangeKind.CHANGED,
            15.0,
            30.0,
            "groups.bygglov.ring_seconds was 15.0, is now 30.0",
        ),
    )


def test_who_joins_and_leaves_a_group_is_named() -> None:
    (change,) = changes(groups=GROUPS.replace('["david", "elif"]', '["elif", "amina"]'))

    assert change.path == "groups.bygglov.members"
    assert change.words == 'groups.bygglov.members: now without "david" and with "amina"'
    assert (change.before, change.after) == (["david", "elif"], ["elif", "amina"])


def test_only_leaving_is_told_alone() -> None:
    (change,) = changes(groups=GROUPS.replace('["david", "elif"]', '["elif"]'))

    assert change.words == 'groups.bygglov.members: now without "david"'


def test_another_order_of_members_is_a_change() -> None:
    (change,) = changes(groups=GROUPS.replace('["david", "elif"]', '["elif", "david"]'))

    assert change.kind is ChangeKind.REORDERED
    assert change.words == 'groups.bygglov.members is in another order: ["elif", "david"]'


def test_a_new_person_and_a_lost_one() -> None:
    people = PEOPLE + 'farid = { name = "Farid Ek" }\n'

    (added,) = changes(people=people)
    (removed,) = diff(plan_of(people=people), plan_of())

    assert (added.path, added.kind, added.before) == ("people.farid", ChangeKind.ADDED, None)
    assert added.words.startswith('people.farid is new: {"name": "Farid Ek"')
    assert (removed.kind, removed.after) == (ChangeKind.REMOVED, None)
    assert removed.words.startswith("people.farid is gone: it was {")


def test_another_order_of_trunks_is_a_change() -> None:
    first, second = TRUNKS + TRUNK_B, TRUNK_B + TRUNKS

    assert diff(plan_of(trunks=first), plan_of(trunks=second)) == (
        Change(
            "trunks",
            ChangeKind.REORDERED,
            ["operator", "b"],
            ["b", "operator"],
            "trunks has the same entries in another order",
        ),
    )


def test_a_long_rule_is_told_whole_without_what_is_not_in_it() -> None:
    note = "Dag före helgdag, då växeln stänger tidigare efter beslut av kommunstyrelsen den 3 juni"
    rule = (
        f'{{ day_before = ["Kristi himmelsfärdsdag", "Nationaldagen"], closes = "15:00", note = "{note}" }}'
    )

    (change,) = changes(calendars=CALENDARS.replace('holidays = "SE"', f'holidays = "SE", rules = [{rule}]'))

    assert change.words == (
        'calendars.kontorstid.rules: now with {"day_before": ["Kristi himmelsfärdsdag", "Nationaldagen"], '
        f'"between": false, "closes": "15:00", "note": "{note}"}}'
    )


def _told(value: Any) -> Any:
    """What is left out of a plan is not told."""
    return {key: entry for key, entry in value.items() if entry is not None}


def test_what_is_too_long_says_how_much_is_left_out() -> None:
    members = ", ".join(f'"person{n}"' for n in range(100))
    groups = GROUPS + f'ny = {{ name = "Ny", members = [{members}] }}\n'

    (change,) = changes(groups=groups)

    assert change.words.startswith('groups.ny is new: {"name": "Ny", "members": ["person0", "person1"')
    told = change.words.partition("is new: ")[2]
    assert told.endswith(f" [and {len(json.dumps(_told(change.after))) - 400} characters more]")


@given(
    st.lists(st.sampled_from(["amina", "bengt", "david", "elif"]), unique=True, min_size=1),
    st.sampled_from([15, 20.5]),
    st.sampled_from([TRUNKS, TRUNKS + TRUNK_B, TRUNK_B + TRUNKS]),
)
def test_nothing_differs_exactly_when_the_digest_is_the_same(
    members: list[str], seconds: float, trunks: str
) -> None:
    quoted = ", ".join(f'"{member}"' for member in members)
    groups = GROUPS.replace('"david", "elif"', quoted).replace("= 15", f"= {seconds}")
    before, after = plan_of(), plan_of(groups=groups, trunks=trunks)

    assert (diff(before, after) == ()) == (digest_of(before) == digest_of(after))


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_a_kind_is_a_word(kind: ChangeKind) -> None:
    assert kind.value.isalpha()
