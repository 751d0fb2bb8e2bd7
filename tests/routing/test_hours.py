from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.compile_calendar import compile_calendar
from routing.errors import NaiveTime, PeriodTooLong
from routing.hours import (
    MAX_PERIOD,
    STOCKHOLM,
    effective_hours,
    holidays_known_days,
    hours_json,
    hours_lines,
    is_open,
    next_opening,
)
from routing.plan_calendar import Calendar
from routing.tables import CalendarTable
from tests.routing.hours_oracle import DAY_NAMES, MINUTE, open_minutes, stockholm

OFFICE = {day: ["08:00-16:30"] for day in DAY_NAMES[:5]}
KLAMDAG = {"date": date(2027, 5, 7), "intervals": [], "note": "Klämdag"}


def calendar(**parts: object) -> CalendarTable:
    return compile_calendar("x", {"x": Calendar.model_validate(parts)})


def local(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=STOCKHOLM)


# ---- the faults of other systems (domain.md), each a test


def test_16_30_is_closed_at_16_30_00_and_not_a_minute_later() -> None:
    office = calendar(weekly=OFFICE)

    assert is_open(office, local(2027, 3, 1, 16, 29, 59, 999_999)).open
    assert not is_open(office, local(2027, 3, 1, 16, 30)).open
    assert not is_open(office, local(2027, 3, 1, 16, 30, 59)).open


def test_it_opens_at_the_first_moment() -> None:
    office = calendar(weekly=OFFICE)

    assert not is_open(office, local(2027, 3, 1, 7, 59, 59, 999_999)).open
    assert is_open(office, local(2027, 3, 1, 8)).open


def test_a_dated_deviation_does_not_return_next_year() -> None:
    office = calendar(weekly=OFFICE, deviations=[KLAMDAG])

    assert not is_open(office, local(2027, 5, 7, 10)).open
    assert is_open(office, local(2029, 5, 7, 10)).open


def test_a_period_over_midnight() -> None:
    night = calendar(weekly={"mon": ["22:00-06:00"]})

    assert not is_open(night, local(2027, 3, 1, 5)).open
    assert is_open(night, local(2027, 3, 1, 23)).open
    assert is_open(night, local(2027, 3, 2, 5, 59, 59)).open
    assert not is_open(night, local(2027, 3, 2, 6)).open


def test_hours_are_judged_in_stockholm_whatever_zone_the_time_is_given_in() -> None:
    office = calendar(weekly=OFFICE)

    assert is_open(office, datetime(2027, 7, 5, 6, 0, tzinfo=UTC)).open
    assert not is_open(office, datetime(2027, 1, 4, 6, 59, tzinfo=UTC)).open
    assert is_open(office, datetime(2027, 1, 4, 7, 0, tzinfo=UTC)).open


def test_a_calendar_whose_holidays_are_unknown_is_not_closed_and_says_so() -> None:
    office = calendar(weekly=OFFICE, holidays="SE")

    opening, entry, _ = is_open(office, local(2101, 1, 3, 10))

    assert opening
    assert (
        entry.text
        == "open 08:00-16:30; the holidays of 2101 are not known, and what is not known never closes"
    )
    assert not is_open(office, local(2101, 1, 3, 20)).open


def test_how_long_holidays_are_known_is_told_so_that_it_can_alarm() -> None:
    office, always = calendar(weekly=OFFICE, holidays="SE"), calendar(open="always")

    assert holidays_known_days(office, date(2026, 11, 26)) == 400
    assert holidays_known_days(office, date(2100, 12, 31)) == 1
    assert holidays_known_days(office, date(2101, 1, 1)) == 0
    assert holidays_known_days(office, date(1999, 12, 31)) == 0
    assert holidays_known_days(always, date(2101, 1, 1)) == 400


# ---- precedence


def test_a_deviation_goes_before_a_holiday_and_a_holiday_before_the_week() -> None:
    staffed = {"date": date(2027, 5, 6), "intervals": ["10:00-12:00"], "note": "Bemannat"}
    plain = calendar(weekly=OFFICE, holidays="SE")
    deviating = calendar(weekly=OFFICE, holidays="SE", deviations=[staffed])

    assert is_open(plain, local(2027, 5, 5, 11)).entry.rule == "calendar"
    assert is_open(plain, local(2027, 5, 6, 11))[:2] == (
        False,
        plain.holiday_hours["Kristi himmelsfärdsdag"].closed,
    )
    assert is_open(deviating, local(2027, 5, 6, 11)).open
    assert is_open(deviating, local(2027, 5, 6, 13)).entry.where == "calendars.x.deviations[0]"


