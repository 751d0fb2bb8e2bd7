"""The facts of one call that tell why it went where it did, from the database."""

from pydantic_core import from_json

from telephony.archive.call_fold import CallRow
from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.database import Database
from telephony.archive.queries import load_queries
from telephony.call.facts import CallArrived, Fact, RouteDecided
from telephony.call.transfer_facts import TransferDecided

MAX_FACTS = 200
"""Facts of one call that are read: its arrival, and decisions, of which one that is handed on all day has
some dozens."""

_TYPES = [fact.__name__ for fact in (CallArrived, RouteDecided, TransferDecided)]

_SQL = load_queries("call_facts")


class CallFacts:
    """Reads them. What this program does not know is left out."""

    def __init__(self, database: Database, codec: Codec[Fact]) -> None:
        self._database = database
        self._codec = codec

    async def decisions(self, call: CallRow) -> list[Fact]:
        """Its arrival and its decisions in order, MAX_FACTS at most. Raises DatabaseAway."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                _SQL["decisions_of_call"], call.node, f"call/{call.record.id}", _TYPES, MAX_FACTS
            )
        found = [self._codec.decode({**row, "data": from_json(row["data"])}) for row in rows]
        return [fact for fact in found if not isinstance(fact, UnknownFact)]
