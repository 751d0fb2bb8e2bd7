from telephony.sip.digest import Accepted, Algorithm, Authenticator, Missing, Refused, Stale, make_ha1
from telephony.sip.endpoint import Endpoint
from telephony.sip.events import RefusalAcknowledged, RequestReceived
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.registrar import Binding, Limits, register
from tests.simulation.network import VirtualNetwork
from tests.simulation.phone import SimPhone
from tests.simulation.phone_leg import Address

ANNA, SERVER = ("10.0.0.1", 5060), ("10.0.0.9", 5060)


class SimRegistrar:
    """The registrar of one account, "anna", with the password "hemligt"."""

    def __init__(self) -> None:
        self.bindings: tuple[Binding, ...] = ()
        self.verdicts: list[object] = []
        self._endpoint = Endpoint(lambda: f"{len(self.verdicts)}")
        self._authenticator = Authenticator("vaxel.example", b"secret", self._lookup, lambda user: False)

    def _lookup(self, user: str, algorithm: str) -> str | None:
        if user != "anna":
            return None
        return make_ha1(user, "vaxel.example", "hemligt", Algorithm(algorithm))

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        self._endpoint.receive(data, Flow("UDP", local, source), now)
        while (event := self._endpoint.next_event()) is not None:
            if isinstance(event, RefusalAcknowledged):
                continue
            assert isinstance(event, RequestReceived)
            self._endpoint.respond(event.transaction, self._answer(event.request, event.flow, now), now)

    def _answer(self, request: Request, flow: Flow, now: float) -> Response:
        verdict = self._authenticator.check(request, now)
        self.verdicts.append(verdict)
        if isinstance(verdict, Accepted) and request.method != "REGISTER":
            return Response.to_request(request, 403, to_tag="t")
        if isinstance(verdict, Accepted):
            response, bindings = register(request, verdict.user, self.bindings, flow, Limits(), "t")
            self.bindings = self.bindings if bindings is None else bindings
            return response
        response = Response.to_request(request, 401, to_tag="t")
        for challenge in self._authenticator.challenges(now, isinstance(verdict, Stale)):
            response.headers.add("WWW-Authenticate", challenge)
        return response

    def get_timer(self) -> float | None:
        return self._endpoint.get_timer()

    def handle_timer(self, now: float) -> None:
        self._endpoint.handle_timer(now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        return self._endpoint.messages_to_send()


def make_registered(password: str = "hemligt") -> tuple[VirtualNetwork, SimPhone, SimRegistrar]:
    network, registrar = VirtualNetwork(1, start=1000.0), SimRegistrar()
    phone = SimPhone("anna", ANNA, SERVER, password=password)
    network.attach(phone, ANNA)
    network.attach(registrar, SERVER)
    phone.register(1000.0)
    network.run(1001.0)
    return network, phone, registrar


def test_it_registers_with_its_password() -> None:
    _, phone, registrar = make_registered()
    assert phone.events == ["registered"]
    assert registrar.verdicts == [Missing(), Accepted("anna")]
    assert [(made.uri, made.remote) for made in registrar.bindings] == [("sip:anna@10.0.0.1:5060", ANNA)]


def test_it_stays_registered_and_answers_a_stale_nonce() -> None:
    network, phone, registrar = make_registered()
    network.run(1000.0 + 2 * 3600.0)
    assert phone.events == ["registered"] * 4
    assert registrar.verdicts[2:4] == [Stale(), Accepted("anna")]


def test_it_uses_a_nonce_again() -> None:
    network, phone, registrar = make_registered()
    phone.register(network.now, 0)
    network.run(network.now + 1.0)
    assert phone.events == ["registered", "unregistered"]
    assert registrar.verdicts == [Missing(), Accepted("anna"), Accepted("anna")]
    assert registrar.bindings == ()
    network.run(network.now + 3600.0)
    assert phone.events == ["registered", "unregistered"]


def test_with_a_wrong_password_it_gives_in() -> None:
    _, phone, registrar = make_registered("gissat")
    assert phone.events == ["registration refused 401"]
    assert registrar.verdicts == [Missing(), *[Refused("anna")] * 3]


def test_it_tries_again_when_the_registrar_does_not_answer() -> None:
    network, phone = VirtualNetwork(1), SimPhone("anna", ANNA, SERVER)
    network.attach(phone, ANNA)
    phone.register(0.0)
    network.run(100.0)
    assert phone.log == [(32.0, "registration timed out"), (94.0, "registration timed out")]


def test_it_calls_with_its_password() -> None:
    network, phone, registrar = make_registered()
    phone.call("08", network.now)
    network.run(network.now + 1.0)
    assert phone.events == ["registered", "called", "refused 403"]
    assert registrar.verdicts[-1] == Accepted("anna")


def test_it_answers_a_challenge_to_its_call() -> None:
    network, registrar = VirtualNetwork(1, start=1000.0), SimRegistrar()
    phone = SimPhone("anna", ANNA, SERVER, password="hemligt")
    network.attach(phone, ANNA)
    network.attach(registrar, SERVER)
    phone.call("08", 1000.0)
    network.run(1100.0)
    assert phone.events == ["called", "refused 403"]
    assert registrar.verdicts == [Missing(), Accepted("anna")]


def test_registration_holds_on_a_bad_network() -> None:
    for seed in range(30):
        network = VirtualNetwork(seed, loss=0.1, duplicate=0.1, jitter=0.05, start=1000.0)
        phone, registrar = SimPhone("anna", ANNA, SERVER, password="hemligt", seed=seed), SimRegistrar()
        network.attach(phone, ANNA)
        network.attach(registrar, SERVER)
        phone.register(1000.0)
        network.run(1000.0 + 3600.0)
        assert set(phone.events) == {"registered"}
        assert len(registrar.bindings) == 1
