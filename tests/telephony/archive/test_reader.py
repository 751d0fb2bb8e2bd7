"""Reading a journal that this process does not write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.archive.codec import UnknownFact
from telephony.archive.errors import JournalUnusable
from telephony.archive.findings import Damage, Finding, Gap, NotUnderstood
from telephony.archive.frame import pack
from telephony.archive.journal import Journal
from telephony.archive.reader import JournalReader
from telephony.archive.segment import segment_path
from telephony.archive.store import Limits
from tests.telephony.archive.toy_facts import Toy, moved, toy_codec

_CODEC = toy_codec()


def _entry(position: int, count: int = 1) -> bytes:
    return pack(position, [_CODEC.encode(moved(position + index)) for index in range(count)])


def _reader(directory: Path, findings: list[Finding]) -> JournalReader[Toy]:
    return JournalReader(directory, _CODEC, report=findings.append)


def _positions(facts: Iterator[tuple[int, Toy | UnknownFact]]) -> list[int]:
    read = list(facts)
    assert all(fact == moved(position) for position, fact in read)
    return [position for position, _ in read]


@pytest.fixture
def findings() -> list[Finding]:
    return []


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Positions 1 to 9 in three segments."""
    segment_path(tmp_path, 1).write_bytes(_entry(1, 2) + _entry(3))
    segment_path(tmp_path, 4).write_bytes(_entry(4) + _entry(5, 2))
    segment_path(tmp_path, 7).write_bytes(_entry(7, 3))
    return tmp_path


def test_all_facts_come_in_order(directory: Path, findings: list[Finding]) -> None:
    assert _positions(_reader(directory, findings).read()) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert findings == []


@pytest.mark.parametrize("start", range(1, 12))
def test_reading_begins_anywhere(directory: Path, findings: list[Finding], start: int) -> None:
    assert _positions(_reader(directory, findings).read(start)) == list(range(start, 10))
    assert findings == []


def test_whole_segments_before_the_start_are_not_opened(directory: Path, findings: list[Finding]) -> None:
    segment_path(directory, 1).write_bytes(b"rubbish")

    assert _positions(_reader(directory, findings).read(6)) == [6, 7, 8, 9]
    assert findings == []


def test_a_journal_whose_beginning_was_deleted_has_no_gap(directory: Path, findings: list[Finding]) -> None:
    segment_path(directory, 1).unlink()

    assert _positions(_reader(directory, findings).read()) == [4, 5, 6, 7, 8, 9]
    assert findings == []


def test_a_missing_segment_is_a_gap(directory: Path, findings: list[Finding]) -> None:
    segment_path(directory, 4).unlink()

    assert _positions(_reader(directory, findings).read()) == [1, 2, 3, 7, 8, 9]
    assert findings == [Gap(4, 6)]


def test_a_segment_deleted_while_reading_is_a_gap(directory: Path, findings: list[Finding]) -> None:
    facts = _reader(directory, findings).read()
    assert next(facts)[0] == 1

    segment_path(directory, 4).unlink()

    assert _positions(facts)[-1] == 9
    assert findings == [Gap(4, 6)]


def test_damage_in_the_middle_is_reported_and_the_rest_kept(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 4)
    path.write_bytes(bytes([0]) + path.read_bytes()[1:])

    assert _positions(_reader(directory, findings).read()) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert findings == [Damage(path, 0, len(_entry(4)), "no whole entry"), Gap(4, 4)]


def test_a_torn_end_of_a_finished_segment_is_damage(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 4)
    path.write_bytes(path.read_bytes()[:-1])

    assert _positions(_reader(directory, findings).read()) == [1, 2, 3, 4, 7, 8, 9]
    assert findings == [Damage(path, len(_entry(4)), len(_entry(5, 2)) - 1, "no whole entry"), Gap(5, 6)]


def test_an_unfinished_end_of_the_last_segment_is_left_alone(
    directory: Path, findings: list[Finding]
) -> None:
    path = segment_path(directory, 7)
    octets = path.read_bytes() + _entry(10)[:-1]
    path.write_bytes(octets)

    assert _positions(_reader(directory, findings).read(7)) == [7, 8, 9]
    assert findings == []
    assert path.read_bytes() == octets


def test_what_is_finished_while_reading_is_read(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 7)
    whole = path.read_bytes() + _entry(10)
    path.write_bytes(whole[:-1])
    facts = _reader(directory, findings).read(7)
    assert next(facts)[0] == 7

    path.write_bytes(whole)
    segment_path(directory, 11).write_bytes(_entry(11))

    assert _positions(facts) == [8, 9, 10, 11]
    assert findings == []


def test_positions_that_come_again_are_reported_and_left_out(
    directory: Path, findings: list[Finding]
) -> None:
    path = segment_path(directory, 7)
    path.write_bytes(_entry(7, 3) + _entry(8) + _entry(10))

    assert _positions(_reader(directory, findings).read(7)) == [7, 8, 9, 10]
    assert findings == [Damage(path, len(_entry(7, 3) + _entry(8)), 0, "position 8 comes again")]


def test_an_intact_entry_that_is_no_facts_is_damage(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 7)
    path.write_bytes(pack(0, [b"1"]) + _entry(7))

    assert _positions(_reader(directory, findings).read(7)) == [7]
    assert findings == [Damage(path, 0, len(pack(0, [b"1"])), "not an object with p and facts")]


def test_a_segment_that_cannot_be_read_is_damage(directory: Path, findings: list[Finding]) -> None:
    path = segment_path(directory, 4)
    path.unlink()
    path.mkdir()

    assert _positions(_reader(directory, findings).read()) == [1, 2, 3, 7, 8, 9]
    assert findings == [Damage(path, 0, 0, "Is a directory"), Gap(4, 6)]


def test_facts_not_understood_are_reported_and_unknown_ones_given(
    tmp_path: Path, findings: list[Finding]
) -> None:
    unknown = b'{"type":"ToyFlew","version":2,"stream":"toy/x","data":{"at":"2026-03-02T12:00:00Z"}}'
    segment_path(tmp_path, 1).write_bytes(pack(1, [unknown, b"17", _CODEC.encode(moved(3))]))

    facts = list(_reader(tmp_path, findings).read())

    assert [position for position, _ in facts] == [1, 3]
    assert isinstance(facts[0][1], UnknownFact)
    assert findings == [
        NotUnderstood(1, "ToyFlew", 2, "unknown type"),
        NotUnderstood(2, "", 0, "not an object with type, version, stream and data"),
    ]


def test_an_empty_folder_has_no_facts(tmp_path: Path, findings: list[Finding]) -> None:
    assert list(_reader(tmp_path, findings).read()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, findings: list[Finding]) -> None:
    with pytest.raises(JournalUnusable, match=f"{tmp_path}/none"):
        next(_reader(tmp_path / "none", findings).read())


def test_a_reader_beside_the_writer_sees_every_fact_once(tmp_path: Path, findings: list[Finding]) -> None:
    journal = Journal.open(tmp_path, _CODEC, report=findings.append, limits=Limits(segment=1000))
    reader = _reader(tmp_path, findings)
    seen: list[int] = []
    for number in range(1, 60):
        journal.append([moved(number)])
        if number % 7 == 0:
            seen += _positions(reader.read(len(seen) + 1))

    seen += _positions(reader.read(len(seen) + 1))

    assert seen == list(range(1, 60))
    assert findings == []
    assert len(journal.segments()) > 3
    journal.close()
