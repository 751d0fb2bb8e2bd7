"""Numbers, their hours and overrides, as the admin API asks for them (`admin.ports.NumberDesk`)."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from routing.decide import decide
from routing.decision import Decision
from routing.explain import question_of
from routing.opening import effective_opening, in_force, next_opening_change, opening, opens_next
from routing.override import Override
from routing.situation import Everybody
from routing.swedish import opens_again
from routing.tables import NumberRow
from routing.working_days import due, working_days_after
from telephony.admin.errors import NotAllowed, NotFound
from telephony.admin.values import Due, HoursSpan, NumberState, Overrides
from telephony.administration.desk import Desk, found
from telephony.call.house_facts import OverrideEnded, OverrideSet


class LiveNumberDesk(Desk):
    """Asks the tables in force and the house."""

    async def numbers(self, after: str, limit: int) -> Sequence[NumberState]:
        """Numbers of the plan by number."""
        rows = [row for key, row in sorted(self._numbers.items()) if key > after][:limit]
        overrides, now = dict(self.switchboard.house.overrides()), self.now()
        return await asyncio.to_thread(lambda: [number_state(row, overrides, now) for row in rows])

    async def number(self, number: str) -> NumberState:
        """One of them."""
        return number_state(self._number(number), self.switchboard.house.overrides(), self.now())

    async def hours(self, number: str, start: datetime, end: datetime) -> Sequence[HoursSpan]:
        """When it is open by plan and overrides."""
        row, overrides, now = self._number(number), dict(self.switchboard.house.overrides()), self.now()
        spans = await asyncio.to_thread(effective_opening, overrides, row, start, end, now)
        return [HoursSpan(span.start, span.end, span.open, span.entry) for span in spans]

    async def due(self, number: str, since: datetime, days: int) -> Due:
        """When something is due that has this many working days."""
        return await asyncio.to_thread(due_of, self._number(number), since, days)

    async def overrides(self) -> Overrides:
        """All that are in force."""
        now = self.now()
        return {key: given for key, given in self.switchboard.house.overrides().items() if given.until > now}

    async def set_override(self, number: str, override: Override, *, by: str) -> None:
        """Put it in force in place of any other of this number."""
        if number:
            self._number(number)
        if override.announcement and override.announcement not in self.keeper.prompts:
            known = ", ".join(sorted(self.keeper.prompts))
            raise NotAllowed("/announcement", f"the name of an announcement that exists: {known}")
        self.record(OverrideSet(at=self.now(), number=number, override=override, by=by))

    async def end_override(self, number: str, *, by: str) -> None:
        """End it."""
        if number not in await self.overrides():
            raise NotFound(f"there is no override of {number or 'all numbers'}")
        self.record(OverrideEnded(at=self.now(), number=number, by=by))

    async def explain(
        self, number: str, caller: str | None, at: datetime | None, phone: str | None = None
    ) -> Decision:
        """Where a call from outside, or of a phone, would go."""
        if phone is not None:
            found(self.tables.phones.get(phone), f"phone {phone} in the plan")
        house = self.switchboard.house
        question = question_of(number, caller, phone or "")
        situation = house if at is None else Everybody(house.overrides())
        return decide(self.tables, question, situation, at or self.now())

    @property
    def _numbers(self) -> dict[str, NumberRow]:
        """Those of the municipality: people's own have no hours, and some are told to nobody (P11)."""
        return {key: row for key, row in self.tables.numbers.items() if not row.personal}

    def _number(self, number: str) -> NumberRow:
        return found(self._numbers.get(number), f"number {number} in the plan")


def number_state(row: NumberRow, overrides: Mapping[str, Override], now: datetime) -> NumberState:
    """A number of the plan at an aware time, with the overrides that are in force."""
    is_open, entry, _ = opening(overrides, row, now)
    found = in_force(overrides, row, now)
    opens_at = opens_next(overrides, row, now)
    return NumberState(
        number=row.number,
        function=row.function,
        calendar=row.calendar.name,
        protected=row.protected,
        open=is_open,
        decided_by=entry,
        until=next_opening_change(overrides, row, now),
        override=found[1] if found else None,
        opens_at=opens_at,
        opens_again="" if is_open else opens_again(opens_at, now),
    )


def due_of(row: NumberRow, since: datetime, days: int) -> Due:
    """When something is due that has this many working days, by a number's calendar. Raises ValueError."""
    counted = working_days_after(row.calendar, since, days)
    return Due(row.number, since.astimezone(UTC), counted, due(row.calendar, since, days))
