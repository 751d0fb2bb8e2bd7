"""Entries in a segment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.archive.frame import MAGIC, Frame, Unreadable, heads, pack, scan, unpack

_ENTRIES = [pack(1, [b'{"a":1}']), pack(2, [b'{"b":2}', b'"\xc3\xa5"']), pack(4, [b"[]"])]
_FILE = b"".join(_ENTRIES)


def _frames(octets: bytes, start: int = 0) -> list[bytes]:
    return [piece.entry for piece in scan(octets, start) if isinstance(piece, Frame)]


def test_an_entry_is_unpacked_as_packed() -> None:
    assert unpack(_ENTRIES[1]) == (2, [{"b": 2}, "å"])


def test_entries_are_found_one_behind_the_other() -> None:
    assert _frames(_FILE) == _ENTRIES
    assert _frames(_FILE, len(_ENTRIES[0])) == _ENTRIES[1:]


def test_an_entry_shows_as_a_line() -> None:
    assert _FILE.splitlines()[0].endswith(b'{"p":1,"facts":[{"a":1}]}')


@given(st.integers(0, len(_FILE)))
def test_cutting_anywhere_leaves_the_entries_before(cut: int) -> None:
    ends = [sum(map(len, _ENTRIES[: count + 1])) for count in range(len(_ENTRIES))]

    assert _frames(_FILE[:cut]) == _ENTRIES[: sum(end <= cut for end in ends)]


@given(st.integers(0, len(_FILE) * 8 - 1))
def test_a_flipped_bit_costs_the_entry_it_is_in_and_no_other(bit: int) -> None:
    damaged = bytearray(_FILE)
    damaged[bit // 8] ^= 1 << bit % 8
    hit = 0
    while sum(map(len, _ENTRIES[: hit + 1])) <= bit // 8:
        hit += 1

    pieces = list(scan(bytes(damaged)))

    assert [piece.entry for piece in pieces if isinstance(piece, Frame)] == _ENTRIES[:hit] + _ENTRIES[
        hit + 1 :
    ]
    start = sum(map(len, _ENTRIES[:hit]))
    assert [p for p in pieces if isinstance(p, Unreadable)] == [Unreadable(start, start + len(_ENTRIES[hit]))]


@given(st.lists(st.sampled_from([*_ENTRIES, MAGIC, b"\x00" * 20, b"x"]) | st.binary(max_size=20), max_size=8))
def test_every_octet_is_accounted_for(parts: list[bytes]) -> None:
    octets = b"".join(parts)

    pieces = list(scan(octets))

    assert b"".join(octets[piece.start : piece.end] for piece in pieces) == octets
    assert len(_frames(octets)) >= sum(part in _ENTRIES for part in parts) - sum(
        part not in _ENTRIES for part in parts
    )


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"p":0,"facts":[1]}', b'{"p":1,"facts":[]}', b'{"p":"1"}']
)
def test_a_payload_that_pack_cannot_have_written_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(_ENTRIES[0][:12] + payload)


@given(st.lists(st.sampled_from(_ENTRIES), max_size=6), st.binary(max_size=30))
def test_heads_tell_where_entries_begin_up_to_the_first_that_is_none(
    entries: list[bytes], rest: bytes
) -> None:
    octets = b"".join(entries) + rest.replace(MAGIC, b"")

    starts = [sum(map(len, entries[:number])) for number in range(len(entries))]

    assert list(heads(octets)) == [
        (unpack(entry)[0], start) for entry, start in zip(entries, starts, strict=True)
    ]
