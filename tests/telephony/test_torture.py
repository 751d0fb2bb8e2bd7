"""The torture messages of RFC 4475 and RFC 5118 against a whole node: parser, endpoint, gate, legs, calls."""

import pytest

from telephony.sdp.description import SessionDescription
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request
from telephony.sip.uri import SipUri
from tests.support.stage import Stage
from tests.support.torture import Torture, answers_in, assert_serves, send_raw, take_all, torture_messages

MESSAGES = list(torture_messages())
STRANGER = ("203.0.113.66", 5060)
TRUNK = ("192.0.2.10", 5060)
PHONE = ("192.0.2.102", 5060)


def test_all_messages_are_there() -> None:
    assert len(list(torture_messages("rfc4475"))) == 49
    assert len(list(torture_messages("rfc5118"))) == 12


@pytest.mark.parametrize("source", [STRANGER, TRUNK, PHONE], ids=["stranger", "trunk", "phone"])
@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_torture(message: Torture, source: tuple[str, int]) -> None:
    stage = Stage()
    stage.register("kc2")

    answers = answers_in(send_raw(stage, message.data, source))
    statuses: set[int | None] = {*answers}

    assert (statuses or {None}) <= set(message.answers)
    assert len(answers) <= 1
    _settle(stage)
    assert_serves(stage)


def _settle(stage: Stage) -> None:
    """Let what was begun come to its end; nobody acknowledges anything."""
    end = stage.now + 200.0
    while (due := stage.node.get_timer()) is not None and due <= end:
        stage.now = max(stage.now, due)
        stage.node.handle_timer(stage.now)
        take_all(stage)
    stage.now = end
    assert not stage.media.open_legs
    assert stage.virtual.endpoint.counts.transactions == 0


def test_all_of_them_in_a_row() -> None:
    stage = Stage()
    stage.register("kc2")
    for message in MESSAGES:
        for source in (STRANGER, TRUNK, PHONE):
            send_raw(stage, message.data, source)

    _settle(stage)
    assert_serves(stage)


def read(name: str) -> Request:
    (message,) = [message for message in MESSAGES if message.name == f"rfc5118/{name}.dat"]
    request = parse_datagram(message.data)
    assert isinstance(request, Request)
    return request


def test_a_port_is_what_stands_behind_the_brackets() -> None:
    ambiguous, unambiguous = read("port-ambiguous").request_uri, read("port-unambiguous").request_uri

    assert isinstance(ambiguous, SipUri)
    assert isinstance(unambiguous, SipUri)
    assert (ambiguous.host, ambiguous.port) == ("[2001:db8::10:5070]", None)
    assert (unambiguous.host, unambiguous.port) == ("[2001:db8::10]", 5070)


def test_received_is_read_with_and_without_brackets() -> None:
    assert read("via-received-param-with-delim").via.received == "[2001:db8::9:255]"
    assert read("via-received-param-no-delim").via.received == "2001:db8::9:255"


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("ipv6-in-sdp", ["2001:db8::20", "2001:db8::20"]),
        ("mult-ip-in-sdp", ["192.0.2.1", "2001:db8::1"]),
        ("ipv4-mapped-ipv6", ["192.0.2.2"] * 2),
    ],
)
def test_each_stream_has_its_address(name: str, hosts: list[str]) -> None:
    description = SessionDescription.parse(read(name).body)

    connections = [description.connection_of(media) for media in description.media]
    assert [connection.host() for connection in connections if connection] == hosts
