from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from telephony.admin.parameters import (
    MAX_HOURS_DAYS,
    CallsParameters,
    ExplainParameters,
    HoursParameters,
    ListParameters,
    NumberParameters,
    VersionParameters,
)
from tests.support.plans import MAIN

TODAY = date(2026, 12, 23)


@pytest.mark.parametrize("written", [MAIN, "08-530 610 00", " 46853061000", "0853061000"])
def test_a_number_is_read_as_people_and_queries_write_it(written: str) -> None:
    assert NumberParameters.model_validate({"number": written}).number == MAIN


@pytest.mark.parametrize("limit", ["0", "201", "1.0", "1_0", " 5", "-1", "", "x"])
def test_a_page_is_bounded_and_in_digits(limit: str) -> None:
    with pytest.raises(ValidationError):
        ListParameters.model_validate({"limit": limit})


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-12-23T15:05", datetime(2026, 12, 23, 14, 5, tzinfo=UTC)),
        ("2026-07-01T15:05", datetime(2026, 7, 1, 13, 5, tzinfo=UTC)),
        ("2026-12-23T15:05+01:00", datetime(2026, 12, 23, 14, 5, tzinfo=UTC)),
        ("2026-12-23T15:05 01:00", datetime(2026, 12, 23, 14, 5, tzinfo=UTC)),
        ("2026-12-23T14:05Z", datetime(2026, 12, 23, 14, 5, tzinfo=UTC)),
    ],
)
def test_a_time_is_local_unless_it_says_otherwise(written: str, at: datetime) -> None:
    assert ExplainParameters.model_validate({"number": MAIN, "at": written}).at == at


@pytest.mark.parametrize("written", ["1766498700", "soon", "1999-12-31T23:00", "2200-01-01T00:00"])
def test_what_is_no_time_of_ours_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="must be"):
        ExplainParameters.model_validate({"number": MAIN, "at": written})


@pytest.mark.parametrize("written", ["soon", "20261223x", "1999-12-31", "2200-01-01", "5"])
def test_what_is_no_day_of_ours_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="must be"):
        HoursParameters.model_validate({"number": MAIN, "from": written})


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({}, (TODAY, date(2026, 12, 29))),
        ({"from": "2026-12-01"}, (date(2026, 12, 1), date(2026, 12, 7))),
        ({"from": "2026-12-01", "to": "2026-12-01"}, (date(2026, 12, 1), date(2026, 12, 1))),
        ({"to": "2026-12-24"}, (TODAY, date(2026, 12, 24))),
    ],
)
def test_a_period_is_a_week_from_today_unless_it_is_given(given: Any, days: tuple[date, date]) -> None:
    assert HoursParameters.model_validate({"number": MAIN, **given}).days(TODAY) == days


@pytest.mark.parametrize("last", ["2026-12-22", "2028-01-27"])
def test_a_period_is_not_backwards_and_not_too_long(last: str) -> None:
    asked = HoursParameters.model_validate({"number": MAIN, "to": last})

    with pytest.raises(ValueError, match=f"at most {MAX_HOURS_DAYS} days"):
        asked.days(TODAY)


def test_a_period_of_calls_is_not_backwards() -> None:
    with pytest.raises(ValidationError, match="`to` must be after `from`"):
        CallsParameters.model_validate({"from": "2026-12-23T10:00", "to": "2026-12-23T09:00"})


def test_what_is_not_declared_is_refused() -> None:
    with pytest.raises(ValidationError):
        VersionParameters.model_validate({"version": "1", "verbose": "1"})


@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_read_or_refused(number: str, at: str, day: str) -> None:
    for model, said in (
        (ExplainParameters, {"number": number, "from": number, "at": at}),
        (HoursParameters, {"number": number, "from": day, "to": day}),
        (CallsParameters, {"limit": day, "from": at, "to": at, "reason": number}),
    ):
        try:
            model.model_validate(said)
        except ValidationError as error:
            assert error.error_count() > 0
