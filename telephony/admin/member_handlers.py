"""Members of groups: what each is doing, and changing it."""

from telephony.admin.bodies import MemberStateWanted
from telephony.admin.operation import Answer, Ask
from telephony.admin.parameters import MemberParameters, MembersParameters
from telephony.admin.ports import Administration
from telephony.admin.views import page_of
from telephony.desk.member_change import Change


async def members(service: Administration, ask: Ask[MembersParameters, None]) -> Answer:
    """A page of them."""
    asked = ask.parameters
    found = await service.members(asked.cursor, asked.limit + 1, group=asked.group, state=asked.state)
    return Answer(page_of(found, asked.limit, lambda member: member.person))


async def member(service: Administration, ask: Ask[MemberParameters, None]) -> Answer:
    """One of them."""
    return Answer(await service.member(ask.parameters.person))


async def set_state(service: Administration, ask: Ask[MemberParameters, MemberStateWanted]) -> Answer:
    """What they are doing afterwards."""
    wanted = ask.body
    change = Change(
        ask.parameters.person, wanted.state, ask.who.name, wanted.group or "", wanted.reason or ""
    )
    return Answer(await service.change_member(change))
