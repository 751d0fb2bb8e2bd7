"""Findings in words."""

from pathlib import Path

from telephony.archive.findings import Damage, describe


def test_a_finding_says_all_it_knows() -> None:
    assert describe(Damage(Path("/j/1.seg"), 7, 9, "no whole entry")) == {
        "path": "/j/1.seg",
        "offset": 7,
        "octets": 9,
        "problem": "no whole entry",
    }
