"""The operations on the deviations of the plan's calendars."""

from telephony.admin import calendar_handlers
from telephony.admin import parameters as p
from telephony.admin.bodies import IcalBody
from telephony.admin.calendar_handlers import Deviations, DeviationsImport
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation
from telephony.admin.wire import ICAL
from telephony.tokens import Role

_CALENDAR = {"calendar": "kontorstid"}
_EVENTS = "\r\n".join(
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Botkyrka kommun//telefontider//SV",
        "BEGIN:VEVENT",
        "UID:1@botkyrka.example",
        "DTSTAMP:20261126T090000Z",
        "DTSTART;VALUE=DATE:20270507",
        "SUMMARY:Planeringsdag",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)
_ABOUT = (
    "An event of whole days closes each of them; one with times opens the number then, and closes it for the "
    "rest of that day. Deviations of other days stay, unless `remove_others`. Events that recur are refused: "
    "a deviation is a day of one year, and what comes back is a rule."
)

CALENDAR_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="readDeviations",
        method="GET",
        path="/calendars/{calendar}/deviations",
        summary="Read the deviations of a calendar",
        about="`Accept: text/calendar` gives iCalendar (RFC 5545).",
        role=Role.READER,
        handler=calendar_handlers.show,
        answer=Deviations,
        also=(ICAL,),
        parameters=p.CalendarParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_CALENDAR, "from": "2027-01-01", "to": "2027-12-31"}),
    ),
    Operation(
        id="diffDeviations",
        method="POST",
        path="/calendars/{calendar}/deviations/diff",
        summary="See what putting events into a calendar would change",
        about=_ABOUT,
        role=Role.OPERATOR,
        handler=calendar_handlers.compare,
        answer=DeviationsImport,
        parameters=p.ImportParameters,
        body=IcalBody(),
        problems=(Kind.NOT_FOUND, Kind.ICAL_REFUSED, Kind.DATABASE_AWAY),
        example=Example(_CALENDAR, _EVENTS),
    ),
    Operation(
        id="putDeviations",
        method="PUT",
        path="/calendars/{calendar}/deviations",
        summary="Put events into a calendar, as the next version of the plan",
        about=f"{_ABOUT} If-Match is the ETag of the plan that was read.",
        role=Role.ADMIN,
        handler=calendar_handlers.put,
        answer=DeviationsImport,
        parameters=p.ImportReasonParameters,
        body=IcalBody(),
        needs_version=True,
        problems=(
            Kind.NOT_FOUND,
            Kind.ICAL_REFUSED,
            Kind.PLAN_REFUSED,
            Kind.PLAN_PENDING,
            Kind.REBASE_CONFLICT,
            Kind.DATABASE_AWAY,
        ),
        example=Example({**_CALENDAR, "reason": "Planning day in May"}, _EVENTS, '"1"'),
    ),
)
