from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.plan_calendar import Deviation
from telephony.ical import reading
from telephony.ical.errors import IcalRefused
from telephony.ical.reading import MAX_DAYS, MAX_EVENT_DAYS, MAX_OCTETS, read
from telephony.ical.writing import write

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = "20270301"


def ics(*events: str, head: str = "") -> bytes:
    """A calendar of events, each given by its lines but for begin and end."""
    parts = [f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events]
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(parts)}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def told(*events: str, head: str = "") -> list[str]:
    """Each deviation as `day hours note`."""
    return [
        f"{found.date} {', '.join(map(str, found.intervals)) or 'closed'} {found.note}"
        for found in read(ics(*events, head=head)).deviations
    ]


def refused(octets: bytes) -> tuple[str, ...]:
    with pytest.raises(IcalRefused) as refusal:
        read(octets)
    return refusal.value.faults


# ---- what other programs write


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (f"SUMMARY:Stängt\nDTSTART;VALUE=DATE:{DAY}", ["2027-03-01 closed Stängt"]),
        (f"SUMMARY:Stängt: Möte\nDTSTART;VALUE=DATE:{DAY}", ["2027-03-01 closed Möte"]),
        (f"DTSTART;VALUE=DATE:{DAY}\nDTEND;VALUE=DATE:{DAY}", ["2027-03-01 closed Importerad"]),
        (
            f"SUMMARY:Sportlov\nDTSTART;VALUE=DATE:{DAY}\nDTEND;VALUE=DATE:20270303",
            ["2027-03-01 closed Sportlov", "2027-03-02 closed Sportlov"],
        ),
        (f"SUMMARY:M\nDTSTART;VALUE=DATE:{DAY}\nDURATION:P1D", ["2027-03-01 closed M"]),
        (f"SUMMARY:M\nDTSTART:{DAY}T080000\nDTEND:{DAY}T120000", ["2027-03-01 08:00-12:00 M"]),
        (f"SUMMARY:M\nDTSTART:{DAY}T070000Z\nDTEND:{DAY}T110000Z", ["2027-03-01 08:00-12:00 M"]),
        (f"SUMMARY:M\nDTSTART:{DAY}T080000\nDURATION:PT4H30M", ["2027-03-01 08:00-12:30 M"]),
        (
            f"SUMMARY:M\nDTSTART;TZID=W. Europe Standard Time:{DAY}T080000\n"
            f"DTEND;TZID=W. Europe Standard Time:{DAY}T120000",
            ["2027-03-01 08:00-12:00 M"],
        ),
        (
            f"SUMMARY:M\nDTSTART;TZID=Europe/London:{DAY}T080000\nDTEND;TZID=Europe/London:{DAY}T120000",
            ["2027-03-01 09:00-13:00 M"],
        ),
        ("SUMMARY:Natt\nDTSTART:20270301T220000\nDTEND:20270302T060000", ["2027-03-01 22:00-06:00 Natt"]),
        ("SUMMARY:Dag\nDTSTART:20270301T000000\nDTEND:20270302T000000", ["2027-03-01 00:00-24:00 Dag"]),
        (
            "SUMMARY:Lång rad som är\n  vikt\nDTSTART;VALUE=DATE:20270301",
            ["2027-03-01 closed Lång rad som är vikt"],
        ),
        ("SUMMARY:M\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20270301", []),
    ],
)
def test_what_other_programs_write_is_understood(event: str, expected: list[str]) -> None:
    assert told(event) == expected


def test_a_time_zone_of_the_file_is_understood() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Kommunen\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n"
        "DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    )
    event = "SUMMARY:M\nDTSTART;TZID=Kommunen:20270701T080000\nDTEND;TZID=Kommunen:20270701T100000"

    assert told(event, head=zone) == ["2027-07-01 08:00-10:00 M"]


def test_two_events_of_one_day_are_its_intervals() -> None:
    events = [
        "SUMMARY:Öppet: Eftermiddag\nDTSTART:20270301T130000\nDTEND:20270301T150000",
        "SUMMARY:Öppet: Förmiddag\nDTSTART:20270301T080000\nDTEND:20270301T110000",
    ]

    assert told(*events) == ["2027-03-01 08:00-11:00, 13:00-15:00 Förmiddag / Eftermiddag"]


