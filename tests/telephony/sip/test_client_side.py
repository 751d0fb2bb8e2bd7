import pytest

from telephony.sip.counts import Drop
from telephony.sip.endpoint import Endpoint
from telephony.sip.errors import MessageError
from telephony.sip.events import ResponseReceived, TransactionTimedOut, TransportFailed
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from tests.support.sip_peer import FLOW, TCP, US, Bench, our_request

ELSEWHERE = Flow("UDP", US, ("192.0.2.77", 5060))


class Asking(Bench):
    """A bench whose user has sent a request."""

    def __init__(self, method: str = "INVITE", flow: Flow = FLOW) -> None:
        super().__init__()
        self.transaction = self.endpoint.send_request(our_request(method), flow, self.now)
        self.asked = self.sent_request()

    def answer(self, status: int, to_tag: str = "theirs", to: Request | None = None) -> Response:
        """The peer answers, by default the request."""
        response = Response.to_request(to or self.asked, status, to_tag=to_tag)
        self.receive(response)
        return response

    def statuses(self) -> list[int]:
        """The statuses that were reported."""
        return [event.response.status for event in self.events() if isinstance(event, ResponseReceived)]


def test_request_gets_our_via() -> None:
    bench = Bench()

    branch = bench.endpoint.send_request(our_request("OPTIONS"), FLOW, 0.0)

    ((sent, flow),) = bench.sent_to()
    assert str(sent.via) == f"SIP/2.0/UDP 192.0.2.1:5060;branch={branch};rport"
    assert branch == "z9hG4bKtoken2"
    assert flow == FLOW


def test_an_ipv6_host_stands_in_brackets_in_via() -> None:
    endpoint = Endpoint(lambda: "t", via_host="2001:db8::1")
    endpoint.send_request(our_request(), Flow("UDP", ("::", 5060), ("2001:db8::9", 5060)), 0.0)

    assert str(Bench(endpoint).sent_request().via).startswith("SIP/2.0/UDP [2001:db8::1]:5060;")


def test_via_host_is_what_we_are_told_to_advertise() -> None:
    endpoint = Endpoint(lambda: "t", via_host="pbx.example")
    endpoint.send_request(our_request(), Flow("UDP", ("0.0.0.0", 5060), ("192.0.2.9", 5060)), 0.0)

    assert str(Bench(endpoint).sent_request().via).startswith("SIP/2.0/UDP pbx.example:5060;")


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_ack_and_cancel_are_no_transactions(method: str) -> None:
    bench = Bench()

    with pytest.raises(MessageError):
        bench.endpoint.send_request(our_request(method), FLOW, 0.0)
    assert (bench.sent(), bench.endpoint.get_timer(), bench.endpoint.counts.transactions) == ([], None, 0)


def test_request_that_cannot_be_written_leaves_nothing_behind() -> None:
    bench, request = Bench(), our_request()
    request.headers.add("Subject", "a\r\nb")

    with pytest.raises(MessageError):
        bench.endpoint.send_request(request, FLOW, 0.0)
    assert (bench.sent(), bench.endpoint.get_timer(), bench.endpoint.counts.transactions) == ([], None, 0)


def test_unanswered_request_is_repeated_then_times_out() -> None:
    bench = Asking()

    assert bench.wait_for_timer() == 0.5
    assert bench.sent_request() == bench.asked
    bench.run_until(31.9)
    assert len(bench.sent()) == 5
    assert bench.endpoint.counts.retransmissions == 6
    assert bench.events() == []
    assert bench.wait_for_timer() == 32.0
    assert bench.event(TransactionTimedOut).transaction == bench.transaction
    assert (bench.endpoint.get_timer(), bench.endpoint.counts.transactions) == (None, 0)


def test_nothing_is_repeated_over_tcp() -> None:
    bench = Asking("OPTIONS", TCP)

    assert bench.wait_for_timer() == 32.0
    assert bench.sent() == []
    assert bench.event(TransactionTimedOut).transaction == bench.transaction


def test_answers_are_reported_once_and_every_provisional_one() -> None:
    bench = Asking("OPTIONS")

    for status in (100, 100, 200, 200):
        bench.answer(status)

    assert bench.statuses() == [100, 100, 200]
    assert bench.sent() == []
    assert bench.wait_for_timer() == 5.0  # timer K
    assert bench.endpoint.counts.transactions == 0


def test_every_2xx_of_an_invite_is_reported_and_each_is_to_be_acknowledged() -> None:
    bench = Asking()
    bench.answer(180, "a")
    bench.answer(200, "a")
    bench.now = 1.0
    bench.answer(200, "a")
    bench.answer(200, "b")

    assert bench.statuses() == [180, 200, 200, 200]
    bench.endpoint.send_ack(our_request("ACK"), FLOW)
    ack = bench.sent_request()
    assert ack.method == "ACK"
    assert ack.via.branch not in (None, bench.transaction)
    assert bench.wait_for_timer() == 32.0  # timer M
    bench.answer(200, "a")
    assert bench.events() == []
    assert bench.endpoint.counts.dropped == {Drop.STRAY_RESPONSE: 1}
    assert bench.endpoint.counts.transactions == 0


