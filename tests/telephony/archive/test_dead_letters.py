"""What the database refuses is kept, once."""

import errno
import os
import threading
from pathlib import Path

import pytest

from telephony.archive.dead_letters import NAME, DeadLetters
from telephony.archive.frame import Frame, pack, scan, unpack
from telephony.archive.segment import list_segments


def kept(directory: Path) -> list[tuple[int, list[object]]]:
    """What the file holds, all of it whole."""
    pieces = list(scan((directory / NAME).read_bytes()))
    assert all(isinstance(piece, Frame) for piece in pieces)
    return [unpack(piece.entry) for piece in pieces if isinstance(piece, Frame)]


def test_each_is_kept_once_in_the_journals_framing(tmp_path: Path) -> None:
    dead = DeadLetters(tmp_path)
    dead.add(7, b'{"type":"A"}')
    dead.add(7, b'{"type":"A"}')
    dead.add(9, b'{"type":"B","data":"\\u0000"}')
    assert len(dead) == 2
    dead.close()

    again = DeadLetters(tmp_path)
    again.add(9, b'{"type":"B"}')

    assert len(again) == 2
    again.close()
    assert kept(tmp_path) == [(7, [{"type": "A"}]), (9, [{"type": "B", "data": "\0"}])]


def test_the_file_is_its_owners_alone_and_no_segment(tmp_path: Path) -> None:
    DeadLetters(tmp_path).close()

    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert list_segments(tmp_path) == []


def test_a_torn_end_is_cut_off(tmp_path: Path) -> None:
    dead = DeadLetters(tmp_path)
    dead.add(7, b'{"type":"A"}')
    dead.close()
    with (tmp_path / NAME).open("ab") as file:
        file.write(b"half")

    again = DeadLetters(tmp_path)
    again.add(8, b'{"type":"B"}')
    again.close()

    assert [position for position, _ in kept(tmp_path)] == [7, 8]


def test_what_is_damaged_or_none_of_ours_is_left_as_it_lies(tmp_path: Path) -> None:
    octets = pack(7, [b'{"type":"A"}']) + b"junk" + pack(1, [b"{}"]).replace(b"{}", b"") + pack(8, [b"{}"])
    (tmp_path / NAME).write_bytes(octets)

    dead = DeadLetters(tmp_path)

    assert len(dead) == 2
    dead.close()
    assert (tmp_path / NAME).read_bytes() == octets


def test_one_that_the_disk_does_not_take_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = DeadLetters(tmp_path)

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            dead.add(7, b"{}")
    assert len(dead) == 0

    dead.add(7, b"{}")

    assert len(dead) == 1
    dead.close()
    assert len(DeadLetters(tmp_path)) == 1


def test_it_is_not_closed_under_one_that_is_being_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = DeadLetters(tmp_path)
    closing = threading.Thread(target=dead.close)
    synced: list[int] = []

    def slowly(fd: int) -> None:
        closing.start()
        closing.join(0.2)  # long enough for a close that waits for nobody
        synced.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fsync", slowly)
    dead.add(7, b"{}")
    closing.join(10)

    assert synced == [(tmp_path / NAME).stat().st_size]
    with pytest.raises(OSError, match="closed"):
        dead.add(8, b"{}")
    dead.close()
    assert [position for position, _ in kept(tmp_path)] == [7]
