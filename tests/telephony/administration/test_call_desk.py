"""The call log, its figures, and what is journalled."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from pydantic_core import from_json, to_json

from telephony.admin.errors import NotFound
from telephony.administration.live import LiveAdministration
from telephony.archive.call_fold import CallRow
from telephony.archive.call_log import CallFilter
from telephony.archive.codec import Codec
from telephony.archive.errors import DatabaseAway
from telephony.archive.queries import load_queries
from telephony.archive.upcasts import UPCASTS
from telephony.call import house_facts as h
from telephony.call.record import Record, records
from telephony.call.registry import FACTS
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import NOON
from tests.support.office import NODE, Office
from tests.support.plans import MAIN


async def store(desk: LiveAdministration, calls: Iterable[Record]) -> None:
    rows = [CallRow(record, NODE, place) for place, record in enumerate(calls, 1)]
    columns = to_json([row.to_columns() for row in rows]).decode()
    async with desk.archive._database.transaction() as connection:
        await connection.execute(load_queries("shipping")["store_calls"], columns)


def test_calls_are_read_from_the_log_and_counted(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        made = [record for scenario in SCENARIOS for record in records(play(scenario).facts).values()]
        await store(desk, [replace(row, id=f"call{place}") for place, row in enumerate(made, 1)])

        (newest,) = await desk.calls(CallFilter(), None, 1)
        assert await desk.call(newest.id) == newest
        with pytest.raises(NotFound, match="there is no call nothing"):
            await desk.call("nothing")

        figures = await desk.key_figures(newest.arrived_at.date())
        assert figures.counts["offered"] > 0
        assert {figure.id: figure.unit for figure in figures.figures}["answered_share"] == "%"
        assert (await desk.key_figures(None)).day == NOON.date()

    office.run(use)


def test_a_call_is_explained_by_its_facts_and_by_the_plan_in_force(office: Office) -> None:
    codec, facts = (
        Codec(FACTS, UPCASTS),
        [fact for fact in play(SCENARIOS[0]).facts if fact.stream == "call/c1"],
    )

    async def use(desk: LiveAdministration) -> None:
        await store(desk, records(facts).values())
        with pytest.raises(NotFound, match="fact of the arrival of call c1"):
            await desk.explain_call("c1")
        written = [
            {**from_json(codec.encode(fact)), "node": NODE, "position": place, "at": fact.at}
            for place, fact in enumerate(facts, 1)
        ]
        async with desk.archive._database.transaction() as connection:
            await connection.execute(
                "insert into fact select * from jsonb_populate_recordset(null::fact, $1::jsonb)",
                to_json(written).decode(),
            )

        record, explained = await desk.explain_call("c1")

        assert record.id == "c1"
        assert [past.decision for past in explained.decisions] == list(SCENARIOS[0].decisions)
        assert explained.today.plan_version == 1
        with pytest.raises(NotFound, match="there is no call nothing"):
            await desk.explain_call("nothing")

    office.run(use)


def test_without_the_database_the_log_says_so_and_all_else_goes_on(office: Office) -> None:
    with pytest.raises(DatabaseAway):
        office.ask(office.desk.calls(CallFilter(), None, 1))
    with pytest.raises(DatabaseAway):
        office.ask(office.desk.key_figures(None))
    assert office.ask(office.desk.plan()).version == 0
    assert office.ask(office.desk.number(MAIN)).open


def test_that_callers_were_shown_is_journalled_with_the_reason(office: Office) -> None:
    office.ask(office.desk.note_callers_shown(by="eva", reason="Polisanmälan", asked='{"number":"+46..."}'))

    (fact,) = office.facts(h.CallersShown)
    assert (fact.by, fact.reason, fact.asked) == ("eva", "Polisanmälan", '{"number":"+46..."}')
