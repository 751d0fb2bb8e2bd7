import os
import shutil
import subprocess
from pathlib import Path

import pytest

from telephony.archive.binaries import Binaries, find_binaries
from telephony.archive.errors import EmbeddedUnusable
from telephony.demo import programs
from telephony.demo.programs import copied_if_hidden
from tests.support.postgres import open_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="from others than root nothing of theirs is hidden")


@as_root
def test_programs_in_roots_home_are_copied_to_where_others_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_folder() as home, open_folder() as folder:
        real = find_binaries(folder / "data")
        shutil.copytree(real.folder.parent, home / "postgresql", symlinks=True)
        home.chmod(0o700)
        monkeypatch.setattr(
            programs, "find_binaries", lambda data: Binaries(home / "postgresql/bin", real.major)
        )

        copy = copied_if_hidden(folder)

        assert copy == folder / "postgresql" / "bin"
        command = [str(copy / "postgres"), "--version"]
        said = subprocess.run(command, user="nobody", capture_output=True, text=True, check=True).stdout
        assert f"PostgreSQL) {real.major}." in said
        home.chmod(0o755)
        assert copied_if_hidden(folder) is None


def test_where_there_are_none_the_service_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(data: Path) -> Binaries:
        raise EmbeddedUnusable("PostgreSQL is not installed")

    monkeypatch.setattr(programs, "find_binaries", none)

    assert copied_if_hidden(tmp_path) is None
