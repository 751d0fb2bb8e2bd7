import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.counts import Drop
from telephony.sip.endpoint import Endpoint
from telephony.sip.events import RequestReceived
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from tests.support.sip_peer import FLOW, US, Bench, our_request, request


def altered(old: str, new: str, method: str = "INVITE") -> bytes:
    """A request whose text is spoiled."""
    data = request(method).to_bytes()
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (altered("SIP/2.0\r\n", "SIP/3.0\r\n"), 505, "Version Not Supported"),
        (altered("Content-Length: 0", "Content-Length: 5"), 400, "Content-Length larger than the body"),
        (altered("From: <sip:anna@example.se>;tag=theirs", "From: <"), 400, None),
        (altered("Call-ID: call-1\r\n", ""), 400, "Missing Call-ID header"),
        (altered("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400, None),
        (altered("CSeq: 1 INVITE", "CSeq: x INVITE"), 400, None),
        (altered("sip:0853061000@vaxeln.example SIP", "sip: SIP"), 400, None),
    ],
)
def test_malformed_request_is_refused_and_not_reported(data: bytes, status: int, reason: str | None) -> None:
    bench = Bench()

    bench.receive(data)

    ((refusal, flow),) = bench.sent_to()
    assert isinstance(refusal, Response)
    assert refusal.status == status
    assert reason is None or refusal.reason == reason
    assert refusal.via.received == "192.0.2.9"
    assert flow == FLOW
    assert bench.events() == []
    assert (bench.endpoint.counts.refused, bench.endpoint.counts.transactions) == (1, 0)


def test_refusal_of_a_malformed_via_goes_back_to_the_source() -> None:
    bench = Bench()

    bench.receive(altered("Via: SIP/2.0/UDP 192.0.2.9:5070", "Via: ???"))

    ((refusal, flow),) = bench.sent_to()
    assert isinstance(refusal, Response) and refusal.status == 400
    assert refusal.headers.get("Via") == "???;branch=z9hG4bK1;rport"
    assert flow == FLOW


def test_refusal_follows_the_port_of_sent_by() -> None:
    bench = Bench()

    bench.receive(
        altered("branch=z9hG4bK1;rport\r\n", "branch=z9hG4bK1\r\nContent-Length: -1\r\n"),
        Flow("UDP", US, ("192.0.2.9", 1024)),
    )

    assert bench.sent_to()[0][1].remote == ("192.0.2.9", 5070)


@pytest.mark.parametrize(
    "data",
    [
        altered("CSeq: 1 ACK", "CSeq: x ACK", method="ACK"),
        altered("Via:", "X-Via:"),
        b"garbage\r\n\r\n",
        b"\xff\x00",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"SIP/2.0 99 What\r\nVia: SIP/2.0/UDP a\r\n\r\n",
    ],
)
def test_what_cannot_be_answered_is_dropped(data: bytes) -> None:
    bench = Bench()

    bench.receive(data)

    assert (bench.sent(), bench.events()) == ([], [])
    assert bench.endpoint.counts.dropped == {Drop.MALFORMED: 1}


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n"])
def test_keep_alives_are_taken_silently(data: bytes) -> None:
    bench = Bench()

    bench.receive(data)

    assert (bench.sent(), bench.events(), bench.endpoint.counts.dropped) == ([], [], {})


def test_response_that_passed_others_is_not_for_us() -> None:
    bench = Bench()
    bench.endpoint.send_request(our_request("OPTIONS"), FLOW, 0.0)
    response = Response.to_request(bench.sent_request(), 200, to_tag="theirs")
    response.headers.add("Via", "SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKother")

    bench.receive(response)

    assert bench.events() == []
    assert bench.endpoint.counts.dropped == {Drop.MALFORMED: 1}


def test_response_to_nothing_is_dropped() -> None:
    bench = Bench()

    bench.receive(Response.to_request(our_request_with_via("z9hG4bKunknown"), 200, to_tag="theirs"))

    assert bench.events() == []
    assert bench.endpoint.counts.dropped == {Drop.STRAY_RESPONSE: 1}


