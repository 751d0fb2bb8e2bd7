"""Who comes back to Kontaktcenter from a transfer that nobody took, where all are busy, waits as anybody does
(P7): they had their 200 long ago, and count as answered."""

import pytest

from telephony.call import callback_facts as b
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, records
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Incoming, Outgoing, Party, sdp
from tests.support.stage import CLOSED, NUMBERS, TRUNKS, Stage
from tests.telephony.legs.test_consulted import replaces
from tests.telephony.legs.test_direct import NET, accept
from tests.telephony.legs.test_refer import PEOPLE, refer, told
from tests.telephony.legs.test_waiting import GROUPS

WELCOME = "queue_welcome+queue_position+number_1"
WRAP_UP = 30.0
QUEUE = f"wrap_up_seconds = {WRAP_UP}, callback = true, max_wait_seconds = 55, "
KEYS = 'keys = { 9 = { voicemail = "kontaktcenter" } }'
OUTSIDE = TRUNKS.replace("[trunks.pbx]", "outside = true\n[trunks.pbx]")


class Office(Stage):
    """Amina alone is Kontaktcenter. She hands somebody on to David, hangs up, and has something to write
    down; David is not there, and she declines who comes back."""

    def __init__(self) -> None:
        groups = GROUPS.format(queue=QUEUE + KEYS)
        super().__init__(groups=groups, numbers=NUMBERS, trunks=OUTSIDE, people=PEOPLE)
        self.register("kc1", "bygg1")

    def talk(self, account: str = "") -> Party:
        """Somebody, a citizen or with a phone of ours, calls Kontaktcenter and talks with Amina."""
        caller = self.dial_from(account, MAIN) if account else self.call(MAIN)
        self.amina = self.taken("kc1")
        caller.pick_up()
        return caller

    def taken(self, account: str) -> Incoming:
        """A phone is rung, and answered."""
        member = self.offered(account)
        member.accept(sdp(member.peer.host, "8 101"))
        member.peer.take("ACK")
        return member

    def hand_on(self, by: Party) -> None:
        """Whoever it is does, and the other comes back to Kontaktcenter."""
        assert refer(by) == 202
        by.hang_up()
        told(by.peer)
        self.offered("bygg1").refuse(480)

    @property
    def record(self) -> Record:
        """Of the first call, as it stands."""
        return records(self.virtual.journal.facts)["call1"]


@pytest.fixture(name="town")
def _town() -> Office:
    return Office()


@pytest.fixture(name="caller")
def _caller(town: Office) -> Party:
    """A citizen, who waits."""
    caller = town.talk()
    town.wait(10.0)
    town.hand_on(town.amina)
    town.offered("kc1").refuse(486)
    return caller


def test_they_wait_and_are_told_so(town: Office, caller: Party) -> None:
    assert [fact.stage.value for fact in town.facts(t.TransferDecided)] == ["target", "return", "centre"]
    assert town.media.playing == {"call1.0": f"{WELCOME}+queue_callback>music"}
    assert town.media.watched == {"call1.0"}
    assert [fact.leg for fact in town.facts(q.WaitSaid)] == ["call1.0"]
    assert not caller.peer.has("INVITE")


def test_in_their_turn_they_are_connected(town: Office, caller: Party) -> None:
    town.wait(WRAP_UP)
    amina = town.taken("kc1")

    (transferred,) = town.facts(t.CallTransferred)
    assert (transferred.group, transferred.wrap_up_seconds) == ("kc", WRAP_UP)
    assert town.media.bridges["call1.0"] == transferred.leg
    assert not town.media.watched
    record = town.record
    assert [talk.member for talk in record.talks] == ["amina", "amina"]
    assert (record.waiting_seconds, record.service_answered_at) == (0.0, None)
    assert f"queue kc: answered after {WRAP_UP:.0f} s" in record.reasons
    amina.hang_up()
    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert town.virtual.switchboard.house.duty.rest("amina") is not None
    assert (town.outcome().outcome, town.record.talk_seconds) == (Outcome.ANSWERED, 10.0)
    town.assert_nothing_kept()


