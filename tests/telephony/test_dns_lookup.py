"""Names looked up at a real DNS server on this machine."""

import asyncio
from collections.abc import Iterator

import dns.rcode
import pytest

from routing.places import Found, Named
from telephony import dns_lookup
from telephony.dns_lookup import MAX_PLACES, Answer, Dns, LookupFailed, NameUnknown
from tests.support.dns_server import DnsServer

TLS = Named("pbx.example.se", None, "TLS")
UDP = Named("pbx.example.se", None, "UDP")


@pytest.fixture(name="server")
def _server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


def ask(server: DnsServer, named: Named) -> Answer:
    return asyncio.run(Dns([(server.host, server.port)]).look_up(named))


def hosts(answer: Answer) -> list[list[tuple[str, int]]]:
    return [[(place.host, place.port) for place in found.places] for found in answer.found]


def test_srv_records_by_priority_and_weight_with_the_addresses_of_their_targets(server: DnsServer) -> None:
    records = ("20 0 5071 b.example.se.", "10 5 5061 a.example.se.")
    server.put("_sips._tcp.pbx.example.se", "SRV", *records, ttl=600)
    server.put("a.example.se", "A", "192.0.2.1", ttl=900)
    server.put("a.example.se", "AAAA", "2001:db8::1", ttl=300)
    server.put("b.example.se", "A", "192.0.2.2", ttl=900)

    answer = ask(server, TLS)

    assert answer == Answer(
        (
            Found(10, 5, (TLS.at("192.0.2.1", 5061), TLS.at("2001:db8::1", 5061))),
            Found(20, 0, (TLS.at("192.0.2.2", 5071),)),
        ),
        300,
    )
    assert {place.identity for found in answer.found for place in found.places} == {"pbx.example.se"}


@pytest.mark.parametrize(
    ("transport", "service", "port"),
    [("UDP", "_sip._udp", 5060), ("TCP", "_sip._tcp", 5060), ("TLS", "_sips._tcp", 5061)],
)
def test_without_srv_records_the_name_has_the_addresses_and_the_transport_the_port(
    server: DnsServer, transport: str, service: str, port: int
) -> None:
    server.put("pbx.example.se", "A", "192.0.2.2", "192.0.2.1", "0.0.0.0", "224.0.0.1")

    answer = ask(server, Named("pbx.example.se", None, transport))

    assert hosts(answer) == [[("192.0.2.1", port), ("192.0.2.2", port)]]
    assert server.asked[f"{service}.pbx.example.se", "SRV"] == 1


def test_with_a_port_nobody_asks_for_srv_records(server: DnsServer) -> None:
    server.put("_sip._udp.pbx.example.se", "SRV", "1 1 5070 a.example.se.")
    server.put("pbx.example.se", "AAAA", "2001:db8::2")

    assert hosts(ask(server, Named("pbx.example.se", 5080, "UDP"))) == [[("2001:db8::2", 5080)]]
    assert not server.asked["_sip._udp.pbx.example.se", "SRV"]


def test_targets_without_addresses_are_left_out(server: DnsServer) -> None:
    server.put("_sip._udp.pbx.example.se", "SRV", "1 1 5060 gone.example.se.", "2 1 5060 a.example.se.")
    server.put("a.example.se", "A", "192.0.2.1")

    assert hosts(ask(server, UDP)) == [[("192.0.2.1", 5060)]]


def test_no_more_than_so_many_addresses_are_used(server: DnsServer) -> None:
    server.put("_sip._udp.pbx.example.se", "SRV", *[f"{n} 1 5060 h{n}.example.se." for n in range(1, 20)])
    for number in range(1, 20):
        server.put(f"h{number}.example.se", "A", *[f"192.0.{number}.{host}" for host in range(1, 4)])

    found = hosts(ask(server, UDP))

    assert sum(map(len, found)) == MAX_PLACES
    assert found[0] == [("192.0.1.1", 5060), ("192.0.1.2", 5060), ("192.0.1.3", 5060)]


def test_a_name_that_dns_knows_nothing_of(server: DnsServer) -> None:
    with pytest.raises(NameUnknown, match=r"pbx\.example\.se has no address"):
        ask(server, UDP)
    server.put("_sip._udp.pbx.example.se", "SRV", "0 0 0 .")
    with pytest.raises(NameUnknown, match=r"pbx\.example\.se offers no SIP by UDP"):
        ask(server, UDP)
    server.put("_sip._udp.pbx.example.se", "SRV", "1 1 5060 gone.example.se.")
    with pytest.raises(NameUnknown, match=r"gone\.example\.se has no address"):
        ask(server, UDP)


def test_a_server_that_fails_says_nothing_of_the_name(server: DnsServer) -> None:
    server.rcode = dns.rcode.SERVFAIL

    with pytest.raises(LookupFailed, match="no answer of DNS") as failed:
        ask(server, UDP)
    assert not isinstance(failed.value, NameUnknown)


def test_a_server_that_is_away_is_not_waited_for_long(
    server: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_lookup, "QUERY_SECONDS", 0.1)
    server.stop()

    with pytest.raises(LookupFailed, match="no answer of DNS"):
        ask(server, Named("pbx.example.se", 5060, "UDP"))


def test_without_servers_of_our_own_those_of_the_system_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", nothing)

    with pytest.raises(LookupFailed, match="the system names no DNS server"):
        asyncio.run(Dns().look_up(UDP))
