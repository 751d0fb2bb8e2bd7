import pytest

from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request, Response
from tests.simulation.network import VirtualNetwork
from tests.simulation.phone import RTP_PORT, Behaviour, SimPhone
from tests.simulation.phone_leg import Address, Leg, LegState, make_request, offer_sdp
from tests.simulation.phone_line import Line

ANNA, BERIT, SERVER = ("10.0.0.1", 5060), ("10.0.0.2", 5060), ("10.0.0.9", 5060)


def make_pair(
    network: VirtualNetwork, anna: Behaviour | None = None, berit: Behaviour | None = None, seed: int = 0
) -> tuple[SimPhone, SimPhone]:
    """Two phones that call each other without a server between."""
    caller = SimPhone("anna", ANNA, BERIT, anna, seed=seed)
    called = SimPhone("berit", BERIT, ANNA, berit, seed=seed)
    network.attach(caller, ANNA)
    network.attach(called, BERIT)
    return caller, called


def call(anna: Behaviour | None = None, berit: Behaviour | None = None) -> tuple[list[str], list[str]]:
    """Let Anna call Berit on a good network, and return both logs when all is over."""
    network = VirtualNetwork(1)
    caller, called = make_pair(network, anna, berit)
    caller.call("berit", 0.0)
    network.run(200.0)
    assert (caller.open_legs(), called.open_legs()) == ([], [])
    return caller.events, called.events


# ---- calls on a good network


def test_a_call_is_answered_and_the_caller_hangs_up() -> None:
    caller, called = call(anna=Behaviour(hangs_up_after=5.0))
    assert caller == ["called", "heard 100", "heard 180", "answered", "hung up"]
    assert called == ["offered", "rang", "answered", "acknowledged", "ended"]


def test_a_call_is_answered_and_the_called_hangs_up() -> None:
    caller, called = call(berit=Behaviour(hangs_up_after=0.0))
    assert caller == ["called", "heard 100", "heard 180", "answered", "ended"]
    assert called == ["offered", "rang", "answered", "acknowledged", "hung up"]


def test_a_call_is_refused() -> None:
    caller, called = call(berit=Behaviour(refuses_with=486))
    assert caller == ["called", "heard 100", "heard 180", "refused 486"]
    assert called == ["offered", "rang", "refused 486"]


def test_the_caller_gives_up() -> None:
    caller, called = call(anna=Behaviour(gives_up_after=4.0), berit=Behaviour(answers_after=None))
    assert caller == ["called", "heard 100", "heard 180", "cancelled", "refused 487"]
    assert called == ["offered", "rang", "withdrawn"]


def test_an_answer_that_crosses_the_cancel_is_ended() -> None:
    caller, called = call(
        anna=Behaviour(gives_up_after=2.015), berit=Behaviour(rings_after=None, answers_after=2.0)
    )
    assert caller == ["called", "heard 100", "cancelled", "answered", "hung up"]
    assert called == ["offered", "answered", "acknowledged", "ended"]


def test_nobody_there() -> None:
    network = VirtualNetwork(1)
    caller, called = make_pair(network)
    network.detach(called)
    caller.call("berit", 0.0)
    network.run(100.0)
    assert caller.log == [(0.0, "called"), (32.0, "timed out")]
    assert caller.open_legs() == []


def test_times_are_those_of_the_script() -> None:
    network = VirtualNetwork(1, delay=0.5)
    caller, called = make_pair(network, berit=Behaviour(rings_after=1.0, answers_after=3.0))
    network.at(10.0, lambda now: caller.call("berit", now))
    network.run(20.0)
    assert called.log == [(10.5, "offered"), (11.5, "rang"), (13.5, "answered"), (14.5, "acknowledged")]


def test_the_called_hangs_up_though_no_ack_came() -> None:
    network = VirtualNetwork(1)
    caller, called = make_pair(network, berit=Behaviour(hangs_up_after=1.0))
    caller.call("berit", 0.0)
    network.at(1.9, lambda now: network.detach(caller))
    network.run(200.0)
    assert called.events == ["offered", "rang", "answered", "hung up"]
    assert called.log[-1][0] == pytest.approx(2.01 + 32.0, abs=0.1)
    assert called.open_legs() == []


# ---- what a server may ask of it


