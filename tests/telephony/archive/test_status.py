from dataclasses import replace

import pytest

from telephony.archive.status import ArchiveStatus

UP = ArchiveStatus(True, True, shipped=7, lag_facts=2, lag_seconds=0.25, dead_letters=1, problem="slow")


@pytest.mark.parametrize(
    ("status", "state"), [(UP, "up"), (replace(UP, is_up=False), "away"), (replace(UP, is_on=False), "off")]
)
def test_health_tells_in_one_word_how_it_is(status: ArchiveStatus, state: str) -> None:
    assert status.to_json() == {
        "state": state,
        "shipped": 7,
        "lag_facts": 2,
        "lag_seconds": 0.2,
        "dead_letters": 1,
        "problem": "slow",
    }
