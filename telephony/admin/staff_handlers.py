"""Groups, their members and the phones (P4, P11), and how the service does."""

from telephony.admin.bodies import PasswordWanted
from telephony.admin.operation import Answer, Ask
from telephony.admin.parameters import GroupParameters, ListParameters, Parameters, PhoneParameters
from telephony.admin.ports import Administration
from telephony.admin.views import page_of


async def groups(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """A page of them."""
    limit = ask.parameters.limit
    found = await service.groups(ask.parameters.cursor, limit + 1)
    return Answer(page_of(found, limit, lambda state: state.group))


async def group(service: Administration, ask: Ask[GroupParameters, None]) -> Answer:
    """One of them."""
    return Answer(await service.group(ask.parameters.group))


async def phones(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """A page of them."""
    limit = ask.parameters.limit
    found = await service.phones(ask.parameters.cursor, limit + 1)
    return Answer(page_of(found, limit, lambda state: state.account))


async def set_password(service: Administration, ask: Ask[PhoneParameters, PasswordWanted]) -> Answer:
    """It goes in and never comes out."""
    await service.set_password(ask.parameters.account, ask.body.password, by=ask.who.name)
    return Answer(status=204)


async def registrations(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """A page of them."""
    limit = ask.parameters.limit
    found = await service.registrations(ask.parameters.cursor, limit + 1)
    return Answer(page_of(found, limit, lambda row: row.account))


async def status(service: Administration, _: Ask[Parameters, None]) -> Answer:
    """From memory."""
    return Answer(await service.status())
