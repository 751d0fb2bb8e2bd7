"""A queue whose members are reached outside: they are rung in their turn, and confirm, while callers wait."""

from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.actions import Action, AskForKey, Connect, Dial, EndLeg, KeepWaiting
from telephony.call.confirming import SECONDS, TIMES
from tests.support.plans import NUMBERS, PEOPLE, TRUNKS, tables_of
from tests.support.queue_town import QueueTown

NET = """
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40", "192.0.2.41"]
outside = true
"""
AMINA = "+46701740699"


def office(*phones: str, strategy: str = "linear", channels: str = "", first: str = "amina") -> QueueTown:
    """Amina has a mobile alone, Bengt a phone."""
    members = '"amina", "bengt"' if first == "amina" else '"bengt", "amina"'
    tables = tables_of(
        people=PEOPLE.replace('["kc1"]', f'[], mobile = "{AMINA}"'),
        trunks=TRUNKS + NET + channels,
        numbers=NUMBERS,
        groups=f"""
[groups.kc]
name = "Kontaktcenter"
members = [{members}]
strategy = "{strategy}"
ring_seconds = 15
[groups.kc.queue]
[groups.bygglov]
name = "Bygglov"
members = ["david"]
""",
    )
    return QueueTown(*phones, tables=tables)


def dialled(actions: list[Action]) -> list[str]:
    return [action.target.member for action in actions if isinstance(action, Dial)]


def test_a_member_outside_confirms_and_takes_the_call_of_who_waits_first() -> None:
    there = office()
    actions = there.calls("c1")
    (leg,) = there.rings(actions)
    assert dialled(actions) == ["amina"]
    assert there.heard(there.calls("c2"))  # nobody else is there

    assert there.answers(leg) == [AskForKey(leg, "confirm_outside")]
    actions = there.see(m.KeyPressed, leg, key="1")

    assert Connect("c1.0", leg) in actions
    left = [fact for fact in there.seen if isinstance(fact, q.QueueLeft)]
    assert [(fact.call, fact.why) for fact in left] == [("c1", "answered")]


def test_after_a_voicemail_the_next_is_rung_and_who_did_not_confirm_has_missed_a_call() -> None:
    there = office("kc2")
    (leg,) = there.rings(there.calls("c1"))
    there.answers(leg)

    actions = there.wait(SECONDS * TIMES)

    assert [action.leg for action in actions if isinstance(action, EndLeg)] == [leg]
    assert dialled(actions) == ["bengt"]
    (missed,) = [fact for fact in there.seen if isinstance(fact, d.OfferMissed)]
    assert (missed.member, missed.why) == ("amina", "ring_time")


def test_the_other_gateway_is_tried_in_the_same_turn() -> None:
    there = office()
    (leg,) = there.rings(there.calls("c1"))

    actions = there.see(f.MemberRefused, leg, status=503)

    (dial,) = [action for action in actions if isinstance(action, Dial)]
    assert dial.target.gateway is not None and dial.target.gateway.host == "192.0.2.41"
    assert not any(isinstance(fact, q.TurnPassed) for fact in there.seen)
    again = there.see(f.MemberRefused, dial.leg, status=503)
    assert dialled(again) == []
    assert any(isinstance(fact, q.TurnPassed) for fact in there.seen)


def test_all_are_rung_together_and_the_phone_wins_over_a_voicemail() -> None:
    there = office("kc2", strategy="all")
    mobile, phone = there.rings(there.calls("c1"))
    there.answers(mobile)

    actions = there.answers(phone)

    assert Connect("c1.0", phone) in actions
    assert [action.leg for action in actions if isinstance(action, EndLeg)] == [mobile]


def test_the_ring_time_lets_who_is_asked_finish_and_the_next_does_not_ring_meanwhile() -> None:
    there = office("kc2")
    (leg,) = there.rings(there.calls("c1"))
    there.wait(12.0)
    there.answers(leg)

    assert dialled(there.wait(5.0)) == []
    assert Connect("c1.0", leg) in there.see(m.KeyPressed, leg, key="1")


def test_without_a_channel_callers_wait_and_who_waits_from_their_own_mobile_is_not_rung_there() -> None:
    there = office(channels="channels = 1\n")
    there.arrives("+46853061999", "c0", origin_name="net")
    assert any(isinstance(action, KeepWaiting) for action in there.calls("c1"))
    assert dialled(there.see(f.LegEnded, "c0.0")) == ["amina"]  # now there is one

    free = office()
    actions = free.arrives("+46853061000", "c1", caller=AMINA)
    assert dialled(actions) == []
    assert dialled(free.calls("c2")) == ["amina"]


def test_a_silent_gateway_is_left_for_the_other_in_the_same_turn() -> None:
    there = office()
    there.note_dialog(next(action.leg for action in there.calls("c1") if isinstance(action, Dial)))

    actions = there.wait(4.0)

    assert dialled(actions) == ["amina"]
    withdrawn = [fact.why for fact in there.seen if isinstance(fact, f.OfferWithdrawn)]
    assert withdrawn == ["no_response"]
