"""The table of routes: every operation of the admin API. Handlers, validation, roles, the OpenAPI document
and the page are made from it."""

from collections.abc import Mapping
from typing import Any

from telephony.admin import call_handlers, number_handlers, plan_handlers, staff_handlers, year_handlers
from telephony.admin import parameters as p
from telephony.admin.bodies import JsonBody, OverrideWanted, PasswordWanted, PlanBody, RollBack
from telephony.admin.errors import Kind
from telephony.admin.operation import HTML, SVG, TOML, Example, Operation, Page
from telephony.admin.values import (
    Due,
    GroupState,
    KeyFigures,
    NumberState,
    PhoneState,
    Registration,
    ServiceStatus,
)
from telephony.admin.views import (
    CallView,
    Explanation,
    Hours,
    Overrides,
    OverrideView,
    PlanCheck,
    PlanDiff,
    YearView,
)
from telephony.archive.plan_store import PlanHead
from telephony.tokens import Role

BASE = "/api/v1"
"""Before every path."""

_READER, _OPERATOR, _ADMIN = Role.READER, Role.OPERATOR, Role.ADMIN
_NUMBER = {"number": "+46853061000"}
_PLAN = PlanBody()
_STORED = (Kind.DATABASE_AWAY,)

EXAMPLE_PLAN: Mapping[str, Any] = {
    "municipality": {"name": "Botkyrka kommun", "main_number": "+46853061000"},
    "phones": {"kc1": {"display": "Kontaktcenter 1"}},
    "people": {"amina": {"name": "Amina Berg", "phones": ["kc1"]}},
    "groups": {"kontaktcenter": {"name": "Kontaktcenter", "members": ["amina"]}},
    "calendars": {"kontorstid": {"holidays": "SE", "weekly": {"mon": ["08:00-16:30"]}}},
    "numbers": {
        "+46853061000": {
            "function": "Kontaktcenter",
            "calendar": "kontorstid",
            "destination": {"group": "kontaktcenter"},
        }
    },
}
"""The smallest plan that is one."""

_PLAN_ROUTES = (
    Operation(
        id="readPlan",
        method="GET",
        path="/plan",
        summary="Read the plan in force",
        about="Its ETag is what If-Match is given when it is changed. `Accept: application/toml` gives the "
        "TOML that it was made from, with its comments.",
        role=_READER,
        handler=plan_handlers.show,
        answer=Mapping[str, Any],
        also=(TOML,),
        problems=(Kind.NOT_ACCEPTABLE,),
    ),
    Operation(
        id="checkPlan",
        method="POST",
        path="/plan/check",
        summary="Check a plan: every error and warning",
        role=_OPERATOR,
        handler=plan_handlers.check,
        answer=PlanCheck,
        body=_PLAN,
        problems=(Kind.PLAN_INVALID,),
        example=Example(body=EXAMPLE_PLAN),
    ),
    Operation(
        id="diffPlan",
        method="POST",
        path="/plan/diff",
        summary="See what applying a plan would change",
        role=_OPERATOR,
        handler=plan_handlers.compare,
        answer=PlanDiff,
        body=_PLAN,
        problems=(Kind.PLAN_INVALID,),
        example=Example(body=EXAMPLE_PLAN),
    ),
    Operation(
        id="applyPlan",
        method="PUT",
        path="/plan",
        summary="Put a plan in force as the next version",
        about="If-Match is the ETag of the version that was read: whoever was overtaken gets 412. Calls that "
        "are up go on as they were decided.",
        role=_ADMIN,
        handler=plan_handlers.apply,
        answer=PlanHead,
        parameters=p.ApplyParameters,
        body=_PLAN,
        needs_version=True,
        problems=(Kind.PLAN_INVALID, Kind.PLAN_REFUSED, *_STORED),
        example=Example({"reason": "Amina answers alone"}, EXAMPLE_PLAN, '"1"'),
    ),
    Operation(
        id="listPlanVersions",
        method="GET",
        path="/plan/versions",
        summary="List the versions of the plan, the newest first",
        role=_READER,
        handler=plan_handlers.versions,
        answer=Page[PlanHead],
        parameters=p.ListParameters,
        problems=_STORED,
        example=Example({"limit": "10"}),
    ),
    Operation(
        id="readPlanVersion",
        method="GET",
        path="/plan/versions/{version}",
        summary="Read one version of the plan",
        role=_READER,
        handler=plan_handlers.version,
        answer=Mapping[str, Any],
        also=(TOML,),
        parameters=p.VersionParameters,
        problems=(Kind.NOT_FOUND, Kind.NOT_ACCEPTABLE, *_STORED),
        example=Example({"version": "1"}),
    ),
    Operation(
        id="rollBackPlan",
        method="POST",
        path="/plan/rollback",
        summary="Return to an old version, as a new one",
        role=_ADMIN,
        handler=plan_handlers.roll_back,
        answer=PlanHead,
        body=JsonBody(RollBack),
        needs_version=True,
        problems=(Kind.NOT_FOUND, Kind.PLAN_REFUSED, *_STORED),
        example=Example(body={"version": 1, "reason": "The new hours were wrong"}, if_match='"1"'),
    ),
)

