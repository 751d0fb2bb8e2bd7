"""Calls of baresip, a phone with sound, over UDP and TCP: tones prove that each side hears the other, and
only the other. The citizen is on UDP, for by TCP baresip calls from 127.0.0.1 whatever it is told."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Origin, Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record
from telephony.call.sound_facts import LegSoundMeasured
from tests.support.baresip import Baresip
from tests.support.eventually import eventually
from tests.support.live_town import FASTIGHET, KONTAKTCENTER, PARK, PASSWORD, Town

PCMA = "PCMA/8000/1"
A_SECOND = 50  # packets of 20 ms


class Phones:
    """Phones of people and of a citizen behind the operator's trunk, all of them baresip."""

    def __init__(self, town: Town, folder: Path, transport: str, stack: ExitStack) -> None:
        self._town = town
        self._transport = f";transport={transport}"
        self._folder = folder
        self._stack = stack

    def citizen(self, tone: int, codec: str = PCMA) -> Baresip:
        """A phone that is no account of ours: its calls come from the operator's address. It answers."""
        account = f"<sip:+46701740605@{self._town.service.host}>;regint=0;answermode=auto"
        return self._start("citizen", self._town.operator, account, tone, codec)

    def person(self, user: str, tone: int, codec: str = PCMA, *, answers: bool = True) -> Baresip:
        """A registered phone, which answers whatever comes, or rings."""
        server, mode = self._town.service.host, "auto" if answers else "manual"
        account = f"<sip:{user}@{server}{self._transport}>;auth_pass={PASSWORD};regint=60;answermode={mode}"
        phone = self._start(user, self._town.phone(user), account, tone, codec)
        self._town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
        return phone

    def _start(self, name: str, host: str, account: str, tone: int, codec: str) -> Baresip:
        folder = self._folder / f"baresip-{name}"
        return self._stack.enter_context(Baresip(folder, host, account, tone, codec=codec))


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


@pytest.fixture(name="phones", params=["udp", "tcp"])
def _phones(town: Town, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Phones]:
    with ExitStack() as stack:
        yield Phones(town, tmp_path, request.param, stack)


def assert_hear_each_other(one: Baresip, other: Baresip) -> None:
    one.await_tone(other.tone)
    other.await_tone(one.tone)


def await_packets(phone: Baresip, count: int) -> None:
    before = phone.packets_heard()
    eventually(lambda: phone.packets_heard() >= before + count, f"{count} more packets of sound")


def finished(town: Town) -> Record:
    town.assert_calm()
    (record,) = town.service.records()
    return record


