"""Simulations of the call log in the database, and of invented loads."""

import json
from dataclasses import replace
from datetime import date

import pytest
from pydantic_core import to_json

from telephony.admin.errors import Refusal
from telephony.admin.values import Draft, Form
from telephony.administration.live import LiveAdministration
from telephony.administration.simulation_desk import PAGE
from telephony.archive.call_fold import CallRow
from telephony.archive.errors import DatabaseAway
from telephony.archive.queries import load_queries
from telephony.simulate.values import Staff
from tests.support.office import NODE, PEOPLE, Office
from tests.support.plans import MAIN, NUMBERS, PlanText, tables_of
from tests.support.simulated import made_day

SAME = Draft(str(PlanText(people=PEOPLE)), Form.TOML)
CLOSED = Draft(str(PlanText(people=PEOPLE, numbers=NUMBERS.replace("alltid", "aldrig"))), Form.TOML)
DAY = date(2026, 11, 24)


async def keep_a_day(desk: LiveAdministration, calls: float) -> int:
    """Put a day's calls into the log; how many they are."""
    made = made_day(tables_of(people=PEOPLE), calls)
    rows = [CallRow(replace(record, id=f"c{at:05}"), NODE, at) for at, record in enumerate(made, 1)]
    columns = to_json([row.to_columns() for row in rows]).decode()
    async with desk.archive._database.transaction() as connection:
        await connection.execute(load_queries("shipping")["store_calls"], columns)
    return len(rows)


def test_a_day_of_the_log_meets_a_plan(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        count = await keep_a_day(desk, 3.0 * PAGE)
        assert count > 2 * PAGE  # it is read page by page

        same = json.loads(await desk.simulate_log(SAME, DAY, DAY, Staff.EVERYBODY, 1))
        closed = json.loads(await desk.simulate_log(CLOSED, DAY, DAY, Staff.EVERYBODY, 1))
        before = json.loads(await desk.simulate_log(SAME, date(2026, 11, 23), DAY, Staff.EVERYBODY, 1))

        assert (same["now"]["calls"], same["different_count"]) == (count, 0)
        assert closed["now"]["outcomes"]["closed"] == count
        assert before["now"] == same["now"]

    office.run(use)


def test_an_invented_load_needs_no_database(office: Office) -> None:
    load = {"date": "2026-12-07", "calls": {MAIN: 20}, "profile": {"08:00": 1}}
    text = json.dumps({"plan": SAME.text, "load": load})

    found = json.loads(office.ask(office.desk.simulate_load(text, 3)))

    assert (found["source"], found["seed"]) == ("load", 3)


def test_what_cannot_be_simulated_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.simulator.MAX_CALLS", 10)

    async def use(desk: LiveAdministration) -> None:
        await keep_a_day(desk, 40.0)
        with pytest.raises(Refusal) as too_many:
            await desk.simulate_log(SAME, DAY, DAY, Staff.EVERYBODY, 1)
        with pytest.raises(Refusal) as unknown:
            await desk.simulate_log(SAME, date(2026, 9, 1), date(2026, 9, 1), Staff.LOG, 1)
        assert [error.path for error in (*too_many.value.errors, *unknown.value.errors)] == [
            "?from",
            "?staff",
        ]

    office.run(use)


def test_without_the_database_there_is_no_log(office: Office) -> None:
    with pytest.raises(DatabaseAway):
        office.ask(office.desk.simulate_log(SAME, DAY, DAY, Staff.EVERYBODY, 1))
