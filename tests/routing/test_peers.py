import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.peers import Peer, PeerTable, TlsName, is_one_host, parse_peer


def table(**peers: str) -> PeerTable:
    return PeerTable.of((parse_peer(text), trunk) for trunk, text in peers.items())


def test_the_most_specific_peer_wins() -> None:
    peers = table(wide="10.0.0.0/8", narrow="10.1.0.0/16", host="10.1.0.9", socket="10.1.0.9:5062")

    assert peers.trunk("10.1.0.9", 5062) == "socket"
    assert peers.trunk("10.1.0.9", 5060) == "host"
    assert peers.trunk("10.1.0.8", 5060) == "narrow"
    assert peers.trunk("10.2.0.8", 5060) == "wide"
    assert peers.trunk("11.0.0.1", 5060) is None


def test_ipv6_peers() -> None:
    peers = table(wide="2001:db8::/32", host="2001:db8::1", socket="[2001:db8::1]:5062", v4="10.0.0.0/8")

    assert peers.trunk("2001:db8::1", 5062) == "socket"
    assert peers.trunk("2001:db8::1", 5060) == "host"
    assert peers.trunk("2001:db8:5::1", 5060) == "wide"
    assert peers.trunk("2001:dead::1", 5060) is None


def test_a_source_is_recognised_with_a_zone_or_as_ipv4_in_ipv6() -> None:
    peers = table(link="fe80::1", v4="10.1.0.9")

    assert peers.trunk("fe80::1%eth0", 5060) == "link"
    assert peers.trunk("::ffff:10.1.0.9", 5060) == "v4"


def test_a_source_that_is_no_address_is_nobody() -> None:
    assert table(host="10.1.0.9").trunk("pbx.example", 5060) is None


def test_who_proves_its_name_is_that_trunk_wherever_it_is_and_nobody_else_is() -> None:
    peers = table(named="tls:PBX.example.se", host="10.1.0.9")

    assert peers.trunk("198.51.100.1", 5061, ["other.example", "pbx.example.se"]) == "named"
    assert peers.trunk("10.1.0.9", 5061, ["pbx.example.se"]) == "named"
    assert peers.trunk("198.51.100.1", 5061, ["other.example"]) is None
    assert peers.trunk("198.51.100.1", 5061) is None
    assert peers.trunk("10.1.0.9", 5061, ["other.example"]) == "host"


def test_a_peer_of_the_plan_is_an_address_or_a_name_in_a_certificate() -> None:
    assert parse_peer("10.1.0.9") == Peer.parse("10.1.0.9")
    assert parse_peer("TLS:Pbx.example.se.") == TlsName("pbx.example.se")
    assert str(parse_peer("tls:pbx.example.se")) == "tls:pbx.example.se"
    assert [is_one_host(parse_peer(text)) for text in ("10.1.0.9", "10.1.0.0/24", "tls:a.se")] == [
        True,
        False,
        False,
    ]
    for wrong in ("tls:", "tls:10.1.0.9", "tls:pbx.example.se:5061"):
        with pytest.raises(ValueError, match=r'"tls:" and the host name in its certificate'):
            parse_peer(wrong)


def test_a_prefix_of_full_length_is_a_host() -> None:
    assert not Peer.parse("10.1.0.9/32").is_prefix


@pytest.mark.parametrize(
    "text", ["10.1.0.9", "10.1.0.9:5060", "10.1.0.0/24", "2001:db8::1", "[2001:db8::1]:5060", "2001:db8::/32"]
)
def test_a_peer_is_written_as_it_was_read(text: str) -> None:
    assert str(Peer.parse(text)) == text


def test_brackets_without_a_port() -> None:
    assert str(Peer.parse("[2001:db8::1]")) == "2001:db8::1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pbx.example",
        "10.1.0.9:",
        "10.1.0.9:0",
        "10.1.0.9:65536",
        "10.1.0.9:5060x",
        "10.1.0.9/24",
        "[2001:db8::1",
        "[2001:db8::1]5060",
        "fe80::1%eth0",
        "0.0.0.0",
        "[::]:5060",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_anything_else_is_refused_and_told_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="must be an IP address"):
        Peer.parse(text)


@given(st.text())
def test_any_text_gives_a_peer_or_value_error(text: str) -> None:
    try:
        peer = Peer.parse(text)
    except ValueError:
        return
    assert Peer.parse(str(peer)) == peer
