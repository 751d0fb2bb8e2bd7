"""Phones behind masquerading, an operator beyond the service, MTU 1500: three network namespaces and baresip.

What is proved: they register, are called, call each other and 112, are heard and hear by tones, hold and
resume, although their messages name addresses that nobody can send to.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Origin, Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record
from tests.interop.test_baresip import A_SECOND, assert_hear_each_other, await_packets, is_silent
from tests.support.baresip import Baresip
from tests.support.eventually import eventually
from tests.support.live_town import FASTIGHET, KONTAKTCENTER, OLD_PHONES, PARK, PASSWORD, plan
from tests.support.loopback import Loopback
from tests.support.namespaces import MASQUERADED, OPERATOR_NET, PHONE_NET, SERVICE, Networks, networks
from tests.support.running_service import RunningService

BOTH = {"VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060"}


class Land:
    """The service and its phones, each in its network."""

    def __init__(self, made: Networks, service: RunningService, folder: Path, stack: ExitStack) -> None:
        self.service = service
        self._made = made
        self._folder = folder
        self._stack = stack

    def citizen(self, tone: int) -> Baresip:
        """Somebody who calls by the operator."""
        account = f"<sip:+46701740605@{SERVICE}>;regint=0"
        return self._start("citizen", f"{OPERATOR_NET}.2", account, tone)

    def rescue(self, tone: int) -> Baresip:
        """112."""
        account = f"<sip:112@{SERVICE}>;regint=0;answermode=auto"
        return self._start("rescue", f"{OPERATOR_NET}.3", account, tone)

    def person(self, user: str, tone: int, transport: str = "udp", *, answers: bool = True) -> Baresip:
        """A phone behind the masquerading, which answers whatever comes, or rings."""
        address, mode = f"sip:{user}@{SERVICE};transport={transport}", "auto" if answers else "manual"
        account = f"<{address}>;auth_pass={PASSWORD};regint=60;answermode={mode}"
        phone = self._start(user, f"{PHONE_NET}.{11 + OLD_PHONES.index(user)}", account, tone)
        fact = self.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
        assert fact.contacts[0].remote[0] == MASQUERADED
        assert PHONE_NET in fact.contacts[0].uri
        return phone

    def finished(self) -> Record:
        """The one call that was."""
        self.service.await_idle()
        (record,) = self.service.records()
        return record

    def _start(self, name: str, host: str, account: str, tone: int) -> Baresip:
        namespace = self._made.phones if host.startswith(PHONE_NET) else self._made.operator
        phone = Baresip(self._folder / f"baresip-{name}", host, account, tone, namespace)
        return self._stack.enter_context(phone)


@pytest.fixture(scope="module", name="shared")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Networks, RunningService]]:
    with networks() as made:
        folder, town = tmp_path_factory.mktemp("land"), plan(Loopback(OPERATOR_NET))
        service = RunningService(folder, SERVICE, town, BOTH, made.service)
        for user in OLD_PHONES:
            service.set_password(user, PASSWORD)
        with service:
            yield made, service


@pytest.fixture(name="land")
def _land(shared: tuple[Networks, RunningService], tmp_path: Path) -> Iterator[Land]:
    made, service = shared
    service.forget()
    with ExitStack() as stack:
        yield Land(made, service, tmp_path, stack)
    eventually(lambda: not service.registered(), "the phones have said farewell")


def test_a_citizen_reaches_a_phone_behind_masquerading(land: Land) -> None:
    david, citizen = land.person("david", tone=570), land.citizen(tone=440)

    citizen.command("dial", f"sip:{KONTAKTCENTER}@{SERVICE}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)
    david.command("hangup")

    record = land.finished()
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    assert (record.answered_by, record.caller) == ("david", "+46701740605")


def test_a_phone_behind_masquerading_hands_a_call_on_to_another(land: Land) -> None:
    david, erik, citizen = land.person("david", 570, "tcp"), land.person("erik", 900), land.citizen(440)
    citizen.command("dial", f"sip:{KONTAKTCENTER}@{SERVICE}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)

    david.command("transfer", f"sip:{PARK}@{SERVICE}")

    erik.await_tone(citizen.tone)
    citizen.command("hangup")
    assert [talk.member for talk in land.finished().talks] == ["david", "erik"]


def test_two_phones_behind_the_same_masquerading_hear_each_other(land: Land) -> None:
    david, erik = land.person("david", tone=570), land.person("erik", tone=440)

    erik.command("dial", f"sip:{FASTIGHET}@{SERVICE}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    erik.command("hangup")

    record = land.finished()
    assert (record.origin, record.origin_name, record.answered_by) == (Origin.PHONE, "erik", "david")
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)


def test_a_phone_behind_masquerading_reaches_112(land: Land) -> None:
    rescue, erik = land.rescue(tone=620), land.person("erik", tone=440)

    erik.command("dial", f"sip:112@{SERVICE}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, rescue)
    rescue.command("hangup")

    assert land.finished().outcome is Outcome.ANSWERED


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_phone_behind_masquerading_holds_and_resumes(land: Land, transport: str) -> None:
    david, citizen = land.person("david", 570, transport), land.citizen(tone=440)
    citizen.command("dial", f"sip:{KONTAKTCENTER}@{SERVICE}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)

    david.command("hold")
    land.service.await_fact(f.LegHeld, such_that=lambda fact: fact.held)
    eventually(lambda: is_silent(david) and is_silent(citizen), "both are silent")
    david.command("resume")
    land.service.await_fact(f.LegHeld, such_that=lambda fact: not fact.held)
    await_packets(david, A_SECOND)
    await_packets(citizen, A_SECOND)
    citizen.command("hangup")

    record = land.finished()
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)


def test_behind_masquerading_a_call_is_given_up_declined_and_has_keys(land: Land) -> None:
    david, erik = land.person("david", 570, answers=False), land.person("erik", 900)

    erik.command("dial", f"sip:{FASTIGHET}@{SERVICE}")
    david.await_event("CALL_INCOMING")
    erik.await_event("CALL_RINGING")
    erik.command("hangup")
    david.await_event("CALL_CLOSED")
    land.service.await_idle()

    erik.command("dial", f"sip:{FASTIGHET}@{SERVICE}")
    for _ in range(2):  # then Kontaktcenter, where it is david too
        david.await_event("CALL_INCOMING")
        david.command("hangup")
        david.await_event("CALL_CLOSED")
    land.service.await_idle()

    erik.command("dial", f"sip:{FASTIGHET}@{SERVICE}")
    david.await_event("CALL_INCOMING")
    david.command("accept")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    erik.command("sndcode", "7")
    david.await_event("CALL_DTMF_START")
    erik.command("hangup")

    land.service.await_idle()
    given_up, declined, talked = land.service.records()
    assert (given_up.outcome, declined.outcome) == (Outcome.ABANDONED, Outcome.BUSY)
    assert talked.outcome is Outcome.ANSWERED
