"""The schema comes up to date, once, whoever else starts."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from telephony.archive.database import Database
from telephony.archive.errors import DatabaseUnfit
from telephony.archive.migrations import load_migrations
from telephony.archive.plan_store import PlanEntry, PlanStore, PlanVersion
from tests.support.postgres import Postgres


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """A database without our schema."""
    name = postgres.new_database(template="template0")
    yield name
    postgres.drop(name)


async def opened(postgres: Postgres, name: str) -> None:
    database = Database(postgres.target(name))
    try:
        await database.open()
    finally:
        await database.close()


def test_numbers_go_up_by_one() -> None:
    migrations = load_migrations()

    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))
    assert all(migration.name and migration.sql for migration in migrations)


def test_what_is_missing_is_applied_once_by_programs_that_start_together(
    postgres: Postgres, empty: str
) -> None:
    async def main() -> None:
        await asyncio.gather(*(opened(postgres, empty) for _ in range(4)))
        await opened(postgres, empty)

    asyncio.run(main())

    applied = postgres.fetch("select number, name from migration order by number", empty)
    assert applied == [(migration.number, migration.name) for migration in load_migrations()]


def test_a_schema_of_a_newer_program_is_refused(postgres: Postgres, database_name: str) -> None:
    postgres.execute("insert into migration (number, name) values (9999, 'future')", database_name)

    with pytest.raises(DatabaseUnfit, match="schema 9999 of a newer program"):
        asyncio.run(opened(postgres, database_name))


def test_a_server_that_is_too_old_is_refused(
    postgres: Postgres, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.archive.migrations.OLDEST_SERVER", 990000)

    with pytest.raises(DatabaseUnfit, match="needed: 15 or later"):
        asyncio.run(opened(postgres, empty))


def test_calls_that_are_there_already_get_the_person_who_called(postgres: Postgres, empty: str) -> None:
    # A migration is many statements, and the helper sends one
    first, second, third = (f"do $$ begin\n{migration.sql}\nend $$" for migration in load_migrations()[:3])
    node = "01a2140d-a05b-7d74-a4cd-a6c4351f5e5a"
    for sql in (first, second):
        postgres.execute(sql, empty)
    texts = ("origin", "origin_name", "dialled", "sip_call_id", "function", "number", '"group"')
    columns = ", ".join(("answered_by", "announcement", "reason", *texts))
    postgres.execute(
        "insert into fact (node, position, type, version, stream, at, data) values "
        f"('{node}', 7, 'CallArrived', 1, 'call/c1', now(), '{{\"member\": \"amina\"}}')",
        empty,
    )
    postgres.execute(
        "insert into call (id, node, position, arrived_at, hidden, protected, emergency, plan_version, "
        f"offered, rang, reasons, {columns}) values ('c1', '{node}', 7, now(), false, false, false, 1, "
        "'{}', '{}', '{}'" + ", 'x'" * 10 + ")",
        empty,
    )

    postgres.execute(third, empty)

    assert postgres.fetch("select id, caller_member from call", empty) == [("c1", "amina")]


def test_who_had_talked_before_talks_were_kept_is_found(postgres: Postgres, database_name: str) -> None:
    postgres.execute(
        """insert into call (
            id, node, position, arrived_at, origin, origin_name, hidden, dialled, sip_call_id, function,
            number, "group", protected, emergency, plan_version, offered, rang, answered_by, announcement,
            reasons, reason, person_answered_at, ended_at
        ) values (
            'c1', gen_random_uuid(), 1, now(), '', '', false, '', '', '', '', '', false, false, 1, '{}', '{}',
            'amina', '', '{}', '', timestamptz '2026-11-24 11:00Z', timestamptz '2026-11-24 11:01Z'
        )""",
        database_name,
    )
    _, update = load_migrations()[4].sql.split(";")[:2]

    postgres.execute(update, database_name)

    found = postgres.fetch(
        "select talks->0->>'member', (talks->0->>'ended_at')::timestamptz = ended_at from call", database_name
    )
    assert found == [("amina", True)]


def test_versions_of_the_plan_before_they_could_be_dated_are_in_force_as_they_were_made(
    postgres: Postgres, empty: str
) -> None:
    *before, dated = (f"do $$ begin\n{migration.sql}\nend $$" for migration in load_migrations()[:6])
    for sql in before:
        postgres.execute(sql, empty)
    postgres.execute(
        "insert into plan_version (version, digest, author, reason, document, source) "
        "values (1, 'd', 'eva', 'höst', '{}', ''), (2, 'e', 'eva', 'vinter', '{}', '')",
        empty,
    )

    postgres.execute(dated, empty)

    async def main() -> tuple[PlanVersion | None, list[PlanEntry]]:
        database = Database(postgres.target(empty))
        await database.connect()
        try:
            store = PlanStore(database)
            return await store.in_force(datetime.now(UTC)), await store.heads()
        finally:
            await database.close()

    now, heads = asyncio.run(main())
    assert now is not None and (now.version, now.valid_from) == (2, None)
    assert [(head.version, head.valid_from, head.withdrawn_at) for head in heads] == [
        (2, None, None),
        (1, None, None),
    ]
