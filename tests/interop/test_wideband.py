"""Phones that have G.722 and nothing else: what the service says to them, and who then talks with them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call.facts import Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record
from tests.support.baresip import Baresip
from tests.support.eventually import eventually
from tests.support.live_town import AWAY, MENU, PASSWORD, Town
from tests.support.pjsip import PjsipPhone, require_pjsip

RINGING = 425
LOUD = 5000
"""A sample of speech reaches this, and none of silence."""


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def phone(town: Town, folder: Path, stack: ExitStack, user: str, tone: int) -> Baresip:
    """A registered phone, which somebody has to answer."""
    account = f"<sip:{user}@{town.service.host}>;auth_pass={PASSWORD};regint=60;answermode=manual"
    made = Baresip(folder / user, town.phone(user), account, tone, codec="G722/16000/1")
    stack.enter_context(made)
    town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
    return made


def behind(town: Town, folder: Path, stack: ExitStack, number: str, host: str, tone: int) -> Baresip:
    """Somebody behind the operator, who answers at once."""
    account = f"<sip:{number}@{town.service.host}>;regint=0;answermode=auto"
    return stack.enter_context(Baresip(folder / number, host, account, tone, codec="G722/16000/1"))


def await_speech(phone: Baresip) -> None:
    """Wait until it is told something."""
    eventually(lambda: any(abs(sample) > LOUD for sample in phone.recorded()[1]), "something is said")


def finished(town: Town) -> Record:
    town.assert_calm()
    (record,) = town.service.records()
    return record


def assert_all_agreed_on_g722(town: Town) -> None:
    dialogs = [fact.dialog for fact in town.service.facts_of(f.LegDialogChanged)]
    agreed = {dialog["session"]["local"] for dialog in dialogs if dialog and dialog["session"]["local"]}
    assert agreed and all(" G722/8000" in local and " PCMA/" not in local for local in agreed)


def test_baresip_hears_the_menu_that_it_rings_and_the_member(
    town: Town, tmp_path: Path, stack: ExitStack
) -> None:
    david = phone(town, tmp_path, stack, "david", tone=570)
    citizen = behind(town, tmp_path, stack, "+46701740605", town.operator, tone=440)
    citizen.command("dial", f"sip:{MENU}@{town.service.host}")
    citizen.await_event("CALL_ESTABLISHED")
    await_speech(citizen)

    citizen.command("sndcode", "1")

    david.await_event("CALL_INCOMING")
    citizen.await_tone(RINGING)
    david.command("accept")
    citizen.await_tone(david.tone)
    david.await_tone(citizen.tone)
    citizen.command("hangup")
    assert_all_agreed_on_g722(town)
    record = finished(town)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "david")


def test_so_does_pjsip(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    require_pjsip()
    server = town.service.host
    bertil, david = (
        stack.enter_context(
            PjsipPhone(tmp_path / user, town.phone(user), server, user, PASSWORD, tone, codec="G722")
        )
        for user, tone in (("bertil", 700), ("david", 900))
    )
    david.do("answers", status=180)
    bertil.do("dial", number=MENU)
    bertil.await_call(0, "CONFIRMED")
    eventually(lambda: any(abs(sample) > LOUD for sample in bertil.heard(0)), "something is said")

    bertil.do("keys", call=0, digits="1", by_info=False)

    david.await_call(0, "EARLY")
    bertil.await_tone(RINGING)
    david.do("answer", call=0)
    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    bertil.do("hangup", call=0)
    assert_all_agreed_on_g722(town)
    assert finished(town).answered_by == "david"


def test_who_answers_a_mobile_hears_what_they_are_asked(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    mobile = behind(town, tmp_path, stack, "+46701740699", town.operator, tone=700)
    citizen = behind(town, tmp_path, stack, "+46701740605", town.lines[0], tone=440)
    citizen.command("dial", f"sip:{AWAY}@{town.service.host}")
    mobile.await_event("CALL_ESTABLISHED")
    town.service.await_fact(c.ConfirmationAsked)
    await_speech(mobile)
    time.sleep(0.5)

    mobile.command("sndcode", "1")

    citizen.await_event("CALL_ESTABLISHED")
    citizen.await_tone(mobile.tone)
    mobile.await_tone(citizen.tone)
    citizen.command("hangup")
    assert finished(town).answered_by == "fredrik"
