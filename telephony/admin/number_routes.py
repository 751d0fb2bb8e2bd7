"""The operations on numbers: their hours, their overrides, and where a call to one goes."""

from telephony.admin import number_handlers, year_handlers
from telephony.admin import parameters as p
from telephony.admin.bodies import JsonBody, OverrideWanted
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.values import Due, NumberState
from telephony.admin.views import Explanation, Hours, Overrides, OverrideView, YearView
from telephony.admin.wire import HTML, SVG
from telephony.tokens import Role

_NUMBER = {"number": "+46853061000"}

NUMBER_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="listNumbers",
        method="GET",
        path="/numbers",
        summary="List the numbers, open or closed now",
        role=Role.READER,
        handler=number_handlers.numbers,
        answer=Page[NumberState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readNumber",
        method="GET",
        path="/numbers/{number}",
        summary="See whether a number is open now, by what, and until when",
        role=Role.READER,
        handler=number_handlers.number,
        answer=NumberState,
        parameters=p.NumberParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example(_NUMBER),
    ),
    Operation(
        id="readHours",
        method="GET",
        path="/numbers/{number}/hours",
        summary="See when a number is open in a period, and by which entry",
        role=Role.READER,
        handler=number_handlers.hours,
        answer=Hours,
        parameters=p.HoursParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_NUMBER, "from": "2026-12-21", "to": "2026-12-27"}),
    ),
    Operation(
        id="readYear",
        method="GET",
        path="/numbers/{number}/hours/{year}",
        summary="See a number's hours of a year at a glance",
        about="`Accept: text/html` gives a page to print, `Accept: image/svg+xml` a picture: in Swedish.",
        role=Role.READER,
        handler=year_handlers.year,
        answer=YearView,
        also=(HTML, SVG),
        parameters=p.YearParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_NUMBER, "year": "2027"}),
    ),
    Operation(
        id="readDue",
        method="GET",
        path="/numbers/{number}/due",
        summary="See when something is due that has so many working days (P14)",
        about="Monday to Friday, less holidays and days on which the number's calendar is closed all day.",
        role=Role.READER,
        handler=number_handlers.due,
        answer=Due,
        parameters=p.DueParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_NUMBER, "days": "2", "from": "2026-12-18T16:00"}),
    ),
    Operation(
        id="listOverrides",
        method="GET",
        path="/overrides",
        summary="List the overrides in force",
        role=Role.READER,
        handler=number_handlers.overrides,
        answer=Overrides,
    ),
    Operation(
        id="setOverride",
        method="PUT",
        path="/overrides/{number}",
        summary="Open or close a number, or all, until a time",
        about="It beats every calendar, ends by itself and is no version of the plan. A number's own "
        "override beats the one for all.",
        role=Role.OPERATOR,
        handler=number_handlers.set_override,
        answer=OverrideView,
        parameters=p.OverrideParameters,
        body=JsonBody(OverrideWanted),
        problems=(Kind.NOT_FOUND,),
        example=Example(
            _NUMBER,
            {
                "open": False,
                "until": "2026-12-23T13:00:00+01:00",
                "reason": "Fire drill",
                "owner": "Amina Berg, Kontaktcenter",
            },
        ),
    ),
    Operation(
        id="endOverride",
        method="DELETE",
        path="/overrides/{number}",
        summary="End an override before its time",
        role=Role.OPERATOR,
        handler=number_handlers.end_override,
        parameters=p.OverrideParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example(_NUMBER),
    ),
    Operation(
        id="explain",
        method="GET",
        path="/explain",
        summary="See where a call from outside, or of a phone, would go, and why",
        role=Role.READER,
        handler=number_handlers.explain,
        answer=Explanation,
        parameters=p.ExplainParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_NUMBER, "from": "070-1740605", "at": "2026-12-23T15:05"}),
    ),
)
