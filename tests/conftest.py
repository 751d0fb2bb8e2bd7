"""What tests of several folders share: one PostgreSQL server for all, a database for each, a terminal."""

import signal
from collections.abc import Iterator

import pytest

from tests.support.postgres import Postgres, Target, running_postgres


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
