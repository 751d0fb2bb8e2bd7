"""Every version of a fact that was ever written can still be read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from routing.places import Named, Place
from telephony.archive.codec import Codec, FactLike, UnknownFact
from telephony.archive.upcasts import UPCASTS
from telephony.call.house_facts import GatewayLost
from telephony.call.registry import FACTS
from tests.telephony.archive.fact_corpus import add_missing, example, read_corpus
from tests.telephony.archive.toy_facts import TOYS, Toy, ToyMoved, toy_codec


@pytest.fixture
def codec() -> Codec[FactLike]:
    return Codec(FACTS, UPCASTS)


def test_every_fact_has_its_present_version_in_the_corpus(codec: Codec[FactLike]) -> None:
    kept = {(path.stem, line.split(b',"stream"')[0]) for path, line in read_corpus()}

    missing = [
        name
        for name, version in codec.versions.items()
        if (name, b'{"type":"%b","version":%d' % (name.encode(), version)) not in kept
    ]

    assert missing == [], "run: python -m tests.telephony.archive.fact_corpus"


def test_every_line_of_the_corpus_is_understood(codec: Codec[FactLike]) -> None:
    for path, line in read_corpus():
        assert not isinstance(codec.decode_json(line), UnknownFact), f"{path.name}: {line!r}"


def test_a_fact_whose_shape_changed_has_a_new_version(codec: Codec[FactLike]) -> None:
    for path, line in read_corpus():
        fact = codec.decode_json(line)
        assert path.stem in codec.versions, f"{path.name}: its class is gone"
        if line.startswith(b'{"type":"%b","version":%d,' % (path.stem.encode(), codec.versions[path.stem])):
            assert codec.encode(fact) == line, f"{path.name}: raise VERSION and add an upcast"


def test_a_gateway_with_a_name_survives_and_one_without_is_as_it_always_was(codec: Codec[FactLike]) -> None:
    named = Named("sos.example.se", None, "TLS").at("192.0.2.41", 5071)
    for place in (named, Place("192.0.2.41", 5060, "TCP"), Place("192.0.2.41", 5060)):
        lost = GatewayLost(at=datetime(2026, 3, 2, tzinfo=UTC), gateway=place)
        assert codec.decode_json(codec.encode(lost)) == lost
    assert b'"gateway":["192.0.2.41",5060]' in codec.encode(lost)


def test_the_corpus_is_filled_with_what_is_missing(tmp_path: Path) -> None:
    assert add_missing(TOYS, tmp_path) == ["ToyMoved", "ToyPainted", "BoxOpened"]
    assert add_missing(TOYS, tmp_path) == []

    lines = read_corpus(tmp_path)
    assert [path.stem for path, _ in lines] == ["BoxOpened", "ToyMoved", "ToyPainted"]
    assert [toy_codec().decode_json(line) for _, line in lines] == [
        example(cls) for cls in sorted(TOYS, key=_name)
    ]


def test_a_new_version_is_added_behind_the_old(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class ToyMoved(Toy):
        VERSION: ClassVar[int] = 2
        toy: str

    add_missing(TOYS, tmp_path)

    assert add_missing([ToyMoved], tmp_path) == ["ToyMoved"]

    kept = [line for path, line in read_corpus(tmp_path) if path.stem == "ToyMoved"]
    assert [line[:31] for line in kept] == [
        b'{"type":"ToyMoved","version":1,',
        b'{"type":"ToyMoved","version":2,',
    ]


def _name(cls: type[Toy]) -> str:
    return cls.__name__


def test_examples_fill_optional_fields() -> None:
    assert example(ToyMoved).steps == 1
    assert example(TOYS[1]).peg is not None
