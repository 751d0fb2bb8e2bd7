"""A caller who waits: answered, with music, told things over it, and connected as anybody is."""

import pytest

from telephony.call import callback_facts as b
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.legs.leg import RINGING
from tests.support.plans import MAIN
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import CALLER as CITIZEN
from tests.support.stage import NUMBERS, TRUNKS, Stage

CALLER = "call2.0"
KEYS = 'keys = { 9 = { voicemail = "kontaktcenter" } }, comfort_seconds = 20.0'
GROUPS = """
[groups.kc]
name = "Kontaktcenter"
members = ["amina"]
strategy = "linear"
ring_seconds = 15
queue = {{ {queue} }}
[groups]
bygglov = {{ name = "Bygglov", members = ["david"] }}
vd = {{ name = "Växel", members = ["bengt"] }}
[voicemails.kontaktcenter]
function = "Kontaktcenter"
greeting = "voicemail"
text = "Kontaktcenter. Ring 08-530 610 00."
"""
WELCOME = "queue_welcome+queue_position+number_1>music"


class Office(Stage):
    """Kontaktcenter has one member, who talks with a first caller."""

    def __init__(self, queue: str = KEYS, trunks: str = TRUNKS) -> None:
        super().__init__(groups=GROUPS.format(queue=queue), numbers=NUMBERS, trunks=trunks)
        self.register("kc1")
        self.first = self.call(MAIN)
        self.amina = self.offered("kc1")
        self.amina.accept()
        self.amina.peer.take("ACK")
        self.first.pick_up()

    def free(self) -> None:
        """The first caller has done."""
        self.first.hang_up()
        self.amina.peer.answer(self.amina.peer.take("BYE"), 200)


@pytest.fixture(name="town")
def _town() -> Office:
    return Office()


def test_a_caller_is_answered_and_hears_music(town: Office) -> None:
    caller = town.call(MAIN)

    answer = caller.assert_answered()
    assert 180 not in caller.statuses
    assert b"telephone-event" in answer.body
    assert town.media.playing[CALLER] == WELCOME
    assert town.media.watched == {CALLER}


def test_more_is_said_over_the_music(town: Office) -> None:
    caller = town.call(MAIN)
    caller.pick_up()
    town.wait(20.5)

    assert town.media.playing[CALLER] == "queue_comfort+queue_position+number_1>music"


def test_without_keys_that_lead_out_none_is_heard() -> None:
    town = Office("comfort_seconds = 20.0")
    town.call(MAIN).pick_up()

    assert town.media.playing[CALLER] == WELCOME
    town.wait(20.5)
    assert town.media.playing[CALLER] == "queue_comfort+queue_position+number_1>music"
    assert not town.media.watched


def waits(town: Office) -> Outgoing:
    caller = town.call(MAIN)
    caller.pick_up()
    return caller


def test_they_are_connected_when_it_is_their_turn(town: Office) -> None:
    caller = waits(town)
    town.free()
    amina = town.offered("kc1")
    amina.ring()
    assert town.media.playing[CALLER] == WELCOME  # they hear music until a person speaks
    assert town.media.playing[CALLER] != RINGING
    amina.accept()
    amina.peer.take("ACK")

    assert town.media.bridges[CALLER] == "call2.1"
    assert CALLER not in town.media.playing
    assert not town.media.watched
    assert caller.statuses == [100, 200]


def test_a_key_leads_out(town: Office) -> None:
    waits(town)
    town.node.key_pressed(CALLER, "9", town.now)
    town.pump()

    assert town.media.playing[CALLER] == "voicemail"
    assert [fact.why for fact in town.facts(q.QueueLeft)][-1] == "pressed"
    assert [fact.key for fact in town.facts(m.KeyPressed)] == ["9"]


def test_who_left_the_offer_to_us_hears_it_when_they_have_chosen(town: Office) -> None:
    caller = town.call(MAIN, body="")
    caller.assert_answered()
    assert CALLER not in town.media.playing
    caller.ack(sdp("192.0.2.10", "8 101"), cseq=1)

    assert town.media.playing[CALLER] == WELCOME


def test_who_waits_for_a_prack_hears_it_after_that(town: Office) -> None:
    caller = town.call(MAIN, ("Require", "100rel"))

    caller.assert_answered()
    assert town.media.playing[CALLER] == WELCOME


def test_who_speaks_nothing_that_music_is_in_waits_on_and_hears_it_ring(town: Office) -> None:
    caller = town.call(MAIN, body=sdp("192.0.2.10", "9"))

    assert caller.statuses == [100, 180]
    assert CALLER not in town.media.playing
    town.free()
    amina = town.offered("kc1")
    amina.accept(sdp("192.0.2.41", "9"))
    amina.peer.take("ACK")
    assert caller.statuses[-1] == 200


OUTSIDE = TRUNKS.replace("[trunks.pbx]", "outside = true\n[trunks.pbx]")


def test_who_asks_to_be_called_back_is_called_when_a_member_is_there() -> None:
    town = Office("callback = true", trunks=OUTSIDE)
    caller = waits(town)
    town.node.key_pressed(CALLER, "1", town.now)
    town.pump()
    assert town.media.playing[CALLER] == "callback_promised"
    town.node.playback_ended(CALLER, town.now)
    town.pump()
    caller.peer.answer(caller.peer.take("BYE"), 200)

    town.free()
    amina = town.offered("kc1")
    assert "Återuppringning Kontaktcenter" in amina.invite.from_.display
    amina.ring()
    amina.accept()
    amina.peer.take("ACK")
    assert town.media.playing["call3.0"] == RINGING
    citizen = town.offered_at(town.operator)
    assert f"sip:{CITIZEN}@" in str(citizen.invite.uri)
    assert MAIN in str(citizen.invite.from_)
    citizen.ring()
    citizen.accept()
    citizen.peer.take("ACK")

    assert town.media.bridges["call3.0"] == "call3.1"
    assert [fact.call for fact in town.facts(b.CallbackKept)] == ["call3"]
    amina.hang_up()
    citizen.peer.answer(citizen.peer.take("BYE"), 200)
    town.assert_nothing_kept()
