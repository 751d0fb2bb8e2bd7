import errno
import os
import socket
from collections.abc import Iterator
from random import Random

import pytest

from telephony.media.errors import NoPortFree
from telephony.media.ports import PortPair, PortPairs, PortRotation

HOST = "127.0.0.1"


def free_ports(count: int) -> range:
    """So many ports in a row that nobody had a moment ago."""
    for first in range(31000 + os.getpid() % 100 * 10, 32700, 10):
        try:
            pairs = [PortPair.bind(HOST, port) for port in range(first, first + count, 2)]
        except OSError:
            continue
        for pair in pairs:
            pair.close()
        return range(first, first + count)
    pytest.fail(f"no {count} ports in a row are free")


@pytest.fixture
def free() -> range:
    return free_ports(10)


@pytest.fixture
def pairs(free: range) -> PortPairs:
    return PortPairs(HOST, free, Random(1))


@pytest.fixture
def foreign(free: range) -> Iterator[socket.socket]:
    """Another program on the RTCP port of the first pair."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, free[1]))
        yield taken


def drain(pairs: PortPairs, count: int, *, emergency: bool = True) -> list[PortPair]:
    return [pairs.open(emergency=emergency) for _ in range(count)]


def test_only_even_ports_with_the_next_in_the_range_are_used() -> None:
    assert _all(PortRotation(range(10001, 10007), Random(1))) == {10002, 10004}
    assert _all(PortRotation(range(10000, 10003), Random(1))) == {10000}


def test_the_order_is_not_that_of_the_numbers() -> None:
    rotation = PortRotation(range(10000, 11000), Random(1))

    taken = [rotation.take() for _ in range(len(rotation))]

    assert taken != sorted(taken)
    assert len(set(taken)) == 500


def test_a_port_is_used_again_only_after_all_the_others() -> None:
    rotation = PortRotation(range(10000, 10010), Random(1))
    first = rotation.take()

    rotation.give_back(first)

    assert [rotation.take() for _ in range(5)][-1] == first


def test_a_pair_is_an_even_port_and_the_next(pairs: PortPairs, free: range) -> None:
    pair = pairs.open()

    assert pair.port % 2 == 0
    assert pair.port in free
    assert pair.rtp.getsockname() == (HOST, pair.port)
    assert pair.rtcp.getsockname() == (HOST, pair.port + 1)
    assert not pair.rtp.getblocking()
    assert not pair.rtcp.getblocking()
    pairs.close(pair)


def test_a_range_that_is_used_up_is_told(pairs: PortPairs) -> None:
    opened = drain(pairs, 5)

    with pytest.raises(NoPortFree, match=HOST):
        pairs.open()

    for pair in opened:
        pairs.close(pair)


def test_the_last_pairs_are_for_emergencies() -> None:
    pairs = PortPairs(HOST, free_ports(16), Random(1))
    opened = drain(pairs, 6, emergency=False)

    with pytest.raises(NoPortFree, match="112"):
        pairs.open()
    opened += drain(pairs, 2)
    with pytest.raises(NoPortFree):
        pairs.open(emergency=True)

    for pair in opened:
        pairs.close(pair)


def test_a_closed_pair_can_be_opened_again(pairs: PortPairs) -> None:
    opened = drain(pairs, 5)
    pairs.close(opened[2])

    again = pairs.open(emergency=True)

    assert again.port == opened[2].port
    for pair in (*opened[:2], again, *opened[3:]):
        pairs.close(pair)


@pytest.mark.usefixtures("foreign")
def test_a_pair_of_which_another_program_has_one_is_passed_over(pairs: PortPairs, free: range) -> None:
    opened = drain(pairs, 4)

    assert free[0] not in {pair.port for pair in opened}
    with pytest.raises(NoPortFree):
        pairs.open()
    for pair in opened:
        pairs.close(pair)


def test_an_address_that_is_not_ours_is_told_with_the_systems_words() -> None:
    with pytest.raises(NoPortFree, match=r"192\.0\.2\.1 port \d+: .+"):
        PortPairs("192.0.2.1", range(20000, 30000), Random(1)).open()


def test_no_more_sockets_is_told_and_loses_no_port(pairs: PortPairs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as system:
        system.setattr(socket, "socket", refuse)
        with pytest.raises(NoPortFree, match="Too many open files"):
            pairs.open()

    for pair in drain(pairs, 5):
        pairs.close(pair)


def _all(rotation: PortRotation) -> set[int]:
    return {rotation.take() for _ in range(len(rotation))}
