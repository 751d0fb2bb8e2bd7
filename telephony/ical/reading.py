"""An iCalendar of any program read as deviations. Whatever a deviation cannot say is refused, or told as left
out: nothing is lost silently."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from icalendar import Calendar, Event
from pydantic import ValidationError

from routing.hours import STOCKHOLM
from routing.interval import DAY, Interval
from routing.plan_calendar import Deviation
from telephony.ical.errors import IcalRefused
from telephony.ical.writing import ANNOUNCEMENT, CLOSED, OPEN

MAX_OCTETS = 1_000_000
"""Some 3,000 events as Outlook writes them; read in less than a second."""

MAX_EVENT_DAYS, MAX_DAYS = 400, 4_000
"""Days of one event, and of all: ten years of them are no deviations but another calendar."""

_MAX_FAULTS = 20  # told; who has more wrong than this sends another file
_MAX_SHOWN = 60

_ONE_DAY = timedelta(days=1)
_RECURS = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_NOT_KEPT = ("DESCRIPTION", "LOCATION", "ATTACH", "ATTENDEE")
_BEGIN = re.compile(r"^BEGIN:VEVENT\s*$", re.IGNORECASE)
_DEFAULT_NOTE = "Importerad"


@dataclass(frozen=True, slots=True)
class IcalRead:
    """The deviations by date, and what of the file they do not tell, in sentences."""

    deviations: tuple[Deviation, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one event says of one day. No interval: closed all day."""

    day: date
    interval: Interval | None
    note: str
    announcement: str | None
    event: str


def read(octets: bytes) -> IcalRead:
    """The deviations that an iCalendar tells. Raises IcalRefused with every fault, as far as can be told."""
    if len(octets) > MAX_OCTETS:
        raise IcalRefused([f"the file has {len(octets)} octets; allowed are {MAX_OCTETS}"])
    events, left_out = _events(octets)
    parts: dict[date, list[_Part]] = {}
    faults: list[str] = []
    count = 0
    for name, event in events:
        try:
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                left_out.append(f"{name} is cancelled")
                continue
            for part in _parts(name, event):
                parts.setdefault(part.day, []).append(part)
                count += 1
        except _Fault as fault:
            faults.append(f"{name}: {fault}")
        left_out += [f"{prop} of {name}" for prop in _NOT_KEPT if prop in event]
        if count > MAX_DAYS:
            raise IcalRefused([*faults, f"{name}: is on more days than allowed, {MAX_DAYS} in all"])
    deviations = []
    for day in sorted(parts):
        try:
            deviations.append(_deviation(day, parts[day]))
        except _Fault as fault:
            faults.append(str(fault))
    if faults:
        more = [f"and {len(faults) - _MAX_FAULTS} more"] if len(faults) > _MAX_FAULTS else []
        raise IcalRefused([*faults[:_MAX_FAULTS], *more])
    return IcalRead(tuple(deviations), tuple(left_out))


class _Fault(Exception):
    """What is wrong with an event, to follow its name."""


def _events(octets: bytes) -> tuple[list[tuple[str, Event]], list[str]]:
    """Each event with its line and summary, and what else is in the file."""
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise IcalRefused([f"line {line}: must be text in UTF-8"]) from None
    if "\0" in text:
        raise IcalRefused([f"line {text.count(chr(10), 0, text.index(chr(0))) + 1}: has a NUL"])
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _BEGIN.match(line)]
    try:
        calendars: Any = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, RecursionError) as error:
        raise IcalRefused([f"the file is no iCalendar: {_short(error)}"]) from None
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise IcalRefused(["the file is no iCalendar: it must be BEGIN:VCALENDAR to END:VCALENDAR"])
    found = [part for calendar in calendars for part in calendar.subcomponents]
    events = [part for part in found if part.name == "VEVENT"]
    if len(events) != len(lines):
        raise IcalRefused(["the file is no iCalendar: an event must stand in its VCALENDAR, and end"])
    others = sorted({str(part.name) for part in found} - {"VEVENT", "VTIMEZONE"})
    named = [
        (f'line {line}, "{_short(event.get("SUMMARY", ""))}"', event)
        for line, event in zip(lines, events, strict=True)
    ]
    return named, [f"all {name}: only events are deviations" for name in others]


def _parts(name: str, event: Event) -> Iterator[_Part]:
    """What an event says of each of its days. Raises _Fault."""
    for prop in _RECURS:
        if prop in event:
            raise _Fault(
                f"recurs ({prop}), and a deviation is a day of one year: give the calendar a rule or weekly "
                "hours, or write an event for each day"
            )
    start, end = _time(event, "DTSTART"), _end(event)
    if start is None:
        raise _Fault("has no DTSTART: say on which day it is")
    note, announcement = _note(event), event.get(ANNOUNCEMENT)
    prompt = None if announcement is None else str(announcement)
    if not isinstance(start, datetime):
        for day in _days(start, end):
            yield _Part(day, None, note, prompt, name)
        return
    yield _Part(start.date(), _interval(start, end), note, prompt, name)


