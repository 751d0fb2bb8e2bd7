from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from tests.support.plans import MAIN, tables_of


def test_tables_cannot_be_changed() -> None:
    tables: Any = tables_of()

    with pytest.raises(FrozenInstanceError):
        tables.version = 2
    with pytest.raises(TypeError):
        tables.numbers[MAIN] = None
    with pytest.raises(TypeError):
        tables.numbers[MAIN].routes["arrived"] = None
