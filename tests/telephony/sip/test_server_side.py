import pytest

from telephony.sip.counts import Drop
from telephony.sip.endpoint import Endpoint
from telephony.sip.errors import MessageError
from telephony.sip.events import (
    AckMissing,
    AckReceived,
    CancelReceived,
    RefusalAcknowledged,
    RequestReceived,
    TransactionTimedOut,
)
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.server_side import RETRY_AFTER, VITAL_RESERVE
from tests.support.sip_peer import FLOW, TCP, Bench, request

ACK_OF_2XX = request("ACK", via="192.0.2.9:5070;branch=z9hG4bKack;rport", to_tag="random")


class Asked(Bench):
    """A bench whose user has received a request."""

    def __init__(self, method: str = "INVITE", flow: Flow = FLOW) -> None:
        super().__init__()
        self.asked = request(method)
        self.receive(self.asked, flow)
        event = self.event(RequestReceived)
        self.transaction, self.request = event.transaction, event.request

    def answer(self, status: int) -> None:
        """The user answers."""
        self.respond(self.transaction, self.request, status)


def test_request_is_reported_once() -> None:
    bench = Asked("OPTIONS")

    bench.receive(bench.asked)

    assert (bench.events(), bench.sent()) == ([], [])
    assert bench.endpoint.counts.absorbed == 1
    assert bench.request.via.received == "192.0.2.9"


def test_answer_is_repeated_for_a_repeated_request() -> None:
    bench = Asked("OPTIONS")
    bench.answer(200)
    first = bench.sent_response()

    bench.receive(bench.asked)

    assert bench.sent_response() == first
    assert bench.wait_for_timer() == 32.0  # timer J
    assert bench.endpoint.counts.transactions == 0
    bench.receive(bench.asked)
    assert bench.event(RequestReceived).transaction == bench.transaction


def test_provisional_answer_is_repeated_too() -> None:
    bench = Asked()
    bench.answer(100)
    bench.answer(180)
    assert bench.sent_lines() == ["100", "180"]

    bench.receive(bench.asked)

    assert bench.sent_lines() == ["180"]
    assert bench.endpoint.get_timer() is None


def test_answer_that_comes_too_late_is_dropped() -> None:
    bench = Asked("OPTIONS")
    bench.answer(200)
    bench.sent()

    bench.answer(500)
    bench.respond("unknown", bench.request, 200)

    assert bench.sent() == []
    assert bench.endpoint.counts.dropped == {Drop.LATE_ANSWER: 2}


def test_answer_that_cannot_be_written_changes_nothing() -> None:
    bench = Asked()
    response = Response.to_request(bench.request, 200, to_tag="ours")
    response.headers.add("Server", "a\r\nb")

    with pytest.raises(MessageError):
        bench.endpoint.respond(bench.transaction, response, 0.0)

    assert (bench.sent(), bench.endpoint.get_timer()) == ([], None)
    bench.answer(486)
    assert bench.sent_lines() == ["486"]


def test_2xx_is_repeated_until_its_ack() -> None:
    bench = Asked()
    bench.answer(200)
    first = bench.sent_response()

    assert bench.wait_for_timer() == 0.5
    assert bench.sent_response() == first
    bench.receive(bench.asked)  # an INVITE that was on its way is absorbed
    bench.receive(ACK_OF_2XX)

    event = bench.event(AckReceived)
    assert (event.transaction, event.request.method, event.flow) == (bench.transaction, "ACK", FLOW)
    assert bench.wait_for_timer() == 32.0  # timer L
    assert bench.sent() == []
    assert bench.endpoint.counts.transactions == 0


def test_ack_that_comes_again_is_dropped() -> None:
    bench = Asked()
    bench.answer(200)
    bench.receive(ACK_OF_2XX)
    bench.events()

    bench.receive(ACK_OF_2XX)

    assert bench.events() == []
    assert bench.endpoint.counts.dropped == {Drop.STRAY_ACK: 1}


def test_ack_of_a_2xx_with_the_branch_of_the_invite() -> None:
    bench = Asked()
    bench.answer(200)

    bench.receive(request("ACK", to_tag="ours"))

    assert bench.event(AckReceived).transaction == bench.transaction


