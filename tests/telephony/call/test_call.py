from dataclasses import replace

from routing.decision import Branch, Origin
from telephony.call.call import Call, Leg, LegState, Phase
from telephony.call.evolve import begin
from tests.support.calls import NOON, after, arrive, emergency, phone, ring
from tests.support.desk import Desk


def leg(state: LegState = LegState.OFFERED, withdrawn: str = "") -> Leg:
    return Leg("c1.1", state, phone("anna"), withdrawn=withdrawn)


def test_a_leg_may_answer_until_it_has_or_is_withdrawn_or_refuses() -> None:
    assert leg(LegState.OFFERED).may_answer
    assert leg(LegState.ALERTED).may_answer
    assert not leg(LegState.ALERTED, withdrawn="ring_time").may_answer
    assert not leg(LegState.ANSWERED).may_answer
    assert not leg(LegState.REFUSED).may_answer


def test_a_leg_is_open_until_it_refused_or_ended() -> None:
    assert leg(LegState.OFFERED, withdrawn="ring_time").is_open
    assert leg(LegState.ANSWERED).is_open
    assert not leg(LegState.REFUSED).is_open
    assert not leg(LegState.ENDED).is_open


def call_with(*legs: Leg) -> Call:
    call = begin(arrive())
    made = call.legs_made + len(legs)
    return replace(call, legs={**call.legs, **{leg.id: leg for leg in legs}}, legs_made=made)


def test_a_call_knows_its_legs() -> None:
    anna = Leg("c1.1", LegState.REFUSED, phone("anna"))
    bo = Leg("c1.2", LegState.ALERTED, phone("bo"))
    call = call_with(anna, bo)

    assert call.id == "c1"
    assert call.caller.id == "c1.0"
    assert list(call.members()) == [anna, bo]
    assert list(call.open_legs()) == [call.caller, bo]
    assert call.ringing() == [bo]
    assert call.next_leg_id() == "c1.3"
    assert call.next_leg_id(2) == "c1.5"


def test_a_call_asks_routing_when_it_has_arrived() -> None:
    call = begin(arrive())

    assert call.phase is Phase.ARRIVED
    assert call.question is Branch.ARRIVED
    assert call.is_live


def test_a_call_from_one_of_our_phones_is_internal() -> None:
    assert begin(arrive(origin=Origin.PHONE, origin_name="anna")).is_internal
    assert not begin(arrive()).is_internal


def test_a_call_to_112_is_one_once_it_was_decided() -> None:
    desk = Desk()
    desk.arrives(emergency("sos"), dialled="112")
    desk.arrives(ring(phone("anna")), call="c2")

    assert desk.call().is_emergency
    assert not desk.call("c2").is_emergency
    assert not begin(arrive(dialled="112")).is_emergency


def test_a_call_whose_outcome_is_settled_is_not_live() -> None:
    assert not replace(begin(arrive()), phase=Phase.ENDING).is_live
    assert not replace(begin(arrive()), phase=Phase.ENDED).is_live


# ---- deadlines


def test_nothing_is_due_while_routing_is_asked() -> None:
    assert begin(arrive()).deadline is None


def test_the_ring_time_is_due_while_it_rings() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna"), seconds=20.0))

    assert desk.call().deadline == after(20)


def test_ringing_without_a_limit_has_no_deadline() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna"), seconds=0.0))

    assert desk.call().deadline is None


def test_the_first_response_is_due_before_the_ring_time() -> None:
    desk = Desk()
    desk.arrives(emergency("telia"))

    assert desk.call().deadline == after(4)


def test_a_deadline_that_has_passed_is_none() -> None:
    ringing = replace(begin(arrive()), phase=Phase.RINGING, ring_until=NOON)
    talking = replace(begin(arrive()), phase=Phase.TALKING, talk_until=NOON)

    assert (ringing.deadline, talking.deadline) == (NOON, NOON)
    assert replace(ringing, ring_expired=True).deadline is None
    assert replace(talking, talk_expired=True).deadline is None
