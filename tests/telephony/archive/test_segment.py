"""The files of a journal."""

import errno
import os
from pathlib import Path

import pytest

from telephony.archive.errors import JournalUnusable
from telephony.archive.findings import TornTail
from telephony.archive.frame import pack
from telephony.archive.segment import Segment, SegmentWriter, inspect, list_segments, segment_path
from tests.telephony.archive.fake_disk import FakeDisk

_ENTRY = pack(8, [b"1", b"2"])


def test_segments_are_listed_in_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("00000000000000000010.seg", "00000000000000000009.seg", "lock", "9.seg", "x.seg.tmp"):
        (tmp_path / name).touch()

    assert list_segments(tmp_path) == [(9, segment_path(tmp_path, 9)), (10, segment_path(tmp_path, 10))]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnusable, match=f"{tmp_path}/none"):
        list_segments(tmp_path / "none")


def test_an_empty_segment_ends_before_its_first_position(tmp_path: Path) -> None:
    path = segment_path(tmp_path, 8)
    path.touch()

    contents = inspect(Segment(8, path))

    assert (contents.end, contents.position, contents.first_fact, contents.torn) == (0, 7, None, None)


def test_the_last_position_and_the_torn_end_are_found(tmp_path: Path) -> None:
    path = segment_path(tmp_path, 8)
    path.write_bytes(_ENTRY + pack(10, [b"3"]) + b"torn")
    end = path.stat().st_size - 4

    contents = inspect(Segment(8, path))

    assert (contents.end, contents.position, contents.first_fact) == (end, 10, 1)
    assert contents.torn == TornTail(path, end, 4)


def test_damage_in_the_middle_is_no_torn_end(tmp_path: Path) -> None:
    path = segment_path(tmp_path, 8)
    path.write_bytes(_ENTRY + b"damage" + pack(12, [b"3"]))

    contents = inspect(Segment(8, path))

    assert (contents.position, contents.torn) == (12, None)


def test_short_writes_are_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "s"
    writer = SegmentWriter(path, FakeDisk(largest=7).disk.write)

    writer.append(_ENTRY)
    writer.append(_ENTRY)

    os.close(writer.fd)
    assert path.read_bytes() == _ENTRY * 2
    assert writer.size == len(_ENTRY) * 2


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_failed_write_leaves_nothing(tmp_path: Path, error: int) -> None:
    path = tmp_path / "s"
    fake = FakeDisk(room=len(_ENTRY) + 5, error=error)
    writer = SegmentWriter(path, fake.disk.write)
    writer.append(_ENTRY)

    with pytest.raises(OSError, match=os.strerror(error)):
        writer.append(_ENTRY)
    assert path.read_bytes() == _ENTRY

    fake.room = None
    writer.append(_ENTRY)
    os.close(writer.fd)
    assert path.read_bytes() == _ENTRY * 2


def test_a_write_that_takes_nothing_is_a_full_disk(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "s", lambda fd, octets: 0)

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        writer.append(_ENTRY)
    os.close(writer.fd)


def test_what_could_not_be_taken_back_is_taken_back_before_the_next_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    fake = FakeDisk(room=5)
    writer = SegmentWriter(path, fake.disk.write)

    def refuse(fd: int, size: int) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(os, "ftruncate", refuse)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            writer.append(_ENTRY)
        assert path.stat().st_size == 5
    fake.room = None
    writer.append(_ENTRY)

    os.close(writer.fd)
    assert path.read_bytes() == _ENTRY