_NUMBER_ROUTES = (
    Operation(
        id="listNumbers",
        method="GET",
        path="/numbers",
        summary="List the numbers, open or closed now",
        role=_READER,
        handler=number_handlers.numbers,
        answer=Page[NumberState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readNumber",
        method="GET",
        path="/numbers/{number}",
        summary="See whether a number is open now, by what, and until when",
        role=_READER,
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
        role=_READER,
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
        role=_READER,
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
        role=_READER,
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
        role=_READER,
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
        role=_OPERATOR,
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
        role=_OPERATOR,
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
        role=_READER,
        handler=number_handlers.explain,
        answer=Explanation,
        parameters=p.ExplainParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({**_NUMBER, "from": "070-1740605", "at": "2026-12-23T15:05"}),
    ),
)

_STAFF_ROUTES = (
    Operation(
        id="listGroups",
        method="GET",
        path="/groups",
        summary="List the groups with the state of their members",
        role=_READER,
        handler=staff_handlers.groups,
        answer=Page[GroupState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readGroup",
        method="GET",
        path="/groups/{group}",
        summary="See who of a group is there, in a call, or being rung",
        role=_READER,
        handler=staff_handlers.group,
        answer=GroupState,
        parameters=p.GroupParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({"group": "kontaktcenter"}),
    ),
    Operation(
        id="listPhones",
        method="GET",
        path="/phones",
        summary="List the phone accounts",
        role=_READER,
        handler=staff_handlers.phones,
        answer=Page[PhoneState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="setPassword",
        method="PUT",
        path="/phones/{account}/password",
        summary="Set a phone's password",
        about="It is kept as hashes and can never be read.",
        role=_ADMIN,
        handler=staff_handlers.set_password,
        parameters=p.PhoneParameters,
        body=JsonBody(PasswordWanted),
        problems=(Kind.NOT_FOUND,),
        example=Example({"account": "kc1"}, {"password": "korrekt häst batteri"}),
    ),
    Operation(
        id="listRegistrations",
        method="GET",
        path="/registrations",
        summary="List where phones can be reached now",
        role=_OPERATOR,
        handler=staff_handlers.registrations,
        answer=Page[Registration],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readStatus",
        method="GET",
        path="/status",
        summary="See how the service, its journal and its database do",
        role=_READER,
        handler=staff_handlers.status,
        answer=ServiceStatus,
    ),
)

_CALL_ROUTES = (
    Operation(
        id="listCalls",
        method="GET",
        path="/calls",
        summary="List calls, the newest first",
        about="Callers of protected numbers are masked, unless the role operator states a `reason`.",
        role=_READER,
        handler=call_handlers.calls,
        answer=Page[CallView],
        parameters=p.CallsParameters,
        problems=_STORED,
        example=Example({"outcome": "abandoned", "from": "2026-12-23T08:00", "limit": "20"}),
    ),
    Operation(
        id="readCall",
        method="GET",
        path="/calls/{call}",
        summary="Read one call",
        role=_READER,
        handler=call_handlers.call,
        answer=CallView,
        parameters=p.CallParameters,
        problems=(Kind.NOT_FOUND, *_STORED),
        example=Example({"call": "0199c3f8-5c00-7000-8000-000000000001"}),
    ),
    Operation(
        id="readKeyFigures",
        method="GET",
        path="/key-figures",
        summary="Read the key figures of a day",
        role=_READER,
        handler=call_handlers.key_figures,
        answer=KeyFigures,
        parameters=p.DayParameters,
        problems=_STORED,
        example=Example({"day": "2026-12-23"}),
    ),
)

OPERATIONS: tuple[Operation, ...] = (*_PLAN_ROUTES, *_NUMBER_ROUTES, *_STAFF_ROUTES, *_CALL_ROUTES)
"""All of them, in the order in which they are shown."""
