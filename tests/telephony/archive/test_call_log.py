"""The call log: pages that never skip nor repeat, and counts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from pydantic_core import to_json
from structlog.testing import capture_logs

from telephony.archive import call_log as module
from telephony.archive.call_fold import CallRow
from telephony.archive.call_log import After, CallCounts, CallFilter, CallLog
from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway
from telephony.archive.queries import load_queries
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, records
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import CALLER, NOON, after, arrive
from tests.support.postgres import Postgres, Target

T = TypeVar("T")
NODE = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
BYGGLOV = "+46853061100"


def made(number: int, **fields: object) -> Record:
    """The record of a call that arrived `number` seconds after noon."""
    record = next(iter(records([arrive(f"c{number:03}", at=after(number))]).values()))
    return replace(record, number=BYGGLOV, **fields)  # type: ignore[arg-type]


def with_log(target: Target, stored: list[Record], use: Callable[[CallLog], Awaitable[T]]) -> T:
    async def main() -> T:
        database = Database(target)
        await database.open()
        rows = [CallRow(record, NODE, at).to_columns() for at, record in enumerate(stored, 1)]
        async with database.transaction() as connection:
            await connection.execute(load_queries("shipping")["store_calls"], to_json(rows).decode())
        try:
            return await use(CallLog(database))
        finally:
            await database.close()

    return asyncio.run(main())


def ids(rows: list[CallRow]) -> list[str]:
    return [row.record.id for row in rows]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_record_comes_back_as_it_was(target: Target, scenario: object) -> None:
    (record,) = records(play(scenario).facts).values()  # type: ignore[arg-type]

    row = with_log(target, [record], lambda log: log.get(record.id))

    assert row == CallRow(replace(record, legs=()), NODE, 1)


def test_pages_are_newest_first_and_go_on_where_the_last_ended(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_time = [replace(made(7), id=f"s{number}") for number in range(5)]

    async def use(log: CallLog) -> list[str]:
        found: list[str] = []
        after_this: After | None = None
        while page := await log.page(CallFilter(), after_this, 3):
            found += ids(page)
            after_this = After(page[-1].record.arrived_at, page[-1].record.id)
        assert len(await log.page(CallFilter(), None, 10**9)) == 15
        monkeypatch.setattr(module, "LONGEST_PAGE", 4)
        assert len(await log.page(CallFilter(), None, 10**9)) == 4
        assert len(await log.page(CallFilter(), None, 0)) == 1
        assert await log.get("nobody") is None
        return found

    found = with_log(target, [*(made(number) for number in range(10)), *same_time], use)

    assert found == ["c009", "c008", "s4", "s3", "s2", "s1", "s0", *(f"c00{n}" for n in range(7, -1, -1))]


FILTERS = [
    (CallFilter(), ["c005", "c004", "c003", "c002", "c001"]),
    (CallFilter(since=after(2), until=after(4)), ["c003", "c002"]),
    (CallFilter(number="+46853061000"), ["c004"]),
    (CallFilter(outcome=Outcome.ANSWERED), ["c001"]),
    (CallFilter(answered_by="anna"), ["c001"]),
    (CallFilter(caller=CALLER), ["c004", "c001"]),
    (CallFilter(caller=CALLER, with_protected=True), ["c005", "c004", "c001"]),
    (CallFilter(caller=CALLER, number="+46853061000", since=NOON), ["c004"]),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS)
def test_a_filter_narrows_the_log(target: Target, wanted: CallFilter, found: list[str]) -> None:
    stored = [
        made(1, outcome=Outcome.ANSWERED, answered_by="anna", ended_at=after(9)),
        made(2, caller="+46701740606"),
        made(3, hidden=True),
        replace(made(4), number="+46853061000"),
        made(5, protected=True),
    ]

    assert ids(with_log(target, stored, lambda log: log.page(wanted, None, 100))) == found


def test_what_no_row_can_hold_is_not_found(target: Target) -> None:
    async def use(log: CallLog) -> None:
        assert await log.get("a\0b") is None
        assert await log.get("\ud800") is None
        assert await log.page(CallFilter(number="a\0b"), None, 10) == []
        assert ids(await log.page(CallFilter(), None, 10)) == ["c001"]

    with_log(target, [made(1)], use)


def test_a_call_of_a_newer_program_is_passed_over_and_told_once(target: Target) -> None:
    async def use(log: CallLog) -> None:
        async with log._database.connection() as connection:
            await connection.execute(
                "update call set outcome = 'teleported' where id in ('c002', 'c003', 'c004')"
            )
        with capture_logs() as lines:
            assert ids(await log.page(CallFilter(), None, 2)) == ["c005", "c001"]
            assert ids(await log.page(CallFilter(), None, 10)) == ["c005", "c001", "c000"]
            assert await log.get("c003") is None
        (line,) = lines
        assert (line["event"], line["fields"]) == ("calls_not_understood", ["outcome"])
        assert "teleported" not in str(line)

    with_log(target, [made(number) for number in range(6)], use)


def test_calls_are_counted_by_number(target: Target) -> None:
    def ended(number: int, outcome: Outcome, seconds: float, **fields: object) -> Record:
        end = after(number + seconds)
        return made(number, outcome=outcome, ended_at=end, ended_by=EndedBy.CALLER, **fields)

    stored = [
        ended(1, Outcome.ANSWERED, 70, person_answered_at=after(11), first_rang_at=after(2), offered=("a",)),
        ended(2, Outcome.ANSWERED, 70, person_answered_at=after(42), first_rang_at=after(3), offered=("a",)),
        ended(3, Outcome.ABANDONED, 20, offered=("a",)),
        ended(4, Outcome.ABANDONED, 21, offered=("a",)),
        ended(5, Outcome.CLOSED, 5),
        ended(6, Outcome.NOBODY_THERE, 0),
        ended(7, Outcome.BUSY, 0),
        ended(8, Outcome.NO_ANSWER, 40, offered=("a",)),
        ended(9, Outcome.FAILED, 0),
        ended(10, Outcome.LOST, 0),
        ended(11, Outcome.INTERRUPTED, 0),
        ended(14, Outcome.LOST, 20, person_answered_at=after(19)),
        ended(17, Outcome.FULL, 0),
        ended(18, Outcome.SELF_SERVICE, 9),
        replace(ended(15, Outcome.ANSWERED, 20, person_answered_at=after(19)), number="112"),
        replace(ended(16, Outcome.FAILED, 0), number=""),
        made(12),
        replace(ended(13, Outcome.CLOSED, 1), number="+46853061000"),
        ended(90, Outcome.CLOSED, 1),
    ]

    def count(log: CallLog) -> Awaitable[Mapping[str, CallCounts]]:
        return log.counts(NOON, NOON + timedelta(seconds=90), 20.0)

    assert with_log(target, stored, count) == {
        "+46853061000": CallCounts(closed=1),
        BYGGLOV: CallCounts(
            offered=13,
            answered=3,
            answered_in_time=2,
            abandoned=2,
            abandoned_short=1,
            no_answer=1,
            busy=1,
            nobody_there=1,
            full=1,
            self_service=1,
            failed=3,
            closed=1,
            answer_seconds=10.0 + 40.0 + 5.0,
            talk_seconds=60.0 + 30.0 + 15.0,
        ),
    }


def test_calls_of_one_node_are_counted_alone(target: Target) -> None:
    over = {"outcome": Outcome.BUSY, "ended_at": after(9), "ended_by": EndedBy.CALLER}
    stored = [made(number, **over) for number in (1, 2)]

    def count(node: str) -> Callable[[CallLog], Awaitable[Mapping[str, CallCounts]]]:
        return lambda log: log.counts(NOON, NOON + timedelta(seconds=90), 20.0, UUID(node))

    assert with_log(target, stored, count(NODE))[BYGGLOV].busy == 2
    assert with_log(target, [], count("01890000-0000-7000-8000-00000000000f")) == {}


def test_a_page_of_a_large_log_is_read_by_an_index(
    target: Target, postgres: Postgres, database_name: str
) -> None:
    with_log(target, [made(1)], lambda log: log.get("c001"))
    columns = (
        'node, position, origin, origin_name, hidden, dialled, sip_call_id, function, "group", protected, '
        "emergency, plan_version, offered, rang, answered_by, announcement, reasons, reason"
    )
    postgres.execute(
        f"insert into call (id, arrived_at, number, caller, {columns}) select 'x' || n, arrived_at + n * "
        f"interval '1 second', '+468530611' || lpad((n % 100)::text, 2, '0'), '+4670' || n % 5000, {columns} "
        "from call, generate_series(1, 50000) n",
        database_name,
    )
    postgres.execute("analyze call", database_name)
    text = load_queries("calls")["page_of_calls"].rstrip().rstrip(";")
    for position, value in [
        (10, "50"),
        (9, "'x400'"),
        (8, "'2026-11-24 20:00+00'"),
        (7, "false"),
        (6, "null"),
        (5, "null"),
        (4, "null"),
        (3, "'+46853061100'"),
        (2, "null"),
        (1, "null"),
    ]:
        text = text.replace(f"${position}", value)

    plan = "\n".join(str(line) for (line,) in postgres.fetch(f"explain {text}", database_name))

    assert "call_number" in plan and "Sort" not in plan, plan


def test_without_a_database_it_is_away() -> None:
    log = CallLog(Database({}))

    with pytest.raises(DatabaseAway):
        asyncio.run(log.page(CallFilter(), None, 10))
