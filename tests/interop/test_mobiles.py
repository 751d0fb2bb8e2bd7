"""A member behind the operator, on a mobile (baresip): who presses 1 wins the call, a voicemail does not."""

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
from tests.support.live_town import AWAY, PASSWORD, Town

RINGING = 425


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Parties:
    """The mobile, which is answered at once, be it by a voicemail; a citizen; and a colleague's phone."""

    def __init__(self, town: Town, folder: Path, stack: ExitStack) -> None:
        self._town, self._folder, self._stack = town, folder, stack
        self.mobile = self._behind("+46701740699", town.operator, 700, "answermode=auto")
        self.citizen = self._behind("+46701740605", town.lines[0], 440, "answermode=manual")

    def _behind(self, number: str, host: str, tone: int, mode: str) -> Baresip:
        account = f"<sip:{number}@{self._town.service.host}>;regint=0;{mode}"
        return self._stack.enter_context(Baresip(self._folder / number, host, account, tone))

    def colleague(self, mode: str = "manual") -> Baresip:
        """David's phone, registered."""
        host, server = self._town.phone("david"), self._town.service.host
        account = f"<sip:david@{server}>;auth_pass={PASSWORD};regint=60;answermode={mode}"
        phone = self._stack.enter_context(Baresip(self._folder / "david", host, account, 570))
        self._town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == "david")
        return phone

    def call(self) -> None:
        """The citizen calls, and whoever answers the mobile hears what they are asked."""
        self.citizen.command("dial", f"sip:{AWAY}@{self._town.service.host}")
        self.mobile.await_event("CALL_ESTABLISHED")
        self._town.service.await_fact(c.ConfirmationAsked)
        time.sleep(1.0)

    def finished(self) -> Record:
        """The call, when the citizen has hung up."""
        self.citizen.command("hangup")
        self._town.assert_calm()
        (record,) = self._town.service.records()
        return record


def test_who_presses_1_is_connected_and_both_hear_each_other(
    town: Town, tmp_path: Path, stack: ExitStack
) -> None:
    parties = Parties(town, tmp_path, stack)
    parties.call()
    assert not town.service.facts_of(f.CallConnected)

    parties.mobile.command("sndcode", "1")

    parties.citizen.await_event("CALL_ESTABLISHED")
    parties.citizen.await_tone(parties.mobile.tone)
    parties.mobile.await_tone(parties.citizen.tone)
    record = parties.finished()
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "fredrik")
    assert record.waiting_seconds is not None and record.waiting_seconds >= 1.0


def test_a_colleague_takes_the_call_while_a_voicemail_listens(
    town: Town, tmp_path: Path, stack: ExitStack
) -> None:
    parties = Parties(town, tmp_path, stack)
    david = parties.colleague()
    parties.call()

    david.command("accept")

    parties.citizen.await_tone(david.tone)
    david.await_tone(parties.citizen.tone)
    parties.mobile.await_event("CALL_CLOSED")
    assert parties.finished().answered_by == "david"


def test_a_voicemail_alone_wins_nothing(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    """It is asked twice, and let go; the caller goes on to Kontaktcenter, where nobody is."""
    parties = Parties(town, tmp_path, stack)
    parties.call()

    withdrawn = town.service.await_fact(f.OfferWithdrawn, seconds=30.0)

    parties.mobile.await_event("CALL_CLOSED")
    assert withdrawn.why == "unconfirmed"
    assert len(town.service.facts_of(c.ConfirmationAsked)) == 2
    assert not town.service.facts_of(f.CallConnected)


def test_another_key_is_no_answer(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    parties = Parties(town, tmp_path, stack)
    parties.call()
    parties.mobile.command("sndcode", "5")
    town.service.await_fact(c.ConfirmationAsked, such_that=lambda fact: fact.attempt == 2)
    time.sleep(0.5)

    parties.mobile.command("sndcode", "1")

    parties.citizen.await_event("CALL_ESTABLISHED")
    assert parties.finished().answered_by == "fredrik"
