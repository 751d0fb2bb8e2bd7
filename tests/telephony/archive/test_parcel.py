"""Entries made ready to be shipped."""

import pytest
from pydantic_core import from_json, to_json

from telephony.archive.codec import Codec
from telephony.archive.parcel import behind, parcel_of, singles
from telephony.archive.tail import Entry
from telephony.call import facts as f
from telephony.call.registry import FACTS
from tests.support.calls import NOON, arrive, registered

CODEC: Codec[f.Fact] = Codec(FACTS)


def entry(*facts: f.Fact, first: int = 5) -> Entry:
    written = tuple(from_json(CODEC.encode(fact)) for fact in facts)
    return Entry(first, written, to_json({"p": first, "facts": list(written)}).decode(), 77)


def test_only_what_makes_the_call_log_is_decoded() -> None:
    ended = f.LegEnded(at=NOON, call="c1", leg="c1.0")

    parcel = parcel_of(entry(registered("anna"), arrive(), ended), CODEC)

    assert parcel.recorded == ((6, arrive()),)
    assert parcel.last == 7


def test_what_is_not_understood_makes_no_log_and_is_shipped() -> None:
    strange = {
        "type": "CallArrived",
        "version": 99,
        "stream": "call/c",
        "data": {"at": "2026-01-01T00:00:00Z"},
    }
    nothing = {"type": "CallArrived"}
    given = Entry(1, (strange, nothing, 3), to_json({"p": 1, "facts": [strange, nothing, 3]}).decode(), 77)

    parcel = parcel_of(given, CODEC)

    assert parcel.recorded == ()
    assert (parcel.position, parcel.last, parcel.text, parcel.check) == (1, 3, given.text, 77)
    assert parcel.facts == [strange, nothing, 3]


def test_a_parcel_is_taken_apart_fact_by_fact() -> None:
    parcel = parcel_of(entry(registered("anna"), arrive()), CODEC)

    first, second = singles(parcel)

    assert (first.position, first.recorded) == (5, ())
    assert (second.position, second.recorded) == (6, ((6, arrive()),))
    assert (first.check, second.check) == (77, 77), "of the entry as it lies in the journal"
    assert from_json(second.text) == {"p": 6, "facts": [from_json(CODEC.encode(arrive()))]}


@pytest.mark.parametrize(("position", "left"), [(4, [5]), (5, [6, 7]), (6, [7]), (7, [])])
def test_of_one_that_was_shipped_in_part_the_rest_is_left(position: int, left: list[int]) -> None:
    parcel = parcel_of(entry(registered("anna"), arrive(), arrive("c2")), CODEC)

    parts = behind(parcel, position)

    assert [part.position for part in parts] == left
    assert [at for part in parts for at, _ in part.recorded] == [at for at in (6, 7) if at > position]
