"""The call log (P17) and the key figures (P5). Callers of protected numbers are masked here."""

from telephony.admin.errors import Kind, Refusal
from telephony.admin.operation import Answer, Ask, Page, Who
from telephony.admin.parameters import CallParameters, CallsParameters, DayParameters
from telephony.admin.ports import Administration
from telephony.admin.views import CallExplanation, CallView, cursor_of_call, page_of, place_of
from telephony.archive.call_log import CallFilter
from telephony.call.record import Record
from telephony.tokens import Role


async def calls(service: Administration, ask: Ask[CallsParameters, None]) -> Answer:
    """A page of them, the newest first."""
    asked = ask.parameters
    unmask = _may_unmask(ask.who, asked.reason)
    wanted = CallFilter(
        since=asked.start,
        until=asked.end,
        number=asked.number,
        outcome=asked.outcome,
        answered_by=asked.answered_by,
        caller=asked.caller,
        with_protected=unmask,
    )
    found = await service.calls(wanted, place_of(asked.cursor), asked.limit + 1)
    page = page_of(found, asked.limit, cursor_of_call)
    if unmask:
        words = asked.model_dump_json(exclude={"reason"}, exclude_defaults=True, by_alias=True)
        await service.note_callers_shown(by=ask.who.name, reason=asked.reason or "", asked=words)
    return Answer(Page(tuple(CallView.of(record, unmask=unmask) for record in page.items), page.next))


async def call(service: Administration, ask: Ask[CallParameters, None]) -> Answer:
    """One of them."""
    unmask = _may_unmask(ask.who, ask.parameters.reason)
    record = await service.call(ask.parameters.call)
    return Answer(await _shown(service, ask, record, unmask=unmask))


async def explanation(service: Administration, ask: Ask[CallParameters, None]) -> Answer:
    """What was decided in one of them, and what the plan in force would do."""
    unmask = _may_unmask(ask.who, ask.parameters.reason)
    record, explained = await service.explain_call(ask.parameters.call)
    return Answer(CallExplanation.of(await _shown(service, ask, record, unmask=unmask), explained))


async def key_figures(service: Administration, ask: Ask[DayParameters, None]) -> Answer:
    """Of a day."""
    return Answer(await service.key_figures(ask.parameters.day))


async def _shown(
    service: Administration, ask: Ask[CallParameters, None], record: Record, *, unmask: bool
) -> CallView:
    if unmask:
        reason = ask.parameters.reason or ""
        await service.note_callers_shown(by=ask.who.name, reason=reason, asked=f"call {record.id}")
    return CallView.of(record, unmask=unmask)


def _may_unmask(who: Who, reason: str | None) -> bool:
    """Whether a reason was given by somebody who may. Raises Refusal for who may not."""
    if reason is None:
        return False
    if not who.role.allows(Role.OPERATOR):
        detail = "callers of protected numbers are for the role operator: leave out `reason`"
        raise Refusal(Kind.FORBIDDEN, detail)
    return True
