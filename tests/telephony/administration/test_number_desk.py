"""Numbers, overrides and where calls would go, and what is journalled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from routing.decision import Kind
from telephony.admin.errors import NotAllowed, NotFound
from telephony.admin.values import Due, NumberState
from telephony.call import house_facts as h
from tests.support.calls import NOON, registered
from tests.support.office import OWN_NUMBER, Office, closed
from tests.support.plans import BYGGLOV, MAIN


def test_numbers_are_the_municipalitys_and_not_peoples_own(office: Office) -> None:
    desk = office.desk

    assert [state.number for state in office.ask(desk.numbers("", 10))] == [MAIN, BYGGLOV]
    assert [state.number for state in office.ask(desk.numbers(MAIN, 10))] == [BYGGLOV]
    assert len(office.ask(desk.numbers("", 1))) == 1
    with pytest.raises(NotFound, match=r"there is no number \+46701740605"):
        office.ask(desk.number(OWN_NUMBER))


def test_an_override_is_set_seen_and_ended_and_journalled_with_who(office: Office) -> None:
    desk = office.desk
    open_now = office.ask(desk.number(BYGGLOV))
    assert (open_now.open, open_now.override, open_now.until) == (True, None, None)

    office.ask(desk.set_override(BYGGLOV, closed(), by="eva"))

    shut: NumberState = office.ask(desk.number(BYGGLOV))
    assert (shut.open, shut.override, shut.until) == (False, closed(), closed().until)
    assert shut.decided_by.where == f"overrides.{BYGGLOV}"
    spans = office.ask(desk.hours(BYGGLOV, NOON, NOON + timedelta(hours=2)))
    assert [span.open for span in spans] == [False, True]
    assert office.ask(desk.explain(BYGGLOV, None, None)).kind is Kind.ANNOUNCE

    office.ask(desk.end_override(BYGGLOV, by="karl"))

    assert office.ask(desk.number(BYGGLOV)).open
    assert [(fact.number, fact.by) for fact in office.facts(h.OverrideFact)] == [
        (BYGGLOV, "eva"),
        (BYGGLOV, "karl"),
    ]


def test_what_has_two_working_days_is_due_by_the_calendar_whatever_the_override(office: Office) -> None:
    desk, friday = office.desk, datetime(2026, 12, 18, 15, tzinfo=UTC)
    office.ask(desk.set_override(BYGGLOV, closed(), by="eva"))

    told: Due = office.ask(desk.due(BYGGLOV, friday, 2))

    assert (told.number, told.since) == (BYGGLOV, friday)
    assert told.working_days == (date(2026, 12, 21), date(2026, 12, 22))
    assert told.due == datetime(2026, 12, 22, 22, 59, 59, tzinfo=UTC)
    with pytest.raises(NotFound):
        office.ask(desk.due("+46812345678", friday, 2))


def test_one_for_all_numbers(office: Office) -> None:
    office.ask(office.desk.set_override("", closed(), by="eva"))

    assert not any(state.open for state in office.ask(office.desk.numbers("", 10)))
    assert office.ask(office.desk.overrides()) == {"": closed()}
    office.now = closed().until
    assert office.ask(office.desk.overrides()) == {}


def test_an_override_needs_a_number_of_the_plan_and_one_to_end(office: Office) -> None:
    with pytest.raises(NotFound, match="there is no number"):
        office.ask(office.desk.set_override("+46853061999", closed(), by="eva"))
    with pytest.raises(NotFound, match="there is no override of all numbers"):
        office.ask(office.desk.end_override("", by="eva"))
    assert not office.facts(h.OverrideFact)


def test_an_override_may_have_an_announcement_that_exists(office: Office) -> None:
    with pytest.raises(
        NotAllowed, match="an announcement that exists: busy, callback_promised, closed,"
    ) as refused:
        office.ask(office.desk.set_override(BYGGLOV, replace(closed(), announcement="flood"), by="eva"))
    assert refused.value.path == "/announcement"
    assert not office.facts(h.OverrideFact)

    office.ask(office.desk.set_override(BYGGLOV, replace(closed(), announcement="busy"), by="eva"))
    assert office.ask(office.desk.explain(BYGGLOV, None, None)).prompt == "busy"


def test_explain_asks_who_is_there_now_and_supposes_everybody_else(office: Office) -> None:
    later = NOON + timedelta(days=1)

    assert office.ask(office.desk.explain(BYGGLOV, None, None)).outcome == "nobody_there"
    assert office.ask(office.desk.explain(BYGGLOV, None, later)).kind is Kind.RING
    office.see(registered("bygg2"))
    assert office.ask(office.desk.explain(BYGGLOV, None, None)).kind is Kind.RING


def test_explain_tells_of_a_phones_own_call(office: Office) -> None:
    later = NOON + timedelta(days=1)
    outside, aminas = "+46701740699", "+46701740605"  # hers is not public (P11)

    assert office.ask(office.desk.explain(aminas, None, later)).status == 404
    assert office.ask(office.desk.explain(aminas, None, later, "bygg2")).kind is Kind.RING
    assert office.ask(office.desk.explain(outside, None, later, "bygg2")).status == 403
    with pytest.raises(NotFound, match="there is no phone nobody in the plan"):
        office.ask(office.desk.explain(outside, None, later, "nobody"))
