import socket
from contextlib import ExitStack

import pytest

from telephony.demo.ports import HOST, MAX_PHONES, PortBlock, reserved_ports


def all_ports(block: PortBlock) -> list[int]:
    phones = [block.phone(index) for index in range(MAX_PHONES)]
    sounds = [port for _, ports in phones for port in ports]
    return [*range(block.media.first, block.media.last + 1), *(sip for sip, _ in phones), *sounds]


def test_no_port_is_given_twice() -> None:
    ports = all_ports(PortBlock(20000))

    assert len(set(ports)) == len(ports)
    assert min(ports) > 20000


def test_the_services_ports_begin_with_an_even_one() -> None:
    with reserved_ports() as block:
        assert block.media.first % 2 == 0


def test_two_demonstrations_share_no_port() -> None:
    with reserved_ports() as one, reserved_ports() as other:
        assert not set(all_ports(one)) & set(all_ports(other))


def test_all_ports_of_a_block_can_be_bound() -> None:
    with reserved_ports() as block, ExitStack() as held:
        for port in all_ports(block):
            held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind((HOST, port))


def test_there_are_ports_for_so_many_phones_only() -> None:
    with pytest.raises(ValueError, match="phone 10 of 10"):
        PortBlock(20000).phone(MAX_PHONES)
