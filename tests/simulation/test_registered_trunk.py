"""A trunk that registers us and asks who we are for every request, on a network that loses, doubles and
reorders: we stay registered, calls are set up, and nothing is left."""

import pytest

from telephony.call.trunk_facts import TrunkCredentialsRefused, TrunkRegistered, TrunkRegistrationLost
from telephony.sip.dialog import Dialog
from telephony.sip.endpoint import Endpoint
from telephony.sip.events import RequestReceived, ResponseReceived
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from tests.simulation.network import Address, VirtualNetwork
from tests.simulation.scale import seeds
from tests.simulation.station import Station
from tests.support.digest_server import DigestServer
from tests.support.plans import tables_of
from tests.support.scripted_peer import sdp
from tests.support.switchboard import ADDRESS, VirtualNode

OPERATOR, CALLER = ("192.0.2.40", 5060), ("192.0.2.20", 5060)
TRUNKS = """
[trunks.net]
gateways = ["192.0.2.40"]
emergency = true
[trunks.net.registration]
user = "0853061000"
realm = "net.example"
expires = 300
[trunks.pbx]
peers = ["192.0.2.20"]
"""
CALLS = 200
EVERY = 60.0


class Peer:
    """A node of the network with an endpoint of its own."""

    def __init__(self, address: Address, virtual: VirtualNode) -> None:
        self.address = address
        self.endpoint = Endpoint(virtual.token, via_host=address[0])

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        """Take a datagram."""
        self.endpoint.receive(data, Flow("UDP", local, source), now)
        self._take_events(now)

    def get_timer(self) -> float | None:
        """Say when something is due."""
        return self.endpoint.get_timer()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self.endpoint.handle_timer(now)
        self._take_events(now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """Give out what is to be sent."""
        return self.endpoint.messages_to_send()

    def _take_events(self, now: float) -> None:
        while (event := self.endpoint.next_event()) is not None:
            if isinstance(event, RequestReceived):
                self.asked(event, now)
            elif isinstance(event, ResponseReceived):
                self.answered(event.response, now)

    def asked(self, event: RequestReceived, now: float) -> None:
        """A request came."""

    def answered(self, response: Response, now: float) -> None:
        """An answer came."""


class Operator(Peer):
    """Asks who sends a request, and then takes it."""

    server = DigestServer("net.example", "0853061000", "net-secret")

    def asked(self, event: RequestReceived, now: float) -> None:
        request = event.request
        given = request.headers.get_all("Proxy-Authorization")
        if self.server.judge(request.method, request.uri, given) != "right":
            response = Response.to_request(request, 407, to_tag="asks")
            for value in self.server.challenges():
                response.headers.add("Proxy-Authenticate", value)
        else:
            response = Response.to_request(request, 200, to_tag=request.to.tag or "net")
            response.headers.set("Contact", request.headers.get("Contact") or "")
            if request.method == "INVITE":
                response.headers.set("Contact", f"<sip:sos@{OPERATOR[0]}>")
                response.headers.set("Content-Type", "application/sdp")
                response.body = sdp(OPERATOR[0], "8").encode()
        self.endpoint.respond(event.transaction, response, now)


class Caller(Peer):
    """Calls 112, talks a while, hangs up."""

    def __init__(self, address: Address, virtual: VirtualNode, network: VirtualNetwork) -> None:
        super().__init__(address, virtual)
        self.network = network
        self.set_up: dict[str, Dialog] = {}
        self._invites: dict[str, Request] = {}

    def call(self, now: float) -> None:
        """Make one more."""
        name = f"call-{len(self._invites)}"
        invite = Request(
            "INVITE",
            f"sip:112@{ADDRESS[0]}",
            Headers(
                [
                    ("From", f"<sip:+46701740605@{CALLER[0]}>;tag={name}"),
                    ("To", f"<sip:112@{ADDRESS[0]}>"),
                    ("Call-ID", name),
                    ("CSeq", "1 INVITE"),
                    ("Max-Forwards", "70"),
                    ("Contact", f"<sip:{CALLER[0]}>"),
                    ("Content-Type", "application/sdp"),
                ]
            ),
            sdp(CALLER[0], "8").encode(),
        )
        self._invites[name] = invite
        self.endpoint.send_request(invite, Flow("UDP", CALLER, ADDRESS), now)

    def asked(self, event: RequestReceived, now: float) -> None:
        self.endpoint.respond(event.transaction, Response.to_request(event.request, 200), now)

    def answered(self, response: Response, now: float) -> None:
        if response.cseq.method != "INVITE" or not 200 <= response.status < 300:
            return
        name, flow = response.call_id, Flow("UDP", CALLER, ADDRESS)
        dialog = Dialog.as_uac(self._invites[name], response)
        self.endpoint.send_ack(dialog.make_ack(response), flow)
        if name not in self.set_up:
            self.set_up[name] = dialog
            self.network.at(
                now + 20.0,
                lambda now: self.endpoint.send_request(dialog.make_request("BYE")[1], flow, now),
                self,
            )


@pytest.mark.parametrize(("loss", "rate"), [(0.1, 0.995), (0.2, 0.97)])
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_it_stays_registered_and_calls_are_set_up(seed: int, loss: float, rate: float) -> None:
    network = VirtualNetwork(seed, loss=loss, duplicate=0.05, delay=0.02, jitter=0.05)
    virtual = VirtualNode(tables_of(trunks=TRUNKS), seed=seed)
    station, operator = Station(virtual), Operator(OPERATOR, virtual)
    caller = Caller(CALLER, virtual, network)
    network.attach(station, ADDRESS)
    network.attach(operator, OPERATOR)
    network.attach(caller, CALLER)
    virtual.node.legs.registrations.begin(0.0)

    for number in range(CALLS):
        network.at(10.0 + number * EVERY, caller.call, caller)
    network.run(10.0 + CALLS * EVERY)

    facts = virtual.journal.facts
    assert len([fact for fact in facts if isinstance(fact, TrunkRegistered)]) == 1
    assert not [fact for fact in facts if isinstance(fact, TrunkRegistrationLost | TrunkCredentialsRefused)]
    assert len(caller.set_up) >= rate * CALLS
    virtual.node.leave(network.now)
    network.run(network.now + 200.0)
    assert virtual.node.is_idle and not virtual.node.is_leaving
    assert virtual.node.legs.is_empty
    assert virtual.endpoint.counts.transactions == 0