def test_a_night_that_began_before_a_closed_day_runs_to_its_end() -> None:
    night = calendar(weekly={"thu": ["22:00-06:00"], "fri": ["22:00-06:00"]}, deviations=[KLAMDAG])

    assert is_open(night, local(2027, 5, 7, 5)).open
    assert not is_open(night, local(2027, 5, 7, 23)).open


# ---- DST


def test_in_march_the_interval_keeps_its_ends_on_the_clock() -> None:
    night = calendar(weekly={"sun": ["01:00-04:00"]})

    (opened,) = [span for span in effective_hours(night, local(2027, 3, 28), local(2027, 3, 29)) if span.open]

    assert (opened.start, opened.end) == (local(2027, 3, 28, 1), local(2027, 3, 28, 4))
    assert opened.end - opened.start == timedelta(hours=2)


def test_in_march_what_the_clock_skips_is_never_open() -> None:
    skipped = calendar(weekly={"sun": ["02:15-02:45"]})

    assert not any(span.open for span in effective_hours(skipped, local(2027, 3, 28), local(2027, 3, 29)))


def test_in_march_what_begins_in_the_skipped_hour_begins_when_the_clock_jumps() -> None:
    early = calendar(weekly={"sun": ["02:30-04:00"]})

    assert next_opening(early, local(2027, 3, 28, 0)) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_in_october_the_interval_lasts_an_hour_more() -> None:
    night = calendar(weekly={"sun": ["01:00-04:00"]})

    (opened,) = [
        span for span in effective_hours(night, local(2027, 10, 31), local(2027, 11, 1)) if span.open
    ]

    assert opened.end - opened.start == timedelta(hours=4)


def test_in_october_what_the_clock_shows_twice_is_open_twice() -> None:
    short = calendar(weekly={"sun": ["02:15-02:45"]})

    spans = [span for span in effective_hours(short, local(2027, 10, 31), local(2027, 11, 1)) if span.open]

    assert [span.start for span in spans] == [
        datetime(2027, 10, 31, 0, 15, tzinfo=UTC),
        datetime(2027, 10, 31, 1, 15, tzinfo=UTC),
    ]


# ---- against an oracle

CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
INTERVAL = st.builds("{}-{}".format, CLOCK, CLOCK)
INTERVALS = st.lists(INTERVAL, max_size=3)
DST_DAYS = [
    date(year, month, day)
    for year, month, day in ((2024, 3, 31), (2024, 10, 27), (2027, 3, 28), (2027, 10, 31))
]
DAYS = st.sampled_from(DST_DAYS) | st.dates(date(2024, 1, 2), date(2032, 12, 29))
WEEKS = st.dictionaries(st.sampled_from(DAY_NAMES), INTERVALS)
HOLIDAYS_OF_TEST = [date(2027, 3, 28), date(2027, 3, 29)]  # påskdagen is the day of the DST change


@settings(deadline=None, max_examples=60)
@given(day=DAYS, weekly=WEEKS, deviating=st.dictionaries(st.integers(-1, 2), INTERVALS, max_size=2))
@example(day=date(2027, 3, 27), weekly={"sun": ["01:30-02:30"], "sat": ["22:00-02:30"]}, deviating={})
@example(
    day=date(2024, 10, 26), weekly={"sun": ["02:00-02:30", "02:45-03:00"]}, deviating={0: ["23:00-02:10"]}
)
def test_hours_agree_with_an_oracle_minute_by_minute(
    day: date, weekly: dict[str, list[str]], deviating: dict[int, list[str]]
) -> None:
    deviations = {day + timedelta(days=offset): intervals for offset, intervals in deviating.items()}
    rows = [{"date": on, "intervals": intervals, "note": "n"} for on, intervals in deviations.items()]
    judged = calendar(weekly=weekly, deviations=rows)
    painted = open_minutes(weekly, deviations, [], day - timedelta(days=2), day + timedelta(days=3))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = [begin + n * MINUTE for n in range(2 * 24 * 60)]

    spans = effective_hours(judged, begin, minutes[-1] + MINUTE)

    expected = [stockholm(minute) in painted for minute in minutes]
    assert [is_open(judged, minute).open for minute in minutes] == expected
    in_spans = [span.open for span in spans for _ in range(round((span.end - span.start) / MINUTE))]
    assert in_spans == expected
    assert [span.end for span in spans[:-1]] == [span.start for span in spans[1:]]


