"""The journal: what is appended is there, in order, whatever happens."""

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.archive.errors import CodecError, JournalLocked, JournalUnsynced, JournalUnusable
from telephony.archive.findings import Finding, TornTail
from telephony.archive.frame import Frame, pack, scan
from telephony.archive.journal import Journal
from telephony.archive.segment import segment_path
from telephony.archive.store import Disk, Limits
from tests.telephony.archive.fake_disk import FakeDisk
from tests.telephony.archive.toy_facts import NOON, BoxOpened, Toy, ToyMoved, moved, toy_codec

_CODEC = toy_codec()


@dataclass
class Drawer:
    """A folder for a journal and what was found there."""

    directory: Path
    findings: list[Finding] = field(default_factory=list)

    def open(
        self,
        disk: Disk | None = None,
        limits: Limits | None = None,
        opening_facts: Callable[[], Sequence[Toy]] = tuple,
    ) -> Journal[Toy]:
        return Journal.open(
            self.directory,
            _CODEC,
            report=self.findings.append,
            opening_facts=opening_facts,
            limits=limits or Limits(),
            disk=disk or Disk(),
        )

    def reopened(self) -> list[tuple[int, object]]:
        """Everything that the journal holds at the next start."""
        journal = self.open()
        facts: list[tuple[int, object]] = list(journal.read())
        journal.close()
        return facts


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    return Drawer(tmp_path / "data" / "journal")


def _numbered(*numbers: int) -> list[tuple[int, object]]:
    return [(number, moved(number)) for number in numbers]


def test_what_is_appended_is_read_and_outlives_the_process(drawer: Drawer) -> None:
    journal = drawer.open()

    assert journal.position == 0
    assert journal.append([moved(1)]) == 1
    assert journal.append([moved(2), moved(3)]) == 3
    assert journal.append([]) == 3

    assert list(journal.read()) == _numbered(1, 2, 3)
    assert list(journal.read(3)) == _numbered(3)
    journal.close()
    assert drawer.reopened() == _numbered(1, 2, 3)
    assert drawer.findings == []


def test_positions_go_on_after_a_restart(drawer: Drawer) -> None:
    for number in range(1, 4):
        journal = drawer.open()
        assert journal.append([moved(number)]) == number
        journal.close()

    assert drawer.reopened() == _numbered(1, 2, 3)


def test_an_entry_is_with_the_system_when_append_returns(drawer: Drawer) -> None:
    fake = FakeDisk()
    fake.may_sync.clear()
    journal = drawer.open(fake.disk)

    journal.append([moved(1), moved(2)])

    octets = segment_path(drawer.directory, 1).read_bytes()
    assert [isinstance(piece, Frame) for piece in scan(octets)] == [True]
    assert journal.synced_position == 0
    assert journal.sync_lag >= 0
    fake.may_sync.set()
    journal.flush()
    assert (journal.synced_position, journal.sync_lag) == (2, 0)
    journal.close()


def test_files_are_for_their_owner_alone(drawer: Drawer) -> None:
    drawer.directory.mkdir(parents=True, mode=0o755)
    drawer.open().close()

    assert drawer.directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in drawer.directory.iterdir()} == {0o600}


def test_a_fact_that_cannot_be_written_down_leaves_the_journal_as_it_was(drawer: Drawer) -> None:
    journal = drawer.open()

    with pytest.raises(CodecError):
        journal.append([moved(1), ToyMoved(at=NOON, toy="\ud800")])

    assert journal.append([moved(1)]) == 1
    journal.close()
    assert drawer.reopened() == _numbered(1)


def test_two_services_never_share_a_journal(drawer: Drawer) -> None:
    journal = drawer.open()

    with pytest.raises(JournalLocked, match=str(drawer.directory)):
        drawer.open()

    journal.close()
    drawer.open().close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(JournalUnusable, match=f"{tmp_path}/file/journal: Not a directory"):
        Drawer(tmp_path / "file" / "journal").open()


# ---- torn and damaged files --------------------------------------------------------------------------------


