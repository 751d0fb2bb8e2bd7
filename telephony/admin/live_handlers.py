"""What goes on now: once, or as it changes."""

from telephony.admin.operation import Answer, Ask, Events
from telephony.admin.parameters import Parameters
from telephony.admin.ports import Administration
from telephony.admin.wire import EVENTS


async def live(service: Administration, ask: Ask[Parameters, None]) -> Answer:
    """JSON, unless a stream of events is asked for, which browsers' EventSource does."""
    headers = {"Vary": "Accept"}
    if EVENTS in ask.headers.get("Accept", ""):
        return Answer(Events(await service.listen()), headers=headers)
    return Answer(await service.live(), headers=headers)
