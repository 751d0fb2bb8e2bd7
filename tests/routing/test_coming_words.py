from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from routing.coming import Changes, days_from
from routing.coming_words import MAX_TOLD, MAX_WORDS, HoursTold, told_hours
from routing.tables import CalendarTable
from tests.routing.hours_oracle import DAY_NAMES
from tests.routing.made_calendars import compiled
from tests.routing.test_coming import tables

NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)  # a Thursday, at five
OFFICE = {day: ["08:00-16:30"] for day in DAY_NAMES[:5]}
NEVER = compiled({"open": "never"})


def all_told(before: Mapping[str, CalendarTable], after: Mapping[str, CalendarTable]) -> list[HoursTold]:
    new, days = tables(**after), days_from(NOW)
    return told_hours(Changes(tables(**before), new, days), new.numbers)


def words(before: Mapping[str, Any] | CalendarTable, after: Mapping[str, Any]) -> list[str]:
    """What is told of one number, without the entries."""
    old = before if isinstance(before, CalendarTable) else compiled(before)
    (told,) = all_told({"n1": old}, {"n1": compiled(after)})
    assert told.more == 0
    return [words.partition(";")[0] for words in told.words]


def deviations(*days: date) -> list[dict[str, object]]:
    return [{"date": day, "note": "Stängt"} for day in days]


def test_a_lunch_closing_is_one_sentence_with_the_days_on_which_it_is_none() -> None:
    office = {"weekly": OFFICE, "holidays": "SE"}

    (told,) = all_told({"n1": compiled(office)}, {"n1": compiled({**office, "breaks": ["11:30-12:00"]})})

    assert told.who == "08-530 610 01 Bygglov"
    assert told.words == (
        "closes 11:30-12:00 every Monday to Friday from 2026-11-26 to 2027-12-30, 280 days, "
        "not on Fri 2026-12-25, Fri 2027-01-01, Wed 2027-01-06, Fri 2027-03-26, Mon 2027-03-29 and "
        "Thu 2027-05-06; was open 08:00-16:30 (calendars.x.weekly.thu[0]), "
        "will be closed 11:30-12:00 (calendars.x.breaks[0])",
    )


def test_single_days_are_named() -> None:
    office: dict[str, Any] = {"weekly": OFFICE}

    assert words(office, {**office, "deviations": deviations(date(2027, 5, 7))}) == [
        "closes 08:00-16:30 on Fri 2027-05-07"
    ]
    assert words(office, {**office, "deviations": deviations(date(2027, 5, 7), date(2027, 5, 10))}) == [
        "closes 08:00-16:30 on Fri 2027-05-07 and Mon 2027-05-10"
    ]
    many = [day for n in range(12) if (day := date(2027, 1, 4) + timedelta(days=15 * n)).weekday() < 5]
    (said,) = words(office, {**office, "deviations": deviations(*many[:9])})
    assert said.endswith(f"{many[7]} and 1 more day")


def test_days_that_recur_are_told_apart_from_those_that_do_not() -> None:
    assert words({"weekly": {"mon": ["08:00-12:00"], "sat": ["08:00-12:00"]}}, {"weekly": {"mon": []}}) == [
        "closes 08:00-12:00 every Monday and Saturday from 2026-11-28 to 2027-12-27, 114 days"
    ]
    assert words(NEVER, {"weekly": {day: ["08:00-12:00"] for day in DAY_NAMES}}) == [
        "opens 08:00-12:00 every day from 2026-11-26 to 2027-12-30, 400 days"
    ]
    week = {"weekly": {"mon": ["08:00-12:00"]}}
    friday = {"date": date(2027, 5, 7), "intervals": ["08:00-12:00"], "note": "Extra"}
    assert words(NEVER, {**week, "deviations": [friday]}) == [
        "opens 08:00-12:00 every Monday from 2026-11-30 to 2027-12-27, 57 days",
        "opens 08:00-12:00 on Fri 2027-05-07",
    ]