def test_refusal_of_an_invite_is_acknowledged_each_time_and_reported_once() -> None:
    bench = Asking()

    bench.answer(486)
    ack = bench.sent_request()
    bench.answer(486)

    assert bench.sent_request() == ack
    assert (ack.method, ack.via.branch, ack.to.tag) == ("ACK", bench.transaction, "theirs")
    assert bench.statuses() == [486]
    assert bench.wait_for_timer() == 32.0  # timer D
    assert bench.endpoint.counts.transactions == 0


def test_cancel_of_a_ringing_call() -> None:
    bench = Asking()
    bench.answer(180)
    bench.now = 3.0

    bench.endpoint.cancel(bench.transaction, bench.now, "SIP;cause=200")
    bench.endpoint.cancel(bench.transaction, bench.now, "SIP;cause=200")

    cancel = bench.sent_request()
    assert (cancel.method, cancel.via, cancel.to.tag) == ("CANCEL", bench.asked.via, None)
    assert cancel.headers.get("Reason") == "SIP;cause=200"
    assert bench.wait_for_timer() == 3.5  # CANCEL is a transaction of its own
    assert bench.sent_request() == cancel
    bench.answer(200, to=cancel)
    bench.answer(487)
    assert bench.sent_lines() == ["ACK"]
    assert bench.statuses() == [180, 487]
    bench.run_until(60.0)
    assert (bench.endpoint.counts.transactions, bench.events()) == (0, [])


def test_cancel_waits_for_a_provisional_response() -> None:
    bench = Asking()

    bench.endpoint.cancel(bench.transaction, 0.1)
    assert bench.sent() == []
    bench.wait_for_timer()
    assert bench.sent_lines() == ["INVITE"]
    bench.answer(100)

    assert bench.sent_lines() == ["CANCEL"]
    assert bench.statuses() == [100]


def test_2xx_that_crosses_the_cancel_is_reported() -> None:
    bench = Asking()
    bench.answer(180)
    bench.endpoint.cancel(bench.transaction, 0.1)
    cancel = bench.sent_request()

    bench.answer(200)
    bench.answer(481, to=cancel)

    assert bench.statuses() == [180, 200]
    bench.run_until(60.0)
    assert (bench.endpoint.counts.transactions, bench.events(), bench.sent()) == (0, [], [])


def test_2xx_that_comes_before_the_cancel_could_be_sent_is_reported() -> None:
    bench = Asking()
    bench.endpoint.cancel(bench.transaction, 0.1)

    bench.answer(200)

    assert bench.statuses() == [200]
    assert bench.sent() == []


def test_cancel_that_nobody_heeds_ends_the_call_after_a_while() -> None:
    bench = Asking()
    bench.answer(180)
    bench.events()
    bench.now = 1.0
    bench.endpoint.cancel(bench.transaction, bench.now)

    bench.run_until(60.0)

    assert bench.event(TransactionTimedOut).transaction == bench.transaction
    assert bench.endpoint.counts.transactions == 0


def test_cancel_after_the_end_does_nothing() -> None:
    bench = Asking()
    bench.answer(486)
    bench.sent()

    bench.endpoint.cancel(bench.transaction, 0.1)
    bench.endpoint.cancel("z9hG4bKunknown", 0.1)

    assert bench.sent() == []


def test_unreachable_peer_fails_what_waits_for_it() -> None:
    bench = Asking()
    second = bench.endpoint.send_request(our_request("OPTIONS"), FLOW, 0.0)
    bench.endpoint.send_request(our_request("OPTIONS"), ELSEWHERE, 0.0)

    bench.endpoint.transport_failed(FLOW, 0.2)
    bench.endpoint.transport_failed(FLOW, 0.2)

    assert bench.events() == [TransportFailed(bench.transaction), TransportFailed(second)]
    assert bench.endpoint.counts.transactions == 1


def test_unreachable_peer_fails_nothing_that_is_heard() -> None:
    bench = Asking()
    answered = bench.endpoint.send_request(our_request("OPTIONS"), FLOW, 0.0)
    bench.answer(180)
    request = bench.sent_request()
    bench.answer(200, to=request)

    bench.endpoint.transport_failed(FLOW, 0.2)

    assert answered == request.via.branch
    assert bench.statuses() == [180, 200]
    assert bench.endpoint.counts.transactions == 2


def test_resumed_invite_can_be_cancelled() -> None:
    bench = Bench()

    bench.endpoint.resume_client_invite(our_request(), FLOW, "z9hG4bKold", 0.0)
    assert (bench.sent(), bench.endpoint.get_timer()) == ([], None)
    bench.endpoint.cancel("z9hG4bKold", 1.0, None)

    cancel = bench.sent_request()
    assert (cancel.method, cancel.via.branch) == ("CANCEL", "z9hG4bKold")


def test_resumed_invite_takes_its_final_answer() -> None:
    bench = Bench()
    bench.endpoint.resume_client_invite(our_request(), FLOW, "z9hG4bKold", 0.0)
    sent_before = our_request()
    sent_before.headers.prepend("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKold;rport")

    bench.receive(Response.to_request(sent_before, 486, to_tag="theirs"))

    assert bench.event(ResponseReceived).transaction == "z9hG4bKold"
    assert bench.sent_request().method == "ACK"
