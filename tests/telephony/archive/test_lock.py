"""One writer a journal."""

import os
from pathlib import Path

import pytest

from telephony.archive.errors import JournalLocked, JournalUnusable
from telephony.archive.lock import JournalLock


def test_the_second_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    first = JournalLock(tmp_path)

    with pytest.raises(JournalLocked, match=f"{tmp_path} is in use by process {os.getpid()}"):
        JournalLock(tmp_path)

    first.release()
    JournalLock(tmp_path).release()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnusable, match=f"{tmp_path}/none: No such file"):
        JournalLock(tmp_path / "none")


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    JournalLock(tmp_path).release()

    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
