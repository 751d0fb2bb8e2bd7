"""The call log as it is asked: by page, by id, counted. What it gives is the truth unmasked; whoever shows it
masks (`Record.shown_caller`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from telephony.archive.call_fold import CallRow
from telephony.archive.database import Database
from telephony.archive.errors import FactsRefused
from telephony.archive.queries import load_queries
from telephony.call.facts import Outcome
from telephony.call.record import Record

LONGEST_PAGE = 500
"""Rows of one page at most: it is read, sent and shown at once."""

log = structlog.get_logger("vaxeln")

_SQL = load_queries("calls")
_RECORD = TypeAdapter(Record)
_FIELDS = frozenset(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls: all that fit everything that is given.

    `since` and `until` are half-open and of the arrival. `number`, `caller` are E.164; `answered_by` is a
    person (or `trunk/NAME`). By `caller` no call to a protected number is found, unless `with_protected`:
    that somebody has called there is what is protected.
    """

    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    outcome: Outcome | None = None
    answered_by: str | None = None
    caller: str | None = None
    with_protected: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins: behind the call that ended the page before."""

    arrived_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class CallCounts:
    """The calls to one number that arrived in a period and have ended, counted as the key figures count them
    (`metrics.key_figures.Tally` says what each is); times are sums in seconds."""

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_short: int = 0
    no_answer: int = 0
    busy: int = 0
    nobody_there: int = 0
    full: int = 0
    callback: int = 0
    self_service: int = 0
    failed: int = 0
    closed: int = 0
    answer_seconds: float = 0.0
    talk_seconds: float = 0.0


class CallLog:
    """The call log of all nodes that ship to this database. Every method may raise `DatabaseAway`.

    Some may run a newer program. A call of theirs that this one does not understand is passed over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: set[str] = set()  # the fields that were not understood

    async def page(self, wanted: CallFilter, after: After | None, limit: int) -> list[CallRow]:
        """The newest `limit` calls (at most `LONGEST_PAGE`) that are wanted, newest first, behind `after`."""
        limit = max(1, min(limit, LONGEST_PAGE))
        found: list[CallRow] = []
        while True:
            rows = await self._rows(
                "page_of_calls",
                wanted.since,
                wanted.until,
                wanted.number,
                wanted.outcome,
                wanted.answered_by,
                wanted.caller,
                wanted.with_protected,
                after and after.arrived_at,
                after and after.id,
                limit,
            )
            found += self._understood(rows)
            if len(rows) < limit or len(found) >= limit:
                return found[:limit]
            after = After(rows[-1]["arrived_at"], rows[-1]["id"])

    async def get(self, call: str) -> CallRow | None:
        """The call with this id."""
        rows = self._understood(await self._rows("call", call))
        return rows[0] if rows else None

    async def counts(
        self, since: datetime, until: datetime, within_seconds: float, node: UUID | None = None
    ) -> Mapping[str, CallCounts]:
        """The ended calls that arrived from `since` to before `until`, counted by number of the plan.

        `within_seconds` is the limit of what is in time, or short. Of all nodes, or of one.
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SQL["counts"], since, until, within_seconds, node)
        return {row["number"]: CallCounts(**{k: v for k, v in row.items() if k != "number"}) for row in rows}

    async def _rows(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        try:
            async with self._database.connection() as connection:
                return await connection.fetch(_SQL[query], *arguments)
        except FactsRefused:
            return []  # it was asked for what no row can hold, such as text with NUL

    def _understood(self, rows: Sequence[asyncpg.Record]) -> list[CallRow]:
        found, unknown = [], set()
        for row in rows:
            try:
                found.append(_call_row(row))
            except ValidationError as error:
                unknown |= {str(detail["loc"][0]) for detail in error.errors()}
        if unknown - self._told:
            self._told |= unknown
            log.error("calls_not_understood", calls=len(rows) - len(found), fields=sorted(unknown))
        return found


def _call_row(row: asyncpg.Record) -> CallRow:
    node: UUID = row["node"]
    columns = {name: value for name, value in row.items() if name in _FIELDS}
    record = _RECORD.validate_python(columns | {"talks": from_json(row["talks"])})
    return CallRow(record, str(node), row["position"])