def test_holidays_agree_with_the_oracle_over_easter_and_the_dst_change() -> None:
    weekly = {day: ["07:00-17:00", "22:00-02:30"] for day in DAY_NAMES}
    judged = calendar(weekly=weekly, holidays="SE")
    painted = open_minutes(weekly, {}, HOLIDAYS_OF_TEST, date(2027, 3, 27), date(2027, 3, 31))
    minutes = [datetime(2027, 3, 28, tzinfo=UTC) + n * MINUTE for n in range(3 * 24 * 60)]

    found = [is_open(judged, minute).open for minute in minutes]

    assert found == [stockholm(minute) in painted for minute in minutes]


# ---- spans, next opening, rendering


def test_spans_name_the_entry_that_decided() -> None:
    office = calendar(weekly=OFFICE, holidays="SE", deviations=[KLAMDAG])

    spans = effective_hours(office, local(2027, 5, 5, 16), local(2027, 5, 8))

    assert [line.split("  ", 1) for line in hours_lines(spans)] == [
        [
            "Wed 2027-05-05 16:00 - Wed 2027-05-05 16:30",
            "open    open 08:00-16:30  (calendars.x.weekly.wed[0])",
        ],
        [
            "Wed 2027-05-05 16:30 - Thu 2027-05-06 00:00",
            "closed  closed outside 08:00-16:30  (calendars.x.weekly.wed)",
        ],
        [
            "Thu 2027-05-06 00:00 - Fri 2027-05-07 00:00",
            "closed  closed: Kristi himmelsfärdsdag  (calendars.x.holidays)",
        ],
        [
            "Fri 2027-05-07 00:00 - Sat 2027-05-08 00:00",
            "closed  closed all day: Klämdag  (calendars.x.deviations[0])",
        ],
    ]


def test_spans_as_data() -> None:
    office = calendar(weekly=OFFICE)

    assert hours_json(effective_hours(office, local(2027, 3, 1, 9), local(2027, 3, 1, 10))) == [
        {
            "from": "2027-03-01T09:00:00+01:00",
            "to": "2027-03-01T10:00:00+01:00",
            "open": True,
            "rule": "calendar",
            "where": "calendars.x.weekly.mon[0]",
            "text": "open 08:00-16:30",
        }
    ]


def test_a_time_with_seconds_is_shown_with_them() -> None:
    (line,) = hours_lines(
        effective_hours(calendar(open="always"), local(2027, 3, 1, 9, 0, 30), local(2027, 3, 2))
    )

    assert line.startswith("Mon 2027-03-01 09:00:30 - Tue 2027-03-02 00:00  open")


def test_always_is_one_span_over_all_days_and_both_dst_changes() -> None:
    (span,) = effective_hours(calendar(open="always"), local(2027, 1, 1), local(2028, 1, 1))

    assert span.open
    assert span.end - span.start == timedelta(days=365)


def test_no_time_gives_no_spans() -> None:
    assert effective_hours(calendar(open="always"), local(2027, 1, 2), local(2027, 1, 2)) == ()
    assert effective_hours(calendar(open="always"), local(2027, 1, 2), local(2027, 1, 1)) == ()


def test_more_than_ten_years_is_refused() -> None:
    begin = local(2027, 1, 1)

    with pytest.raises(PeriodTooLong, match="3660 days"):
        effective_hours(calendar(open="always"), begin, begin + MAX_PERIOD + timedelta(days=1))


def test_the_next_opening() -> None:
    office = calendar(weekly=OFFICE, holidays="SE", deviations=[KLAMDAG])

    assert next_opening(office, local(2027, 5, 5, 12)) == local(2027, 5, 5, 12)
    assert next_opening(office, local(2027, 5, 5, 7)) == local(2027, 5, 5, 8)
    assert next_opening(office, local(2027, 5, 5, 16, 30)) == local(2027, 5, 10, 8)
    assert next_opening(calendar(open="never"), local(2027, 5, 5)) is None
    gone = {"date": date(2027, 5, 4), "intervals": ["08:00-12:00"], "note": "Den enda dagen"}
    assert next_opening(calendar(open="never", deviations=[gone]), local(2027, 5, 5)) is None
    assert next_opening(calendar(open="never", deviations=[gone]), local(2027, 5, 3)) == local(2027, 5, 4, 8)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTime):
        is_open(calendar(open="always"), local(2027, 3, 1).replace(tzinfo=None))