def test_a_citizen_calls_the_main_number_and_both_hear_each_other(town: Town, phones: Phones) -> None:
    david, citizen = phones.person("david", tone=570), phones.citizen(tone=440)

    citizen.command("dial", f"sip:{KONTAKTCENTER}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)
    citizen.command("hangup")

    record = finished(town)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert (record.answered_by, record.rang, record.caller) == ("david", ("david",), "+46701740605")


@pytest.mark.parametrize("phones", ["udp"], indirect=True)  # for sound it is all one how they signal
def test_what_the_sound_was_like_is_told_at_the_end_and_how_long_the_way_is(
    town: Town, phones: Phones
) -> None:
    """baresip reports each 5 s on what it sends and hears."""
    phones.person("david", tone=570)
    citizen = phones.citizen(tone=440)
    citizen.command("dial", f"sip:{KONTAKTCENTER}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    for _ in range(4):
        await_packets(citizen, 230)
    citizen.command("hangup")
    finished(town)

    measured = town.service.facts_of(LegSoundMeasured)
    assert len(measured) == 2
    for leg in measured:
        assert leg.packets > 600
        assert leg.lost < 10
        assert leg.jitter is not None and leg.jitter < 0.05
        assert leg.round_trip is not None and leg.round_trip < 0.1


def test_hold_stops_the_sound_and_resume_brings_it_back(town: Town, phones: Phones) -> None:
    david, citizen = phones.person("david", tone=570), phones.citizen(tone=440)
    citizen.command("dial", f"sip:{KONTAKTCENTER}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)

    citizen.command("hold")
    town.service.await_fact(f.LegHeld, such_that=lambda fact: fact.held)
    eventually(lambda: is_silent(david) and is_silent(citizen), "both are silent")
    citizen.command("resume")
    town.service.await_fact(f.LegHeld, such_that=lambda fact: not fact.held)
    await_packets(david, A_SECOND)
    await_packets(citizen, A_SECOND)
    david.command("hangup")

    record = finished(town)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)


def is_silent(phone: Baresip) -> bool:
    """Whether nothing comes for a fifth of a second, in which 10 packets would."""
    before = phone.packets_heard()
    time.sleep(0.2)
    return phone.packets_heard() == before


def test_a_registered_phone_calls_a_colleague(town: Town, phones: Phones) -> None:
    david, erik = phones.person("david", tone=570), phones.person("erik", tone=440)

    erik.command("dial", f"sip:08{FASTIGHET.removeprefix('+468')}@{town.service.host}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    david.command("hangup")

    record = finished(town)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    assert (record.origin, record.origin_name, record.answered_by) == (Origin.PHONE, "erik", "david")


def test_a_registered_phone_calls_the_public_network(town: Town, phones: Phones) -> None:
    citizen, erik = phones.citizen(tone=570), phones.person("erik", tone=440)

    erik.command("dial", f"sip:0701740605@{town.service.host}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, citizen)
    citizen.command("hangup")

    record = finished(town)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    assert (record.dialled, record.number, record.answered_by) == ("+46701740605", "", "trunk/operator")


def test_what_is_not_allowed_outside_is_refused(town: Town, phones: Phones) -> None:
    erik = phones.person("erik", tone=440)

    erik.command("dial", f"sip:0317654321@{town.service.host}")

    erik.await_event("CALL_CLOSED")
    record = finished(town)
    assert (record.outcome, record.reason) == (Outcome.FAILED, "403")


@pytest.mark.parametrize("codec", ["G722/16000/1", "opus/48000/2"])
def test_wideband_is_relayed_between_two_who_have_it(town: Town, phones: Phones, codec: str) -> None:
    david, erik = phones.person("david", 570, codec), phones.person("erik", 440, codec)

    erik.command("dial", f"sip:08{FASTIGHET.removeprefix('+468')}@{town.service.host}")
    erik.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(erik, david)
    erik.command("hangup")

    name = codec.partition("/")[0]
    dialogs = [fact.dialog for fact in town.service.facts_of(f.LegDialogChanged)]
    agreed = {dialog["session"]["local"] for dialog in dialogs if dialog and dialog["session"]["local"]}
    assert agreed and all(f" {name}/" in local for local in agreed)
    assert finished(town).answered_by == "david"


def test_the_caller_gives_up_while_it_rings(town: Town, phones: Phones) -> None:
    david, erik = phones.person("david", tone=570, answers=False), phones.person("erik", tone=440)

    erik.command("dial", f"sip:{FASTIGHET}@{town.service.host}")
    david.await_event("CALL_INCOMING")
    erik.await_event("CALL_RINGING")
    erik.command("hangup")

    david.await_event("CALL_CLOSED")
    record = finished(town)
    assert (record.outcome, record.ended_by, record.rang) == (Outcome.ABANDONED, EndedBy.CALLER, ("david",))


def test_the_member_declines(town: Town, phones: Phones) -> None:
    david, erik = phones.person("david", tone=570, answers=False), phones.person("erik", tone=440)

    erik.command("dial", f"sip:{FASTIGHET}@{town.service.host}")
    for _ in range(2):  # then it goes on to Kontaktcenter, where it is david too
        david.await_event("CALL_INCOMING")
        david.command("hangup")

    erik.await_event("CALL_CLOSED")
    record = finished(town)
    assert (record.outcome, record.offered) == (Outcome.BUSY, ("david",))


def test_keys_reach_the_other(town: Town, phones: Phones) -> None:
    david, erik = phones.person("david", tone=570), phones.person("erik", tone=440)
    erik.command("dial", f"sip:{FASTIGHET}@{town.service.host}")
    erik.await_event("CALL_ESTABLISHED")
    david.await_event("CALL_ESTABLISHED")

    erik.command("sndcode", "7")

    david.await_event("CALL_DTMF_START")
    erik.command("hangup")
    assert finished(town).outcome is Outcome.ANSWERED


def test_a_blind_transfer(town: Town, phones: Phones) -> None:
    david, erik = phones.person("david", tone=570), phones.person("erik", tone=900)
    citizen = phones.citizen(tone=440)
    citizen.command("dial", f"sip:{KONTAKTCENTER}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    assert_hear_each_other(citizen, david)

    david.command("transfer", f"sip:{PARK}@{town.service.host}")

    erik.await_tone(citizen.tone)
    david.await_event("CALL_CLOSED")
    citizen.command("hangup")
    assert [talk.member for talk in finished(town).talks] == ["david", "erik"]
