import socket

import pytest

from telephony.demo.phones import Phone, PhoneFailed, heard
from telephony.demo.ports import HOST, reserved_ports


def test_a_phone_that_cannot_open_its_socket_says_so() -> None:
    with reserved_ports() as ports, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, ports.phone(0)[0]))
        phone = Phone("kc1", "secret", (HOST, 9), ports, 0, 440)

        with pytest.raises(PhoneFailed, match=r"phone kc1 could not register: .*in use"):
            phone.register()

        phone.begin_closing().result(5)


def test_what_rang_is_told_once() -> None:
    with reserved_ports() as ports:
        phone = Phone("kc1", "secret", (HOST, 9), ports, 0, 440)

    phone.cancelled("call-id")
    ring = phone.take_rung()

    assert ring is not None and ring.cancelled.is_set() and not ring.answered.is_set()
    assert heard(ring.call) == b""
    assert phone.take_rung() is None
