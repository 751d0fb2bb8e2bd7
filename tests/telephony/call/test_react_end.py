"""How a call ends: nobody takes it, an announcement ends it, one side leaves or is lost."""

from dataclasses import replace

import pytest

from routing.decision import Branch, Decision
from telephony.call import facts as f
from telephony.call.actions import Announce, EndLeg
from telephony.call.call import Phase
from telephony.call.facts import EndedBy, Outcome
from telephony.call.react import give_up
from tests.support.calls import NOON, announce, phone, reject, ring
from tests.support.desk import Desk, assert_dials, assert_each_once, assert_ends, assert_outcome

ANNA, BO, CECILIA = phone("anna"), phone("bo"), phone("cecilia")


# ---- a fault of ours


def test_a_call_that_is_given_up_is_not_kept_by_a_leg_that_nothing_is_known_of() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    call = replace(desk.call(), legs={leg.id: replace(leg, dialog=None) for leg in desk.call().legs.values()})

    reaction = give_up(call, NOON, "internal fault")

    ended, *others = reaction.facts
    assert isinstance(ended, f.CallEnded)
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "internal fault")
    assert [fact.leg for fact in others if isinstance(fact, f.LegEnded)] == list(call.legs)
    assert {action.leg for action in reaction.actions} == set(call.legs)


# ---- why nobody took it


@pytest.mark.parametrize(
    ("statuses", "branch"),
    [
        ((486, 486), Branch.BUSY),
        ((600, 408), Branch.BUSY),
        ((486, 603), Branch.BUSY),
        ((603, 480), Branch.NO_ANSWER),  # declined
        ((488, 404), Branch.NO_ANSWER),
        ((404, 410), Branch.NOBODY_THERE),
        ((408, 480), Branch.NOBODY_THERE),
        ((408, 503), Branch.NOBODY_THERE),  # what a phone that cannot be reached is said to have answered
        ((500, 503), Branch.ERROR),
        ((404, 504), Branch.ERROR),
    ],
)
def test_refusals_lead_to_the_question_that_they_mean(statuses: tuple[int, int], branch: Branch) -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))

    desk.see(f.MemberRefused, "anna", status=statuses[0])
    assert desk.asked == [Branch.ARRIVED]
    desk.see(f.MemberRefused, "bo", status=statuses[1])

    assert desk.call().question is branch


@pytest.mark.parametrize(("rang", "branch"), [(True, Branch.NO_ANSWER), (False, Branch.NO_ANSWER)])
def test_an_answer_that_cannot_be_used_is_nobodys_answer(rang: bool, branch: Branch) -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    if rang:
        desk.see(f.MemberAlerted, "anna")

    desk.see(f.MemberAnswerUnusable, "anna", status=488)
    assert desk.call().question is branch
    assert any(leg.target == ANNA for leg in desk.call().open_legs())  # its BYE has no answer yet

    desk.see(f.MemberAnswerUnusable, "anna", status=488)
    desk.see(f.LegEnded, "anna")
    desk.see(f.MemberAnswerUnusable, "anna", status=488)
    assert not any(leg.target == ANNA for leg in desk.call().open_legs())


def test_a_phone_that_rang_makes_it_no_answer_whoever_else_is_busy() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.see(f.MemberRefused, "bo", status=486)
    desk.see(f.MemberAlerted, "anna")

    desk.wait(20)

    assert desk.call().question is Branch.NO_ANSWER


def test_a_phone_that_rang_and_says_busy_is_busy() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    desk.see(f.MemberAlerted, "anna")
    desk.see(f.MemberRefused, "anna", status=486)

    assert desk.call().question is Branch.BUSY


def test_a_member_who_became_busy_before_their_turn_makes_it_busy() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), call="c0")
    desk.arrives(ring(BO, ANNA, linear=True))

    desk.see(f.MemberRefused, "bo", status=480)

    assert desk.call().question is Branch.BUSY


def test_one_who_is_busy_counts_more_than_one_whose_phone_is_off() -> None:
    desk = Desk("anna")
    desk.arrives(ring(ANNA), call="c0")
    desk.arrives(ring(ANNA, BO))

    assert desk.call().question is Branch.BUSY


def test_nobody_registered_is_nobody_there() -> None:
    desk = Desk("cecilia")
    desk.arrives(ring(ANNA, BO))

    assert desk.call().question is Branch.NOBODY_THERE
    assert desk.taken() == []


def test_a_decision_that_names_nobody_is_nobody_there() -> None:
    desk = Desk()
    desk.arrives(ring())

    assert desk.call().question is Branch.NOBODY_THERE


def test_why_the_first_group_failed_does_not_colour_the_next() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), call="c0")
    desk.arrives(ring(ANNA), ring(BO))
    assert desk.asked[-1] is Branch.BUSY

    desk.see(f.MemberRefused, "bo", status=404)

    assert desk.call().question is Branch.NOBODY_THERE


def test_the_chain_of_overflows_goes_on_until_routing_ends_it() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), ring(BO, seconds=15.0), ring(CECILIA, seconds=5.0), reject(480, "no_answer"))

    desk.wait(40)

    assert desk.asked == [Branch.ARRIVED, *[Branch.NO_ANSWER] * 3]
    assert_each_once(desk.actions)
    assert_dials(desk.actions, "anna", "bo", "cecilia")
    assert desk.actions[-1] == EndLeg("c1.0", status=480)
    assert_outcome(desk, Outcome.NO_ANSWER, EndedBy.SERVICE)


