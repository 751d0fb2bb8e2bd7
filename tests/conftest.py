"""What tests of several folders share: one PostgreSQL server for all, a database for each, a terminal, and
how long an example of Hypothesis may take."""

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import settings

from tests.support.postgres import Postgres, Target, running_postgres

EXAMPLE_SECONDS = 2.0
"""Hypothesis looks at the clock on the wall. Its own 0.2 s are over where an example waits for the processor:
other tests run beside it, and coverage takes its part. What grows too fast takes longer than this."""

settings.register_profile("vaxeln", settings.default, deadline=timedelta(seconds=EXAMPLE_SECONDS))
settings.load_profile("vaxeln")


@pytest.fixture(scope="session", name="postgres")
def _postgres() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture(name="database_name")
def _database_name(postgres: Postgres) -> Iterator[str]:
    name = postgres.new_database()
    yield name
    postgres.drop(name)


@pytest.fixture(name="target")
def _target(postgres: Postgres, database_name: str) -> Target:
    return postgres.target(database_name)


@pytest.fixture(name="terminal")
def _terminal() -> Iterator[None]:
    """A terminal that can close: tests that were started by nohup, or by CI, may have none."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
