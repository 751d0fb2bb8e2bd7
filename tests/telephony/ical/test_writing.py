from datetime import UTC, date, datetime

from routing.plan_calendar import Deviation
from telephony.ical.writing import write

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def lines(**says: object) -> list[str]:
    deviation = Deviation.model_validate({"date": date(2027, 3, 25), "note": "Skärtorsdag", **says})
    text = write("telefontider", [deviation], NOW)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:") and text.endswith("END:VCALENDAR\r\n")
    return [
        line
        for line in text.split("END:VTIMEZONE\r\n")[1].splitlines()
        if not line.startswith(("BEGIN", "END"))
    ]


def test_a_day_that_is_closed_is_an_event_of_the_whole_day() -> None:
    assert lines() == [
        "SUMMARY:Stängt: Skärtorsdag",
        "DTSTART;VALUE=DATE:20270325",
        "DTEND;VALUE=DATE:20270326",
        "DTSTAMP:20261126T090000Z",
        "UID:telefontider.2027-03-25.0@vaxeln",
        "TRANSP:TRANSPARENT",
    ]


def test_each_interval_is_an_event_by_the_clock_in_stockholm() -> None:
    found = lines(intervals=["08:00-12:00", "22:00-06:00"], announcement="closed")

    assert [line for line in found if line.startswith(("DTST", "UID", "X-"))] == [
        "DTSTART;TZID=Europe/Stockholm:20270325T080000",
        "DTSTAMP:20261126T090000Z",
        "UID:telefontider.2027-03-25.0@vaxeln",
        "X-VAXELN-ANNOUNCEMENT:closed",
        "DTSTART;TZID=Europe/Stockholm:20270325T220000",
        "DTSTAMP:20261126T090000Z",
        "UID:telefontider.2027-03-25.1@vaxeln",
        "X-VAXELN-ANNOUNCEMENT:closed",
    ]
    whole = write(
        "x",
        [Deviation.model_validate({"date": date(2027, 3, 25), "intervals": ["22:00-06:00"], "note": "n"})],
        NOW,
    )
    assert "DTEND;TZID=Europe/Stockholm:20270326T060000\r\n" in whole
    assert whole.count("BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n") == 1