@pytest.mark.parametrize(("decision", "status"), [(reject(404), 404), (reject(486, "busy"), 486)])
def test_a_refusal_is_given_to_the_caller_with_its_status(decision: Decision, status: int) -> None:
    desk = Desk()

    desk.arrives(decision)

    assert desk.actions == [EndLeg("c1.0", status=status)]
    assert_outcome(desk, Outcome(decision.outcome), EndedBy.SERVICE)


# ---- announcements


def test_an_announcement_is_played_after_our_own_answer() -> None:
    desk = Desk()
    desk.arrives(announce("closed"))
    assert desk.taken() == [Announce("c1.0", "closed", early=False)]
    assert desk.call().service_answered

    desk.see(f.AnnouncementEnded)

    assert_ends(desk.actions, "c1.0")
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE)


def test_an_early_announcement_ends_with_its_status() -> None:
    desk = Desk()
    desk.arrives(announce("closed", early=True))
    assert desk.taken() == [Announce("c1.0", "closed", early=True)]
    assert not desk.call().service_answered

    desk.see(f.AnnouncementEnded)

    assert desk.actions == [EndLeg("c1.0", status=480)]
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE)


@pytest.mark.parametrize("early", [False, True])
def test_a_caller_to_whom_it_cannot_be_played_gets_a_final_answer_all_the_same(early: bool) -> None:
    desk = Desk()
    desk.arrives(announce(early=early))
    desk.taken()

    desk.see(f.AnnouncementEnded, played=False)

    reason = "announcement could not be played"
    assert desk.actions == [EndLeg("c1.0", status=480, reason=reason)]
    assert_outcome(desk, Outcome.CLOSED, EndedBy.SERVICE, reason=reason)


# ---- the caller leaves


def test_a_caller_who_leaves_while_it_rings_takes_every_offer_along() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.see(f.MemberAlerted, "anna")
    desk.taken()

    desk.see(f.LegHungUp)

    assert desk.actions == [
        EndLeg("c1.1", reason="caller left"),
        EndLeg("c1.2", reason="caller left"),
        EndLeg("c1.0", status=487),
    ]
    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


def test_a_caller_who_leaves_in_the_second_stage_does_not_end_the_first_again() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO, linear=True))
    desk.wait(20)
    assert_ends(desk.actions, "c1.1")

    desk.see(f.LegHungUp)

    assert_ends(desk.actions, "c1.0", "c1.1", "c1.2")
    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


def test_a_caller_who_leaves_while_routing_is_asked_is_abandoned() -> None:
    desk = Desk()
    desk.arrives()
    assert desk.call().question is Branch.ARRIVED

    desk.see(f.LegHungUp)

    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


def test_a_caller_who_leaves_during_an_announcement_met_a_closed_number() -> None:
    desk = Desk()
    desk.arrives(announce(early=True))
    desk.taken()

    desk.see(f.LegHungUp)

    assert desk.actions == [EndLeg("c1.0", status=487)]
    assert_outcome(desk, Outcome.CLOSED, EndedBy.CALLER)


def test_a_caller_whose_leg_has_closed_by_itself_is_not_ended() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))

    desk.see(f.LegEnded)

    assert_ends(desk.actions, "c1.1")
    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


# ---- talking


def talking(talk_limit: float = 0.0) -> Desk:
    desk = Desk(talk_limit=talk_limit)
    desk.arrives(ring(ANNA))
    desk.see(f.MemberAnswered, "anna")
    desk.taken()
    return desk


@pytest.mark.parametrize(("who", "by"), [("caller", EndedBy.CALLER), ("anna", EndedBy.MEMBER)])
@pytest.mark.parametrize("kind", [f.LegHungUp, f.LegEnded])
def test_either_side_ends_the_call(who: str, by: EndedBy, kind: type[f.LegFact]) -> None:
    desk = talking()

    desk.see(kind, who)

    assert_outcome(desk, Outcome.ANSWERED, by)


def test_a_leg_that_fails_after_its_answer_ends_the_call() -> None:
    desk = talking()

    desk.see(f.MemberRefused, "anna", status=488)

    assert_ends(desk.actions, "c1.0")
    assert_outcome(desk, Outcome.ANSWERED, EndedBy.MEMBER)


@pytest.mark.parametrize("who", ["caller", "anna"])
def test_a_lost_leg_ends_the_call_as_lost(who: str) -> None:
    desk = talking()

    desk.see(f.LegLost, who, why="no_sound")

    assert_ends(desk.actions, "c1.0", "c1.1")
    assert_outcome(desk, Outcome.LOST, EndedBy.SERVICE, reason="no_sound")


def test_hold_does_not_end_a_call() -> None:
    desk = talking()

    desk.see(f.LegHeld, "anna", held=True)

    assert desk.call().phase is Phase.TALKING
    assert desk.actions == []


def test_the_talk_limit_ends_the_call() -> None:
    desk = talking(talk_limit=60.0)
    desk.wait(59.9)
    assert desk.actions == []

    desk.wait(0.1)

    assert_ends(desk.actions, "c1.0", "c1.1")
    assert_outcome(desk, Outcome.ANSWERED, EndedBy.SERVICE, reason="talk time limit")


def test_a_leg_that_was_withdrawn_is_lost_without_ending_the_call() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.see(f.MemberAnswered, "anna")
    desk.taken()

    desk.see(f.LegLost, "bo", why="transport")

    assert desk.actions == []
    assert desk.call().phase is Phase.TALKING
