"""Shipping to a real database: everything, once, whatever is refused or interrupted."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from routing.decision import Reason
from telephony.archive import shipper as module
from telephony.archive import tail
from telephony.archive.database import Database
from telephony.archive.dead_letters import DeadLetters
from telephony.archive.errors import DatabaseAway, JournalUnusable
from telephony.archive.findings import Gap
from telephony.archive.frame import pack
from telephony.archive.journal import Journal
from telephony.archive.node_id import NAME as NODE
from telephony.archive.segment import segment_path
from telephony.archive.tail import check_at
from telephony.call import facts as f
from telephony.call.house_facts import ClockStepped, ServiceStarted
from telephony.call.record import records
from tests.support.call_scenarios import SCENARIOS, play
from tests.support.calls import NOON, after, arrive, ring
from tests.support.postgres import Postgres, Target
from tests.support.yard import CODEC, Yard, cancelled, until_shipped


@pytest.fixture
def yard(tmp_path: Path, postgres: Postgres, database_name: str) -> Iterator[Yard]:
    yard = Yard(tmp_path / "journal", postgres, database_name)
    yield yard
    yard.journal.close()


def all_scenarios() -> list[f.Fact]:
    """The facts of every scenario, each with a call of its own."""
    facts: list[f.Fact] = []
    for number, scenario in enumerate(SCENARIOS):
        for fact in play(scenario).facts:
            facts.append(replace(fact, call=f"call-{number}") if isinstance(fact, f.CallFact) else fact)
    return facts


def test_facts_and_the_log_that_they_make_are_there_once(yard: Yard) -> None:
    facts = all_scenarios()
    for fact in facts:
        yard.append(fact)

    yard.ship()
    dead_letters = yard.ship()

    assert yard.stored() == list(range(1, len(facts) + 1))
    stored = yard.fetch("select type, version, stream, at, data from fact order by position")
    for row, fact in zip(stored, facts, strict=True):
        written = from_json(CODEC.encode(fact))
        assert row[:4] == (written["type"], written["version"], written["stream"], fact.at)
        assert from_json(row[4]) == written["data"]
    made = records(facts)
    rows = yard.fetch("select id, outcome, offered, rang, talk_seconds, position from call order by position")
    assert [row[:5] for row in rows] == [
        (call, record.outcome, list(record.offered), list(record.rang), record.talk_seconds)
        for call, record in made.items()
    ]
    assert isinstance(facts[rows[0][5] - 1], f.CallArrived)
    assert (dead_letters, yard.findings) == (0, [])


def test_a_call_goes_on_in_the_log_after_a_restart(yard: Yard) -> None:
    yard.append(arrive())
    yard.append(f.RouteDecided(at=after(1), call="c1", decision=ring(), talk_limit=0.0))
    yard.ship()
    yard.append(f.CallEnded(at=after(2), call="c1", outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER))
    yard.append(f.MemberAlerted(at=after(3), call="of-before-the-journal", leg="x"))

    yard.ship()

    assert yard.fetch("select id, function, outcome, position from call") == [
        ("c1", "Bygglov", "abandoned", 1)
    ]


@pytest.mark.parametrize("restarts", [False, True], ids=["in one life", "with restarts"])
def test_a_step_of_the_clock_changes_no_duration_in_the_log(yard: Yard, restarts: bool) -> None:
    hour = timedelta(hours=1)
    ended = f.CallEnded(at=after(9), call="c1", outcome=f.Outcome.ABANDONED, ended_by=f.EndedBy.CALLER)
    facts = [
        ClockStepped(at=NOON, seconds=7.0),
        arrive("c1"),
        ClockStepped(at=after(5) - hour, seconds=-3600.0),
        arrive("c2", at=after(6) - hour),
        replace(ended, at=after(9) - hour),
    ]
    for fact in facts:
        yard.append(fact)
        if restarts:
            yard.ship()
    yard.ship()

    rows = yard.fetch("select id, arrived_at, waiting_seconds from call order by id")
    assert rows == [("c1", NOON - hour, 9.0), ("c2", after(6) - hour, None)]
    made = records(facts)
    assert [row[1:] for row in rows] == [
        (record.arrived_at, record.waiting_seconds) for record in made.values()
    ]


def test_nothing_is_shipped_that_is_not_on_disk(yard: Yard, target: Target) -> None:
    yard.append(arrive())
    yard.append(arrive("c2"))
    yard.synced = 1

    async def main() -> None:
        database = Database(target)
        await database.open()
        shipper = yard.shipper(database)
        task = asyncio.create_task(shipper.run())
        while shipper.shipped != 1:
            await asyncio.wait([task], timeout=0.01)
        await cancelled(task)
        shipper.close()
        await database.close()

    asyncio.run(main())
    assert yard.stored() == [1]


REFUSED: Sequence[tuple[str, Callable[[str], f.Fact]]] = [
    ("22P05", lambda call: arrive(call, caller_name="Ada\0")),
    ("22003", lambda call: _decided(call, plan_version=2**40)),
    ("22003", lambda call: _decided(call, plan_version=10**400)),
]


def _decided(call: str, **fields: Any) -> f.Fact:
    return f.RouteDecided(at=NOON, call=call, decision=ring(**fields), talk_limit=0.0)


@pytest.mark.parametrize(("sqlstate", "refused"), REFUSED)
def test_what_the_database_refuses_is_kept_apart_and_blocks_nothing(
    yard: Yard, sqlstate: str, refused: Callable[[str], f.Fact]
) -> None:
    yard.append(ServiceStarted(at=NOON, release="1"), arrive("c1"), refused("c1"), arrive("c2"))
    for number in range(40):
        yard.append(arrive(f"d{number}"))

    dead_letters = yard.ship()

    assert yard.stored() == [1, 2, *range(4, 45)]
    assert [position for position, _ in yard.dead()] == [3]
    assert dead_letters == 1
    assert yard.fetch("select count(*) from call where id <> 'c1'") == [(41,)]
    assert yard.ship() == 1
    assert yard.stored() == [1, 2, *range(4, 45)]


def test_shipping_that_stopped_within_an_entry_goes_on_there(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = (Reason("presence", "groups.a", "the one reason"),)
    yard.append(arrive("c1"))
    yard.append(_decided("c1", reasons=reasons), arrive("c2", caller_name="Ada\0"), arrive("c3"))

    def goes_away(*_: object) -> None:
        raise OSError("the disk went away")

    with monkeypatch.context() as patch:
        patch.setattr(DeadLetters, "add", goes_away)
        with pytest.raises(OSError, match="went away"):
            yard.ship()
    assert yard.fetch("select shipped from node") == [(2,)]

    assert yard.ship() == 1

    assert yard.stored() == [1, 2, 4]
    assert yard.fetch("select id, reasons from call order by id") == [("c1", ["the one reason"]), ("c3", [])]


def test_a_fact_in_no_known_form_is_kept_apart_too(yard: Yard) -> None:
    yard.journal.close()
    good = CODEC.encode(arrive("c9"))
    deep = b'{"type":"A","version":1,"stream":"s","data":{"at":"2026-01-01T00:00:00Z","x":%b}}'
    forms = [b"7", b'{"type":"A"}', good, deep % b"Infinity", deep % b"1e99", deep % b'"\\ud83d\\ude00"']
    segment_path(yard.directory, 1).write_bytes(pack(1, forms))
    yard.journal = Journal.open(yard.directory, CODEC, report=yard.findings.append)

    yard.ship()

    assert yard.stored() == [3, 5, 6]
    assert [position for position, _ in yard.dead()] == [1, 2, 4]


def test_a_gap_in_the_journal_is_passed_over_and_reported(yard: Yard) -> None:
    for number in range(200):
        yard.append(arrive(f"c{number}"))
    yard.journal.flush()
    lost, next_one = yard.journal.segments()[1:3]
    lost.path.unlink()

    yard.ship()

    assert yard.findings == [Gap(lost.first, next_one.first - 1)]
    assert len(yard.stored()) == 200 - (next_one.first - lost.first)


def test_reset_connections_lose_nothing_and_store_nothing_twice(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "READ_OCTETS", 2000)
    for fact in all_scenarios():
        yard.append(fact)
    yard.journal.flush()

    async def reset() -> None:
        await asyncio.to_thread(
            yard.execute,
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()",
        )

    async def main() -> None:
        database = Database(yard.target)
        await database.open()
        shipper = yard.shipper(database)
        while shipper.shipped != yard.journal.position:
            task = asyncio.create_task(shipper.run())
            await asyncio.wait([task], timeout=0.05)
            await reset()
            await asyncio.wait([task], timeout=0.05)
            with suppress(DatabaseAway):
                await cancelled(task)
        shipper.close()
        await database.close()

    asyncio.run(main())

    assert yard.stored() == list(range(1, yard.journal.position + 1))
    facts = [fact for _, fact in yard.journal.read() if isinstance(fact, f.Fact)]
    outcomes = {call: record.outcome for call, record in records(facts).items()}
    assert dict(yard.fetch("select id, outcome from call")) == outcomes


def test_a_database_that_was_put_back_gets_again_what_it_lacks(yard: Yard) -> None:
    for number in range(10):
        yard.append(arrive(f"c{number}"))
    yard.ship()
    yard.execute("delete from fact where position > 4")
    yard.execute(f"update node set shipped = 4, entry_check = {check_at(yard.directory, 4)}")

    yard.ship()

    assert yard.stored() == list(range(1, 11))


def test_a_journal_that_was_put_back_is_told_and_ships_nothing(yard: Yard) -> None:
    yard.append(arrive("c1"))
    yard.ship()
    yard.execute("update node set shipped = 7")

    with pytest.raises(JournalUnusable, match=r"put back from a backup, remove .*node"):
        yard.ship()


@pytest.mark.parametrize("more", [1, 2, 5], ids=lambda more: f"{more}-facts-since")
def test_a_journal_that_was_put_back_and_went_on_is_told_and_ships_nothing(
    yard: Yard, tmp_path: Path, more: int
) -> None:
    yard.append(arrive("c1"))
    yard.journal.flush()
    shutil.copytree(yard.directory, tmp_path / "backup")
    yard.append(arrive("c2"))
    yard.ship()
    yard.journal.close()
    (tmp_path / "backup" / NODE).write_bytes((yard.directory / NODE).read_bytes())
    shutil.rmtree(yard.directory)
    (tmp_path / "backup").rename(yard.directory)
    yard.journal = Journal.open(yard.directory, CODEC, report=yard.findings.append)
    for number in range(more):
        yard.append(arrive(f"later-{number}"))

    with pytest.raises(JournalUnusable, match=r"another fact 2 .* put back from a backup, remove .*node"):
        yard.ship()

    assert yard.fetch("select id from call order by id") == [("c1",), ("c2",)]
    (yard.directory / NODE).unlink()
    yard.ship()
    calls = yard.fetch("select id from call order by id")
    assert calls == [("c1",), ("c2",), *((f"later-{number}",) for number in range(more))]


def test_a_place_without_a_check_value_is_gone_on_from_and_gets_one(yard: Yard) -> None:
    yard.append(arrive("c1"))
    yard.ship()
    yard.execute("update node set entry_check = null")
    yard.append(arrive("c2"))

    yard.ship()

    assert yard.stored() == [1, 2]
    assert yard.fetch("select entry_check from node") == [(check_at(yard.directory, 2),)]


def test_a_dead_letter_at_the_end_is_known_again_by_its_entry(yard: Yard) -> None:
    yard.append(arrive("c1"), arrive("c2", caller_name="Ada\0"))
    yard.ship()
    assert yard.fetch("select entry_check from node") == [(check_at(yard.directory, 2),)]
    yard.append(arrive("c3"))

    yard.ship()

    assert yard.stored() == [1, 3]


def test_where_the_shipped_entry_was_lost_there_is_nothing_to_compare_with(yard: Yard) -> None:
    yard.append(arrive("c1"))
    yard.append(arrive("c2"))
    yard.ship()
    second = len(pack(1, [CODEC.encode(arrive("c1"))]))
    with segment_path(yard.directory, 1).open("r+b") as file:
        file.seek(second)
        file.write(b"x" * 20)
    yard.append(arrive("c3"))

    yard.ship()

    assert yard.stored() == [1, 2, 3]


def test_an_idle_shipper_notices_that_the_database_moved(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    yard.append(arrive())

    yard.journal.flush()

    async def main() -> None:
        database = Database(yard.target)
        await database.open()
        shipper = yard.shipper(database)
        task = asyncio.create_task(shipper.run())
        while shipper.shipped != 1:
            await asyncio.wait([task], timeout=0.01)
        await asyncio.to_thread(yard.execute, "delete from fact")
        await asyncio.to_thread(yard.execute, "update node set shipped = 0")
        with pytest.raises(DatabaseAway, match="at position 0, not at 1"):
            await asyncio.wait_for(task, 10)
        shipper.close()
        await database.close()

    asyncio.run(main())
    yard.ship()

    assert yard.stored() == [1]


def test_it_says_how_old_what_it_ships_is(yard: Yard) -> None:
    yard.append(arrive(at=NOON + timedelta(hours=1)))
    yard.journal.flush()

    async def main() -> None:
        database = Database(yard.target)
        shipper = yard.shipper(database)
        await database.open()
        await asyncio.to_thread(yard.execute, "alter table fact rename to elsewhere")
        with pytest.raises(DatabaseAway):
            await shipper.run()
        assert shipper.oldest_unshipped == NOON + timedelta(hours=1)
        await asyncio.to_thread(yard.execute, "alter table elsewhere rename to fact")
        await until_shipped(shipper, yard.journal)
        shipper.close()
        await database.close()

    asyncio.run(main())
