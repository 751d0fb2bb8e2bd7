"""Following a journal gives what reading it gives, in pieces."""

import os
import struct
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from telephony.archive import tail as module
from telephony.archive.findings import Damage, Finding, Gap
from telephony.archive.frame import MAGIC, pack
from telephony.archive.reader import JournalReader
from telephony.archive.segment import segment_path
from telephony.archive.tail import Entry, JournalTail, check_at
from tests.telephony.archive.toy_facts import moved, toy_codec

_CODEC = toy_codec()
EVERYTHING = 1 << 62


def written(position: int, count: int = 1) -> bytes:
    return pack(position, [_CODEC.encode(moved(position + index)) for index in range(count)])


def drain(tail: JournalTail, until: int = EVERYTHING) -> list[Entry]:
    """All that it gives."""
    entries = []
    while more := tail.read(until):
        entries += more
    return entries


def positions(entries: list[Entry]) -> list[int]:
    """The positions of their facts, each of which must be what was written there."""
    found = []
    for entry in entries:
        assert from_json(entry.text) == {"p": entry.position, "facts": list(entry.facts)}
        for position, fact in enumerate(entry.facts, entry.position):
            assert _CODEC.decode(fact) == moved(position)
            found.append(position)
    return found


@pytest.fixture
def findings() -> list[Finding]:
    return []


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Positions 1 to 9 in three segments."""
    segment_path(tmp_path, 1).write_bytes(written(1, 2) + written(3))
    segment_path(tmp_path, 4).write_bytes(written(4) + written(5, 2))
    segment_path(tmp_path, 7).write_bytes(written(7, 3))
    return tmp_path


@pytest.mark.parametrize("octets", [16, 200, 1 << 20])
def test_all_facts_come_once_in_order(
    directory: Path, findings: list[Finding], octets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_OCTETS", octets)
    tail = JournalTail(directory, 0, findings.append)

    assert positions(drain(tail)) == list(range(1, 10))
    assert findings == []
    assert tail.read(EVERYTHING) == []


@pytest.mark.parametrize(("after", "first"), [(0, 1), (2, 3), (3, 4), (4, 5), (6, 7), (9, None)])
def test_it_begins_behind_what_was_done(
    directory: Path, findings: list[Finding], after: int, first: int | None
) -> None:
    entries = drain(JournalTail(directory, after, findings.append))

    assert (entries[0].position if entries else None) == first
    assert findings == []


def test_an_entry_of_which_a_part_was_done_comes_whole(directory: Path, findings: list[Finding]) -> None:
    assert drain(JournalTail(directory, 5, findings.append))[0].position == 5


def test_nothing_behind_the_synced_position_comes_before_it_is_synced(
    directory: Path, findings: list[Finding]
) -> None:
    tail = JournalTail(directory, 0, findings.append)

    assert positions(drain(tail, until=4)) == [1, 2, 3, 4]
    assert positions(drain(tail, until=5)) == []
    assert positions(drain(tail, until=9)) == [5, 6, 7, 8, 9]


def test_what_is_appended_later_comes_later(directory: Path, findings: list[Finding]) -> None:
    tail = JournalTail(directory, 0, findings.append)
    drain(tail)

    with segment_path(directory, 7).open("ab") as file:
        file.write(written(10)[:-5])
    assert drain(tail) == []
    with segment_path(directory, 7).open("ab") as file:
        file.write(written(10)[-5:])
    segment_path(directory, 11).write_bytes(written(11))

    assert positions(drain(tail)) == [10, 11]
    assert findings == []


@pytest.mark.parametrize("after", range(10))
def test_it_goes_on_at_its_bookmark(
    directory: Path, findings: list[Finding], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = JournalTail(directory, 0, findings.append)
    assert first.bookmark is None
    drain(first, until=after)
    monkeypatch.setattr(module, "heads", lambda octets: pytest.fail("it looks for its place"))

    again = JournalTail(directory, first.bookmark.after if first.bookmark else 0, print, first.bookmark)

    whole = [0, 0, 2, 3, 4, 4, 6, 6, 6, 9][after]
    assert positions(drain(again)) == list(range(whole + 1, 10))
    assert findings == []


def test_a_bookmark_of_another_place_has_no_say(directory: Path, findings: list[Finding]) -> None:
    first = JournalTail(directory, 0, findings.append)
    drain(first)

    assert positions(drain(JournalTail(directory, 3, findings.append, first.bookmark))) == [4, 5, 6, 7, 8, 9]


def test_what_lies_damaged_before_its_place_is_of_no_more_interest(
    directory: Path, findings: list[Finding]
) -> None:
    path = segment_path(directory, 4)
    path.write_bytes(written(4)[:-9] + b"x" * 9 + written(5) + written(6))

    assert positions(drain(JournalTail(directory, 5, findings.append))) == [6, 7, 8, 9]
    assert findings == []


def test_a_journal_without_segments_has_nothing(tmp_path: Path, findings: list[Finding]) -> None:
    assert JournalTail(tmp_path, 0, findings.append).read(EVERYTHING) == []


def test_damage_is_reported_and_passed_over(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 4)
    octets = path.read_bytes()
    path.write_bytes(b"x" * len(written(4)) + octets[len(written(4)) :])

    assert positions(drain(JournalTail(directory, 0, findings.append))) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert findings == [Damage(path, 0, len(written(4)), "no whole entry"), Gap(4, 4)]


def test_a_finished_segments_torn_end_is_damage(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 4)
    os.truncate(path, len(written(4)) + 20)

    assert positions(drain(JournalTail(directory, 0, findings.append))) == [1, 2, 3, 4, 7, 8, 9]
    assert findings == [Damage(path, len(written(4)), 20, "no whole entry"), Gap(5, 6)]


def test_an_entry_that_is_none_of_ours_is_damage(directory: Path, findings: list[Finding]) -> None:
    other = written(4).replace(b'"facts"', b'"trees"')
    path = segment_path(directory, 4)
    path.write_bytes(_sealed(other) + written(5, 2))

    assert positions(drain(JournalTail(directory, 0, findings.append))) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert [type(finding) for finding in findings] == [Damage, Gap]


def test_segments_that_are_gone_are_a_gap(directory: Path, findings: list[Finding]) -> None:
    segment_path(directory, 1).unlink()

    assert positions(drain(JournalTail(directory, 0, findings.append))) == [4, 5, 6, 7, 8, 9]
    assert findings == [Gap(1, 3)]


@pytest.mark.parametrize(
    ("position", "entry"),
    [(1, (1, 2)), (2, (1, 2)), (3, (3,)), (6, (5, 2)), (7, (7, 3)), (9, (7, 3)), (10, None)],
)
def test_each_position_has_the_check_value_of_its_entry(
    directory: Path, position: int, entry: tuple[int, ...] | None
) -> None:
    expected = None if entry is None else int.from_bytes(written(*entry)[8:12], "big")

    assert check_at(directory, position) == expected


def test_a_deleted_or_damaged_entry_has_no_check_value(directory: Path) -> None:
    segment_path(directory, 1).unlink()
    path = segment_path(directory, 4)
    path.write_bytes(path.read_bytes().replace(written(4), b"x" * len(written(4))))

    assert [check_at(directory, position) for position in (1, 3, 4)] == [None, None, None]


_PIECES = st.lists(st.integers(1, 3) | st.binary(min_size=1, max_size=40), max_size=8)


@given(st.lists(_PIECES, min_size=1, max_size=3), st.integers(1, 400), st.integers(0, 12))
def test_it_gives_what_the_reader_gives(segments: list[list[int | bytes]], size: int, after: int) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "READ_OCTETS", size)
        directory = Path(name)
        position = 1
        for pieces in segments:
            octets = b""
            first = position
            for piece in pieces:
                if isinstance(piece, bytes):
                    octets += piece.replace(MAGIC, b"")
                else:
                    octets += written(position, piece)
                    position += piece
            if position > first:
                segment_path(directory, first).write_bytes(octets)
        reader = JournalReader(directory, _CODEC, report=lambda finding: None)

        followed = drain(JournalTail(directory, after, lambda finding: None))

        given = [at for at in positions(followed) if at > after]  # an entry comes whole
        assert given == [at for at, _ in reader.read(after + 1)]


def _sealed(entry: bytes) -> bytes:
    """The entry with a checksum that fits again."""
    payload = entry[12:]
    length = struct.pack(">I", len(payload))
    return MAGIC + length + struct.pack(">I", zlib.crc32(payload, zlib.crc32(length))) + payload
