"""Members who are reached outside call back too: when they have pressed a key they are connected."""

import pytest

from routing.decision import CONFIRM_CALLBACK_PROMPT
from telephony.call import callback_facts as b
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import Action, AskForKey, Connect, Dial, EndLeg, PlayRinging
from telephony.call.calling_back import RING_SECONDS
from telephony.call.confirming import SECONDS, TIMES
from telephony.call.transfer_facts import TransferRequested
from telephony.desk.member_state import State, member_of
from tests.support.calls import CALLER
from tests.support.plans import MAIN, NUMBERS, PEOPLE, TRUNKS, tables_of
from tests.support.queue_town import QueueTown

AMINA = "+46701740699"
ASKED = "c2"
NET = """
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40"]
outside = true
"""


def office(*phones: str, channels: str = "", strategy: str = "linear", queue: str = "") -> QueueTown:
    """Amina has a mobile alone, and talks with somebody; Bengt has a phone."""
    tables = tables_of(
        people=PEOPLE.replace('["kc1"]', f'[], mobile = "{AMINA}"'),
        trunks=TRUNKS + NET + channels,
        numbers=NUMBERS,
        groups=f"""
[groups.kc]
name = "Kontaktcenter"
members = ["amina", "bengt"]
strategy = "{strategy}"
ring_seconds = 15
[groups.kc.queue]
callback = true
{queue}
[groups.bygglov]
name = "Bygglov"
members = ["david"]
""",
    )
    there = QueueTown(*phones, tables=tables)
    for number in range(1 + len(phones)):
        legs = there.rings(there.calls(f"b{number}"))
        there.answers(legs[0])
        if there.switchboard.calls[f"b{number}"].legs[legs[0]].confirming is not None:
            there.see(m.KeyPressed, legs[0], key="1")
        for leg in legs[1:]:
            there.taken_back(leg)
    return there


def asks(there: QueueTown, call: str = ASKED) -> None:
    """Somebody waits, and asks to be called back."""
    there.arrives(call=call)
    there.see(m.KeyPressed, f"{call}.0", key="1")
    there.see(f.AnnouncementEnded, f"{call}.0")
    there.see(f.LegEnded, f"{call}.0")


def dials(actions: list[Action]) -> list[Dial]:
    return [action for action in actions if isinstance(action, Dial)]


def rung(there: QueueTown, freed: str = "b0") -> Dial:
    """Amina has done, and is rung for the callback."""
    (dial,) = dials(there.hangs_up(f"{freed}.0"))
    there.note_dialog(dial.leg)
    there.see(f.MemberAlerted, dial.leg)
    return dial


def kinds(there: QueueTown, kind: type[f.Fact]) -> list[f.Fact]:
    return [fact for fact in there.seen if type(fact) is kind]


def test_they_are_asked_for_a_key_and_then_the_caller_is_called() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    assert (dial.target.member, dial.target.number, dial.target.trunk) == ("amina", AMINA, "net")
    assert (dial.contact, dial.number, dial.called, dial.display) == (None, CALLER, MAIN, "")
    amina = there.tables.people["amina"]
    board = there.switchboard
    assert member_of(board.house, board.calls, there.tables, amina, there.now).state is State.RINGING

    assert there.answers(dial.leg) == [AskForKey(dial.leg, CONFIRM_CALLBACK_PROMPT)]
    assert kinds(there, b.CallbackTaken) == []
    ringing, out = there.see(m.KeyPressed, dial.leg, key="1")

    assert ringing == PlayRinging(dial.leg)
    assert isinstance(out, Dial)
    assert (out.target.trunk, out.target.number, out.number) == ("net", CALLER, MAIN)
    there.note_dialog(out.leg)
    assert there.see(f.MemberAnswered, out.leg) == [Connect(dial.leg, out.leg)]
    assert len(kinds(there, b.CallbackKept)) == 1
    assert board.house.channels("net") == 2


