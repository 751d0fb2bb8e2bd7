"""An override beats the calendar, the number's own beats the one for all, and each ends by itself."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from routing.decide import decide
from routing.decision import Kind, Origin, Question
from routing.hours import STOCKHOLM, effective_hours, is_open, next_change
from routing.opening import (
    ALL_NUMBERS,
    closes_next,
    effective_opening,
    in_force,
    next_opening_change,
    opening,
    opens_next,
)
from routing.override import Override
from tests.support.plans import BYGGLOV, MAIN, PEOPLE, Presence, tables_of

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
OWN_NUMBER = "+46701740605"
NIGHT = "+46853061400"
TABLES = tables_of(
    people=PEOPLE.replace('"Amina Berg"', f'"Amina Berg", number = "{OWN_NUMBER}", number_public = true'),
    more=f"""
[numbers."{NIGHT}"]
function = "Jour"
calendar = "aldrig"
destination = {{ group = "kc" }}
""",
)
SECOND = timedelta(seconds=1)


def override(*, open: bool, minutes: int = 60, reason: str = "Brandövning") -> Override:
    return Override(open, NOON + timedelta(minutes=minutes), reason, "Anna")


CLOSED, OPENED = override(open=False), override(open=True)


def test_without_one_the_calendar_decides() -> None:
    row = TABLES.numbers[BYGGLOV]

    assert opening({}, row, NOON) == is_open(row.calendar, NOON)
    assert opening({MAIN: CLOSED}, row, NOON) == is_open(row.calendar, NOON)


@pytest.mark.parametrize(("number", "given"), [(BYGGLOV, CLOSED), (NIGHT, OPENED)])
def test_it_beats_the_calendar(number: str, given: Override) -> None:
    row = TABLES.numbers[number]
    assert is_open(row.calendar, NOON).open is not given.open

    found = opening({number: given}, row, NOON)

    assert found.open is given.open
    assert (found.entry.rule, found.entry.where) == ("override", f"overrides.{number}")
    state = "open" if given.open else "closed"
    assert found.entry.text == f"{state} by override until 2027-03-01 13:00: Brandövning (Anna)"


def test_it_ends_by_itself_on_the_second() -> None:
    row = TABLES.numbers[BYGGLOV]

    assert not opening({BYGGLOV: CLOSED}, row, CLOSED.until - SECOND).open
    assert opening({BYGGLOV: CLOSED}, row, CLOSED.until).open


def test_a_numbers_own_beats_the_one_for_all_while_it_lasts() -> None:
    row = TABLES.numbers[BYGGLOV]
    both = {ALL_NUMBERS: CLOSED, BYGGLOV: override(open=True, minutes=30)}

    assert opening(both, row, NOON).open
    assert in_force(both, row, NOON + timedelta(minutes=30)) == (ALL_NUMBERS, CLOSED)
    assert opening(both, row, NOON + timedelta(minutes=30)).entry.where == "overrides.all"


def test_peoples_own_numbers_have_no_hours_that_one_for_all_could_change() -> None:
    row = TABLES.numbers[OWN_NUMBER]

    assert opening({ALL_NUMBERS: CLOSED, OWN_NUMBER: CLOSED}, row, NOON).open


def test_a_call_is_turned_away_and_told_why() -> None:
    question = Question(BYGGLOV, Origin.TRUNK, "operator", None)

    decision = decide(TABLES, question, Presence(by_hand={ALL_NUMBERS: CLOSED}), NOON)

    assert (decision.kind, decision.outcome) == (Kind.ANNOUNCE, "closed")
    texts = [reason.text for reason in decision.reasons]
    assert "closed by override until 2027-03-01 13:00: Brandövning (Anna)" in texts


def test_112_knows_no_override() -> None:
    question = Question("112", Origin.PHONE, "kc1", None)

    decision = decide(TABLES, question, Presence(by_hand={ALL_NUMBERS: CLOSED}), NOON)

    assert decision.kind is Kind.RING


# ---- hours with overrides


OFFICE = "+46853061500"
OFFICE_TABLES = tables_of(
    more=f"""
