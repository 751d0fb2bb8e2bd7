"""A fresh node for every test."""

import pytest

from tests.support.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
