"""IPv6 on every transport, and calls between it and IPv4: baresip's phones and a trunk of sipp's on ::1."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.call.facts import Outcome
from telephony.call.house_facts import PhoneRegistered
from tests.interop.test_baresip import assert_hear_each_other
from tests.support.baresip import Baresip
from tests.support.certificates import Authority
from tests.support.live_town import FASTIGHET, PASSWORD, Town, town
from tests.support.loopback import Loopback
from tests.support.sipp import audio

HERE = "::1"


class Six:
    """A town that listens on ::1 too, where all its phones have to share the ports."""

    def __init__(
        self, built: Town, ports: list[int], folder: Path, authority: Path, stack: ExitStack
    ) -> None:
        self.town = built
        self.udp_port = ports[0]
        self._ports = dict(zip(("udp", "tcp", "tls"), ports, strict=True))
        self._folder, self._authority, self._stack = folder, authority, stack

    def person(self, user: str, tone: int, transport: str) -> Baresip:
        """A registered phone on ::1, which answers whatever comes."""
        server = f"[{HERE}]:{self._ports[transport]}"
        return self._start(user, HERE, server, tone, transport, (free_port(), free_port()))

    def person_on_ipv4(self, user: str, tone: int) -> Baresip:
        """The same on an address of the town's."""
        return self._start(user, self.town.phone(user), self.town.service.host, tone, "udp", (5060, 4444))

    def number(self, number: str, transport: str) -> str:
        """What is dialled on ::1."""
        return f"sip:{number}@[{HERE}]:{self._ports[transport]};transport={transport}"

    def _start(
        self, user: str, host: str, server: str, tone: int, transport: str, ports: tuple[int, int]
    ) -> Baresip:
        address = f"<sip:{user}@{server};transport={transport}>"
        account = f"{address};auth_pass={PASSWORD};regint=60;answermode=auto"
        folder = self._folder / f"baresip-{user}"
        phone = Baresip(folder, host, account, tone, authority=self._authority, ports=ports)
        self._stack.enter_context(phone)
        fact = self.town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
        assert (fact.contacts[0].transport, ":" in fact.contacts[0].remote[0]) == (
            transport.upper(),
            ":" in host,
        )
        return phone


def free_port() -> int:
    """An even port of ::1 that nobody has, nor the next."""
    while True:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as first:
            first.bind((HERE, 0))
            port: int = first.getsockname()[1]
        if port % 2 == 0:
            return port


@dataclass(frozen=True)
class Shared:
    """What the tests have in common."""

    town: Town
    ports: list[int]
    authority: Path


@pytest.fixture(scope="module", name="shared")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("town")
    ports, authority = [free_port() for _ in range(3)], Authority(folder)
    own = authority.issue("own", f"IP:{HERE}")
    listen = [f"{name}:[{HERE}]:{port}" for name, port in zip(("udp", "tcp", "tls"), ports, strict=True)]
    settings = {
        "VAXELN_SIP_LISTEN": ",".join(["udp:HOST:5060", *listen]),
        "VAXELN_SIP_CERTIFICATE": str(own.chain),
        "VAXELN_SIP_KEY": str(own.key),
        "VAXELN_RTP_PORTS": "30000-31999",
    }
    with town(folder, settings, Loopback.take(), [HERE]) as built:
        yield Shared(built, ports, authority.certificate)


@pytest.fixture(name="six")
def _six(shared: Shared, tmp_path: Path) -> Iterator[Six]:
    with shared.town.anew(), ExitStack() as stack:
        yield Six(shared.town, shared.ports, tmp_path, shared.authority, stack)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_call_on_ipv6(six: Six, transport: str) -> None:
    david, erik = six.person("david", 570, transport), six.person("erik", 440, transport)

    erik.command("dial", six.number(FASTIGHET, transport))
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    david.command("hangup")

    six.town.assert_calm()
    assert [record.outcome for record in six.town.service.records()] == [Outcome.ANSWERED]


@pytest.mark.parametrize("caller_is_six", [True, False])
def test_a_call_between_ipv6_and_ipv4(six: Six, caller_is_six: bool) -> None:
    if caller_is_six:
        erik, david = six.person("erik", 440, "udp"), six.person_on_ipv4("david", 570)
    else:
        erik, david = six.person_on_ipv4("erik", 440), six.person("david", 570, "udp")

    there = six.number(FASTIGHET, "udp") if caller_is_six else f"sip:{FASTIGHET}@{six.town.service.host}"
    erik.command("dial", there)
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    erik.command("hangup")

    six.town.assert_calm()


def test_a_trunk_on_ipv6_reaches_a_phone_on_ipv4(six: Six) -> None:
    six.town.register("anna")
    member = six.town.sipp.start("member_answers", six.town.phone("anna"))

    caller = six.town.sipp.play(
        "caller_talks", HERE, target=f"[{HERE}]:{six.udp_port}", offer=audio().replace("IP4", "IP6")
    )

    member.wait()
    assert six.town.record_of(caller).outcome is Outcome.ANSWERED
    assert "c=IN IP6 ::1" in caller.received("SIP/2.0 200")[0].text
    assert "c=IN IP4 127." in member.received("INVITE")[0].text
    six.town.assert_calm()