@pytest.mark.parametrize("flow", [FLOW, TCP])
def test_2xx_that_is_never_acknowledged(flow: Flow) -> None:
    bench = Asked(flow=flow)
    bench.answer(200)

    bench.run_until(31.9)
    assert bench.events() == []
    bench.run_until(32.0)

    assert bench.sent_lines() == ["200"] * 11
    assert bench.event(AckMissing).transaction == bench.transaction
    assert (bench.endpoint.get_timer(), bench.endpoint.counts.transactions) == (None, 0)


def test_of_two_invites_with_one_call_id_tag_and_cseq_the_later_is_acknowledged() -> None:
    bench = Bench()
    for branch in ("z9hG4bK1", "z9hG4bK2"):
        bench.receive(request(via=f"192.0.2.9:5070;branch={branch}", to_tag="ours"))
    first, second = (event for event in bench.events() if isinstance(event, RequestReceived))
    bench.respond(first.transaction, first.request, 200)
    bench.respond(second.transaction, second.request, 200)

    bench.receive(ACK_OF_2XX)
    bench.run_until(40.0)

    acknowledged, missing = bench.events()
    assert isinstance(acknowledged, AckReceived) and acknowledged.transaction == second.transaction
    assert missing == AckMissing(first.transaction)
    assert bench.endpoint.counts.transactions == 0


def test_refusal_is_repeated_until_its_ack() -> None:
    bench = Asked()
    bench.answer(486)
    assert bench.wait_for_timer() == 0.5
    bench.receive(bench.asked)
    assert bench.sent_lines() == ["486", "486", "486"]

    bench.receive(request("ACK", to_tag="ours"))
    bench.receive(request("ACK", to_tag="ours"))
    bench.receive(bench.asked)

    assert bench.sent() == []
    assert bench.events() == [RefusalAcknowledged(bench.transaction)]
    assert bench.wait_for_timer() == 5.5  # timer I
    assert bench.endpoint.counts.transactions == 0


def test_refusal_that_is_never_acknowledged() -> None:
    bench = Asked()
    bench.answer(486)

    bench.run_until(40.0)

    assert bench.event(TransactionTimedOut).transaction == bench.transaction
    assert bench.endpoint.counts.transactions == 0


def test_cancel_is_answered_and_reported_once() -> None:
    bench = Asked()
    bench.answer(180)
    bench.sent()

    bench.receive(request("CANCEL"))
    bench.receive(request("CANCEL"))

    for answer in bench.sent():
        assert isinstance(answer, Response)
        assert (answer.status, str(answer.cseq), answer.to.tag) == (200, "1 CANCEL", "ours")
    assert bench.event(CancelReceived).transaction == bench.transaction
    bench.answer(487)
    assert bench.sent_lines() == ["487"]


def test_cancel_before_any_answer_gets_a_tag_of_its_own() -> None:
    bench = Asked()

    bench.receive(request("CANCEL"))

    assert bench.sent_response().to.tag == "token1"
    assert bench.event(CancelReceived).transaction == bench.transaction


@pytest.mark.parametrize("status", [200, 486])
def test_cancel_after_the_final_answer_is_only_answered(status: int) -> None:
    bench = Asked()
    bench.answer(status)
    bench.sent()

    bench.receive(request("CANCEL"))

    assert (bench.sent_lines(), bench.events()) == (["200"], [])


def test_cancel_of_nothing_gets_481() -> None:
    bench = Bench()

    bench.receive(request("CANCEL"))

    assert (bench.sent_lines(), bench.events()) == (["481"], [])
    assert bench.endpoint.counts.refused == 1


def test_ack_of_nothing_is_dropped() -> None:
    bench = Bench()

    bench.receive(ACK_OF_2XX)

    assert (bench.sent(), bench.events()) == ([], [])
    assert bench.endpoint.counts.dropped == {Drop.STRAY_ACK: 1}


