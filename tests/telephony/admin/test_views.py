from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.decide import decide
from routing.decision import Origin, Question
from routing.override import Override
from telephony.admin.errors import Refusal
from telephony.admin.operation import Page
from telephony.admin.views import (
    CallView,
    OverrideView,
    cursor_of_call,
    explanation_of,
    page_of,
    place_of,
    version_of,
)
from telephony.archive.call_log import After
from telephony.call.record import MASKED
from tests.support.administration import NOW, record
from tests.support.plans import MAIN, SOCIAL, Presence, tables_of


def test_a_caller_of_a_protected_number_is_masked_unless_told_otherwise() -> None:
    call = record(1, number=SOCIAL)

    assert CallView.of(call, unmask=False).caller == MASKED
    assert CallView.of(call, unmask=True).caller == "070-174 06 05"


def test_a_phone_that_called_a_protected_number_is_masked_too() -> None:
    call = replace(
        record(1, number=SOCIAL),
        origin=Origin.PHONE,
        origin_name="bygg1",
        caller_member="david",
        caller="+46853061201",
    )

    masked = CallView.of(call, unmask=False)

    assert (masked.caller, masked.origin_name, masked.caller_member) == (MASKED, MASKED, MASKED)
    seen = CallView.of(call, unmask=True)
    assert (seen.origin_name, seen.caller_member) == ("bygg1", "david")


def test_a_hidden_caller_is_nobodys_to_see() -> None:
    call = replace(record(1), hidden=True, caller=None, caller_member="david")

    seen = CallView.of(call, unmask=True)

    assert (seen.caller, seen.caller_member) == ("dold", "")


def test_the_override_for_all_is_called_so() -> None:
    assert OverrideView.of("", Override(True, NOW, "why", "who")).number == "all"


def test_an_explanation_has_all_that_explain_tells() -> None:
    decision = decide(tables_of(), Question(MAIN, Origin.TRUNK, "", None), Presence(), NOW)

    told = explanation_of(decision)

    assert (told.kind, told.group, told.targets[0].phone) == ("ring", "kc", "kc1")
    assert [reason.text for reason in told.reasons] == [reason.text for reason in decision.reasons]


@pytest.mark.parametrize(
    ("count", "page"), [(0, Page((), None)), (2, Page(("0", "1"), None)), (3, Page(("0", "1"), "1"))]
)
def test_a_page_tells_whether_there_is_a_next_one(count: int, page: Page[str]) -> None:
    assert page_of([str(number) for number in range(count)], 2, str) == page


def test_a_cursor_leads_back_to_its_call() -> None:
    call = record(3)

    assert place_of(cursor_of_call(call)) == After(call.arrived_at, call.id)
    assert place_of("") is None


@pytest.mark.parametrize("cursor", ["5", "12", ""])
def test_the_cursor_of_versions_is_a_number(cursor: str) -> None:
    assert version_of(cursor) == (int(cursor) if cursor else None)


@given(st.text(max_size=60))
def test_any_other_cursor_is_refused(cursor: str) -> None:
    for read in (place_of, version_of):
        try:
            assert read(cursor) is None or cursor.isdigit()
        except Refusal as refused:
            assert refused.errors[0].path == "?cursor"