def test_what_is_not_kept_is_told() -> None:
    todo = "BEGIN:VTODO\nUID:1\nEND:VTODO\n"
    event = "SUMMARY:M\nDESCRIPTION:Se pärmen\nDTSTART;VALUE=DATE:20270301"
    cancelled = "SUMMARY:N\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20270302"

    assert read(ics(event, cancelled, head=todo)).left_out == (
        "all VTODO: only events are deviations",
        'DESCRIPTION of line 6, "M"',
        'line 11, "N" is cancelled',
    )


# ---- what is refused


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (
            f"DTSTART;VALUE=DATE:{DAY}\nRRULE:FREQ=YEARLY",
            "recurs (RRULE), and a deviation is a day of one year",
        ),
        (f"DTSTART;VALUE=DATE:{DAY}\nRDATE;VALUE=DATE:20280301", "recurs (RDATE)"),
        (f"DTSTART;VALUE=DATE:{DAY}\nRECURRENCE-ID;VALUE=DATE:{DAY}", "recurs (RECURRENCE-ID)"),
        ("SUMMARY:M", "has no DTSTART"),
        ("DTSTART:now", "has a DTSTART that cannot be read: "),
        ("DTSTART;VALUE=DATE:20270230", "has a DTSTART that cannot be read: "),
        (f"DTSTART;VALUE=DATE:{DAY}\nDTSTART;VALUE=DATE:{DAY}", "has a DTSTART that is no day and no time"),
        (f"DTSTART:{DAY}T080000", "has a time and no end"),
        (f"DTSTART:{DAY}T080000\nDTEND:{DAY}T080000", "ends when it begins, or before"),
        ("DTSTART:20271031T003000Z\nDTEND:20271031T013000Z", "ends when it begins, or before"),
        (f"DTSTART:{DAY}T080000\nDTEND:{DAY}T080030", "the plan knows whole minutes"),
        (f"DTSTART:{DAY}T080000\nDTEND:20270302T080000", "is open for a day or longer"),
        (f"DTSTART;VALUE=DATE:{DAY}\nDTEND:20270302T080000", "begins with a day and ends at a time"),
        (f"DTSTART:{DAY}T080000\nDTEND;VALUE=DATE:20270302", "has a time and no end"),
        (f"DTSTART;VALUE=DATE:{DAY}\nDTEND;VALUE=DATE:20270228", "ends before it begins"),
        (f"DTSTART;VALUE=DATE:{DAY}\nDTEND;VALUE=DATE:20290228", "is 730 days long; allowed are 400"),
        (f"DTSTART;TZID=Mars/Phobos:{DAY}T080000\nDTEND:{DAY}T090000", "time zone Mars/Phobos, which is not"),
        (f"DTSTART:{DAY}T080000\nDURATION:long", "has a DURATION that cannot be read"),
        ("DURATION:P1D", "has a DURATION that is none, or no DTSTART"),
        (f"SUMMARY:A\nSUMMARY:B\nDTSTART;VALUE=DATE:{DAY}", "has more than one SUMMARY"),
        (f"SUMMARY:{'x' * 121}\nDTSTART;VALUE=DATE:{DAY}", "its note: String should have at most 120"),
        (f"SUMMARY:a\\nb\nDTSTART;VALUE=DATE:{DAY}", "its note: String should match"),
        (f"X-VAXELN-ANNOUNCEMENT:Å\nDTSTART;VALUE=DATE:{DAY}", "its announcement: "),
    ],
)
def test_what_a_deviation_cannot_say_is_refused_by_line(event: str, fault: str) -> None:
    (said,) = refused(ics(f"DTSTART;VALUE=DATE:{DAY}".replace("0301", "0401"), event))

    assert said.startswith('line 6, "')
    assert fault in said


@pytest.mark.parametrize(
    ("hours", "fault"),
    [
        (("080000", "120000", "100000", "130000"), "from 08:00-12:00 and 10:00-13:00: make one of them"),
        (("080000", "120000", "120000", "130000"), "from 08:00-12:00 and 12:00-13:00: make one of them"),
    ],
)
def test_two_events_that_overlap_or_touch_are_refused_with_both_named(
    hours: tuple[str, ...], fault: str
) -> None:
    first, second = (
        f"SUMMARY:{name}\nDTSTART:{DAY}T{start}\nDTEND:{DAY}T{end}"
        for name, start, end in (("A", *hours[:2]), ("B", *hours[2:]))
    )

    assert refused(ics(first, second)) == (f'line 3, "A" and line 8, "B" are both on 2027-03-01, {fault}',)


