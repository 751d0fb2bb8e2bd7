"""The operations on the plan: read, check, compare, apply, versions, roll back."""

from collections.abc import Mapping
from typing import Any

from telephony.admin import parameters as p
from telephony.admin import plan_handlers
from telephony.admin.bodies import JsonBody, PlanBody, RollBack
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.plan_views import AppliedPlan, PendingPlan
from telephony.admin.views import PlanCheck, PlanDiff
from telephony.admin.wire import TOML
from telephony.archive.plan_store import ListedVersion, PlanHead
from telephony.tokens import Role

_PLAN = PlanBody()

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

_DIFF = (
    "Place by place, and what it means: numbers that are new, gone or go another way, who joins and leaves "
    "groups, and the coming 400 days in which numbers open or close that did not. In a span, `before` and "
    "`after` are the entries that decide."
)

PLAN_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="readPlan",
        method="GET",
        path="/plan",
        summary="Read the plan in force",
        about="Its ETag is what If-Match is given when it is changed. `Accept: application/toml` gives the "
        "TOML that it was made from, with its comments.",
        role=Role.READER,
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
        role=Role.OPERATOR,
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
        about=_DIFF,
        role=Role.OPERATOR,
        handler=plan_handlers.compare,
        answer=PlanDiff,
        parameters=p.DiffParameters,
        body=_PLAN,
        problems=(Kind.PLAN_INVALID, Kind.NOT_FOUND, Kind.DATABASE_AWAY),
        example=Example({"against": "1"}, EXAMPLE_PLAN),
    ),
    Operation(
        id="diffPlanVersions",
        method="GET",
        path="/plan/diff",
        summary="See what one version of the plan has another than an earlier one",
        about=_DIFF,
        role=Role.OPERATOR,
        handler=plan_handlers.compare_versions,
        answer=PlanDiff,
        parameters=p.VersionsParameters,
        problems=(Kind.NOT_FOUND, Kind.DATABASE_AWAY),
        example=Example({"from": "1", "to": "1"}),
    ),
    Operation(
        id="applyPlan",
        method="PUT",
        path="/plan",
        summary="Put a plan in force as the next version, at once or later",
        about="If-Match is the ETag of the version in force that was read: whoever was overtaken gets 412. "
        "Calls that are up go on as they were decided. With `valid_from` it waits, one at a time, and comes "
        "into force on the second; it is checked as of that day.",
        role=Role.ADMIN,
        handler=plan_handlers.apply,
        answer=AppliedPlan,
        parameters=p.ApplyParameters,
        body=_PLAN,
        needs_version=True,
        problems=(
            Kind.PLAN_INVALID,
            Kind.PLAN_REFUSED,
            Kind.PLAN_PENDING,
            Kind.REBASE_CONFLICT,
            Kind.DATABASE_AWAY,
        ),
        example=Example({"reason": "Amina answers alone"}, EXAMPLE_PLAN, '"1"'),
    ),
    Operation(
        id="readPendingPlan",
        method="GET",
        path="/plan/pending",
        summary="See the version that waits for its time, and what it will change",
        about="Its ETag is what If-Match is given when it is withdrawn. The plan itself is at "
        "/plan/versions/{version}.",
        role=Role.READER,
        handler=plan_handlers.pending,
        answer=PendingPlan,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        id="withdrawPendingPlan",
        method="DELETE",
        path="/plan/pending",
        summary="Withdraw the version that waits for its time",
        about="If-Match is the ETag of that version, and not of the one in force.",
        role=Role.ADMIN,
        handler=plan_handlers.withdraw,
        answer=PlanHead,
        parameters=p.WithdrawParameters,
        needs_version=True,
        problems=(Kind.NOT_FOUND, Kind.DATABASE_AWAY),
        example=Example({"reason": "The move is put off"}, if_match='"2"'),
    ),
    Operation(
        id="listPlanVersions",
        method="GET",
        path="/plan/versions",
        summary="List the versions of the plan, the newest first",
        role=Role.READER,
        handler=plan_handlers.versions,
        answer=Page[ListedVersion],
        parameters=p.ListParameters,
        problems=(Kind.DATABASE_AWAY,),
        example=Example({"limit": "10"}),
    ),
    Operation(
        id="readPlanVersion",
        method="GET",
        path="/plan/versions/{version}",
        summary="Read one version of the plan",
        role=Role.READER,
        handler=plan_handlers.version,
        answer=Mapping[str, Any],
        also=(TOML,),
        parameters=p.VersionParameters,
        problems=(Kind.NOT_FOUND, Kind.NOT_ACCEPTABLE, Kind.DATABASE_AWAY),
        example=Example({"version": "1"}),
    ),
    Operation(
        id="rollBackPlan",
        method="POST",
        path="/plan/rollback",
        summary="Return to an old version, as a new one",
        role=Role.ADMIN,
        handler=plan_handlers.roll_back,
        answer=AppliedPlan,
        parameters=p.WhenParameters,
        body=JsonBody(RollBack),
        needs_version=True,
        problems=(
            Kind.NOT_FOUND,
            Kind.PLAN_REFUSED,
            Kind.PLAN_PENDING,
            Kind.REBASE_CONFLICT,
            Kind.DATABASE_AWAY,
        ),
        example=Example(body={"version": 1, "reason": "The new hours were wrong"}, if_match='"1"'),
    ),
)
