"""Finding PostgreSQL's programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from telephony.archive.binaries import OLDEST_MAJOR, data_version, find_binaries
from telephony.archive.errors import EmbeddedUnusable


def test_there_are_programs_for_a_new_data_directory(tmp_path: Path) -> None:
    found = find_binaries(tmp_path / "postgres")

    assert found.major >= OLDEST_MAJOR
    assert (found.folder / "postgres").exists() and (found.folder / "initdb").exists()


def test_an_existing_data_directory_gets_its_own_version(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("18\n")  # the wheel has it

    assert find_binaries(tmp_path).major == 18


def test_a_data_directory_of_a_version_that_is_not_there_is_an_error_that_says_what_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedUnusable, match=r"made by PostgreSQL 9; found: .* 18 in"):
        find_binaries(tmp_path)


@pytest.mark.parametrize("text", ["", "fifteen", "15.2", "ÿ"])
def test_a_spoilt_version_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "PG_VERSION").write_text(text, "utf-8")

    with pytest.raises(EmbeddedUnusable, match="PG_VERSION"):
        data_version(tmp_path)


def test_nothing_is_found_on_an_empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.archive.binaries._own", lambda: iter(()))
    monkeypatch.setattr("telephony.archive.binaries._of_the_wheel", lambda: iter(()))

    with pytest.raises(EmbeddedUnusable, match="not installed; found: none"):
        find_binaries(tmp_path / "postgres")


def test_the_wheels_own_code_is_not_run(tmp_path: Path) -> None:
    look = (
        "import sys; from pathlib import Path; from telephony.archive.binaries import find_binaries; "
        f"find_binaries(Path({str(tmp_path / 'postgres')!r})); "
        "sys.exit(any(name.startswith('pixeltable') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
