"""What the desks are tried on."""

from pathlib import Path

import pytest

from tests.support.office import Office
from tests.support.postgres import Postgres


@pytest.fixture
def office(tmp_path: Path, postgres: Postgres) -> Office:
    """One whose plan is version 1 once it is asked with the database."""
    return Office(tmp_path, postgres.dsn(postgres.new_database()))
