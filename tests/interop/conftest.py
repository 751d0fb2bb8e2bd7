"""A town for each test: its own service, its own addresses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_town import Town, town


@pytest.fixture(name="town")
def _town(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path, {"VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060"}) as built:
        yield built
