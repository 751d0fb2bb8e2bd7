"""Which socket a call leaves from."""

from routing.places import Named, Place
from telephony.legs.sockets import Sockets
from telephony.sip.flow import Flow

ALL = Sockets(
    [
        ("UDP", ("127.0.0.1", 5060)),
        ("UDP", ("192.0.2.1", 5060)),
        ("UDP", ("2001:db8::1", 5062)),
        ("TCP", ("0.0.0.0", 5060)),
        ("TLS", ("192.0.2.1", 5061)),
    ]
)


def test_one_of_the_family_and_transport() -> None:
    assert ALL.way(Place("192.0.2.9", 5080)) == Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.9", 5080))
    assert ALL.way(Place("2001:db8::9", 5060)) == Flow("UDP", ("2001:db8::1", 5062), ("2001:db8::9", 5060))
    assert ALL.way(Place("192.0.2.9", 5060, "TCP")) == Flow("TCP", ("0.0.0.0", 5060), ("192.0.2.9", 5060))
    assert ALL.address("UDP", "127.0.0.9") == ("127.0.0.1", 5060)
    assert Sockets([("UDP", ("127.0.0.1", 5060))]).address("UDP", "192.0.2.9") == ("127.0.0.1", 5060)


def test_none_is_no_way() -> None:
    assert ALL.way(Place("2001:db8::9", 5060, "TCP")) is None
    assert ALL.way(Place("2001:db8::9", 5061, "TLS")) is None
    assert ALL.reaches(Place("2001:db8::9", 5060)) and not ALL.reaches(Place("2001:db8::9", 5060, "TCP"))
    assert ALL.has("TLS") and not Sockets([]).has("UDP")


def test_by_tls_it_has_to_be_who_the_plan_says() -> None:
    by_name = ALL.way(Named("pbx.example.se", None, "TLS").at("192.0.2.9", 5071))
    by_address = ALL.way(Place("192.0.2.9", 5061, "TLS"))

    assert by_name == Flow("TLS", ("192.0.2.1", 5061), ("192.0.2.9", 5071), name="pbx.example.se")
    assert by_address is not None and by_address.name == "192.0.2.9"


def test_a_large_request_may_go_by_tcp_where_we_listen_there() -> None:
    udp, ipv6 = ALL.way(Place("192.0.2.9", 5080)), ALL.way(Place("2001:db8::9", 5060))

    assert udp is not None and udp.large == ("0.0.0.0", 5060)
    assert ipv6 is not None and ipv6.large is None
