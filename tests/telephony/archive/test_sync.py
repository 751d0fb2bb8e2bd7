"""Grouped syncs."""

import errno
import os
import threading
from pathlib import Path

import pytest

from telephony.archive.sync import SyncThread
from tests.telephony.archive.fake_disk import FakeDisk


def test_waiting_syncs_what_was_written() -> None:
    fake = FakeDisk()
    thread = SyncThread(fake.disk.sync)

    thread.wrote(7, 1)
    thread.wrote(7, 2)

    assert thread.wait(10)
    assert thread.synced == 2
    assert thread.lag == 0
    thread.stop()


def test_writes_during_a_sync_are_the_next_group() -> None:
    fake = FakeDisk()
    fake.may_sync.clear()
    now = [100.0]
    thread = SyncThread(fake.disk.sync, lambda: now[0])
    thread.wrote(7, 1)
    now[0] = 103.0
    for position in range(2, 100):
        thread.wrote(7, position)

    assert thread.lag == 3.0
    assert not thread.wait(0)
    fake.may_sync.set()
    assert thread.wait(10)

    thread.stop()
    assert fake.syncs <= 2


def test_stopping_syncs_what_is_left() -> None:
    fake = FakeDisk()
    thread = SyncThread(fake.disk.sync)
    thread.wrote(7, 5)

    thread.stop()

    assert thread.synced == 5


def test_a_retired_file_is_closed_once_it_is_synced(tmp_path: Path) -> None:
    thread = SyncThread()
    fd = os.open(tmp_path / "s", os.O_WRONLY | os.O_CREAT)
    thread.wrote(fd, 1)

    thread.retire(fd)
    thread.stop()

    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        os.fstat(fd)


def test_a_file_retired_during_its_sync_is_synced_once_more_before_it_is_closed(tmp_path: Path) -> None:
    entered, may_go_on = threading.Event(), threading.Event()

    def sync(fd: int) -> None:
        entered.set()
        may_go_on.wait(10)
        os.fsync(fd)

    thread = SyncThread(sync)
    fd = os.open(tmp_path / "s", os.O_WRONLY | os.O_CREAT)
    thread.wrote(fd, 1)
    entered.wait(10)
    thread.wrote(fd, 2)
    thread.retire(fd)
    may_go_on.set()

    assert thread.wait(10)
    thread.stop()
    assert thread.failures == 0
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        os.fstat(fd)


def test_a_failed_sync_is_seen_and_counted_and_nothing_counts_as_synced(tmp_path: Path) -> None:
    fake = FakeDisk(sync_error=errno.EIO)
    thread = SyncThread(fake.disk.sync)
    fd = os.open(tmp_path / "s", os.O_WRONLY | os.O_CREAT)
    thread.wrote(fd, 1)
    thread.retire(fd)

    thread.stop()

    assert (thread.synced, thread.failing) == (0, True)
    assert thread.failures >= 1


def test_a_disk_that_works_again_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.archive.sync.RETRY_SECONDS", 0.001)
    fake = FakeDisk(sync_error=errno.EIO)
    thread = SyncThread(fake.disk.sync)
    thread.wrote(7, 1)
    assert not thread.wait(0.05)

    fake.sync_error = 0

    assert thread.wait(10)
    assert not thread.failing
    thread.stop()
