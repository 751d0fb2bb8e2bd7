"""The operations on the call log and its key figures."""

from telephony.admin import call_handlers
from telephony.admin import parameters as p
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.values import KeyFigures
from telephony.admin.views import CallExplanation, CallView
from telephony.tokens import Role

CALL_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="listCalls",
        method="GET",
        path="/calls",
        summary="List calls, the newest first",
        about="Callers of protected numbers are masked, unless the role operator states a `reason`.",
        role=Role.READER,
        handler=call_handlers.calls,
        answer=Page[CallView],
        parameters=p.CallsParameters,
        problems=(Kind.DATABASE_AWAY,),
        example=Example({"outcome": "abandoned", "from": "2026-12-23T08:00", "limit": "20"}),
    ),
    Operation(
        id="readCall",
        method="GET",
        path="/calls/{call}",
        summary="Read one call",
        role=Role.READER,
        handler=call_handlers.call,
        answer=CallView,
        parameters=p.CallParameters,
        problems=(Kind.NOT_FOUND, Kind.DATABASE_AWAY),
        example=Example({"call": "0199c3f8-5c00-7000-8000-000000000001"}),
    ),
    Operation(
        id="explainCall",
        method="GET",
        path="/calls/{call}/explanation",
        summary="See why a call went where it did, and where it would go today",
        about="What was decided is read from its facts; the plan in force is asked as a live call asks it.",
        role=Role.READER,
        handler=call_handlers.explanation,
        answer=CallExplanation,
        parameters=p.CallParameters,
        problems=(Kind.NOT_FOUND, Kind.DATABASE_AWAY),
        example=Example({"call": "0199c3f8-5c00-7000-8000-000000000001"}),
    ),
    Operation(
        id="readKeyFigures",
        method="GET",
        path="/key-figures",
        summary="Read the key figures of a day",
        role=Role.READER,
        handler=call_handlers.key_figures,
        answer=KeyFigures,
        parameters=p.DayParameters,
        problems=(Kind.DATABASE_AWAY,),
        example=Example({"day": "2026-12-23"}),
    ),
)
