"""One writer a journal."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from telephony.archive.errors import JournalLocked, JournalUnusable
from telephony.archive.lock import JournalLock, is_locked


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


def test_whether_anybody_has_it_can_be_asked_without_taking_it(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []

    lock = JournalLock(tmp_path)
    assert is_locked(tmp_path)

    lock.release()
    assert not is_locked(tmp_path)


def test_who_only_looks_keeps_no_service_from_starting(tmp_path: Path) -> None:
    JournalLock(tmp_path).release()
    with (tmp_path / "lock").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Thread(target=fcntl.flock, args=(looking, fcntl.LOCK_UN)).start()

        JournalLock(tmp_path).release()