def test_cutting_the_file_at_every_octet_leaves_exactly_the_entries_before(drawer: Drawer) -> None:
    sizes = [1, 2, 1]
    journal = drawer.open()
    ends = [0]
    for size in sizes:
        journal.append([moved(journal.position + 1 + index) for index in range(size)])
        ends.append(segment_path(drawer.directory, 1).stat().st_size)
    journal.close()
    octets = segment_path(drawer.directory, 1).read_bytes()

    for cut in range(len(octets) + 1):
        segment_path(drawer.directory, 1).write_bytes(octets[:cut])
        drawer.findings.clear()
        whole = max(count for count, end in enumerate(ends) if end <= cut)
        assert drawer.reopened() == _numbered(*range(1, sum(sizes[:whole]) + 1))
        torn = cut - ends[whole]
        path = segment_path(drawer.directory, 1)
        assert drawer.findings == ([TornTail(path, ends[whole], torn)] if torn else [])
        assert path.stat().st_size == ends[whole]


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_flipped_bit_costs_one_entry_and_is_always_reported(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    drawer = Drawer(tmp_path_factory.mktemp("journal"))
    entries = [pack(number, [_CODEC.encode(moved(number))]) for number in range(1, 5)]
    octets = bytearray(b"".join(entries))
    bit = data.draw(st.integers(0, len(octets) * 8 - 1))
    octets[bit // 8] ^= 1 << bit % 8
    hit = 1 + bit // 8 // len(entries[0])
    segment_path(drawer.directory, 1).write_bytes(octets)

    facts = drawer.reopened()

    assert facts == _numbered(*(number for number in range(1, 5) if number != hit))
    assert drawer.findings
    shutil.rmtree(drawer.directory)


def test_appending_goes_on_behind_damage_and_behind_a_torn_end(drawer: Drawer) -> None:
    drawer.open().close()
    good = pack(2, [_CODEC.encode(moved(2))])
    segment_path(drawer.directory, 1).write_bytes(b"damage" + good + good[:-1])

    journal = drawer.open()

    assert journal.append([moved(3)]) == 3
    journal.close()
    assert drawer.reopened() == _numbered(2, 3)


def test_an_intact_entry_that_is_none_of_ours_is_refused(drawer: Drawer) -> None:
    drawer.open().close()
    segment_path(drawer.directory, 1).write_bytes(pack(0, [b"1"]))

    with pytest.raises(JournalUnusable, match="none of ours"):
        drawer.open()


@pytest.mark.parametrize("written", [b"17", b'{"type":"X","version":1,"stream":"x","data":{}}'])
def test_a_first_fact_that_is_malformed_does_not_keep_it_from_opening(drawer: Drawer, written: bytes) -> None:
    drawer.open().close()
    segment_path(drawer.directory, 1).write_bytes(pack(1, [written]))

    journal = drawer.open()

    assert journal.append([moved(2)]) == 2
    journal.close()


# ---- segments ----------------------------------------------------------------------------------------------


def test_a_segment_ends_at_its_size_and_at_midnight_utc(drawer: Drawer) -> None:
    journal = drawer.open(limits=Limits(segment=300))
    for number, day in ((1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 1)):
        journal.append([moved(number, day)])

    assert [first for first, _ in journal.segments()] == [1, 4, 5]
    assert [position for position, _ in journal.read()] == [1, 2, 3, 4, 5, 6]
    journal.close()


def test_the_day_of_a_segment_is_known_after_a_restart(drawer: Drawer) -> None:
    for number, day in ((1, 0), (2, 0), (3, 1), (4, 0)):
        journal = drawer.open()
        journal.append([moved(number, day)])
        journal.close()

    journal = drawer.open()
    assert [first for first, _ in journal.segments()] == [1, 3]
    journal.close()


def test_every_segment_begins_with_the_opening_facts(drawer: Drawer) -> None:
    opening = BoxOpened(at=NOON)
    journal = drawer.open(opening_facts=lambda: [opening])

    assert journal.append([moved(1)]) == 2
    assert journal.append([moved(2)]) == 3
    assert journal.append([moved(3, days=1)]) == 5

    assert [first for first, _ in journal.segments()] == [1, 4]
    assert [fact for _, fact in journal.read(4)] == [opening, moved(3, days=1)]
    journal.close()


def test_a_segment_that_was_made_but_not_begun_gets_its_opening_facts(drawer: Drawer) -> None:
    journal = drawer.open()
    journal.append([moved(1)])
    journal.close()
    segment_path(drawer.directory, 2).touch()

    journal = drawer.open(opening_facts=lambda: [BoxOpened(at=NOON)])

    assert journal.append([moved(3)]) == 3
    assert list(journal.read()) == [(1, moved(1)), (2, BoxOpened(at=NOON)), (3, moved(3))]
    journal.close()


def test_a_segment_that_cannot_be_made_does_not_stop_anything(drawer: Drawer) -> None:
    journal = drawer.open()
    journal.append([moved(1)])
    obstacle = segment_path(drawer.directory, 2)
    obstacle.mkdir()

    journal.append([moved(2, days=1)])
    assert (journal.position, journal.failing, journal.waiting) == (2, True, 0)
    obstacle.rmdir()
    journal.append([moved(3, days=1)])

    assert not journal.failing
    assert [first for first, _ in journal.segments()] == [1, 3]
    assert [position for position, _ in journal.read()] == [1, 2, 3]
    journal.close()


# ---- a disk that fails -------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_facts_wait_for_the_disk_and_are_written_in_order(drawer: Drawer, error: int) -> None:
    fake = FakeDisk(room=150, error=error)
    journal = drawer.open(fake.disk)

    for number in range(1, 6):
        assert journal.append([moved(number)]) == number

    assert journal.failing
    assert (journal.failure, journal.waiting, journal.dropped) == (os.strerror(error), 4, 0)
    assert list(journal.read()) == _numbered(1, 2, 3, 4, 5)
    assert list(journal.read(4)) == _numbered(4, 5)
    with pytest.raises(JournalUnsynced, match=os.strerror(error)):
        journal.flush()

    fake.room = None
    assert journal.retry()
    assert (journal.failing, journal.waiting) == (False, 0)
    assert journal.append([moved(6)]) == 6
    journal.close()
    assert drawer.reopened() == _numbered(1, 2, 3, 4, 5, 6)
    assert drawer.findings == []


def test_the_next_append_writes_what_waits(drawer: Drawer) -> None:
    fake = FakeDisk(room=0)
    journal = drawer.open(fake.disk)
    journal.append([moved(1)])
    fake.room = None

    journal.append([moved(2)])

    assert not journal.failing
    journal.close()
    assert drawer.reopened() == _numbered(1, 2)


def test_what_does_not_fit_in_memory_is_dropped_without_a_gap(drawer: Drawer) -> None:
    fake = FakeDisk(room=0)
    journal = drawer.open(fake.disk, Limits(waiting=300))
    for number in range(1, 6):
        journal.append([moved(number)])
    assert (journal.position, journal.dropped) == (2, 3)

    fake.room = None
    assert journal.append([moved(3)]) == 3

    journal.close()
    assert drawer.reopened() == _numbered(1, 2, 3)


@settings(deadline=None, max_examples=60)
@given(rooms=st.lists(st.none() | st.integers(0, 400), max_size=25))
def test_a_disk_that_comes_and_goes_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, rooms: list[int | None]
) -> None:
    drawer = Drawer(tmp_path_factory.mktemp("journal"))
    fake = FakeDisk(largest=50)
    journal = drawer.open(fake.disk, Limits(segment=500))
    for number, room in enumerate(rooms, 1):
        fake.room = room
        journal.append([moved(number)])
        assert list(journal.read()) == _numbered(*range(1, number + 1))
    fake.room = None
    journal.close()

    assert drawer.reopened() == _numbered(*range(1, len(rooms) + 1))
    assert drawer.findings == []
    shutil.rmtree(drawer.directory)


def test_facts_lost_at_close_are_no_secret(drawer: Drawer) -> None:
    journal = drawer.open(FakeDisk(room=0).disk)
    journal.append([moved(1)])

    with pytest.raises(JournalUnsynced):
        journal.close()

    assert drawer.reopened() == []


def test_a_sync_that_fails_is_seen(drawer: Drawer) -> None:
    fake = FakeDisk(sync_error=errno.EIO)
    journal = drawer.open(fake.disk)
    journal.append([moved(1)])

    with pytest.raises(JournalUnsynced, match="not on disk after"):
        journal.flush(0.1)

    assert journal.failing
    assert journal.sync_failures >= 1
    fake.sync_error = 0
    journal.close()


def test_old_segments_are_forgotten_and_the_one_in_use_never(drawer: Drawer) -> None:
    journal = drawer.open()
    for number in range(1, 5):
        journal.append([moved(number, days=number)])

    gone = journal.forget(3, NOON + timedelta(days=2, seconds=1))

    assert [path.name for path in gone] == [f"{1:020}.seg", f"{2:020}.seg"]
    assert [position for position, _ in journal.read()] == [3, 4]
    assert journal.forget(99, NOON + timedelta(days=99)) == [segment_path(drawer.directory, 3)]
    journal.append([moved(5, days=4)])
    journal.close()
    assert [position for position, _ in drawer.reopened()] == [4, 5]
    assert drawer.findings == []
