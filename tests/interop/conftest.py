"""A town for each test: its own service, its own addresses. Or one for a module, new for each test of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_town import Town, town

SETTINGS = {"VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060"}


@pytest.fixture(name="town")
def _town(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path, SETTINGS) as built:
        yield built


@pytest.fixture(scope="module", name="shared_town")
def _shared_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town"), SETTINGS) as built:
        yield built
