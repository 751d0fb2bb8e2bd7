"""A member's mobile that is rung to call somebody back: what it hears, and when the caller is called."""

import pytest

from telephony.call import callback_facts as b
from telephony.call.facts import CallEnded, Outcome
from telephony.legs.leg import RINGING
from tests.support.plans import MAIN, PEOPLE
from tests.support.scripted_peer import Incoming
from tests.support.stage import CALLER as CITIZEN
from tests.support.stage import NUMBERS, Stage
from tests.telephony.legs.test_confirming import MOBILE, NET

CALLER, MEMBER, OUT = "call2.0", "call3.0", "call3.1"
GROUPS = """
[groups.kc]
name = "Kontaktcenter"
members = ["amina"]
queue = { callback = true, wrap_up_seconds = 30 }
[groups]
bygglov = { name = "Bygglov", members = ["david"] }
vd = { name = "Växel", members = ["bengt"] }
"""


class Office(Stage):
    """Amina has a mobile alone, and talks with a first caller; a second has asked to be called back."""

    def __init__(self) -> None:
        people = PEOPLE.replace('["kc1"]', f'[], mobile = "{MOBILE}"')
        super().__init__(trunks=NET, people=people, groups=GROUPS, numbers=NUMBERS)
        self.net = self.peer("192.0.2.40")
        self.peer("192.0.2.41")
        first = self.call(MAIN)
        talk = self.mobile()
        self.press("call1.1", "1")
        first.pick_up()
        second = self.call(MAIN)
        second.pick_up()
        self.press(CALLER, "1")
        self.node.playback_ended(CALLER, self.now)
        self.pump()
        second.peer.answer(second.peer.take("BYE"), 200)
        first.hang_up()
        talk.peer.answer(talk.peer.take("BYE"), 200)
        self.wait(30)

    def mobile(self) -> Incoming:
        """It is rung, and answered."""
        mobile = self.offered_at(self.net)
        mobile.ring()
        mobile.accept()
        mobile.peer.take("ACK")
        return mobile

    def press(self, leg: str, key: str) -> None:
        self.node.key_pressed(leg, key, self.now)
        self.pump()


def test_the_caller_is_called_when_the_key_is_pressed_and_both_are_connected() -> None:
    town = Office()
    mobile = town.mobile()
    assert mobile.invite.uri == "sip:0701740699@192.0.2.40:5060"
    assert b"telephone-event" in mobile.invite.body
    assert town.media.playing == {MEMBER: "confirm_callback"} and town.media.watched == {MEMBER}
    assert not town.net.has("INVITE")

    town.press(MEMBER, "1")

    assert town.media.playing == {MEMBER: RINGING} and not town.media.watched
    citizen = town.offered_at(town.net)
    assert "sip:0701740605@" in str(citizen.invite.uri)
    assert citizen.invite.headers.get("P-Asserted-Identity") == "<sip:0853061000@192.0.2.1>"
    citizen.ring()
    citizen.accept()
    citizen.peer.take("ACK")
    assert town.media.bridges == {MEMBER: OUT, OUT: MEMBER}
    assert [fact.call for fact in town.facts(b.CallbackKept)] == ["call3"]
    mobile.hang_up()
    citizen.peer.answer(citizen.peer.take("BYE"), 200)
    assert town.node.switchboard.house.duty.rest("amina") is not None
    town.assert_nothing_kept()


@pytest.mark.parametrize("key", ["", "3"])
def test_a_voicemail_calls_nobody(key: str) -> None:
    town = Office()
    mobile = town.mobile()
    if key:
        town.press(MEMBER, key)
    town.wait(16)

    mobile.peer.answer(mobile.peer.take("BYE"), 200)
    ended = [fact.outcome for fact in town.facts(CallEnded) if fact.call == "call3"]
    assert ended == [Outcome.NO_ANSWER]
    assert len(town.facts(b.CallbackTurnPassed)) == 1
    assert not town.facts(b.CallbackOwed)
    assert CITIZEN in {what.number for what in town.node.switchboard.house.queues.callbacks().values()}