def test_their_voicemail_calls_nobody_and_they_have_missed_a_call() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    there.answers(dial.leg)
    assert there.wait(SECONDS) == [AskForKey(dial.leg, CONFIRM_CALLBACK_PROMPT)]

    actions = there.wait(SECONDS * (TIMES - 1))

    assert EndLeg(dial.leg, reason="unconfirmed") in actions
    (missed,) = kinds(there, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed) and missed.member == "amina"
    assert there.switchboard.house.queues.position(ASKED) == 1  # the caller keeps the place
    there.see(f.LegEnded, dial.leg)
    assert there.switchboard.house.channels("net") == 0
    assert [again.target.member for again in dials(there.wait(5))] == ["amina"]


def test_another_key_has_it_said_again_and_the_ring_time_lets_who_is_asked_finish() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    there.wait(RING_SECONDS - 1)
    there.answers(dial.leg)

    assert there.see(m.KeyPressed, dial.leg, key="5") == [AskForKey(dial.leg, CONFIRM_CALLBACK_PROMPT)]
    there.wait(2)
    assert dials(there.see(m.KeyPressed, dial.leg, key="1"))


def test_who_hangs_up_instead_has_not_taken_it() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    there.answers(dial.leg)
    there.see(f.LegHungUp, dial.leg)

    assert len(kinds(there, b.CallbackTurnPassed)) == 1
    assert kinds(there, b.CallbackOwed) == []


@pytest.mark.parametrize(("channels", "is_rung"), [(1, False), (2, True)])
def test_there_must_be_a_channel_for_the_caller_too(channels: int, is_rung: bool) -> None:
    there = office(channels=f"channels = {channels}\n")
    asks(there)

    assert bool(dials(there.hangs_up("b0.0"))) is is_rung


def test_who_waits_behind_a_callback_without_a_channel_is_not_held_up() -> None:
    there = office("kc2", channels="channels = 2\n")
    asks(there)
    there.arrives("+46853061999", "c0", origin_name="net")  # of the two channels amina's talk has one, too
    there.calls("c3")

    assert [dial.target.member for dial in dials(there.hangs_up("b1.0"))] == ["bengt"]
    assert there.switchboard.house.queues.is_tried(ASKED) is False
    there.hangs_up("b0.0")
    assert there.switchboard.house.queues.is_tried(ASKED) is False
    freed = dials(there.see(f.LegEnded, "c0.0"))
    assert [dial.target.number for dial in freed] == [AMINA]


def test_a_phone_goes_before_a_mobile_where_all_are_rung() -> None:
    there = office("kc2", strategy="all")
    asks(there)
    there.feed(d.MemberPaused(at=there.now, member="amina", by="", reason="Lunch"))
    there.feed(d.MemberPaused(at=there.now, member="bengt", by="", reason="Lunch"))
    for call in ("b0", "b1"):
        there.hangs_up(f"{call}.0")
    there.switchboard.house.duty.end_pause("amina")  # both are back in one moment

    (dial,) = dials(there.feed(d.MemberResumed(at=there.now, member="bengt", by="")))
    assert dial.target.phone == "kc2"


def test_a_mobile_hands_nothing_on() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    there.answers(dial.leg)
    (_, out) = there.see(m.KeyPressed, dial.leg, key="1")
    there.note_dialog(out.leg)
    there.answers(out.leg)

    (action,) = there.see(TransferRequested, dial.leg, number=MAIN)
    assert getattr(action, "status", 0) >= 400


def test_a_next_life_knows_who_was_asked() -> None:
    there = office()
    asks(there)
    dial = rung(there)
    there.answers(dial.leg)
    again = there.reborn()
    again.switchboard.interrupt(again.now)

    assert again.switchboard.house.queues.position(ASKED) == 1
    passed = [fact for fact in again.journal.facts if isinstance(fact, b.CallbackTurnPassed)]
    assert len(passed) == 1