[numbers."{OFFICE}"]
function = "Växel"
calendar = "kontorstid"
destination = {{ group = "kc" }}
"""
)
MONDAY = datetime.combine(NOON.astimezone(STOCKHOLM).date(), time(), STOCKHOLM)
DAY = (MONDAY, MONDAY + timedelta(days=1))


def shown(overrides: dict[str, Override], now: datetime = NOON) -> list[tuple[str, bool, str]]:
    spans = effective_opening(overrides, OFFICE_TABLES.numbers[OFFICE], *DAY, now)
    assert spans[0].start == MONDAY and spans[-1].end == DAY[1]
    for before, after in pairwise(spans):
        assert before.end == after.start and (before.open, before.entry) != (after.open, after.entry)
    return [(f"{span.start.astimezone(STOCKHOLM):%H:%M}", span.open, span.entry.rule) for span in spans]


def test_without_overrides_the_hours_are_the_calendars() -> None:
    row = OFFICE_TABLES.numbers[OFFICE]

    assert effective_opening({}, row, *DAY, NOON) == effective_hours(row.calendar, *DAY)


def test_an_override_holds_from_now_to_its_end() -> None:
    assert shown({OFFICE: CLOSED}) == [
        ("00:00", False, "calendar"),
        ("08:00", True, "calendar"),
        ("12:00", False, "override"),
        ("13:00", True, "calendar"),
        ("16:30", False, "calendar"),
    ]


def test_an_override_goes_on_over_the_calendars_own_edges() -> None:
    assert shown({ALL_NUMBERS: override(open=True, minutes=360), OFFICE: CLOSED}) == [
        ("00:00", False, "calendar"),
        ("08:00", True, "calendar"),
        ("12:00", False, "override"),
        ("13:00", True, "override"),
        ("18:00", False, "calendar"),
    ]


def test_one_that_has_ended_changes_nothing() -> None:
    late = NOON + timedelta(hours=2)

    assert shown({OFFICE: CLOSED}, late) == shown({}, late)


def test_the_next_change_is_the_calendars_or_the_end_of_the_override() -> None:
    row = OFFICE_TABLES.numbers[OFFICE]
    closing = MONDAY.replace(hour=16, minute=30)

    assert next_opening_change({}, row, NOON) == next_change(row.calendar, NOON) == closing
    assert next_change(row.calendar, closing) == MONDAY.replace(hour=8) + timedelta(days=1)
    assert next_opening_change({OFFICE: CLOSED}, row, NOON) == CLOSED.until
    assert next_opening_change({}, TABLES.numbers[BYGGLOV], NOON) is None


# ---- when it is open next


def test_what_is_open_is_open_next_at_once_and_what_is_never_open_not_at_all() -> None:
    assert opens_next({}, TABLES.numbers[BYGGLOV], NOON) == NOON
    assert opens_next({}, TABLES.numbers[NIGHT], NOON) is None
    assert opens_next({NIGHT: OPENED}, TABLES.numbers[NIGHT], NOON) == NOON


def test_a_number_that_is_held_closed_opens_when_the_last_override_ends() -> None:
    held = {BYGGLOV: override(open=False, minutes=30), ALL_NUMBERS: override(open=False, minutes=60)}

    assert opens_next(held, TABLES.numbers[BYGGLOV], NOON) == NOON + timedelta(minutes=60)
    then_open = {BYGGLOV: override(open=False, minutes=30), ALL_NUMBERS: override(open=True, minutes=60)}
    assert opens_next(then_open, TABLES.numbers[NIGHT], NOON) == NOON
    assert opens_next(then_open, TABLES.numbers[BYGGLOV], NOON) == NOON + timedelta(minutes=30)


CLOSES = datetime(2027, 3, 1, 15, 30, tzinfo=UTC)


def test_it_closes_at_the_end_of_its_hours() -> None:
    assert closes_next({}, OFFICE_TABLES.numbers[OFFICE], NOON) == CLOSES
    assert closes_next({}, OFFICE_TABLES.numbers[OFFICE], CLOSES - SECOND) == CLOSES


def test_what_is_closed_or_always_open_does_not_close() -> None:
    assert closes_next({}, OFFICE_TABLES.numbers[OFFICE], CLOSES) is None
    assert closes_next({OFFICE: CLOSED}, OFFICE_TABLES.numbers[OFFICE], NOON) is None
    assert closes_next({}, TABLES.numbers[BYGGLOV], NOON) is None


def test_an_override_that_holds_it_open_is_waited_out() -> None:
    evening = Override(True, CLOSES + timedelta(hours=2), "Kväll", "Anna")
    assert closes_next({OFFICE: evening}, OFFICE_TABLES.numbers[OFFICE], NOON) == evening.until
    assert closes_next({OFFICE: OPENED}, OFFICE_TABLES.numbers[OFFICE], NOON) == CLOSES
