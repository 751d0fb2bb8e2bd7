"""A few seconds of `make fuzz`, with seeds that stay the same."""

from random import Random

import pytest

from tests.fuzz.corpus import corpus, good_messages
from tests.fuzz.mutate import MAX_DATAGRAM, mutate
from tests.fuzz.run import Findings, fuzz_node, fuzz_parsers


@pytest.mark.parametrize("seed", range(3))
def test_the_parsers_raise_nothing_but_their_own_errors(seed: int) -> None:
    fuzz_parsers(Random(seed), 2_000, Findings())


@pytest.mark.parametrize("seed", range(3))
def test_a_node_outlives_mutations_and_serves(seed: int) -> None:
    found = Findings()

    fuzz_node(Random(seed), 2_000, found)

    assert {100, 200, 400, 401, 403, 481, 486} <= set(found.answers)  # they got past the parser


def test_the_corpus_has_a_whole_call() -> None:
    starts = {data.split(b" ")[0] for data, _ in good_messages()}

    assert {b"REGISTER", b"INVITE", b"ACK", b"BYE", b"CANCEL", b"OPTIONS", b"SIP/2.0"} <= starts


def test_a_mutation_fits_into_a_datagram_and_comes_back_with_its_seed() -> None:
    seeds = corpus()
    mutations = [mutate(data, Random(1), seeds) for data in seeds]

    assert mutations == [mutate(data, Random(1), seeds) for data in seeds]
    assert max(map(len, mutations)) <= MAX_DATAGRAM
    assert mutations != seeds