def test_who_declines_is_rung_again_a_while_later(town: Office, caller: Party) -> None:
    town.wait(WRAP_UP)
    town.offered("kc1").refuse(486)
    while not town.phone("kc1").has("INVITE"):
        town.wait(1.0)

    amina = town.taken("kc1")

    assert town.media.bridges["call1.0"] == town.facts(t.CallTransferred)[-1].leg
    assert len(town.facts(q.TurnPassed)) == 1
    amina.hang_up()
    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_who_hangs_up_has_been_answered_before(town: Office, caller: Party) -> None:
    caller.hang_up()

    assert [fact.why for fact in town.facts(q.QueueLeft)] == [q.ANSWERED, q.LEFT]
    assert (town.outcome().outcome, town.outcome().ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    town.assert_nothing_kept()


def test_who_waits_too_long_goes_as_the_number_says(town: Office, caller: Party) -> None:
    town.wait(WRAP_UP)
    town.offered("kc1").ring()  # and that is all

    town.wait(25.5)

    assert town.facts(q.QueueLeft)[-1].why == q.TOO_LONG
    caller.peer.answer(caller.peer.take("BYE"), 200)
    assert (town.outcome().outcome, town.outcome().reason) == (Outcome.ANSWERED, "nobody took the transfer")


def test_a_key_leads_out_to_words_that_are_the_last(town: Office, caller: Party) -> None:
    town.node.key_pressed("call1.0", "9", town.now)
    town.pump()
    assert town.media.playing == {"call1.0": "voicemail"}

    town.node.playback_ended("call1.0", town.now)
    town.pump()
    caller.peer.answer(caller.peer.take("BYE"), 200)

    assert town.outcome().outcome is Outcome.ANSWERED
    town.assert_nothing_kept()


def test_they_may_be_called_back(town: Office, caller: Party) -> None:
    town.node.key_pressed("call1.0", "1", town.now)
    town.pump()
    assert town.media.playing == {"call1.0": "callback_promised"}
    town.node.playback_ended("call1.0", town.now)
    town.pump()
    caller.peer.answer(caller.peer.take("BYE"), 200)

    town.wait(WRAP_UP)
    assert "Återuppringning" in town.offered("kc1").invite.from_.display
    assert [fact.what.number for fact in town.facts(b.CallbackPromised)] == ["+46701740605"]


def test_a_colleague_whom_somebody_hands_on_waits_too_and_is_not_called_back(town: Office) -> None:
    town.register("kc2")
    bengt = town.talk("kc2")
    town.hand_on(bengt)
    town.offered("kc2").refuse(486)

    assert town.media.playing == {"call1.1": f"{WELCOME}>music"}
    assert town.media.watched == {"call1.1"}
    amina = town.amina
    town.node.key_pressed("call1.1", "1", town.now)
    assert not town.facts(b.CallbackPromised)
    town.node.key_pressed("call1.1", "9", town.now)
    town.pump()
    assert town.media.playing == {"call1.1": "voicemail"}
    amina.hang_up()
    assert town.outcome().ended_by is EndedBy.MEMBER
    town.assert_nothing_kept()


def test_who_hears_nothing_of_ours_waits_on(town: Office) -> None:
    caller = town.call(MAIN, body=sdp("192.0.2.10", "9"))
    town.amina = town.offered("kc1")
    town.amina.accept(sdp("192.0.2.101", "9"))
    town.amina.peer.take("ACK")
    caller.pick_up()
    town.hand_on(town.amina)
    town.offered("kc1").refuse(486)
    town.wait(WRAP_UP)

    member = town.offered("kc1")
    member.accept(sdp("192.0.2.101", "9"))

    assert town.media.bridges["call1.0"] == town.facts(t.CallTransferred)[-1].leg


def test_a_service_that_stops_ends_what_was_answered(town: Office, caller: Party) -> None:
    town.node.end_all(town.now, "maintenance")
    town.pump()

    assert (town.outcome().outcome, town.outcome().reason) == (Outcome.ANSWERED, "maintenance")
    assert town.facts(q.QueueLeft)[-1].why == q.ENDED
    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


def test_the_longest_time_of_a_call_counts_while_they_wait(town: Office) -> None:
    town.virtual.switchboard._talk_limit = 20.0
    caller = town.talk()
    town.hand_on(town.amina)
    town.offered("kc1").refuse(486)

    town.wait(20.5)

    assert town.outcome().reason == "talk time limit"
    caller.peer.answer(caller.peer.take("BYE"), 200)
    town.assert_nothing_kept()


# ---- a queue that was consulted


QUEUED = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina", "bengt"] }
bygglov = { name = "Bygglov", members = ["david"], queue = { closing = false, max_wait_seconds = 30 } }
vd = { name = "Växel", members = ["amina"] }
"""


class Desk(Stage):
    """Amina talks with a caller for Bygglov, where David is busy, and has called there: she waits in the
    queue, behind a citizen."""

    def __init__(self) -> None:
        super().__init__(groups=QUEUED, numbers=NUMBERS, people=PEOPLE)
        self.register("bygg1")
        self.first, self.david = self._talk(BYGGLOV, "bygg1")
        self.caller, self.amina = self.connected(MAIN)
        self.second = self.dial_from("kc1", BYGGLOV)
        self.second.pick_up()
        self.wait(5.0)
        self.last = self.call(BYGGLOV)
        self.last.pick_up()

    def _talk(self, number: str, account: str) -> tuple[Outgoing, Incoming]:
        caller = self.call(number)
        member = self.offered(account)
        member.accept()
        member.peer.take("ACK")
        caller.pick_up()
        return caller, member

    def free(self) -> None:
        """David has done."""
        self.first.hang_up()
        self.david.peer.answer(self.david.peer.take("BYE"), 200)


def test_the_caller_gets_the_place_of_who_consulted() -> None:
    desk = Desk()
    assert desk.media.playing["call3.0"] == f"{WELCOME}>music"

    assert refer(desk.amina, replaces(desk.second)) == 202

    assert told(desk.amina.peer) == ["100 active", "200 terminated"]
    for _ in range(2):  # both of Amina's
        desk.amina.peer.answer(desk.amina.peer.take("BYE"), 200)
    assert desk.media.playing["call2.0"] == f"{WELCOME}>music"
    desk.free()
    david = desk.offered("bygg1")  # before the last caller, who came later than Amina
    david.accept()
    david.peer.take("ACK")
    assert desk.media.bridges["call2.0"] == desk.facts(t.CallTransferred)[-1].leg
    made = records(desk.virtual.journal.facts)
    assert [talk.member for talk in made["call2"].talks] == ["amina", "david"]
    assert (made["call3"].outcome, made["call3"].reason) == (Outcome.ABANDONED, "transferred")
    david.hang_up()
    desk.caller.peer.answer(desk.caller.peer.take("BYE"), 200)
    desk.offered("bygg1").refuse(486)
    desk.last.hang_up()
    desk.assert_nothing_kept()


def test_whoever_is_rung_for_who_consulted_is_rung_for_the_caller() -> None:
    desk = Desk()
    desk.free()
    rung = desk.offered("bygg1")
    rung.ring()

    assert refer(desk.amina, replaces(desk.second)) == 202

    rung.assert_cancelled()
    david = desk.offered("bygg1")
    david.accept()
    david.peer.take("ACK")
    assert desk.media.bridges["call2.0"] == desk.facts(t.CallTransferred)[-1].leg


def test_from_the_queue_they_go_on_as_its_number_says() -> None:
    desk = Desk()
    refer(desk.amina, replaces(desk.second))
    for _ in range(2):
        desk.amina.peer.answer(desk.amina.peer.take("BYE"), 200)
    desk.last.hang_up()

    desk.wait(30.5)

    assert [fact.why for fact in desk.facts(q.QueueLeft)] == [q.ANSWERED, q.LEFT, q.LEFT, q.TOO_LONG]
    assert desk.media.playing == {"call2.0": "closed"}
    desk.node.playback_ended("call2.0", desk.now)
    desk.pump()
    desk.caller.peer.answer(desk.caller.peer.take("BYE"), 200)
    assert desk.outcome().reason == "nobody took the transfer"


def test_who_talked_past_us_hears_the_queue_though_they_cannot_change_at_once() -> None:
    desk = Stage(groups=QUEUED, numbers=NUMBERS, people=PEOPLE, more=NET)
    desk.register("bygg1")
    desk.dial_from("bygg1", CLOSED).pick_up()  # David is busy
    caller, amina = desk.connected(MAIN)
    assert accept(caller) == ("192.0.2.101", 4000)
    assert accept(amina) == ("192.0.2.10", 4000)
    second = desk.dial_from("kc1", BYGGLOV)
    second.pick_up()
    refer(amina, replaces(second))
    caller.peer.answer(caller.peer.take("INVITE"), 491)

    desk.wait(5.0)

    asked = caller.peer.take("INVITE")
    assert b"a=inactive" not in asked.body
    assert desk.media.playing["call2.0"] == f"{WELCOME}>music"
