"""Once, or as it changes."""

import asyncio
from datetime import UTC, datetime

from multidict import CIMultiDict

from telephony.admin.live_handlers import live
from telephony.admin.operation import Ask, Events, Who
from telephony.admin.parameters import Parameters
from telephony.admin.values import Live
from telephony.tokens import Role
from tests.support.administration import Town
from tests.telephony.admin.test_event_stream import Play


def asked(accept: str) -> Ask[Parameters, None]:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Ask(Who("eva", Role.SUPERVISOR), now, Parameters(), None, CIMultiDict({"Accept": accept}))


def test_who_asks_for_events_gets_them_and_others_how_it_is() -> None:
    async def play() -> None:
        town = Town()
        town.listener = Play()
        assert isinstance((await live(town, asked("*/*"))).value, Live)
        answer = await live(town, asked("text/event-stream"))
        assert isinstance(answer.value, Events)
        assert answer.headers == {"Vary": "Accept"}

    asyncio.run(play())
