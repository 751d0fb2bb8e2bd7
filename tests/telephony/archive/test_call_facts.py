"""The facts of a call come back from the database as they went there."""

import asyncio

from pydantic_core import from_json, to_json

from telephony.archive.call_facts import MAX_FACTS, CallFacts
from telephony.archive.call_fold import CallRow
from telephony.archive.codec import Codec
from telephony.archive.database import Database
from telephony.archive.upcasts import UPCASTS
from telephony.call.facts import CallArrived, Fact, RouteDecided
from telephony.call.record import records
from telephony.call.registry import FACTS
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import after, arrive
from tests.support.postgres import Target

NODE = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
CODEC: Codec[Fact] = Codec(FACTS, UPCASTS)


def stored(target: Target, facts: list[Fact], *, of_the_future: type[Fact] | None = None) -> list[Fact]:
    """Those of the first call among the facts, read from a database that has them all."""
    (call,) = records(facts[:1]).values()

    async def main() -> list[Fact]:
        database = Database(target)
        await database.open()
        rows = []
        for position, fact in enumerate(facts, 1):
            written = from_json(CODEC.encode(fact))
            if of_the_future and isinstance(fact, of_the_future):
                written["version"] = 99
            rows.append({**written, "node": NODE, "position": position, "at": fact.at})
        try:
            async with database.transaction() as connection:
                await connection.execute(
                    "insert into fact select * from jsonb_populate_recordset(null::fact, $1::jsonb)",
                    to_json(rows).decode(),
                )
            return await CallFacts(database, CODEC).decisions(CallRow(call, NODE, 1))
        finally:
            await database.close()

    return asyncio.run(main())


def test_they_are_those_of_the_call_that_tell_why_and_in_order(target: Target) -> None:
    facts: list[Fact] = [fact for fact in play(SCENARIOS[0]).facts if fact.stream == "call/c1"]
    other = arrive("c2", at=after(1))

    found = stored(target, [facts[0], other, *facts[1:]])

    assert found == [fact for fact in facts if isinstance(fact, CallArrived | RouteDecided)]
    assert len(facts) > len(found) > 1


def test_what_this_program_does_not_know_is_left_out(target: Target) -> None:
    facts: list[Fact] = [fact for fact in play(SCENARIOS[0]).facts if fact.stream == "call/c1"]

    assert stored(target, facts, of_the_future=RouteDecided) == [facts[0]]


def test_no_call_is_read_without_a_bound(target: Target) -> None:
    first: Fact = arrive("c1")
    decided = [fact for fact in play(SCENARIOS[0]).facts if isinstance(fact, RouteDecided)]

    assert len(stored(target, [first, *decided[:1] * (2 * MAX_FACTS)])) == MAX_FACTS
