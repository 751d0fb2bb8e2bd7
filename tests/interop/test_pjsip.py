"""Calls of PJSIP phones over UDP, TCP and TLS: tones prove who hears whom, and when nobody does."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record
from tests.support.certificates import Authority
from tests.support.live_town import BYGGLOV, FASTIGHET, PASSWORD, Town, town
from tests.support.loopback import Loopback
from tests.support.pjsip import PjsipPhone, require_pjsip

TRANSPORTS = ("UDP", "TCP", "TLS")


class Phones:
    """PJSIP phones of people of the town, by UDP where nothing else is said."""

    def __init__(self, built: Town, folder: Path, authority: Authority, stack: ExitStack) -> None:
        self.town = built
        self._folder, self._authority, self._stack = folder, authority, stack

    def person(
        self,
        user: str,
        tone: int,
        transport: str = "UDP",
        *,
        reliable: bool = False,
        session_timer: bool = False,
    ) -> PjsipPhone:
        """A registered phone, which answers whatever comes until it is told otherwise."""
        phone = PjsipPhone(
            self._folder / f"pjsip-{user}",
            self.town.phone(user),
            self.town.service.host,
            user,
            PASSWORD,
            tone,
            transport=transport,
            authority=self._authority.certificate,
            reliable=reliable,
            session_timer=session_timer,
        )
        return self._stack.enter_context(phone)

    def talking(self, transport: str = "UDP") -> tuple[PjsipPhone, PjsipPhone]:
        """Bertil, who has called david, and both hear each other."""
        bertil, david = self.person("bertil", 700, transport), self.person("david", 900, transport)
        bertil.do("dial", number=FASTIGHET)
        assert_talk(bertil, david)
        return bertil, david

    def finished(self) -> Record:
        """The one call that was."""
        self.town.assert_calm()
        (record,) = self.town.service.records()
        return record


@pytest.fixture(scope="module", name="shared")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Authority]]:
    require_pjsip()
    folder = tmp_path_factory.mktemp("town")
    network, authority = Loopback.take(), Authority(folder)
    own = authority.issue("own", f"IP:{network.host(1)}")
    settings = {
        "VAXELN_SIP_LISTEN": "udp:HOST:5060,tcp:HOST:5060,tls:HOST:5061",
        "VAXELN_SIP_CERTIFICATE": str(own.chain),
        "VAXELN_SIP_KEY": str(own.key),
    }
    with town(folder, settings, network) as built:
        yield built, authority


@pytest.fixture(name="phones")
def _phones(shared: tuple[Town, Authority], tmp_path: Path) -> Iterator[Phones]:
    built, authority = shared
    with built.anew(), ExitStack() as stack:
        yield Phones(built, tmp_path, authority, stack)


def assert_talk(one: PjsipPhone, other: PjsipPhone) -> None:
    for phone in (one, other):
        phone.await_call(0, "CONFIRMED")
    one.await_tone(other.tone)
    other.await_tone(one.tone)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_call_with_hold_and_resume(phones: Phones, transport: str) -> None:
    bertil, david = phones.talking(transport)
    ways = {fact.contacts[0].transport for fact in phones.town.service.facts_of(PhoneRegistered)}
    assert ways == {transport}

    bertil.do("hold", call=0)
    phones.town.service.await_fact(f.LegHeld, such_that=lambda fact: fact.held)
    bertil.await_silence()
    david.await_tone(bertil.tone)  # who holds by `sendonly` is still heard: music, were it no test
    bertil.do("resume", call=0)
    phones.town.service.await_fact(f.LegHeld, such_that=lambda fact: not fact.held)
    bertil.await_tone(david.tone)
    david.await_tone(bertil.tone)
    david.do("hangup", call=0)

    record = phones.finished()
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    assert (record.origin_name, record.answered_by) == ("bertil", "david")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_caller_gives_up_while_it_rings(phones: Phones, transport: str) -> None:
    bertil, david = phones.person("bertil", 700, transport), phones.person("david", 900, transport)
    david.do("answers", status=180)

    bertil.do("dial", number=FASTIGHET)
    bertil.await_call(0, "EARLY")
    bertil.do("hangup", call=0)

    david.await_call(0, "DISCONNECTED")
    record = phones.finished()
    assert (record.outcome, record.ended_by, record.rang) == (Outcome.ABANDONED, EndedBy.CALLER, ("david",))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_only_member_is_busy(phones: Phones, transport: str) -> None:
    bertil, david = phones.person("bertil", 700, transport), phones.person("david", 900, transport)
    david.do("answers", status=486)

    bertil.do("dial", number=FASTIGHET)

    bertil.await_event(lambda event: (event.get("state"), event.get("status")) == ("DISCONNECTED", 486))
    assert phones.finished().outcome is Outcome.BUSY


@pytest.mark.parametrize("by_info", [False, True], ids=["RTP", "INFO"])
def test_keys_reach_the_other_in_their_order(phones: Phones, by_info: bool) -> None:
    bertil, david = phones.talking()

    bertil.do("keys", call=0, digits="159#", by_info=by_info)

    david.await_event(lambda event: event.get("digit") == "#")
    digits = [event for event in david.events() if event.get("event") == "digit"]
    assert [event["digit"] for event in digits] == list("159#")
    assert {event["by_info"] for event in digits} == {by_info}


def test_reliable_provisional_answers_on_both_sides(phones: Phones) -> None:
    bertil = phones.person("bertil", 700, reliable=True)
    david = phones.person("david", 900, reliable=True)
    david.do("answers", status=180)

    bertil.do("dial", number=FASTIGHET)
    bertil.await_answer("PRACK")
    david.await_answer("PRACK")
    david.do("answer", call=0)

    assert_talk(bertil, david)
    bertil.do("hangup", call=0)
    assert phones.finished().outcome is Outcome.ANSWERED


def test_a_session_timer_is_agreed_and_refreshed_by_update(phones: Phones) -> None:
    bertil, david = phones.person("bertil", 700, session_timer=True), phones.person("david", 900)
    bertil.do("dial", number=FASTIGHET)
    assert_talk(bertil, david)
    bertil.await_answer("INVITE", text="\r\nSession-Expires: 1800;refresher=")

    bertil.do("update", call=0)

    bertil.await_answer("UPDATE")
    assert_talk(bertil, david)
    bertil.do("hangup", call=0)
    assert phones.finished().outcome is Outcome.ANSWERED


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_a_transfer(phones: Phones, transport: str) -> None:
    bertil, david = phones.talking(transport)
    cecilia = phones.person("cecilia", 1200, transport)

    david.do("transfer", call=0, number=BYGGLOV)

    bertil.await_tone(cecilia.tone)
    cecilia.await_tone(bertil.tone)
    bertil.do("hangup", call=0)
    assert [talk.member for talk in phones.finished().talks] == ["david", "cecilia"]
