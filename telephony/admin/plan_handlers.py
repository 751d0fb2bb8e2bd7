"""Reading and changing the plan. Whoever changes it says which version they have seen (If-Match)."""

import re
from datetime import datetime
from typing import Any

from routing.problem import Severity
from telephony.admin.bodies import RollBack
from telephony.admin.errors import FieldError, Kind, NotFound, Refusal
from telephony.admin.operation import Answer, Ask, Text
from telephony.admin.parameters import (
    MAX_AHEAD,
    ApplyParameters,
    DiffParameters,
    ListParameters,
    Parameters,
    VersionParameters,
    VersionsParameters,
    WhenParameters,
    WithdrawParameters,
)
from telephony.admin.plan_views import MAX_CHANGES, AppliedPlan, PendingPlan
from telephony.admin.ports import Administration
from telephony.admin.values import Draft, PendingPolicy, PlanMade
from telephony.admin.views import PlanCheck, PlanDiff, page_of, version_of
from telephony.admin.wire import JSON, TOML
from telephony.archive.plan_store import PlanHead, PlanVersion

_TAG = re.compile(r'\*|(W/)?"[!#-~]*"')  # RFC 9110 8.8.3, without obsolete text


async def show(service: Administration, ask: Ask[Parameters, None]) -> Answer:
    """The plan in force, unless the client has it already (RFC 9110 13.1.2)."""
    plan = await service.plan()
    answer = _text(plan, ask.headers)
    if answer.headers["ETag"] in _tags(ask.headers.get("If-None-Match", "")):
        return Answer(status=304, headers=answer.headers)
    return answer


async def check(service: Administration, ask: Ask[Parameters, Draft]) -> Answer:
    """All that is wrong or doubtful in a plan; what is no plan at all is refused."""
    problems = tuple(await service.check_plan(ask.body))
    return Answer(PlanCheck(not any(p.severity is Severity.ERROR for p in problems), problems))


async def compare(service: Administration, ask: Ask[DiffParameters, Draft]) -> Answer:
    """What applying it would change."""
    found = await service.diff_plan(ask.body, ask.parameters.against)
    return Answer(PlanDiff.of(found, await service.overrides(), MAX_CHANGES))


async def compare_versions(service: Administration, ask: Ask[VersionsParameters, None]) -> Answer:
    """What the one version has that the other has not."""
    found = await service.diff_versions(ask.parameters.before, ask.parameters.after)
    return Answer(PlanDiff.of(found, await service.overrides(), MAX_CHANGES))


async def apply(service: Administration, ask: Ask[ApplyParameters, Draft]) -> Answer:
    """Put it in force as the next version."""
    expected = await seen_version(service, ask)
    when = when_of(ask.parameters, ask.now)
    return _made(
        await service.apply_plan(
            ask.body, expected=expected, by=ask.who.name, reason=ask.parameters.reason, **when
        )
    )


async def roll_back(service: Administration, ask: Ask[WhenParameters, RollBack]) -> Answer:
    """Put an old version's content in force as the next version."""
    expected = await seen_version(service, ask)
    when = when_of(ask.parameters, ask.now)
    return _made(
        await service.roll_back(
            ask.body.version, expected=expected, by=ask.who.name, reason=ask.body.reason, **when
        )
    )


async def pending(service: Administration, _: Ask[Parameters, None]) -> Answer:
    """The version that waits for its time."""
    waits = await service.pending_plan()
    return Answer(PendingPlan.of(waits), headers={"ETag": tag_of(waits.head, JSON)})


async def withdraw(service: Administration, ask: Ask[WithdrawParameters, None]) -> Answer:
    """Withdraw it."""
    head = (await service.status()).pending
    if head is None:
        raise NotFound("there is no version of the plan that waits for its time")
    if not _names(ask, head):
        detail = f"version {head.version} waits, by {head.author}: {head.reason}"
        raise Refusal(Kind.LOST_RACE, detail, headers={"ETag": tag_of(head, JSON)})
    return Answer(
        await service.withdraw_plan(expected=head.version, by=ask.who.name, reason=ask.parameters.reason)
    )


async def versions(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """The versions, the newest first."""
    limit = ask.parameters.limit
    found = await service.plan_versions(version_of(ask.parameters.cursor), limit + 1)
    return Answer(page_of(found, limit, lambda about: str(about.version)))


async def version(service: Administration, ask: Ask[VersionParameters, None]) -> Answer:
    """The content of one version."""
    return _text(await service.plan_version(ask.parameters.version), ask.headers)


async def seen_version(service: Administration, ask: Ask[Any, Any]) -> int:
    """The version that the client has seen, which must be the one in force. Raises Refusal."""
    about = await service.plan()
    if _names(ask, about):
        return about.version
    detail = (
        f"version {about.version} is in force, by {about.author}: {about.reason}. "
        "See what differs by POST /api/v1/plan/diff, and try again"
    )
    raise Refusal(Kind.LOST_RACE, detail, headers={"ETag": tag_of(about, JSON)})


def _names(ask: Ask[Any, Any], head: PlanHead) -> bool:
    """Whether If-Match is of this version. Raises Refusal when it is no entity tag."""
    tags = _tags(ask.headers["If-Match"])
    if not all(_TAG.fullmatch(tag) for tag in tags):
        errors = [FieldError("If-Match", "string", 'the ETag as it was given, such as "3"')]
        raise Refusal(Kind.INVALID, "If-Match is no entity tag", errors)
    return bool(tags & {"*", tag_of(head, JSON), tag_of(head, TOML)})


def when_of(parameters: WhenParameters, now: datetime) -> dict[str, Any]:
    """When a plan comes into force, and what becomes of one that waits. Raises Refusal."""
    at, pending = parameters.valid_from, parameters.pending
    if at is not None and not now < at <= now + MAX_AHEAD:
        errors = [FieldError("?valid_from", "string", f"in the future, at most {MAX_AHEAD.days} days ahead")]
        raise Refusal(Kind.INVALID, f"it is {now.isoformat(timespec='seconds')} now", errors)
    if at is not None and pending is PendingPolicy.REBASE:
        errors = [FieldError("?pending", "string", "withdraw, when there is a `valid_from`")]
        raise Refusal(Kind.INVALID, "at most one version waits", errors)
    return {"valid_from": at, "pending": pending}


def _text(plan: PlanVersion, headers: Any) -> Answer:
    """JSON, or the TOML that it was made from where that is asked for (RFC 9110 12.5.1)."""
    accept = headers.get("Accept", "*/*")
    media_type, text = JSON, plan.document
    if TOML in accept:
        if not plan.source:
            raise Refusal(Kind.NOT_ACCEPTABLE, "this version was not given as TOML; there is its JSON")
        media_type, text = TOML, plan.source
    tagged = {"ETag": tag_of(plan, media_type), "Vary": "Accept"}
    return Answer(Text(media_type, text), headers=tagged)


def _made(made: PlanMade) -> Answer:
    return Answer(AppliedPlan.of(made), headers={"ETag": tag_of(made.made, JSON)})


def tag_of(about: PlanHead, media_type: str) -> str:
    """A strong validator is one of a representation (RFC 9110 8.8.3), so TOML has another than JSON."""
    return f'"{about.version}-toml"' if media_type == TOML else f'"{about.version}"'


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")} - {""}
