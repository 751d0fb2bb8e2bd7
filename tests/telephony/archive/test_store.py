"""Entries on their way to the disk."""

from pathlib import Path

from telephony.archive.segment import SegmentWriter
from telephony.archive.store import EntryStore
from telephony.archive.sync import SyncThread
from tests.telephony.archive.fake_disk import FakeDisk


def test_entries_wait_in_order_and_within_the_bound(tmp_path: Path) -> None:
    fake = FakeDisk(room=3)
    sync = SyncThread(fake.disk.sync)
    store = EntryStore(SegmentWriter(tmp_path / "s", fake.disk.write), sync, fake.disk, waiting_limit=6)

    added = [store.add(entry, position) for position, entry in enumerate((b"one", b"two", b"six", b"ten"), 1)]

    assert added == [True, True, True, False]
    assert store.waiting() == (b"two", b"six")
    assert (store.failing, store.failure, store.written) == (True, "No space left on device", 1)

    fake.room = 4
    assert not store.retry()
    assert store.waiting() == (b"six",)
    fake.room = None
    assert store.retry()
    assert (tmp_path / "s").read_bytes() == b"onetwosix"
    assert (store.failing, store.written, store.segment_size) == (False, 3, 9)
    sync.stop()
    store.close()


def test_a_segment_that_cannot_be_made_leaves_the_present_one(tmp_path: Path) -> None:
    fake = FakeDisk()
    sync = SyncThread(fake.disk.sync)
    store = EntryStore(SegmentWriter(tmp_path / "a", fake.disk.write), sync, fake.disk, waiting_limit=6)

    assert not store.begin(tmp_path / "none" / "b")
    assert (store.failing, store.failure) == (True, "No such file or directory")
    assert store.add(b"one", 1)
    assert store.begin(tmp_path / "b")
    assert store.add(b"two", 2)

    assert not store.failing
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == (b"one", b"two")
    sync.stop()
    store.close()