def test_a_day_that_is_closed_and_open_is_refused() -> None:
    closed, opened = f"SUMMARY:A\nDTSTART;VALUE=DATE:{DAY}", f"SUMMARY:B\nDTSTART:{DAY}T080000\nDURATION:PT1H"

    assert "and one closes the whole day: leave one out" in refused(ics(closed, opened))[0]
    assert "and one closes the whole day: leave one out" in refused(ics(closed, closed))[0]


def test_a_day_has_one_announcement() -> None:
    first, second = (f"DTSTART:{DAY}T{hour}0000\nDURATION:PT1H" for hour in ("08", "10"))

    assert "with different announcements" in refused(ics(first, f"{second}\nX-VAXELN-ANNOUNCEMENT:closed"))[0]


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (b"", "the file is no iCalendar"),
        (b"hello", "the file is no iCalendar"),
        (b"\xff\xfe", "line 1: must be text in UTF-8"),
        (b"BEGIN:VCALENDAR\n\0\nEND:VCALENDAR\n", "line 2: has a NUL"),
        (b"BEGIN:VEVENT\nUID:1\nEND:VEVENT\n", "it must be BEGIN:VCALENDAR to END:VCALENDAR"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "the file is no iCalendar"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VTODO\nBEGIN:VEVENT\nEND:VEVENT\nEND:VTODO\nEND:VCALENDAR\n",
            "must stand in",
        ),
        (b"x" * (MAX_OCTETS + 1), f"allowed are {MAX_OCTETS}"),
    ],
)
def test_what_is_no_icalendar_is_refused(octets: bytes, fault: str) -> None:
    (said,) = refused(octets)

    assert fault in said


def test_a_mark_of_byte_order_and_bare_line_feeds_are_taken() -> None:
    octets = b"\xef\xbb\xbf" + ics(f"SUMMARY:M\nDTSTART;VALUE=DATE:{DAY}").replace(b"\r", b"")

    assert len(read(octets).deviations) == 1


def test_days_and_faults_are_bounded() -> None:
    begins = [
        date(2020, 1, 1) + timedelta(days=MAX_EVENT_DAYS * n) for n in range(MAX_DAYS // MAX_EVENT_DAYS + 1)
    ]
    events = [
        f"DTSTART;VALUE=DATE:{begin:%Y%m%d}\nDTEND;VALUE=DATE:{begin + timedelta(days=MAX_EVENT_DAYS):%Y%m%d}"
        for begin in begins
    ]

    assert len(read(ics(*events[:-1])).deviations) == MAX_DAYS
    assert refused(ics(*events))[0].endswith(f"is on more days than allowed, {MAX_DAYS} in all")
    many = refused(ics(*["SUMMARY:M"] * 25))
    assert (len(many), many[-1]) == (21, "and 5 more")


# ---- what is written is read


QUARTER = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
NOTE = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" ,;:\\\"'"),
    min_size=1,
    max_size=100,
)


@st.composite
def deviations(draw: st.DrawFn) -> list[Deviation]:
    days = draw(st.lists(st.dates(date(2020, 1, 1), date(2040, 12, 31)), unique=True, max_size=4))
    edges = [draw(st.lists(QUARTER, unique=True, max_size=5).map(sorted)) for _ in days]
    return [
        Deviation.model_validate(
            {
                "date": day,
                "intervals": ["-".join(pair) for pair in zip(clocks[::2], clocks[1::2], strict=False)],
                "note": draw(NOTE),
                "announcement": draw(st.none() | st.sampled_from(["closed", "semester.2027"])),
            }
        )
        for day, clocks in zip(sorted(days), edges, strict=True)
    ]


@settings(deadline=None)
@given(deviations())
def test_what_is_written_is_read_as_it_was(given: list[Deviation]) -> None:
    found = read(write("telefontider", given, NOW).encode())

    assert found.deviations == tuple(given)
    assert not found.left_out


@pytest.mark.parametrize("hours", [["22:00-06:00"], ["00:00-24:00"], ["08:00-12:00", "20:00-24:00"]])
@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 27)])
def test_nights_and_whole_days_are_read_as_they_were(day: date, hours: list[str]) -> None:
    given = Deviation.model_validate({"date": day, "intervals": hours, "note": "n"})

    assert read(write("x", [given], NOW).encode()).deviations == (given,)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from(ics(f"SUMMARY:M\nDTSTART;VALUE=DATE:{DAY}\nRRULE:FREQ=DAILY").split(b"\r\n")))
)
def test_lines_in_any_order_are_read_or_refused(lines: list[bytes]) -> None:
    try:
        read(b"\r\n".join(lines))
    except IcalRefused as refusal:
        assert refusal.faults
    assert reading.MAX_OCTETS
