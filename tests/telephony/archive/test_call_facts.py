"""The facts of a call come back from the database as they went there."""

import asyncio

from pydantic_core import from_json, to_json

from telephony.archive.call_facts import MAX_FACTS, CallFacts
from telephony.archive.call_fold import CallRow
from telephony.archive.codec import Codec
from telephony.archive.database import Database
from telephony.archive.queries import load_queries
from telephony.archive.upcasts import UPCASTS
from telephony.call.facts import Fact
from telephony.call.record import records
from telephony.call.registry import FACTS
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import after, arrive
from tests.support.postgres import Target

NODE = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
CODEC: Codec[Fact] = Codec(FACTS, UPCASTS)


def stored(target: Target, facts: list[Fact], *, unknown: bool = False) -> list[Fact]:
    """Those of the first call among the facts, read from a database that has them all."""
    (call,) = records(facts[:1]).values()

    async def main() -> list[Fact]:
        database = Database(target)
        await database.open()
        rows = []
        for position, fact in enumerate(facts, 1):
            written = from_json(CODEC.encode(fact))
            if unknown and position == 2:
                written["type"] = "FactOfTheFuture"
            rows.append({**written, "node": NODE, "position": position, "at": fact.at})
        try:
            async with database.transaction() as connection:
                await connection.execute(
                    "insert into fact select * from jsonb_populate_recordset(null::fact, $1::jsonb)",
                    to_json(rows).decode(),
                )
            return await CallFacts(database, CODEC).of(CallRow(call, NODE, 1))
        finally:
            await database.close()

    return asyncio.run(main())


def test_they_are_those_of_the_call_alone_and_in_order(target: Target) -> None:
    facts: list[Fact] = [fact for fact in play(SCENARIOS[0]).facts if fact.stream == "call/c1"]
    assert len(facts) > 3
    other = arrive("c2", at=after(1))

    assert stored(target, [facts[0], other, *facts[1:]]) == facts


def test_what_this_program_does_not_know_is_left_out(target: Target) -> None:
    facts: list[Fact] = [fact for fact in play(SCENARIOS[0]).facts if fact.stream == "call/c1"]

    assert stored(target, facts, unknown=True) == [facts[0], *facts[2:]]


def test_no_call_is_read_without_a_bound() -> None:
    assert "limit $3" in load_queries("call_facts")["facts_of_call"]
    assert MAX_FACTS == 2000
