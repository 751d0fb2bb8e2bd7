"""What single settings hold."""

import pytest

from telephony.config_values import ListenAddress, sip_addresses


def test_sip_is_taken_on_several_transports() -> None:
    assert sip_addresses(["udp:127.0.0.1:5060", "tcp:[::1]:5060", "tls:127.0.0.1:5061"]) == (
        ListenAddress("UDP", "127.0.0.1", 5060),
        ListenAddress("TCP", "::1", 5060),
        ListenAddress("TLS", "127.0.0.1", 5061),
    )


@pytest.mark.parametrize(
    "given", ["udp:127.0.0.1:5060", [], ["sctp:127.0.0.1:5060"], ["TCP:127.0.0.1:5060"], [5060]]
)
def test_other_transports_are_none(given: object) -> None:
    with pytest.raises(ValueError):
        sip_addresses(given)
