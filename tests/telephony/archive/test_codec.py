"""Facts to JSON and back."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.errors import CodecError, MalformedFact
from tests.telephony.archive.toy_facts import (
    NOON,
    TOYS,
    BoxOpened,
    Colour,
    Peg,
    Toy,
    ToyMoved,
    ToyPainted,
    moved,
    painted,
    toy_codec,
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_TIMES = st.datetimes(timezones=st.just(UTC))
_PEGS = st.builds(Peg, _TEXT, st.sampled_from(Colour))


def _written(**changes: object) -> dict[str, object]:
    return {
        "type": "ToyMoved",
        "version": 1,
        "stream": "toy/x",
        "data": {"at": "2026-03-02T12:00:00Z"},
    } | changes


def test_a_fact_is_written_with_type_version_and_stream() -> None:
    written = json.loads(toy_codec().encode(moved(2)))

    assert written == {
        "type": "ToyMoved",
        "version": 1,
        "stream": "toy/t2",
        "data": {"at": "2026-03-02T12:00:00Z", "toy": "t2", "steps": 2},
    }


@given(
    st.builds(
        ToyPainted,
        at=_TIMES,
        toy=_TEXT,
        colour=st.sampled_from(Colour),
        peg=st.none() | _PEGS,
        pegs=st.lists(_PEGS, max_size=3).map(tuple),
        place=st.tuples(_TEXT, st.integers()),
        weights=st.dictionaries(_TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
        until=st.none() | _TIMES,
        dry=st.booleans(),
        layers=st.integers(),
    )
)
def test_what_is_written_is_read_back(fact: ToyPainted) -> None:
    codec = toy_codec()

    again = codec.decode_json(codec.encode(fact))

    assert again == fact
    assert isinstance(again, ToyPainted)
    assert isinstance(again.colour, Colour)


def test_an_unknown_type_is_kept_and_written_again_unchanged() -> None:
    octets = (
        b'{"type":"ToyFlew","version":7,"stream":"toy/x",'
        b'"data":{"at":"2026-03-02T12:00:00Z","h":[1,{"m":2.5}]}}'
    )
    codec = toy_codec()

    fact = codec.decode_json(octets)

    assert fact == UnknownFact(
        type="ToyFlew",
        version=7,
        data={"at": "2026-03-02T12:00:00Z", "h": [1, {"m": 2.5}]},
        at=NOON,
        stream="toy/x",
        problem="unknown type",
    )
    assert codec.encode(fact) == octets


def test_a_newer_version_is_unknown() -> None:
    fact = toy_codec().decode(_written(version=2))

    assert isinstance(fact, UnknownFact)
    assert (fact.version, fact.problem) == (2, "unknown version")


def test_data_that_do_not_fit_are_kept_and_the_problem_tells_no_value() -> None:
    fact = toy_codec().decode(
        _written(data={"at": "2026-03-02T12:00:00Z", "toy": "x", "steps": "0701740605x"})
    )

    assert isinstance(fact, UnknownFact)
    assert fact.problem.startswith("steps: ")
    assert "070" not in fact.problem


def test_old_versions_are_brought_up_step_by_step() -> None:
    def to_2(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"layers": 1}

    def to_3(data: dict[str, Any]) -> dict[str, Any]:
        data["toy"] = data.pop("name")
        return data

    codec: Codec[Toy] = Codec(TOYS, {("ToyPainted", 1): to_2, ("ToyPainted", 2): to_3})
    old = json.loads(codec.encode(painted()))
    old["version"] = 1
    old["data"]["name"] = old["data"].pop("toy")
    del old["data"]["layers"]

    assert codec.decode(old) == replace(painted(), layers=1)


@pytest.mark.parametrize("upcast", [None, lambda data: {"toy": data["no such key"]}])
def test_an_old_version_that_cannot_be_brought_up_is_kept(
    upcast: Callable[[dict[str, Any]], dict[str, Any]] | None,
) -> None:
    codec: Codec[Toy] = Codec(TOYS, {("ToyPainted", 1): upcast} if upcast else {})

    fact = codec.decode(_written(type="ToyPainted"))

    assert isinstance(fact, UnknownFact)
    assert fact.problem == "no upcast: KeyError"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{",
        b"[]",
        b'{"type":"ToyMoved","version":1,"stream":"x"}',
        b'{"type":"ToyMoved","version":"1","stream":"x","data":{}}',
        b'{"type":"ToyFlew","version":1,"stream":"x","data":{}}',
        b'{"type":"ToyFlew","version":1,"stream":"x","data":{"at":"2026-03-02T12:00:00"}}',
    ],
)
def test_what_is_no_fact_at_all_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedFact):
        toy_codec().decode_json(octets)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_hostile_octets_raise_only_malformed_fact(octets: bytes) -> None:
    with pytest.raises(MalformedFact):
        toy_codec().decode_json(octets)


def test_a_fact_that_could_not_be_read_back_is_not_written() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class ToyLost(Toy):
        pass

    codec = toy_codec()
    for fact in (
        ToyLost(at=NOON),
        BoxOpened(at=NOON.replace(tzinfo=None)),
        ToyMoved(at=NOON, toy="x", steps="two"),  # type: ignore[arg-type]
        ToyMoved(at=NOON, toy="\udcff"),
    ):
        with pytest.raises(CodecError):
            codec.encode(fact)


def test_times_of_other_zones_are_the_same_instant() -> None:
    codec = toy_codec()
    local = NOON.astimezone(timezone(timedelta(hours=1)))

    assert codec.decode_json(codec.encode(BoxOpened(at=local))).at == NOON


def test_two_classes_of_one_name_are_refused() -> None:
    with pytest.raises(CodecError, match="ToyMoved"):
        Codec([ToyMoved, ToyMoved])


def test_versions_lists_what_is_registered() -> None:
    assert toy_codec().versions == {"ToyMoved": 1, "ToyPainted": 3, "BoxOpened": 1}
