"""What single settings hold."""

import pytest

from telephony.config_values import ListenAddress, dns_servers, sip_addresses


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


def test_dns_servers_have_a_port_where_it_is_not_theirs() -> None:
    assert dns_servers([]) == dns_servers([""]) == ()
    assert dns_servers(["192.0.2.53", "192.0.2.54:5353", "2001:db8::53", "[2001:db8::54]:5353"]) == (
        ListenAddress("", "192.0.2.53", 53),
        ListenAddress("", "192.0.2.54", 5353),
        ListenAddress("", "2001:db8::53", 53),
        ListenAddress("", "2001:db8::54", 5353),
    )


@pytest.mark.parametrize("given", ["192.0.2.53", ["dns.example.se"], ["0.0.0.0"], ["192.0.2.53:0"], [53]])
def test_what_is_no_dns_server(given: object) -> None:
    with pytest.raises(ValueError):
        dns_servers(given)
