"""A calendar's deviations written as iCalendar."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from icalendar import Calendar, Event, Timezone

from routing.hours import STOCKHOLM
from routing.plan_calendar import Deviation

ANNOUNCEMENT = "X-VAXELN-ANNOUNCEMENT"
"""The prompt of a deviation. Programs that do not know it may drop it."""

CLOSED, OPEN = "Stängt: ", "Öppet: "
"""What a summary begins with; the note follows."""

_ONE_DAY = timedelta(days=1)

# The rule of the EU since 1996, as RFC 5545 3.6.5 wants it: onsets in the local time before them
_STOCKHOLM = """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE
"""


def write(name: str, deviations: Iterable[Deviation], now: datetime) -> str:
    """The deviations of the calendar `name` as a VCALENDAR. `now` is aware: when it was written."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Växeln//telefontider//SV")
    calendar.add("X-WR-CALNAME", name)
    calendar.add_component(Timezone.from_ical(_STOCKHOLM))
    for deviation in deviations:
        for event in _events(name, deviation):
            event.add("DTSTAMP", now)
            calendar.add_component(event)
    octets: bytes = calendar.to_ical()
    return octets.decode()


def _events(name: str, deviation: Deviation) -> Iterator[Event]:
    """One for each interval, or one for the day on which there is none."""
    if not deviation.intervals:
        event = _event(name, deviation, 0, CLOSED)
        event.add("DTSTART", deviation.date)
        event.add("DTEND", deviation.date + _ONE_DAY)
        yield event
    for number, interval in enumerate(deviation.intervals):
        event = _event(name, deviation, number, OPEN)
        event.add("DTSTART", _wall(deviation.date, interval.start))
        event.add("DTEND", _wall(deviation.date, interval.end))
        yield event


def _event(name: str, deviation: Deviation, number: int, state: str) -> Event:
    event = Event()
    event.add("UID", f"{name}.{deviation.date}.{number}@vaxeln")
    event.add("SUMMARY", state + deviation.note)
    event.add("TRANSP", "TRANSPARENT")
    if deviation.announcement is not None:
        event.add(ANNOUNCEMENT, deviation.announcement)
    return event


def _wall(day: date, second: int) -> datetime:
    return (datetime.combine(day, time()) + timedelta(seconds=second)).replace(tzinfo=STOCKHOLM)
