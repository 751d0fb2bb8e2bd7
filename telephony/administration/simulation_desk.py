"""Simulations, as the admin API asks for them (`admin.ports.SimulationDesk`)."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from routing.hours import STOCKHOLM
from telephony.admin.errors import FieldError, Kind, Refusal
from telephony.admin.values import Draft, Form
from telephony.administration.desk import Desk
from telephony.archive.call_log import After, CallFilter
from telephony.call.record import Record
from telephony.simulate.values import Options, Staff, TooManyCalls
from telephony.simulator import Asked, SimulationRefused

PAGE = 50
"""Calls that are read at once: they are checked on the event loop, where calls wait meanwhile."""


class LiveSimulationDesk(Desk):
    """Gives the simulator the call log, page by page."""

    async def simulate_log(self, draft: Draft, first: date, last: date, staff: Staff, seed: int) -> str:
        """With the calls of the log."""
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        options = Options(start, end, staff, seed, self.simulator.talk_limit)
        asked = Asked(draft.text, draft.form is Form.TOML, self._day(), options)
        return await self._simulated(asked, self._log(start, end))

    async def simulate_load(self, text: str, seed: int) -> str:
        """With an invented load."""
        now = self.now()
        options = Options(now, now, seed=seed, talk_limit=self.simulator.talk_limit)
        return await self._simulated(Asked(text, False, self._day(), options, load=True), _nothing())

    async def _simulated(self, asked: Asked, log: AsyncIterator[Sequence[Record]]) -> str:
        try:
            return await self.simulator.run(asked, log)
        except SimulationRefused as refused:
            raise _refusal(refused.path, str(refused)) from refused
        except TooManyCalls as refused:
            raise _refusal("?from", str(refused)) from refused

    async def _log(self, start: datetime, end: datetime) -> AsyncIterator[Sequence[Record]]:
        after: After | None = None
        while True:
            rows = await self.archive.calls.page(CallFilter(since=start, until=end), after, PAGE)
            yield [row.record for row in rows]
            if len(rows) < PAGE:
                return
            after = After(rows[-1].record.arrived_at, rows[-1].record.id)

    def _day(self) -> date:
        return self.now().astimezone(STOCKHOLM).date()


def _refusal(path: str, why: str) -> Refusal:
    return Refusal(Kind.INVALID, "this cannot be simulated", [FieldError(path, "string", why)])


async def _nothing() -> AsyncIterator[Sequence[Record]]:
    return
    yield  # which makes it an iterator


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
