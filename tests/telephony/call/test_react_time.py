"""What time and the life of the service do to a call: deadlines, a stop, a crash."""

import pytest

from routing.decision import Branch, Decision
from telephony.call import facts as f
from telephony.call.actions import EndLeg
from telephony.call.evolve import evolve
from telephony.call.facts import EndedBy, Outcome
from telephony.call.react import end, expire, interrupt, react
from tests.support.calls import after, announce, phone, ring
from tests.support.desk import Desk, assert_ends, assert_rings

ANNA, BO, CECILIA = phone("anna"), phone("bo"), phone("cecilia")


def talking(talk_limit: float = 0.0) -> Desk:
    desk = Desk(talk_limit=talk_limit)
    desk.arrives(ring(ANNA))
    desk.see(f.MemberAnswered, "anna")
    desk.taken()
    return desk


# ---- the clock


def test_a_step_of_the_clock_does_not_cut_the_ring_time() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    desk.wait(5)

    desk.step_clock(3600.0)
    desk.wait(14.9)
    assert_rings(desk, "anna")

    desk.wait(0.1)
    assert desk.call().question is Branch.NO_ANSWER


def test_nothing_is_due_before_its_time_or_in_a_phase_without_deadlines() -> None:
    desk = talking(talk_limit=60.0)
    assert expire(desk.call(), after(59)) == []
    desk.arrives(announce(), call="c2")
    assert expire(desk.call("c2"), after(9999)) == []

    desk = talking()
    assert expire(desk.call(), after(9999)) == []


# ---- the service stops


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [(ring(ANNA), Outcome.FAILED), (announce(), Outcome.CLOSED), (announce(early=True), Outcome.CLOSED)],
)
def test_the_end_of_the_service_ends_a_call(decision: Decision, outcome: Outcome) -> None:
    desk = Desk()
    desk.arrives(decision)

    reaction = end(desk.call(), after(3), "the service stops")

    (ended,) = [fact for fact in reaction.facts if isinstance(fact, f.CallEnded)]
    assert (ended.outcome, ended.ended_by, ended.reason) == (outcome, EndedBy.SERVICE, "the service stops")
    assert_ends(reaction.actions, *desk.call().legs)


def test_people_who_talk_when_the_service_ends_were_answered() -> None:
    reaction = end(talking().call(), after(3), "the service stops")

    assert [fact.outcome for fact in reaction.facts if isinstance(fact, f.CallEnded)] == [Outcome.ANSWERED]
    assert_ends(reaction.actions, "c1.0", "c1.1")


# ---- after a crash


def test_what_an_earlier_life_left_is_interrupted_at_its_last_fact() -> None:
    desk = talking()

    reaction = interrupt(desk.call(), after(600))

    assert reaction.facts == [f.CallInterrupted(at=after(600), call="c1", ended_at=after(0))]
    assert reaction.actions == [
        EndLeg(leg, status=503, reason="service restarted") for leg in ("c1.0", "c1.1")
    ]


def test_a_leg_without_a_dialog_never_reached_the_network_and_one_that_is_lost_cannot_be_reached() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    offered = f.MemberOffered(at=after(0), call="c1", leg="c1.3", target=CECILIA)

    reaction = interrupt(evolve(desk.call(), offered), after(600), lost=["c1.1"])

    assert reaction.facts[1:] == [f.LegEnded(at=after(600), call="c1", leg=leg) for leg in ("c1.1", "c1.3")]
    assert_ends(reaction.actions, "c1.0", "c1.2")


def test_a_call_whose_outcome_was_settled_keeps_it() -> None:
    desk = talking()
    desk.see(f.LegHungUp, "anna")

    reaction = interrupt(desk.call(), after(600))

    assert reaction.facts == []
    assert_ends(reaction.actions, "c1.0", "c1.1")


def test_nothing_follows_once_a_call_is_ending() -> None:
    desk = talking()
    desk.see(f.LegHungUp, "anna")

    assert react(desk.call(), desk.house, after(9)).facts == ()
