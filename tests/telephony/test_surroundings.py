"""telephony/surroundings.py: what legs are given of a service."""

from pathlib import Path

import pytest

from telephony.clock import Clock
from telephony.config import ListenAddress
from telephony.legs.legs import Surroundings
from telephony.secrets import PhoneSecrets
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.surroundings import is_vital, surroundings_of
from tests.support.stage import Stage
from tests.telephony.test_service import settings_in


def test_calls_leave_from_where_the_service_listens_and_nonces_outlive_a_start(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    tcp, udp = ListenAddress("TCP", "127.0.0.1", 5071), ListenAddress("UDP", "127.0.0.1", 5072)
    stage = Stage()

    def make(*sip: ListenAddress) -> Surroundings:
        passwords, clock = PhoneSecrets(settings.data / "secrets"), Clock(lambda: 0.0, lambda: 0.0)
        return surroundings_of(
            settings, sip, stage.media, stage.virtual.directory, passwords, clock, lambda: "call1"
        )

    assert make(tcp, udp).sockets.address("UDP", "127.0.0.9") == ("127.0.0.1", 5072)
    assert make(tcp).sockets.address("UDP", "127.0.0.9") is None
    key = (settings.data / "secrets" / "nonce.key").read_bytes()
    make(udp)
    assert (settings.data / "secrets" / "nonce.key").read_bytes() == key


@pytest.mark.parametrize(
    ("method", "uri", "vital"),
    [
        ("INVITE", "sip:112@h", True),
        ("INVITE", "sip:08123@h", False),
        ("BYE", "sip:a@h", True),
        ("OPTIONS", "sip:112@h", False),
    ],
)
def test_no_overload_keeps_112_out_nor_the_end_of_a_call(method: str, uri: str, vital: bool) -> None:
    assert is_vital(Request(method, uri, Headers([]))) is vital
