"""A proxy in front, Kamailio: Record-Route both ways, Path to the phones, by TLS or UDP at its edge, and
sound that goes past it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from tests.interop.test_baresip import A_SECOND, assert_hear_each_other, await_packets, is_silent
from tests.support.baresip import Baresip
from tests.support.certificates import Authority
from tests.support.eventually import eventually
from tests.support.live_town import FASTIGHET, KONTAKTCENTER, PARK, PASSWORD, Town
from tests.support.peers import require_peer
from tests.support.sipp import is_bound

_CONFIG = Path(__file__).with_name("kamailio.cfg")


class Front:
    """A town and the proxy in front of it. `operator` is its address for citizens, `edge` that for phones."""

    def __init__(self, town: Town, folder: Path, authority: Authority | None, stack: ExitStack) -> None:
        self.town = town
        self.authority = authority
        self.operator = town.operator
        self.edge = town.stranger
        self._folder = folder
        self._stack = stack

    def citizen(self, tone: int) -> Baresip:
        """Somebody whose calls come by the proxy."""
        account = f'<sip:+46701740605@{self.town.service.host}>;regint=0;outbound="sip:{self.operator}:5060"'
        return self._start("citizen", self.town.lines[0], account, tone)

    def person(self, user: str, tone: int, *, answers: bool = True) -> Baresip:
        """A phone that registers by the proxy, and answers whatever comes, or rings."""
        mode = "auto" if answers else "manual"
        account = (
            f"<sip:{user}@{self.town.service.host}>;auth_pass={PASSWORD};regint=60;answermode={mode};"
            f'outbound="sip:{self.edge}:{self._way}"'
        )
        phone = self._start(user, self.town.phone(user), account, tone)
        fact = self.town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
        path = fact.contacts[0].path
        assert [self.edge in hop for hop in path] == [True, True]
        assert ("transport=tls" in path[1]) == (self.authority is not None)
        return phone

    def proxies_of(self, call: str) -> list[str]:
        """Which address of the proxy our requests to the caller and to the member went by."""
        dialogs = {}
        for fact in self.town.service.facts_of(f.LegDialogChanged):
            if fact.call == call and fact.dialog["dialog"]:
                dialogs[fact.leg] = fact.dialog["dialog"]
        routes = [dialogs[leg]["route_set"] for leg in sorted(dialogs)]
        return [address for hops in routes for address in (self.operator, self.edge) if address in str(hops)]

    @property
    def _way(self) -> str:
        return "5061;transport=tls" if self.authority else "5060"

    def _start(self, name: str, host: str, account: str, tone: int) -> Baresip:
        authority = self.authority.certificate if self.authority else None
        phone = Baresip(self._folder / f"baresip-{name}", host, account, tone, authority=authority)
        return self._stack.enter_context(phone)


@contextmanager
def _kamailio(front: Front, folder: Path) -> Iterator[None]:
    service = front.town.service.host
    command = [require_peer("kamailio"), "-DD", "-E", "-f", str(_CONFIG), "-Y", str(folder)]
    command += ["-P", str(folder / "kamailio.pid"), "-l", f"udp:{front.operator}:5060"]
    command += ["-l", f"udp:{front.edge}:5060", "-A", f'SERVICE="sip:{service}:5060"']
    command += ["-A", f'SERVICE_HOST="{service}"']
    if front.authority is not None:
        own = front.authority.issue("edge", f"IP:{front.edge}")
        command += ["-l", f"tls:{front.edge}:5061"]
        command += ["-A", f'CERTIFICATE="{own.chain}"', "-A", f'KEY="{own.key}"']
    log = folder / "kamailio.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        eventually(lambda: is_bound(front.edge, 5060) or process.poll() is not None, "Kamailio listens")
        assert process.poll() is None, log.read_text("utf-8", "replace")
        yield
    finally:
        process.terminate()
        process.wait(10)
        sys.stderr.write(f"kamailio:\n{log.read_text('utf-8', 'replace')}\n")


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


@pytest.fixture(name="front", params=["UDP", "TLS"])
def _front(town: Town, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Front]:
    """Phones come to it by the one or the other; between it and the service there is UDP."""
    with ExitStack() as stack:
        front = Front(town, tmp_path, Authority(tmp_path) if request.param == "TLS" else None, stack)
        stack.enter_context(_kamailio(front, tmp_path))
        yield front


@pytest.mark.parametrize("who", ["citizen", "member"])
def test_a_call_through_a_proxy_on_both_sides(front: Front, who: str) -> None:
    david, citizen = front.person("david", tone=570), front.citizen(tone=440)

    citizen.command("dial", f"sip:{KONTAKTCENTER}@{front.town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)
    (citizen if who == "citizen" else david).command("hangup")

    front.town.assert_calm()
    (record,) = front.town.service.records()
    assert record.outcome is Outcome.ANSWERED
    assert record.ended_by is (EndedBy.CALLER if who == "citizen" else EndedBy.MEMBER)
    assert (record.answered_by, record.caller) == ("david", "+46701740605")
    assert front.proxies_of(record.id) == [front.operator, front.edge]


def test_a_phone_behind_a_proxy_calls_a_colleague_and_holds(front: Front) -> None:
    david, erik = front.person("david", tone=570), front.person("erik", tone=440)

    erik.command("dial", f"sip:{FASTIGHET}@{front.town.service.host}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    erik.command("hold")
    front.town.service.await_fact(f.LegHeld, such_that=lambda fact: fact.held)
    eventually(lambda: is_silent(david) and is_silent(erik), "both are silent")
    erik.command("resume")
    front.town.service.await_fact(f.LegHeld, such_that=lambda fact: not fact.held)
    await_packets(david, A_SECOND)
    await_packets(erik, A_SECOND)
    erik.command("hangup")

    front.town.assert_calm()
    (record,) = front.town.service.records()
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert (record.origin_name, record.answered_by) == ("erik", "david")


def test_behind_a_proxy_a_call_is_given_up_declined_and_handed_on_with_keys(front: Front) -> None:
    service = front.town.service
    david, erik = front.person("david", 570, answers=False), front.person("erik", 900)
    citizen = front.citizen(tone=440)

    erik.command("dial", f"sip:{FASTIGHET}@{service.host}")
    david.await_event("CALL_INCOMING")
    erik.await_event("CALL_RINGING")
    erik.command("hangup")
    david.await_event("CALL_CLOSED")
    service.await_idle()

    erik.command("dial", f"sip:{FASTIGHET}@{service.host}")
    for _ in range(2):  # then Kontaktcenter, where it is david too
        david.await_event("CALL_INCOMING")
        david.command("hangup")
        david.await_event("CALL_CLOSED")
    service.await_idle()

    citizen.command("dial", f"sip:{FASTIGHET}@{service.host}")
    david.await_event("CALL_INCOMING")
    david.command("accept")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)
    citizen.command("sndcode", "7")
    david.await_event("CALL_DTMF_START")
    david.command("transfer", f"sip:{PARK}@{service.host}")
    erik.await_tone(citizen.tone)
    citizen.command("hangup")

    front.town.assert_calm()
    given_up, declined, handed_on = service.records()
    assert (given_up.outcome, given_up.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
    assert declined.outcome is Outcome.BUSY
    assert [talk.member for talk in handed_on.talks] == ["david", "erik"]
