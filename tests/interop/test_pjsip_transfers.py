"""PJSIP phones hand calls on, blind and attended: tones prove who hears whom before and after."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call.record import Record
from telephony.call.transfer_facts import CallTransferred, LegTakenOver
from tests.support.live_town import BYGGLOV, FASTIGHET, KONTAKTCENTER, PASSWORD, Town
from tests.support.pjsip import PjsipPhone, require_pjsip

RINGING = 425
FASTIGHET_KEYED = FASTIGHET.replace("+46", "0")


class Phones:
    """PJSIP phones of people of the town."""

    def __init__(self, town: Town, folder: Path, stack: ExitStack) -> None:
        self._town, self._folder, self._stack = town, folder, stack

    def person(self, user: str, tone: int) -> PjsipPhone:
        """A registered phone, which answers whatever comes until it is told otherwise."""
        host, server = self._town.phone(user), self._town.service.host
        phone = PjsipPhone(self._folder / f"pjsip-{user}", host, server, user, PASSWORD, tone)
        return self._stack.enter_context(phone)


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


@pytest.fixture(name="phones")
def _phones(town: Town, tmp_path: Path) -> Iterator[Phones]:
    require_pjsip()
    with ExitStack() as stack:
        yield Phones(town, tmp_path, stack)


def finished(town: Town) -> list[Record]:
    """The records, once every call is over."""
    town.assert_calm()
    return town.service.records()


def test_blind_and_the_caller_hears_ringing_until_the_target_answers(town: Town, phones: Phones) -> None:
    bertil, david, anna = (
        phones.person(user, tone) for user, tone in (("bertil", 700), ("david", 900), ("anna", 1200))
    )
    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(0, "CONFIRMED")
    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    anna.do("answers", status=180)

    david.do("transfer", call=0, number=KONTAKTCENTER)
    anna.await_call(0, "EARLY")
    bertil.await_tone(RINGING)
    anna.do("answer", call=0)

    bertil.await_tone(anna.tone)
    anna.await_tone(bertil.tone)
    david.await_event(lambda event: event.get("event") == "transfer" and event["status"] == 200)
    david.await_call(0, "DISCONNECTED")
    bertil.do("hangup", call=0)
    (record,) = finished(town)
    assert [talk.member for talk in record.talks] == ["david", "anna"]


def test_attended_takes_over_the_consulted_call(town: Town, phones: Phones) -> None:
    anna, bertil, david = (
        phones.person(user, tone) for user, tone in (("anna", 700), ("bertil", 900), ("david", 1200))
    )
    anna.do("dial", number=BYGGLOV)
    anna.await_call(0, "CONFIRMED")
    bertil.do("hold", call=0)
    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(1, "CONFIRMED")
    bertil.await_tone(david.tone, call=1)

    bertil.do("attended", call=0, consulted=1)

    town.service.await_fact(CallTransferred)
    anna.await_tone(david.tone)
    david.await_tone(anna.tone)
    bertil.await_call(0, "DISCONNECTED")
    bertil.await_call(1, "DISCONNECTED")
    david.do("hangup", call=0)
    records = finished(town)
    assert [[talk.member for talk in record.talks] for record in records] == [["bertil", "david"], ["david"]]
    assert len([fact for fact in town.service.facts() if isinstance(fact, LegTakenOver)]) == 1


def test_by_keys_the_caller_hears_ringing_and_then_the_target(town: Town, phones: Phones) -> None:
    bertil, david, anna = (
        phones.person(user, tone) for user, tone in (("bertil", 700), ("david", 900), ("anna", 1200))
    )
    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(0, "CONFIRMED")
    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    anna.do("answers", status=180)

    david.do("keys", call=0, digits="**", by_info=False)
    bertil.await_tone(RINGING)
    david.await_tone(RINGING)  # of the dial tone, which has the same pitch
    david.do("keys", call=0, digits=f"{KONTAKTCENTER.replace('+46', '0')}#", by_info=False)
    anna.await_call(0, "EARLY")
    bertil.await_tone(RINGING)
    anna.do("answer", call=0)

    bertil.await_tone(anna.tone)
    anna.await_tone(bertil.tone)
    david.await_call(0, "DISCONNECTED")
    bertil.do("hangup", call=0)
    (record,) = finished(town)
    assert [talk.member for talk in record.talks] == ["david", "anna"]


def test_by_keys_to_somebody_who_is_busy_and_they_talk_on(town: Town, phones: Phones) -> None:
    bertil, david = (phones.person(user, tone) for user, tone in (("bertil", 700), ("david", 900)))
    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(0, "CONFIRMED")
    david.await_tone(bertil.tone)

    david.do("keys", call=0, digits="**", by_info=False)
    bertil.await_tone(RINGING)
    david.do("keys", call=0, digits=f"{FASTIGHET_KEYED}#", by_info=False)

    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    bertil.do("hangup", call=0)
    (record,) = finished(town)
    assert [talk.member for talk in record.talks] == ["david"]