def _days(start: date, end: date | None) -> Iterator[date]:
    last = start + _ONE_DAY if end is None else end  # RFC 5545 3.6.1: without an end it is that day
    if isinstance(last, datetime):
        raise _Fault("begins with a day and ends at a time: both must be of a kind")
    count = (last - start).days or 1  # some programs write the same day
    if count < 0:
        raise _Fault("ends before it begins")
    if count > MAX_EVENT_DAYS:
        raise _Fault(f"is {count} days long; allowed are {MAX_EVENT_DAYS}")
    return (start + n * _ONE_DAY for n in range(count))


def _interval(start: datetime, end: date | None) -> Interval:
    if not isinstance(end, datetime):
        raise _Fault("has a time and no end: say until when it is open, or make it an event of a whole day")
    if start.second or end.second:
        raise _Fault(f"is from {start:%H:%M:%S} to {end:%H:%M:%S}: the plan knows whole minutes")
    midnight = datetime.combine(start.date(), time())
    found = Interval(*(int((at - midnight).total_seconds()) for at in (start, end)))
    if found.end <= found.start:
        raise _Fault("ends when it begins, or before, on the clock in Stockholm")
    if found.end - found.start >= DAY and (found.start, found.end) != (0, DAY):
        raise _Fault("is open for a day or longer: write an event for each day, from 00:00 to 00:00")
    return found


def _end(event: Event) -> date | None:
    if "DTEND" in event:
        return _time(event, "DTEND")
    if "DURATION" not in event:
        return None
    length, start = _value(event, "DURATION"), _raw(event, "DTSTART")
    if not isinstance(length, timedelta) or start is None:
        raise _Fault("has a DURATION that is none, or no DTSTART")
    return _local(start + length)


def _time(event: Event, prop: str) -> date | None:
    raw = _raw(event, prop)
    return None if raw is None else _local(raw)


def _raw(event: Event, prop: str) -> date | None:
    """A day or time as it stands there, aware if its time zone is known."""
    if prop not in event:
        return None
    found = _value(event, prop)
    if not isinstance(found, date):
        raise _Fault(f"has a {prop} that is no day and no time")
    zone = getattr(event[prop], "params", {}).get("TZID", "")
    if isinstance(found, datetime) and found.tzinfo is None and zone:
        raise _Fault(f"has a {prop} in the time zone {_short(zone)}, which is not known and not in the file")
    return found


def _value(event: Event, prop: str) -> object:
    try:
        return getattr(event[prop], "dt", None)
    except ValueError as error:
        raise _Fault(f"has a {prop} that cannot be read: {_short(error)}") from None


def _local(at: date) -> date:
    """A time on the wall clock in Stockholm, without its zone. One that names no zone is local already."""
    if not isinstance(at, datetime) or at.tzinfo is None:
        return at
    if getattr(at.tzinfo, "key", "") == STOCKHOLM.key:
        return at.replace(tzinfo=None)
    return at.astimezone(STOCKHOLM).replace(tzinfo=None)


def _note(event: Event) -> str:
    summary = event.get("SUMMARY", "")
    if isinstance(summary, list):
        raise _Fault("has more than one SUMMARY")
    note = str(summary)
    for state in (CLOSED, OPEN):
        if note.startswith(state):
            return note.removeprefix(state)
    return note or _DEFAULT_NOTE


def _deviation(day: date, parts: Sequence[_Part]) -> Deviation:
    """What the events of one day say together. Raises _Fault, whose text names them."""
    ordered = sorted(parts, key=lambda part: part.interval or Interval(0, 0))
    for one, other in pairwise(ordered):
        both = f"{one.event} and {other.event} are both on {day}"
        if one.interval is None or other.interval is None:
            raise _Fault(f"{both}, and one closes the whole day: leave one out")
        if one.interval.end >= other.interval.start:
            raise _Fault(f"{both}, from {one.interval} and {other.interval}: make one of them")
        if one.announcement != other.announcement:
            raise _Fault(f"{both}, with different announcements: a day has one")
    try:
        return Deviation.model_validate(
            {
                "date": day,
                "intervals": [str(part.interval) for part in ordered if part.interval is not None],
                "note": " / ".join(dict.fromkeys(part.note for part in ordered)),
                "announcement": ordered[0].announcement,
            }
        )
    except ValidationError as error:
        problems = [f"its {problem['loc'][0]}: {problem['msg']}" for problem in error.errors()]
        raise _Fault(f"{ordered[0].event}: {'; '.join(problems)}") from None


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
