"""Numbers: whether they are open, their hours, their overrides, and where a call to one would go (P9)."""

from datetime import date, datetime, time, timedelta

from routing.hours import STOCKHOLM
from routing.override import Override
from telephony.admin.bodies import MAX_OVERRIDE, OverrideWanted
from telephony.admin.errors import FieldError, Kind, Refusal
from telephony.admin.operation import Answer, Ask
from telephony.admin.parameters import (
    DueParameters,
    ExplainParameters,
    HoursParameters,
    ListParameters,
    NumberParameters,
    OverrideParameters,
    Parameters,
)
from telephony.admin.ports import Administration
from telephony.admin.views import (
    Hours,
    Overrides,
    OverrideView,
    explanation_of,
    page_of,
)
from telephony.admin.wire import ALL_NUMBERS


async def numbers(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """A page of them."""
    limit = ask.parameters.limit
    found = await service.numbers(ask.parameters.cursor, limit + 1)
    return Answer(page_of(found, limit, lambda state: state.number))


async def number(service: Administration, ask: Ask[NumberParameters, None]) -> Answer:
    """One of them."""
    return Answer(await service.number(ask.parameters.number))


async def hours(service: Administration, ask: Ask[HoursParameters, None]) -> Answer:
    """From the midnight before the first day to the midnight after the last."""
    try:
        first, last = ask.parameters.days(ask.now.astimezone(STOCKHOLM).date())
    except ValueError as error:
        errors = [FieldError("?to", "string", str(error))]
        raise Refusal(Kind.INVALID, "that is no period", errors) from None
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    wanted = ask.parameters.number
    return Answer(Hours(wanted, tuple(await service.hours(wanted, start, end))))


async def due(service: Administration, ask: Ask[DueParameters, None]) -> Answer:
    """When something is due that has so many working days (P14)."""
    asked = ask.parameters
    return Answer(await service.due(asked.number, asked.since or ask.now, asked.days))


async def overrides(service: Administration, _: Ask[Parameters, None]) -> Answer:
    """All that are in force, the one for all first."""
    found = sorted((await service.overrides()).items())
    return Answer(Overrides(tuple(OverrideView.of(number, override) for number, override in found)))


async def set_override(service: Administration, ask: Ask[OverrideParameters, OverrideWanted]) -> Answer:
    """Put it in force in place of any other of that number."""
    wanted = ask.body
    if not timedelta(0) < wanted.until - ask.now <= MAX_OVERRIDE:
        allowed = (
            f"after now and at most {MAX_OVERRIDE.days} days ahead; what lasts longer belongs in the plan"
        )
        errors = [FieldError("/until", "string", allowed)]
        raise Refusal(Kind.INVALID, "an override has an end", errors)
    override = Override(wanted.open, wanted.until, wanted.reason, wanted.owner, wanted.announcement or "")
    await service.set_override(_key(ask.parameters), override, by=ask.who.name)
    return Answer(OverrideView.of(_key(ask.parameters), override))


async def end_override(service: Administration, ask: Ask[OverrideParameters, None]) -> Answer:
    """The calendar decides again."""
    await service.end_override(_key(ask.parameters), by=ask.who.name)
    return Answer(status=204)


async def explain(service: Administration, ask: Ask[ExplainParameters, None]) -> Answer:
    """The same function as a live call's."""
    asked = ask.parameters
    return Answer(explanation_of(await service.explain(asked.number, asked.caller, asked.at, asked.phone)))


def _key(parameters: OverrideParameters) -> str:
    return "" if parameters.number == ALL_NUMBERS else parameters.number


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)