def our_request_with_via(branch: str) -> Request:
    message = our_request()
    message.headers.prepend("Via", f"SIP/2.0/UDP 192.0.2.1:5060;branch={branch}")
    return message


def test_messages_are_counted_by_method_and_class() -> None:
    bench = Bench()

    bench.receive(request("NEWMETHOD"))
    event = bench.event(RequestReceived)
    bench.respond(event.transaction, event.request, 501)
    bench.endpoint.send_request(our_request("OPTIONS"), FLOW, 0.0)

    assert bench.endpoint.counts.received == {"other": 1}
    assert bench.endpoint.counts.sent == {"5xx": 1, "OPTIONS": 1}
    assert bench.endpoint.counts.transactions == 2


def test_an_idle_endpoint_wants_nothing() -> None:
    bench = Bench()

    assert (bench.endpoint.get_timer(), bench.endpoint.next_event(), bench.sent()) == (None, None, [])
    bench.endpoint.handle_timer(1.0)


PIECES = st.sampled_from(
    [
        *(b"INVITE sip:a@b SIP/2.0\r\n", b"ACK sip:a@b SIP/2.0\r\n", b"CANCEL sip:a@b SIP/2.0\r\n"),
        *(b"SIP/2.0 200 OK\r\n", b"Via: SIP/2.0/UDP h;branch=z9hG4bK1;rport\r\n", b"v: SIP/2.0/UDP h\r\n"),
        *(b"From: <sip:a@b>;tag=1\r\n", b"To: <sip:b@c>\r\n", b"To: sip:b@c;tag=\r\n", b"Call-ID: x\r\n"),
        *(b"CSeq: 1 INVITE\r\n", b"CSeq: 1 ACK\r\n", b"CSeq: 1 CANCEL\r\n", b"Content-Length: 9\r\n"),
        *(b"\r\n", b"\r", b"\n", b";", b",", b'"', b"<", b"\xff", b" ", b"Via:", b"To:\r\n"),
    ]
)


@given(st.lists(PIECES | st.binary(max_size=3), max_size=14))
def test_nothing_that_comes_in_raises(pieces: list[bytes]) -> None:
    bench = Bench()

    bench.receive(b"".join(pieces))

    assert len(bench.endpoint.messages_to_send()) + len(bench.events()) <= 1


def test_work_for_a_message_does_not_grow_with_what_lives() -> None:
    endpoint = Endpoint(lambda: "tag")
    for number in range(2000):
        data = request("OPTIONS", via=f"192.0.2.9;branch=z9hG4bK{number}", call_id=str(number)).to_bytes()
        endpoint.receive(data, FLOW, float(number))
        event = endpoint.next_event()
        assert isinstance(event, RequestReceived)
        endpoint.respond(
            event.transaction, Response.to_request(event.request, 200, to_tag="t"), float(number)
        )
        endpoint.handle_timer(float(number))

    assert endpoint.counts.transactions == 32  # what is younger than timer J
    assert len(endpoint.messages_to_send()) == 2000


def test_a_request_of_ours_that_comes_back_is_a_loop() -> None:
    bench = Bench()
    bench.endpoint.send_request(our_request(), FLOW, 0.0)
    looped = bench.sent_request()
    looped.headers.prepend("Via", "SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKproxy")

    bench.receive(looped)

    assert bench.events() == []
    assert bench.sent_response().status == 482


def test_an_ack_of_ours_that_comes_back_gets_no_answer() -> None:
    bench = Bench()
    bench.endpoint.send_request(our_request(), FLOW, 0.0)
    looped = bench.sent_request()
    looped.headers.prepend("Via", "SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKproxy")
    ack = Request("ACK", looped.uri, looped.headers)
    ack.headers.set("CSeq", "7 ACK")

    bench.receive(ack)

    assert bench.sent() == []


def test_a_stateless_answer_to_nobody_is_dropped() -> None:
    endpoint = Endpoint(lambda: "tag")
    response = Response(403, "Forbidden", Headers([]))

    endpoint.respond_stateless("unknown", response)

    assert endpoint.messages_to_send() == []
    assert endpoint.counts.dropped[Drop.LATE_ANSWER] == 1
