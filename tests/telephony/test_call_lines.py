from dataclasses import replace
from typing import Any

import pytest

from routing.decision import Origin
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, Talk, begin
from telephony.call_lines import HEADER, log_lines, record_lines
from tests.support.calls import after, arrive

KC = "08-530 610 00"


def call(**fields: Any) -> Record:
    """A call to Kontaktcenter that Amina answered after 1.6 s, and that is not over."""
    given: dict[str, Any] = {
        "function": "Kontaktcenter",
        "dialled": "+46853061000",
        "offered": ("amina",),
        "rang": ("amina",),
        "answered_by": "amina",
        "person_answered_at": after(1.6),
    }
    return replace(begin(arrive()), **(given | fields))


def ended(outcome: Outcome, seconds: float = 11.6, **fields: Any) -> Record:
    given: dict[str, Any] = {"outcome": outcome, "ended_by": EndedBy.SERVICE, "ended_at": after(seconds)}
    return call(**(given | fields))


def first(record: Record) -> str:
    return record_lines(record)[0]


def last(record: Record, *, is_running: bool = True) -> str:
    return record_lines(record, is_running=is_running)[-1].strip()


def test_a_call_is_told_in_local_time_with_its_reasons_and_its_end() -> None:
    record = ended(Outcome.ANSWERED, ended_by=EndedBy.CALLER, reasons=("open 08:00-16:30",))

    assert record_lines(record) == [
        f"2026-11-24 12:00:00  070-174 06 05 called Kontaktcenter, {KC}  [c1]",
        "  because open 08:00-16:30",
        "  offered to amina; amina rang",
        "  answered by amina after 1.6 s, 10.0 s talk, ended by the caller",
    ]


def test_the_zone_is_told_once_and_the_calls_are_counted() -> None:
    lines = list(log_lines([call(), call()], is_running=True))

    assert (lines[0], lines[-1]) == (HEADER, "2 calls")
    assert lines.count(HEADER) == 1
    assert list(log_lines([], is_running=True)) == ["0 calls"]
    assert list(log_lines([call()], is_running=True))[-1] == "1 call"


# ---- who called what


@pytest.mark.parametrize(
    ("fields", "caller"),
    [
        ({"caller_member": "amina"}, "amina (kc1)"),
        ({"caller_member": ""}, "kc1"),
        ({"caller_member": "amina", "hidden": True}, "dold"),
        ({"caller_member": "amina", "protected": True}, "maskerat"),
        ({"caller_member": "amina", "protected": True, "caller": None}, "maskerat"),
    ],
)
def test_a_phone_is_shown_by_its_person_unless_that_is_secret(fields: dict[str, Any], caller: str) -> None:
    record = call(origin=Origin.PHONE, origin_name="kc1", **({"caller": "+46853061000"} | fields))

    assert f"  {caller} called Kontaktcenter, {KC}  " in first(record)


def test_a_caller_from_outside_is_shown_by_the_number() -> None:
    assert "070-174 06 05 called" in first(call())
    assert "maskerat called" in first(call(protected=True))


@pytest.mark.parametrize(("function", "dialled"), [("112", "112"), ("", "+46701740699")])
def test_a_number_without_a_name_of_its_own_is_told_once(function: str, dialled: str) -> None:
    shown = {"112": "112", "+46701740699": "070-174 06 99"}[dialled]

    assert f"called {shown}  [" in first(call(function=function, dialled=dialled))


# ---- how it ended


def test_a_call_without_an_outcome_is_in_progress_only_while_a_service_runs() -> None:
    assert last(call()) == "in progress"
    assert last(call(), is_running=False) == "in progress when the service died"


def test_a_call_that_was_interrupted_was_not_interrupted_by_who_answered() -> None:
    record = ended(Outcome.INTERRUPTED, 1.6, reason="service restarted")

    assert last(record) == (
        "answered by amina after 1.6 s, talked at least 0.0 s; interrupted (service restarted)"
    )


def test_a_call_that_was_lost_was_not_lost_by_who_answered() -> None:
    assert last(ended(Outcome.LOST, reason="no_sound")) == (
        "answered by amina after 1.6 s, talked 10.0 s; lost (no_sound)"
    )


UNANSWERED: dict[str, Any] = {"answered_by": "", "person_answered_at": None}


def test_an_interrupted_call_waited_at_least_until_its_last_fact() -> None:
    record = ended(Outcome.INTERRUPTED, 3.0, reason="service restarted", **UNANSWERED)

    assert last(record) == "interrupted after at least 3.0 s (service restarted)"


def test_an_announcement_that_was_cut_off_was_not_heard() -> None:
    cut = ended(Outcome.INTERRUPTED, announcement="closed", **UNANSWERED)
    whole = ended(Outcome.CLOSED, announcement="closed", **UNANSWERED)

    assert "  began to hear the announcement closed" in record_lines(cut)
    assert "  heard the announcement closed" in record_lines(whole)
    assert last(whole) == "closed after 11.6 s, ended by the service"


def test_who_talked_when_is_told_of_a_call_that_was_handed_on() -> None:
    talks = (Talk("amina", after(2), after(12)), Talk("david", after(20)))

    lines = record_lines(call(talks=talks))

    assert "  12:00:02 talk with amina, 10.0 s" in lines
    assert "  12:00:20 talk with david" in lines
    assert not any("talk with" in line for line in record_lines(call(talks=talks[:1])))
