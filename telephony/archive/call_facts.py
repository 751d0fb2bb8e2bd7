"""The facts of one call, from the database: what it was folded from, whole."""

from pydantic_core import from_json

from telephony.archive.call_fold import CallRow
from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.database import Database
from telephony.archive.queries import load_queries
from telephony.call.facts import Fact

MAX_FACTS = 2000
"""Facts of one call that are read: one that was handed on all day has some hundreds."""

_SQL = load_queries("call_facts")


class CallFacts:
    """Reads them. What this program does not know is left out."""

    def __init__(self, database: Database, codec: Codec[Fact]) -> None:
        self._database = database
        self._codec = codec

    async def of(self, call: CallRow) -> list[Fact]:
        """In order, the first MAX_FACTS. Raises DatabaseAway."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                _SQL["facts_of_call"], call.node, f"call/{call.record.id}", MAX_FACTS
            )
        found = [self._codec.decode({**row, "data": from_json(row["data"])}) for row in rows]
        return [fact for fact in found if not isinstance(fact, UnknownFact)]
