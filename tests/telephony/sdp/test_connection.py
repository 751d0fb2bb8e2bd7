import pytest

from telephony.sdp.connection import UNSPECIFIED, Connection
from telephony.sdp.errors import MalformedSdp, NotAcceptable


@pytest.mark.parametrize("text", ["IN IP4 192.0.2.1", "IN IP6 2001:db8::1", "IN IP4 pbx.example.org"])
def test_round_trip(text: str) -> None:
    assert str(Connection.parse(text)) == text


@pytest.mark.parametrize("text", ["", "IN IP4", "IN IP4 192.0.2.1 more", "ATM NSAP 47.0091"])
def test_malformed(text: str) -> None:
    with pytest.raises(MalformedSdp):
        Connection.parse(text)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_of_a_literal_address(host: str) -> None:
    connection = Connection.of(host)

    assert connection.host() == host
    assert connection.address_type == ("IP6" if ":" in host else "IP4")


def test_ipv6_is_made_canonical_so_that_it_equals_a_source_address() -> None:
    assert Connection("IP6", "2001:DB8:0::1").host() == "2001:db8::1"


@pytest.mark.parametrize("address", ["0.0.0.0", "hold.invalid"])
def test_spellings_of_send_nothing(address: str) -> None:
    assert Connection("IP4", address).host() in UNSPECIFIED


def test_ipv4_wrapped_in_ipv6_is_the_ipv4_address() -> None:
    assert Connection("IP6", "::ffff:192.0.2.2").host() == "192.0.2.2"
    assert Connection("IP6", "::ffff:0.0.0.0").host() in UNSPECIFIED


def test_the_ipv6_spelling_of_send_nothing() -> None:
    assert Connection("IP6", "::").host() in UNSPECIFIED


@pytest.mark.parametrize(
    ("address_type", "address"),
    [
        ("IP4", "pbx.example.org"),
        ("IP4", "192.0.2.256"),
        ("IP4", "2001:db8::1"),
        ("IP4", "224.2.1.1/127"),
        ("IP4", "224.2.1.1"),
        ("IP4", "255.255.255.255"),
        ("IP4", f"{'9' * 300}.invalid"),
        ("IP6", "ff02::1"),
        ("IP6", "fe80::1%eth0"),
        ("IP6", "::ffff:224.2.1.1"),
        ("IP6", "::ffff:255.255.255.255"),
        ("IP6", "192.0.2.1"),
        ("IP5", "192.0.2.1"),
    ],
)
def test_what_cannot_be_sent_to(address_type: str, address: str) -> None:
    with pytest.raises(NotAcceptable):
        Connection(address_type, address).host()
