"""The plan on the node's disk: read as it was written, and a damaged one is told."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.archive.errors import PlanFileDamaged
from telephony.archive.plan_file import PlanFile
from telephony.archive.plan_store import PlanVersion

VERSION = PlanVersion(
    version=7,
    digest="d" * 64,
    author="eva",
    reason="Ny grupp för Årsta",
    made_at=datetime(2026, 11, 25, 8, tzinfo=UTC),
    document='{"municipality":{"name":"Botkyrka kommun"}}',
    source='# kommentar\n[municipality]\nname = "Botkyrka kommun"\n',
)


def test_nothing_was_ever_written(tmp_path: Path) -> None:
    assert PlanFile(tmp_path / "plan").read() is None


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    file = PlanFile(tmp_path / "plan")
    file.write(replace(VERSION, version=6))
    file.write(VERSION)

    assert PlanFile(tmp_path / "plan").read() == VERSION
    (written,) = (tmp_path / "plan").iterdir()
    assert written.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"{}", b'{"version": "seven"}', b"[" * 10_000])
def test_a_damaged_file_is_told_by_name(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "current.json").write_bytes(octets)

    with pytest.raises(PlanFileDamaged, match=r"current\.json is damaged"):
        PlanFile(tmp_path).read()


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "current.json").mkdir()

    with pytest.raises(PlanFileDamaged, match=r"cannot read .*current\.json"):
        PlanFile(tmp_path).read()
