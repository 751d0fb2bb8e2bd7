"""Deviations of the plan's calendars, as JSON and as iCalendar (RFC 5545)."""

import asyncio
from dataclasses import dataclass, fields
from datetime import date

from routing.load import load_plan, load_plan_json
from routing.plan import Plan
from routing.plan_calendar import Calendar, Deviation
from telephony.admin.errors import FieldError, Kind, NotFound, Refusal
from telephony.admin.operation import Answer, Ask, Text
from telephony.admin.parameters import CalendarParameters, ImportParameters, ImportReasonParameters
from telephony.admin.plan_handlers import seen_version, tag_of, when_of
from telephony.admin.plan_views import MAX_CHANGES, AppliedPlan
from telephony.admin.ports import Administration
from telephony.admin.values import Draft, Form, PlanMade
from telephony.admin.views import PlanDiff
from telephony.admin.wire import ICAL, JSON
from telephony.archive.plan_store import PlanHead, PlanVersion
from telephony.ical.errors import IcalRefused, NotEditable
from telephony.ical.merging import Merged, merge, put_into, put_into_text
from telephony.ical.reading import read
from telephony.ical.writing import write


@dataclass(frozen=True, slots=True)
class DeviationView:
    """A day that is not like others. No `intervals`, such as "08:00-12:00", is closed all day."""

    date: date
    intervals: tuple[str, ...]
    note: str
    announcement: str | None

    @classmethod
    def of(cls, deviation: Deviation) -> "DeviationView":
        """The deviation, as it is answered."""
        intervals = tuple([str(interval) for interval in deviation.intervals])
        return cls(deviation.date, intervals, deviation.note, deviation.announcement)


@dataclass(frozen=True, slots=True)
class Deviations:
    """A calendar's own deviations; those of calendars that it is based on are theirs."""

    calendar: str
    deviations: tuple[DeviationView, ...]


@dataclass(frozen=True, slots=True)
class DeviationsImport:
    """What events make of a calendar: the days that are added, replaced and removed, and those that it has
    just so; and what of the events is left out, in sentences.

    `plan` is the version that has it, the one in force when nothing changes; null while nothing is done.
    `diff` is what it would change, null once it is done.
    """

    added: tuple[date, ...]
    replaced: tuple[date, ...]
    removed: tuple[date, ...]
    same: tuple[date, ...]
    left_out: tuple[str, ...]
    plan: AppliedPlan | None
    diff: PlanDiff | None


async def show(service: Administration, ask: Ask[CalendarParameters, None]) -> Answer:
    """JSON, or iCalendar where that is asked for (RFC 9110 12.5.1)."""
    asked, about = ask.parameters, await service.plan()
    calendar = await asyncio.to_thread(_calendar, about, asked.calendar)
    first, last = asked.first or date.min, asked.last or date.max
    wanted = [deviation for deviation in calendar.deviations if first <= deviation.date <= last]
    headers = {"Vary": "Accept"}
    if ICAL in ask.headers.get("Accept", "*/*"):
        text = await asyncio.to_thread(write, asked.calendar, wanted, ask.now)
        return Answer(Text(f"{ICAL}; charset=utf-8", text), headers=headers)
    return Answer(Deviations(asked.calendar, tuple(map(DeviationView.of, wanted))), headers=headers)


async def compare(service: Administration, ask: Ask[ImportParameters, bytes]) -> Answer:
    """What they would change, with nothing done."""
    about = await service.plan()
    draft, merged, left_out = await asyncio.to_thread(_drafted, about, ask.parameters, ask.body)
    found = await service.diff_plan(draft, about.version or None)
    diff = PlanDiff.of(found, await service.overrides(), MAX_CHANGES)
    return Answer(_told(merged, left_out, None, diff))


async def put(service: Administration, ask: Ask[ImportReasonParameters, bytes]) -> Answer:
    """Put them into the plan in force, as its next version; what changes nothing makes none."""
    expected, about = await seen_version(service, ask), await service.plan()
    draft, merged, left_out = await asyncio.to_thread(_drafted, about, ask.parameters, ask.body)
    when = when_of(ask.parameters, ask.now)
    made = PlanMade(PlanHead(**{field.name: getattr(about, field.name) for field in fields(PlanHead)}))
    if merged.added or merged.replaced or merged.removed:
        made = await service.apply_plan(
            draft, expected=expected, by=ask.who.name, reason=ask.parameters.reason, **when
        )
    return Answer(
        _told(merged, left_out, AppliedPlan.of(made), None), headers={"ETag": tag_of(made.made, JSON)}
    )


def _calendar(about: PlanVersion, name: str) -> Calendar:
    return _known(load_plan_json(about.document), name)


def _known(plan: Plan, name: str) -> Calendar:
    if name not in plan.calendars:
        raise NotFound(f"there is no calendar {name} in the plan")
    return plan.calendars[name]


def _drafted(
    about: PlanVersion, asked: ImportParameters, octets: bytes
) -> tuple[Draft, Merged, tuple[str, ...]]:
    """The plan with the events in a calendar, as TOML with its comments if it came as that.

    Raises NotFound and Refusal.
    """
    plan = load_plan(about.source) if about.source else load_plan_json(about.document)
    calendar = _known(plan, asked.calendar)
    try:
        found = read(octets)
        merged = merge(calendar, found.deviations, remove_others=asked.remove_others)
        if about.source:
            text, form = put_into_text(about.source, asked.calendar, merged.deviations), Form.TOML
        else:
            text, form = put_into(plan, asked.calendar, merged.deviations).model_dump_json(), Form.JSON
    except IcalRefused as refused:
        errors = [FieldError(fault.partition(",")[0], "", fault) for fault in refused.faults]
        raise Refusal(Kind.ICAL_REFUSED, "nothing was changed", errors) from None
    except NotEditable as error:
        raise Refusal(Kind.ICAL_REFUSED, str(error)) from None
    return Draft(text, form), merged, found.left_out


def _told(
    merged: Merged, left_out: tuple[str, ...], plan: AppliedPlan | None, diff: PlanDiff | None
) -> DeviationsImport:
    return DeviationsImport(merged.added, merged.replaced, merged.removed, merged.same, left_out, plan, diff)
