"""Old segments go when nobody needs them, and no earlier."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telephony.archive import retention
from telephony.archive.frame import pack
from telephony.archive.retention import last_time, old_segments
from telephony.archive.segment import list_segments, segment_path
from tests.telephony.archive.toy_facts import NOON, moved, toy_codec

_CODEC = toy_codec()


def entry(position: int, days: int) -> bytes:
    return pack(position, [_CODEC.encode(moved(position, days))])


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Positions 1 to 8 in four segments, each of two days."""
    for day in range(0, 8, 2):
        octets = entry(day + 1, day) + entry(day + 2, day + 1)
        segment_path(tmp_path, day + 1).write_bytes(octets)
    return tmp_path


def old(directory: Path, position: int, days: float) -> list[int]:
    """The first positions of the segments that may go `days` after the first fact."""
    before = NOON + timedelta(days=days)
    return [segment.first for segment in old_segments(list_segments(directory), _CODEC, position, before)]


@pytest.mark.parametrize(
    ("position", "days", "first"),
    [
        (8, 1, []),
        (8, 1.5, [1]),
        (8, 3, [1]),
        (8, 3.5, [1, 3]),
        (8, 99, [1, 3, 5]),
        (5, 99, [1, 3]),
        (4, 99, [1, 3]),
        (3, 99, [1]),
        (0, 99, []),
    ],
)
def test_a_segment_goes_when_its_last_fact_is_old_and_shipped(
    directory: Path, position: int, days: float, first: list[int]
) -> None:
    assert old(directory, position, days) == first


def test_a_segment_without_a_readable_end_is_as_old_as_its_last_whole_entry(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TAIL_OCTETS", 20)  # less than an entry
    path = segment_path(directory, 1)
    path.write_bytes(path.read_bytes() + pack(3, [b'{"no":"fact"}']) + b"junk")

    assert last_time(path, _CODEC) == NOON + timedelta(days=1)


def test_a_segment_that_cannot_be_read_at_all_is_as_old_as_its_file(directory: Path) -> None:
    path = segment_path(directory, 1)
    path.write_bytes(b"junk")
    os.utime(path, (1_000_000_000, 1_000_000_000))

    assert last_time(path, _CODEC) == datetime.fromtimestamp(1_000_000_000, UTC)
