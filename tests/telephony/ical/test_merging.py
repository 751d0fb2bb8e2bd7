from datetime import date

import pytest

from routing.errors import PlanInvalid
from routing.load import load_plan
from routing.plan_calendar import Calendar, Deviation
from telephony.ical.errors import NotEditable
from telephony.ical.merging import merge, put_into, put_into_text
from tests.support.plans import CALENDARS, PlanText

FIRST, SECOND, THIRD = (date(2027, 3, day) for day in (1, 2, 3))
TABLES = """
[calendars.alltid]
open = "always"

# The municipality's
[calendars.kontorstid]
holidays = "SE"    # all 13

[[calendars.kontorstid.deviations]]
date = 2027-03-01    # decided in March
intervals = ["08:00-12:00"]
note = "Möte"

[[calendars.kontorstid.deviations]]
date = 2027-03-02
note = "Flytt"
announcement = "closed"

# What nobody calls
[calendars.aldrig]
open = "never"
"""


def deviation(day: date, *intervals: str, note: str = "Ny", announcement: str | None = None) -> Deviation:
    return Deviation.model_validate(
        {"date": day, "intervals": intervals, "note": note, "announcement": announcement}
    )


def edited(*wanted: Deviation, calendars: str = TABLES, name: str = "kontorstid") -> str:
    """The calendars' part of the plan's text."""
    text = str(PlanText(calendars=calendars))
    made = put_into_text(text, name, wanted)
    assert load_plan(made) == put_into(load_plan(text), name, wanted)
    start = text.index(calendars)
    return made[start : len(made) - len(text) + start + len(calendars)]


# ---- what becomes of a calendar


def test_wanted_days_are_added_or_take_the_place_of_others() -> None:
    calendar = Calendar(deviations=(deviation(FIRST), deviation(SECOND)))
    wanted = [deviation(THIRD), deviation(SECOND, "08:00-12:00")]

    found = merge(calendar, wanted, remove_others=False)

    assert found.deviations == (deviation(FIRST), wanted[1], wanted[0])
    assert (found.added, found.replaced, found.removed, found.same) == ((THIRD,), (SECOND,), (), ())


def test_others_are_removed_where_that_is_wanted_and_what_is_the_same_is_no_change() -> None:
    calendar = Calendar(deviations=(deviation(FIRST), deviation(SECOND)))

    found = merge(calendar, [deviation(SECOND)], remove_others=True)

    assert found.deviations == (deviation(SECOND),)
    assert (found.added, found.replaced, found.removed, found.same) == ((), (), (FIRST,), (SECOND,))


def test_of_two_of_one_day_the_first_counts() -> None:
    calendar = Calendar(deviations=(deviation(FIRST, note="A"), deviation(FIRST, note="B")))

    assert merge(calendar, [], remove_others=False).deviations == (deviation(FIRST, note="A"),)


# ---- what becomes of the text


def test_an_entry_is_changed_where_it_stands() -> None:
    text = edited(
        deviation(FIRST, "08:00-10:00", note="Möte"), deviation(SECOND, note="Flytt", announcement="closed")
    )

    assert text == TABLES.replace('["08:00-12:00"]', '["08:00-10:00"]')


def test_what_is_the_same_is_the_same_text() -> None:
    both = (
        deviation(FIRST, "08:00-12:00", note="Möte"),
        deviation(SECOND, note="Flytt", announcement="closed"),
    )

    assert edited(*both) == TABLES


def test_an_announcement_and_hours_that_go_are_no_more_there() -> None:
    text = edited(deviation(FIRST, note="Möte"), deviation(SECOND, note="Flytt"))

    assert "announcement" not in text
    assert "intervals = []" in text


def test_a_new_entry_comes_last_before_the_comment_of_what_follows() -> None:
    first = deviation(FIRST, "08:00-12:00", note="Möte")
    second = deviation(SECOND, note="Flytt", announcement="closed")

    text = edited(first, second, deviation(THIRD, "09:00-11:00", note='Med "citat"'))

    assert text == TABLES.replace(
        "# What nobody calls",
        "[[calendars.kontorstid.deviations]]\ndate = 2027-03-03\n"
        'intervals = ["09:00-11:00"]\nnote = "Med \\"citat\\""\n\n# What nobody calls',
    )


def test_the_first_entry_of_a_calendar_goes_to_its_end() -> None:
    text = edited(deviation(FIRST), deviation(SECOND), name="alltid")

    entries = "\n".join(
        f'[[calendars.alltid.deviations]]\ndate = {day}\nnote = "Ny"\n' for day in (FIRST, SECOND)
    )
    assert text == TABLES.replace('open = "always"\n', f'open = "always"\n\n{entries}')
    assert 'note = "Ny"\n' in edited(deviation(FIRST), name="aldrig")


def test_entries_are_removed() -> None:
    text = edited(deviation(SECOND, note="Flytt", announcement="closed"))

    assert "2027-03-01" not in text
    assert "# The municipality's" in text and "# What nobody calls" in text
    assert "deviations" not in edited()
    assert edited(name="alltid") == TABLES


@pytest.mark.parametrize(
    "calendars",
    [
        CALENDARS,
        CALENDARS.replace(
            'holidays = "SE"', 'holidays = "SE", deviations = [{ date = 2027-03-02, note = "B" }]'
        ),
        '[calendars.alltid]\nopen = "always"\n[calendars.kontorstid]\ndeviations = [\n'
        '  { date = 2027-03-01, note = "A" }, # x\n  { date = 2027-03-01, note = "C" },\n]\n',
        '[calendars]\nalltid.open = "always"\nkontorstid.holidays = "SE"\n',
        '[calendars."kontorstid"]\nholidays = "SE"\n[calendars.alltid]\nopen = "always"\n',
    ],
)
def test_other_ways_to_write_a_calendar_are_edited_or_refused(calendars: str) -> None:
    """Whatever is written, it is then as it should be, or nothing is changed (`edited` looks)."""
    try:
        wanted = [deviation(FIRST), deviation(SECOND, "08:00-10:00")]
        calendar = load_plan(str(PlanText(calendars=calendars))).calendars["kontorstid"]
        edited(*merge(calendar, wanted, remove_others=False).deviations, calendars=calendars)
    except NotEditable as error:
        assert "by hand" in str(error)
        assert "kontorstid." in calendars  # of these only dotted keys


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(PlanInvalid):
        put_into_text("[municipality]\n", "x", [])
    with pytest.raises(KeyError):
        put_into_text(str(PlanText()), "nix", [])
