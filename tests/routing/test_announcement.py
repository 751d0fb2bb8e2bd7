from datetime import UTC, datetime

import pytest

from routing.decide import decide
from routing.decision import Decision, Reason
from routing.explain import question_of
from routing.tables import Tables
from tests.support.plans import FORSKOLA, MUNICIPALITY, NUMBERS, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)  # a Monday
OFFICE = """
[calendars]
alltid = { open = "always" }
aldrig = { open = "never" }
kontorstid = { weekly = { mon = ["08:00-11:30"], wed = ["10:15-12:00"] } }
"""


def asked(
    *lines: str, municipality: str = "", calendar: str = "kontorstid", presence: Presence | None = None
) -> Decision:
    """What is decided of a call to Förskola, which opens again on Wednesday at 10:15."""
    number = [
        f'[numbers."{FORSKOLA}"]',
        'function = "Förskola"',
        f'calendar = "{calendar}"',
        'destination = { group = "kc" }',
        *lines,
    ]
    tables: Tables = tables_of(
        calendars=OFFICE, municipality=MUNICIPALITY + municipality, numbers="\n".join([NUMBERS, *number])
    )
    return decide(tables, question_of(FORSKOLA, None), presence or Presence(), NOON)


def test_the_announcement_closed_says_when_it_opens_again() -> None:
    decision = asked()

    assert decision.prompt == "closed+opens_again+on_wednesday+at_clock+number_10+and+number_15"
    assert decision.reasons[-1] == Reason(
        "next_opening", f"numbers.{FORSKOLA}", "the caller is told that it opens again 2027-03-03 10:15"
    )


@pytest.mark.parametrize(
    ("closed", "municipality", "tells"),
    [
        ('{ announcement = "closed" }', "", True),
        ('{ announcement = "closed", next_opening = false }', "", False),
        ('{ announcement = "flood" }', "", False),
        ('{ announcement = "flood", next_opening = true }', "", True),
        ('{ announcement = "closed" }', "next_opening = false", False),
        ('{ announcement = "closed", next_opening = true }', "next_opening = false", True),
    ],
)
def test_the_plan_says_which_announcements_do(closed: str, municipality: str, tells: bool) -> None:
    decision = asked(f"closed = {closed}", municipality=municipality)

    assert ("opens_again" in decision.prompt) is tells
    assert ("next_opening" in [reason.rule for reason in decision.reasons]) is tells


def test_a_number_that_never_opens_says_nothing_of_it() -> None:
    assert asked(calendar="aldrig").prompt == "closed"


def test_a_number_that_is_open_does_not_open_again() -> None:
    nobody = 'nobody_there = { announcement = "closed", next_opening = true }'

    gone = Presence(unregistered={"kc1", "kc2"})
    assert asked(nobody, calendar="alltid", presence=gone).prompt == "closed"
