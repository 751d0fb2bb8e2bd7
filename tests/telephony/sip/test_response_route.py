import pytest

from telephony.sip.flow import Flow
from telephony.sip.response_route import is_reliable, response_flow, stamp_via
from tests.support.sip_peer import FLOW, PEER, TCP, US, request


@pytest.mark.parametrize(
    ("via", "stamped"),
    [
        ("192.0.2.9:5070;branch=z9hG4bK1", "192.0.2.9:5070;branch=z9hG4bK1"),
        ("192.0.2.9;branch=b;rport", "192.0.2.9;branch=b;rport=5070;received=192.0.2.9"),
        ("192.0.2.9;rport=1;branch=b", "192.0.2.9;rport=5070;branch=b;received=192.0.2.9"),
        ("10.0.0.1;branch=b", "10.0.0.1;branch=b;received=192.0.2.9"),
        ("pbx.example;branch=b", "pbx.example;branch=b;received=192.0.2.9"),
        ("192.0.2.9;received=203.0.113.5;branch=b", "192.0.2.9;received=192.0.2.9;branch=b"),
    ],
)
def test_via_tells_where_the_request_came_from(via: str, stamped: str) -> None:
    message = request(via=via)

    stamp_via(message, FLOW)

    assert message.headers.get("Via") == f"SIP/2.0/UDP {stamped}"


def test_ipv6_address_of_sent_by_is_compared_without_brackets() -> None:
    message = request(via="[2001:db8::9]:5070;branch=b")
    stamp_via(message, Flow("UDP", ("2001:db8::1", 5060), ("2001:db8::9", 5070)))

    assert message.via.received is None


def test_only_the_top_via_is_stamped() -> None:
    message = request(via="10.0.0.1;branch=b, SIP/2.0/UDP 10.0.0.2;branch=a")
    stamp_via(message, FLOW)

    assert [via.received for via in message.vias] == ["192.0.2.9", None]


def test_malformed_via_is_left_as_it_is() -> None:
    message = request(via=";")

    stamp_via(message, FLOW)

    assert message.headers.get("Via") == "SIP/2.0/UDP ;"
    assert response_flow(message, FLOW) == FLOW


@pytest.mark.parametrize(
    ("via", "port"),
    [
        ("10.0.0.1:6000;rport", PEER[1]),
        ("10.0.0.1:6000", 6000),
        ("10.0.0.1:5070", 5070),
        ("10.0.0.1", 5060),
        ("10.0.0.1:6000;maddr=203.0.113.5;received=203.0.113.5", 6000),
    ],
)
def test_response_over_udp_goes_back_to_the_address_it_came_from(via: str, port: int) -> None:
    assert response_flow(request(via=via), FLOW) == Flow("UDP", US, (PEER[0], port))


def test_response_over_a_connection_goes_back_by_it() -> None:
    assert is_reliable(TCP)
    assert not is_reliable(FLOW)
    assert response_flow(request(via="10.0.0.1:6000"), TCP) == TCP


@pytest.mark.parametrize(
    ("transport", "via", "port"),
    [("TCP", "10.0.0.1:6000", 6000), ("TCP", "10.0.0.1", 5060), ("TLS", "10.0.0.1", 5061)],
)
def test_when_the_connection_is_gone_the_response_goes_to_sent_by(
    transport: str, via: str, port: int
) -> None:
    flow = response_flow(request(via=via), Flow(transport, US, PEER))

    assert flow.reopen == (PEER[0], port)
