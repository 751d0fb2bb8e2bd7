"""The call log and its key figures, as the admin API asks for them (`admin.ports.CallDesk`)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta

from metrics.key_figures import THRESHOLD_SECONDS, Tally, key_figures
from routing.hours import STOCKHOLM
from telephony.admin.values import KeyFigure, KeyFigures
from telephony.administration.desk import Desk, found
from telephony.archive.call_log import After, CallCounts, CallFilter
from telephony.call.explained import Explained, explain_call
from telephony.call.house_facts import CallersShown
from telephony.call.record import Record


class LiveCallDesk(Desk):
    """Asks the archive."""

    async def calls(self, asked: CallFilter, after: After | None, limit: int) -> Sequence[Record]:
        """Calls, the newest first."""
        return [row.record for row in await self.archive.calls.page(asked, after, limit)]

    async def call(self, call: str) -> Record:
        """One call."""
        return found(await self.archive.calls.get(call), f"call {call}").record

    async def explain_call(self, call: str) -> tuple[Record, Explained]:
        """One call, what was decided in it, and what the plan in force would do."""
        row = found(await self.archive.calls.get(call), f"call {call}")
        explained = explain_call(await self.archive.facts.decisions(row), self.tables)
        return row.record, found(explained, f"fact of the arrival of call {call}")

    async def note_callers_shown(self, *, by: str, reason: str, asked: str) -> None:
        """Journal it."""
        self.record(CallersShown(at=self.now(), by=by, reason=reason, asked=asked))

    async def key_figures(self, day: date | None) -> KeyFigures:
        """The key figures of a day of local time."""
        day = day or self.now().astimezone(STOCKHOLM).date()
        start, end = _midnight(day), _midnight(day + timedelta(days=1))
        tally = _tally(await self.archive.calls.counts(start, end, THRESHOLD_SECONDS))
        figures = tuple(
            KeyFigure(
                id=figure.formula.id,
                version=figure.formula.version,
                name=figure.formula.name,
                words=figure.formula.words,
                over=figure.formula.over,
                under=figure.formula.under,
                unit=figure.formula.unit,
                threshold_seconds=figure.formula.threshold,
                value=None if figure.value is None else round(figure.value, 2),
            )
            for figure in key_figures(tally)
        )
        return KeyFigures(day, tally.to_json(), figures)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _tally(counts: Mapping[str, CallCounts]) -> Tally:
    """The sum over all numbers."""
    rows = [asdict(row) for row in counts.values()]
    return Tally(**{field.name: sum(row[field.name] for row in rows) for field in fields(Tally)})
