from datetime import date

from routing.compile_calendar import always_open, compile_calendar
from routing.decision import Reason
from routing.holiday_table import HOLIDAY_YEARS
from routing.interval import DAY
from routing.plan_calendar import Calendar
from routing.tables import CalendarTable


def compiled(**parts: object) -> CalendarTable:
    return compile_calendar("x", {"x": Calendar.model_validate(parts)})


def test_the_week_with_the_place_and_words_of_every_entry() -> None:
    monday = compiled(weekly={"mon": ["08:00-12:00", "13:00-16:30"]}).weekly[0]

    assert [interval.reason for interval in monday.intervals] == [
        Reason("calendar", "calendars.x.weekly.mon[0]", "open 08:00-12:00"),
        Reason("calendar", "calendars.x.weekly.mon[1]", "open 13:00-16:30"),
    ]
    assert monday.closed == Reason(
        "calendar", "calendars.x.weekly.mon", "closed outside 08:00-12:00, 13:00-16:30"
    )


def test_a_day_left_out_is_closed_all_day() -> None:
    sunday = compiled(weekly={"mon": ["08:00-12:00"]}).weekly[6]

    assert sunday.intervals == ()
    assert sunday.closed.text == "closed all day"


def test_always_and_never() -> None:
    always, never = compiled(open="always").weekly[3], compiled(open="never").weekly[3]

    assert [(interval.start, interval.end) for interval in always.intervals] == [(0, DAY)]
    assert always.intervals[0].reason == Reason("calendar", "calendars.x.open", "always open")
    assert never.intervals == ()
    assert never.closed == Reason("calendar", "calendars.x.open", "never open")


def test_a_deviation_with_its_note() -> None:
    deviation = {"date": date(2027, 4, 30), "intervals": ["08:00-12:00"], "note": "Valborgsmässoafton"}
    hours = compiled(deviations=[deviation]).deviations[date(2027, 4, 30)]

    assert hours.intervals[0].reason == Reason(
        "deviation", "calendars.x.deviations[0].intervals[0]", "open 08:00-12:00: Valborgsmässoafton"
    )
    assert hours.closed == Reason(
        "deviation", "calendars.x.deviations[0]", "closed outside 08:00-12:00: Valborgsmässoafton"
    )


def test_holidays_only_when_the_calendar_keeps_them() -> None:
    without, with_holidays = compiled(open="always"), compiled(open="always", holidays="SE")

    assert not without.holidays and without.holiday_years is None
    assert with_holidays.holiday_years == HOLIDAY_YEARS
    assert with_holidays.holiday_hours["Nyårsdagen"].closed == Reason(
        "holiday", "calendars.x.holidays", "closed: Nyårsdagen"
    )


def test_the_calendar_of_what_has_none() -> None:
    calendar = always_open("people.anna.number", "no hours")

    assert {day.intervals[0].reason for day in calendar.weekly} == {
        Reason("calendar", "people.anna.number", "no hours")
    }
