from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.cli_text import UsageError
from telephony.cli_time import clock, moment, moment_ahead

NOW = datetime.fromisoformat("2026-12-23T11:00:00+00:00")  # noon in Stockholm


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:00", "2026-12-23T13:00:00+00:00"),
        ("14:00:30", "2026-12-23T13:00:30+00:00"),
        ("2026-12-24T14:00", "2026-12-24T13:00:00+00:00"),
        ("2026-07-01 14:00", "2026-07-01T12:00:00+00:00"),
        ("2026-12-24", "2026-12-23T23:00:00+00:00"),
        ("2026-12-24T14:00+00:00", "2026-12-24T14:00:00+00:00"),
        ("+30m", "2026-12-23T11:30:00+00:00"),
        ("+1h", "2026-12-23T12:00:00+00:00"),
        ("+2d", "2026-12-25T11:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_people_type_it(text: str, expected: str) -> None:
    assert moment("--until", text, NOW) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "soon", "1h", "+h", "+1w", "+10000m", "24:00", "9:00", "9999-01-01"])
def test_what_is_no_time_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(UsageError, match=f"^--until {text.replace('+', '.')} is .*; allowed: "):
        moment("--until", text, NOW)


@pytest.mark.parametrize("text", ["11:59", "12:00", "2026-12-22", "+0m"])
def test_what_is_past_cannot_be_awaited(text: str) -> None:
    with pytest.raises(UsageError, match=r"is past; give the day too, such as 2026-12-24T14:00, or \+1h"):
        moment_ahead("--until", text, NOW)
    assert moment_ahead("--until", "12:01", NOW) == NOW + timedelta(minutes=1)


@given(st.text() | st.from_regex(r"\+?[0-9:T-]{0,20}[mhdZ]?"))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        at = moment("--until", text, NOW)
    except UsageError:
        return
    assert at.tzinfo is UTC


@given(st.timedeltas(timedelta(days=-9_000), timedelta(days=60_000)))
def test_what_is_written_with_its_offset_is_read_again(away: timedelta) -> None:
    at = NOW + away
    assert moment("--at", at.isoformat(), NOW) == at


def test_a_time_is_shown_local() -> None:
    assert clock(NOW) == "2026-12-23 12:00"