def test_what_comes_often_and_yet_not_weekly_is_told_by_its_days() -> None:
    days = [date(2027, 1, 4) + timedelta(weeks=9 * n) for n in range(4)]

    (said,) = words({"weekly": OFFICE}, {"weekly": OFFICE, "deviations": deviations(*days)})

    assert (
        said == "closes 08:00-16:30 on " + ", ".join(f"Mon {day}" for day in days[:3]) + f" and Mon {days[3]}"
    )


def test_over_midnight_and_over_days() -> None:
    assert words(NEVER, {"weekly": {"fri": ["22:00-06:00"]}}) == [
        "opens 22:00-06:00 of the next day every Friday from 2026-11-27 to 2027-12-24, 57 days"
    ]
    weekend = {"fri": ["16:00-24:00"], "sat": ["00:00-24:00"], "sun": ["00:00-10:00"]}
    assert words(NEVER, {"weekly": weekend}) == [
        "opens 16:00-10:00 2 days later every Friday from 2026-11-27 to 2027-12-24, 57 days"
    ]
    whole = {"sat": ["00:00-24:00"], "sun": ["00:00-24:00"]}
    assert words(NEVER, {"weekly": whole}) == [
        "opens for 2 days every Saturday from 2026-11-28 to 2027-12-25, 57 days"
    ]
    assert words(NEVER, {"weekly": {"sat": ["00:00-24:00"]}}) == [
        "opens all day every Saturday from 2026-11-28 to 2027-12-25, 57 days"
    ]


def test_what_goes_on_for_more_than_a_week_has_a_beginning_and_an_end() -> None:
    assert words({"open": "always"}, {"open": "never"}) == [
        "closes from Thu 2026-11-26 05:00 on, as far as is looked"
    ]
    july = deviations(*[date(2027, 7, 1) + timedelta(days=n) for n in range(31)])
    assert words({"open": "always"}, {"open": "always", "deviations": july}) == [
        "closes from Thu 2027-07-01 00:00 to Sun 2027-08-01 00:00"
    ]


def test_numbers_that_change_alike_are_told_together_and_entries_only_where_they_are_the_same() -> None:
    lunch = {"weekly": OFFICE, "breaks": ["12:00-13:00"]}
    own, base = {"based_on": "b"}, {"weekly": OFFICE}
    before = {f"n{n}": compiled({"weekly": OFFICE}) for n in range(1, 8)}
    after = {f"n{n}": compiled(lunch) for n in range(1, 8)}

    (told,) = all_told(before, after)

    assert told.numbers == tuple(f"+4685306100{n}" for n in range(1, 8))
    assert told.who.endswith("08-530 610 05 Bygglov and 2 more numbers")
    assert "will be closed 12:00-13:00 (calendars.x.breaks[0])" in told.words[0]
    (told,) = all_told(
        {"n1": compiled({"weekly": OFFICE}), "n2": compiled(own, b=base)},
        {"n1": compiled(lunch), "n2": compiled(own, b=lunch)},
    )
    assert told.words[0].endswith("; by each one's own calendar")


def test_what_is_told_is_bounded() -> None:
    hours = [f"{6 + n // 60:02}:{n % 60:02}-20:00" for n in range(MAX_TOLD + 3)]
    after = {f"n{n}": compiled({"weekly": {"mon": [text]}}) for n, text in enumerate(hours)}
    days = [date(2027, 1, 4) + timedelta(days=11 * n) for n in range(MAX_WORDS + 3)]
    odd = [{"date": day, "intervals": [hours[n]], "note": "n"} for n, day in enumerate(days)]

    assert len(all_told(dict.fromkeys(after, NEVER), after)) == MAX_TOLD
    (told,) = all_told({"n1": NEVER}, {"n1": compiled({"deviations": odd})})
    assert (len(told.words), told.more) == (MAX_WORDS, 3)


def test_names_of_numbers_are_those_of_the_later_plan() -> None:
    new = tables(n1=compiled({"weekly": OFFICE}))
    renamed = replace(new, numbers={key: replace(row, function="Bygg") for key, row in new.numbers.items()})
    days = days_from(NOW)

    (told,) = told_hours(Changes(tables(n1=NEVER), renamed, days), renamed.numbers)

    assert told.who == "08-530 610 01 Bygg"
