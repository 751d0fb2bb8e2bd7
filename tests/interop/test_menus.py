"""Menus by the running service: sipp presses keys as INFO, baresip and PJSIP in their sound, and whoever
they choose is heard."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record
from tests.support.baresip import Baresip
from tests.support.live_town import BRIEF, FASTIGHET, KONTAKTCENTER, MENU, PASSWORD, VOICEMAIL, Town
from tests.support.pjsip import PjsipPhone, require_pjsip

RINGING = 425


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


def finished(town: Town) -> Record:
    town.assert_calm()
    (record,) = town.service.records()
    return record


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def baresip(town: Town, folder: Path, stack: ExitStack, user: str, tone: int) -> Baresip:
    """A phone of a person, or a citizen's behind the operator's trunk; it answers."""
    host, server = town.operator, town.service.host
    account = f"<sip:+46701740605@{server}>;regint=0;answermode=auto"
    if user:
        host = town.phone(user)
        account = f"<sip:{user}@{server}>;auth_pass={PASSWORD};regint=60;answermode=auto"
    phone = stack.enter_context(Baresip(folder / f"baresip-{user}", host, account, tone))
    if user:
        town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
    return phone


def test_a_key_as_info_leads_to_a_member_without_a_180(town: Town) -> None:
    town.register("bertil")
    member = town.sipp.start("member_answers", town.phone("bertil"))

    caller = town.sipp.play("caller_presses_info", town.operator, dialled=MENU, key="3")

    member.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.answered_by, record.function) == (Outcome.ANSWERED, "bertil", "Växel")
    assert "menu val: 3" in record.reasons
    assert not caller.received("SIP/2.0 180") and not caller.received("SIP/2.0 183")
    assert not caller.received("INVITE")
    assert [fact.key for fact in town.service.facts_of(m.KeyPressed)] == ["3"]
    town.assert_calm()


def test_what_is_closed_is_said_to_who_chose_it(town: Town) -> None:
    caller = town.sipp.play("caller_presses_info_and_listens", town.operator, dialled=MENU, key="2")

    record = town.record_of(caller)
    assert (record.outcome, record.ended_by, record.announcement) == (
        Outcome.CLOSED,
        EndedBy.SERVICE,
        BRIEF,
    )
    town.assert_calm()


def test_a_citizen_with_baresip_chooses_in_the_sound(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    david = baresip(town, tmp_path, stack, "david", tone=570)
    citizen = baresip(town, tmp_path, stack, "", tone=440)
    citizen.command("dial", f"sip:{MENU}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    time.sleep(0.5)  # it hears the menu

    citizen.command("sndcode", "1")

    david.await_event("CALL_ESTABLISHED")
    citizen.await_tone(david.tone)
    david.await_tone(citizen.tone)
    citizen.command("hangup")
    record = finished(town)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "david")
    assert len(town.service.facts_of(m.KeyPressed)) == 1


def test_who_presses_nothing_comes_to_kontaktcenter(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    david = baresip(town, tmp_path, stack, "david", tone=570)
    citizen = baresip(town, tmp_path, stack, "", tone=440)
    citizen.command("dial", f"sip:{MENU}@{town.service.host}")

    town.service.await_fact(f.CallConnected, seconds=40.0)
    citizen.await_tone(david.tone)
    citizen.command("hangup")
    record = finished(town)
    assert (record.answered_by, record.group) == ("david", "kontaktcenter")
    assert "menu val: no key" in record.reasons


@pytest.mark.parametrize("by_info", [False, True], ids=["sound", "INFO"])
def test_pjsip_hears_the_ringing_tone_after_the_key_and_then_the_member(
    town: Town, tmp_path: Path, stack: ExitStack, by_info: bool
) -> None:
    require_pjsip()
    server = town.service.host
    bertil, david = (
        stack.enter_context(
            PjsipPhone(tmp_path / f"pjsip-{user}", town.phone(user), server, user, PASSWORD, tone)
        )
        for user, tone in (("bertil", 700), ("david", 900))
    )
    david.do("answers", status=180)
    bertil.do("dial", number=MENU)
    bertil.await_call(0, "CONFIRMED")

    bertil.do("keys", call=0, digits="1", by_info=by_info)

    david.await_call(0, "EARLY")
    bertil.await_tone(RINGING)
    david.do("answer", call=0)
    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    bertil.do("hangup", call=0)
    record = finished(town)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "david")
    assert [fact.key for fact in town.service.facts_of(m.KeyPressed)] == ["1"]


def test_from_a_voicemail_to_kontaktcenter(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    david = baresip(town, tmp_path, stack, "david", tone=570)
    citizen = baresip(town, tmp_path, stack, "", tone=440)
    citizen.command("dial", f"sip:{VOICEMAIL}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    time.sleep(1.0)  # it hears the greeting

    citizen.command("sndcode", "0")

    citizen.await_tone(david.tone)
    citizen.command("hangup")
    assert finished(town).answered_by == "david"


@pytest.mark.parametrize("number", ["61500", "61999"])
def test_a_citizen_keys_an_extension_in_the_sound(
    town: Town, tmp_path: Path, stack: ExitStack, number: str
) -> None:
    """Of Fastighet, which David answers; and one that nobody has, after which Kontaktcenter does: David."""
    david = baresip(town, tmp_path, stack, "david", tone=570)
    citizen = baresip(town, tmp_path, stack, "", tone=440)
    citizen.command("dial", f"sip:{MENU}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    time.sleep(1.0)  # it hears the menu

    for digit in number:
        citizen.command("sndcode", digit)
        time.sleep(0.4)

    town.service.await_fact(f.CallConnected, seconds=40.0)
    citizen.await_tone(david.tone)
    david.await_tone(citizen.tone)
    citizen.command("hangup")
    record = finished(town)
    assert "".join([fact.key for fact in town.service.facts_of(m.KeyPressed)]) == number
    assert record.number == (FASTIGHET if number == "61500" else KONTAKTCENTER)
    assert f"menu val: {number}" in record.reasons