class SimServer:
    """A line to Berit's phone that keeps what comes back."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.network = VirtualNetwork(1)
        self.phone = SimPhone("berit", BERIT, SERVER, behaviour)
        self.line = Line("server", SERVER, 0, lambda event, now: None)
        self.responses: list[Response] = []
        self.network.attach(self.phone, BERIT)
        self.network.attach(self.line, SERVER)

    def ask(self, request: Request, seconds: float = 0.1) -> Response:
        """Send a request, and return the last response that came in this time."""
        self.line.ask(request, BERIT, self.network.now, self._keep)
        self.network.run(self.network.now + seconds)
        return self.responses[-1]

    def _keep(self, response: Response | None, now: float) -> None:
        assert response is not None
        self.responses.append(response)

    def call(self, seconds: float) -> Leg:
        """Send an INVITE, acknowledge an answer that comes in this time, and return our side of it."""
        offer = offer_sdp((SERVER[0], 3000), 1)
        headers = {"Contact": self.line.contact}
        invite = make_request(
            "INVITE", "sip:berit@x", "<sip:s@x>;tag=1", "<sip:b@x>", "c", 1, headers, body=offer
        )
        leg = Leg(invite=invite, state=LegState.CALLING, local="<sip:s@x>;tag=1", remote="", target="")
        answer = self.ask(invite, seconds)
        leg.confirm(answer)
        if answer.status == 200:
            self.line.send_ack(leg.next_request("ACK"), BERIT)
        return leg

    def change(self, leg: Leg, body: bytes) -> Response:
        """Send a re-INVITE and acknowledge its answer."""
        request = leg.next_request("INVITE")
        request.headers.add("Contact", self.line.contact)
        request.body = body
        answer = self.ask(request)
        if answer.status == 200:
            ack = make_request("ACK", leg.target, leg.local, leg.remote, "c", leg.local_cseq, {})
            self.line.send_ack(ack, BERIT)
        return answer


def test_it_answers_with_what_it_knows_of_the_offer() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    server.call(0.1)
    lines = server.responses[-1].body.decode().split("\r\n")
    assert f"m=audio {RTP_PORT} RTP/AVP 8 0 101" in lines
    assert server.responses[-1].headers.get("Content-Type") == "application/sdp"


def test_it_answers_hold_and_resume() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    leg = server.call(0.1)
    held = server.change(leg, offer_sdp((SERVER[0], 3000), 2).replace(b"a=sendrecv", b"a=sendonly"))
    assert (held.status, b"a=recvonly" in held.body, b"o=- 1 2 " in held.body) == (200, True, True)
    resumed = server.change(leg, b"")
    assert (resumed.status, b"a=sendrecv" in resumed.body, b"o=- 1 3 " in resumed.body) == (200, True, True)
    server.network.run(100.0)
    assert server.phone.events == ["offered", "answered", "acknowledged", "changed", "changed"]


def test_it_answers_options_within_a_call_and_outside() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    leg = server.call(0.1)
    assert server.ask(leg.next_request("OPTIONS")).status == 200
    assert (
        server.ask(make_request("OPTIONS", "sip:b@x", "<sip:s@x>;tag=1", "<sip:b@x>", "o", 1, {})).status
        == 200
    )


def test_it_refuses_what_it_does_not_know() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    leg = server.call(0.1)
    assert server.ask(leg.next_request("INFO")).status == 405
    assert (
        server.ask(make_request("INFO", "sip:b@x", "<sip:s@x>;tag=1", "<sip:b@x>", "o", 1, {})).status == 405
    )


def test_it_refuses_a_request_that_was_overtaken() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    leg = server.call(0.1)
    leg.local_cseq = 0
    assert server.ask(leg.next_request("BYE")).status == 500
    assert server.ask(leg.next_request("BYE")).status == 200


def test_it_knows_no_call_that_is_over() -> None:
    server = SimServer(Behaviour(answers_after=0.0))
    leg = server.call(0.1)
    assert server.ask(leg.next_request("BYE")).status == 200
    assert server.ask(leg.next_request("BYE")).status == 481


def test_before_the_answer_it_takes_a_bye_but_no_change() -> None:
    server = SimServer(Behaviour(rings_after=0.0, answers_after=None))
    leg = server.call(0.1)
    assert server.change(leg, b"").status == 491
    server.ask(leg.next_request("BYE"))
    assert {response.status for response in server.responses[-2:]} == {200, 487}
    assert server.phone.events == ["offered", "rang", "withdrawn"]


# ---- several dialogs of one INVITE


class SimForker:
    """Answers an INVITE as a proxy does that found two phones, by two 200; keeps all requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._waiting: list[tuple[bytes, Flow]] = []

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        request = parse_datagram(data)
        assert isinstance(request, Request)
        self.requests.append(request)
        if request.method == "ACK":
            return
        for tag in ("one", "two") if request.method == "INVITE" else ("",):
            response = Response.to_request(request, 200, to_tag=tag)
            response.headers.add("Contact", f"<sip:{tag}@{SERVER[0]}:{SERVER[1]}>")
            response.headers.add("Record-Route", f"<sip:{SERVER[0]};lr>")
            self._waiting.append((response.to_bytes(), Flow("UDP", local, source)))

    def get_timer(self) -> float | None:
        return None

    def handle_timer(self, now: float) -> None:
        """Nothing is ever due."""

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        waiting, self._waiting = self._waiting, []
        return waiting


def test_of_two_phones_that_answer_one_is_kept() -> None:
    network, forker = VirtualNetwork(1), SimForker()
    phone = SimPhone("anna", ANNA, SERVER)
    network.attach(forker, SERVER)
    network.attach(phone, ANNA)
    phone.call("08", 0.0)
    network.run(50.0)
    seen = [(request.method, request.uri[:7], request.cseq.number) for request in forker.requests[1:]]
    assert seen == [("ACK", "sip:one", 1), ("ACK", "sip:two", 1), ("BYE", "sip:two", 2)]
    assert {request.headers.get("Route") for request in forker.requests[1:]} == {f"<sip:{SERVER[0]};lr>"}
    assert [leg.state for leg in phone.open_legs()] == [LegState.TALKING]


# ---- on a bad network


def test_calls_over_a_lossy_network_complete() -> None:
    answered = 0
    for seed in range(60):
        network = VirtualNetwork(seed, loss=0.1, duplicate=0.1, jitter=0.05)
        anna, berit = Behaviour(hangs_up_after=10.0), Behaviour(hangs_up_after=10.0)
        caller, called = make_pair(network, anna, berit, seed)
        caller.call("berit", 0.0)
        network.run(300.0)
        assert (caller.open_legs(), called.open_legs()) == ([], [])
        answered += "answered" in caller.events and "acknowledged" in called.events
    assert answered == 60


def test_calls_given_up_over_a_lossy_network_leave_nothing_open() -> None:
    for seed in range(60):
        network = VirtualNetwork(seed, loss=0.1, duplicate=0.1, jitter=0.05)
        caller, called = make_pair(network, Behaviour(gives_up_after=2.0), Behaviour(answers_after=2.0), seed)
        caller.call("berit", 0.0)
        network.run(300.0)
        assert (caller.open_legs(), called.open_legs()) == ([], [])