def test_copy_by_another_path_gets_482() -> None:
    bench = Asked()
    copy = request(via="192.0.2.8:5070;branch=z9hG4bKcopy")

    bench.receive(copy)
    refusal = bench.sent_response()
    bench.receive(copy)

    assert refusal.status == 482
    assert bench.sent_response() == refusal
    bench.receive(request("ACK", via="192.0.2.8:5070;branch=z9hG4bKcopy", to_tag="token1"))
    assert bench.events() == []


def test_copy_of_what_has_ended_is_a_new_request() -> None:
    bench = Asked("OPTIONS")
    bench.answer(200)
    bench.wait_for_timer()

    bench.receive(request("OPTIONS", via="192.0.2.8:5070;branch=z9hG4bKcopy"))

    assert bench.event(RequestReceived).transaction != bench.transaction


def test_invite_of_known_branch_with_a_higher_cseq_is_a_new_one() -> None:
    bench = Asked()
    bench.answer(401)
    bench.receive(request("ACK", to_tag="ours"))
    bench.sent()
    bench.event(RefusalAcknowledged)

    bench.receive(request(cseq=2, from_tag="new"))

    event = bench.event(RequestReceived)
    assert event.transaction != bench.transaction
    bench.respond(event.transaction, event.request, 486)
    bench.receive(request("ACK", cseq=2, from_tag="new", to_tag="ours"))
    bench.run_until(20.0)
    assert bench.endpoint.counts.transactions == 0


def test_answer_goes_where_the_via_says() -> None:
    bench = Bench()

    bench.receive(request(via="10.0.0.1:6000;branch=z9hG4bK1"))
    event = bench.event(RequestReceived)
    bench.respond(event.transaction, event.request, 200)

    ((_, flow),) = bench.sent_to()
    assert (flow.local, flow.remote) == (FLOW.local, ("192.0.2.9", 6000))
    bench.wait_for_timer()
    assert bench.sent_to()[0][1] == flow


def is_emergency(message: Request) -> bool:
    return message.call_id.startswith("112")


def test_one_too_many_is_told_to_come_back() -> None:
    bench = Bench(Endpoint(lambda: "token", max_transactions=1, is_vital=is_emergency))
    bench.receive(request("OPTIONS"))

    bench.receive(request("OPTIONS", via="192.0.2.9;branch=z9hG4bK2", cseq=2))

    refusal = bench.sent_response()
    assert (refusal.status, refusal.headers.get("Retry-After")) == (503, RETRY_AFTER)
    assert bench.event(RequestReceived).request.cseq.number == 1
    assert bench.endpoint.counts.transactions == 1


def test_by_default_no_request_is_vital() -> None:
    bench = Bench(Endpoint(lambda: "token", max_transactions=0))

    bench.receive(request())

    assert bench.sent_lines() == ["503"]


def test_vital_requests_have_a_reserve_with_an_end() -> None:
    bench = Bench(Endpoint(lambda: "token", max_transactions=1, is_vital=is_emergency))
    for number in range(VITAL_RESERVE + 2):
        bench.receive(request(via=f"192.0.2.9;branch=z9hG4bK{number}", call_id=f"112-{number}"))

    assert len(bench.events()) == VITAL_RESERVE + 1
    assert bench.sent_lines() == ["503"]


def test_resumed_invite_has_its_old_id_and_can_be_refused() -> None:
    before = Asked()
    before.answer(180)
    bench = Bench()

    transaction = bench.endpoint.resume_server_invite(before.request, FLOW, 0.0)

    assert transaction == before.transaction
    assert (bench.events(), bench.sent()) == ([], [])
    bench.receive(before.asked)
    assert bench.events() == []
    bench.respond(transaction, before.request, 503)
    ((response, flow),) = bench.sent_to()
    assert isinstance(response, Response) and response.status == 503
    assert flow == FLOW
    bench.receive(request("ACK", to_tag="ours"))
    assert bench.wait_for_timer() == 5.0


def test_resumed_invite_can_be_cancelled() -> None:
    bench = Bench()
    transaction = bench.endpoint.resume_server_invite(request(), FLOW, 0.0)

    bench.receive(request("CANCEL"))

    assert bench.event(CancelReceived).transaction == transaction
