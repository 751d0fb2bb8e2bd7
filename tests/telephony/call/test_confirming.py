"""A member who is reached outside has answered when they press 1: a voicemail does not win the call."""

from typing import Any

import pytest

from routing.decision import CONFIRM_PROMPT, Origin, Target
from routing.outside import FIRST_RESPONSE_SECONDS
from routing.places import Place
from telephony.call import confirm_facts as c
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import transfer_facts as t
from telephony.call.actions import (
    Action,
    AlertCaller,
    AnswerTransfer,
    AskForKey,
    Connect,
    Dial,
    EndLeg,
    PassEarlySound,
    PlayRinging,
    TakeOver,
)
from telephony.call.call import LegState
from telephony.call.confirming import SECONDS, TIMES
from telephony.call.duty_facts import MemberPaused
from telephony.call.facts import EndedBy, Outcome
from telephony.call.react import interrupt
from telephony.call.record import records
from tests.support.calls import menu, phone, reject, ring
from tests.support.desk import Desk, assert_dials, assert_ends, assert_outcome, assert_rings, replay
from tests.support.plans import BYGGLOV, MAIN, PEOPLE, TRUNKS, tables_of
from tests.support.small_town import Town


def mobile(member: str, gateway: int = 1) -> Target:
    """A way to somebody outside."""
    return Target(member, trunk="net", number="+46701740699", gateway=Place("192.0.2.40", 5060 + gateway))


ANNA, BO, CECILIA = mobile("anna"), phone("bo"), phone("cecilia")
ASK = AskForKey("c1.1", CONFIRM_PROMPT)


def answered(*others: Target, linear: bool = False, **fields: Any) -> Desk:
    """Anna's mobile is answered by somebody; these others ring too, or come after her."""
    desk = Desk()
    desk.arrives(ring(ANNA, *others, linear=linear, **fields), reject(480))
    desk.see(f.MemberAlerted, "anna")
    desk.taken()
    desk.see(f.MemberAnswered, "anna")
    return desk


def press(desk: Desk, keys: str, who: str = "anna") -> None:
    for key in keys:
        desk.see(m.KeyPressed, who, key=key)


def why_withdrawn(desk: Desk) -> list[tuple[str, str]]:
    return [(fact.leg, fact.why) for fact in desk.facts if isinstance(fact, f.OfferWithdrawn)]


def test_who_answers_outside_is_asked_and_nobody_is_connected() -> None:
    desk = answered(BO)

    assert desk.taken() == [ASK]
    assert_rings(desk, "anna", "bo")
    assert desk.call().legs["c1.1"].state is LegState.ASKED
    assert not desk.facts_of(f.CallConnected)
    (asked,) = desk.facts_of(c.ConfirmationAsked)
    assert isinstance(asked, c.ConfirmationAsked)
    assert (asked.prompt, asked.attempt) == ("confirm_outside", 1)


def test_the_key_makes_it_an_answer_which_counts_from_then_on() -> None:
    desk = answered(BO)
    desk.wait(3.0)
    desk.taken()

    press(desk, "1")

    actions = desk.taken()
    assert actions[0] == Connect("c1.0", "c1.1")
    assert_ends(actions, "c1.2")
    assert why_withdrawn(desk) == [("c1.2", "answered_elsewhere")]
    record = desk.record()
    assert (record.answered_by, record.waiting_seconds) == ("anna", 3.0)
    assert "anna answered outside, and was asked to confirm it" in record.reasons


def test_a_colleagues_phone_takes_the_call_while_a_voicemail_talks() -> None:
    desk = answered(BO)
    desk.taken()

    desk.see(f.MemberAnswered, "bo")

    actions = desk.taken()
    assert actions[0] == Connect("c1.0", "c1.2")
    assert_ends(actions, "c1.1")
    assert desk.record().answered_by == "bo"


def test_a_voicemail_is_asked_twice_and_let_go() -> None:
    desk = answered(BO)
    desk.wait(SECONDS)
    assert desk.taken() == [ASK, ASK]

    desk.wait(SECONDS * (TIMES - 1))

    assert_ends(desk.taken(), "c1.1")
    assert why_withdrawn(desk) == [("c1.1", "unconfirmed")]
    assert_rings(desk, "bo")
    press(desk, "1")  # too late
    assert_rings(desk, "bo")


@pytest.mark.parametrize("keys", ["2", "0"])
def test_after_another_key_it_is_asked_again(keys: str) -> None:
    desk = answered()
    desk.taken()

    press(desk, keys)

    assert desk.taken() == [ASK]
    press(desk, "1")
    assert desk.record().answered_by == "anna"


def test_after_the_last_time_a_wrong_key_leaves_what_is_left_of_the_time() -> None:
    desk = answered()
    press(desk, "23")
    assert desk.taken() == [ASK, ASK]
    desk.wait(SECONDS - 1.0)

    press(desk, "1")

    assert desk.record().answered_by == "anna"


def test_a_hurried_key_counts_before_the_prompt_is_over() -> None:
    desk = answered()
    desk.see(f.AnnouncementEnded, "anna")  # of no matter
    press(desk, "1")

    assert Connect("c1.0", "c1.1") in desk.taken()


def test_who_hangs_up_has_not_taken_it() -> None:
    desk = answered(BO)
    desk.taken()
    leg = desk.leg("anna")

    desk.feed(f.LegHungUp(at=desk.now, call="c1", leg=leg), f.LegEnded(at=desk.now, call="c1", leg=leg))

    assert why_withdrawn(desk) == [("c1.1", "unconfirmed")]
    assert_rings(desk, "bo")


def test_who_is_gone_before_anything_is_done_has_no_leg_to_end() -> None:
    desk = answered(BO)
    call = desk.call()
    ended = f.LegEnded(at=desk.now, call="c1", leg="c1.1")
    desk.taken()

    desk.feed(ended)

    assert why_withdrawn(desk) == [("c1.1", "unconfirmed")]
    assert desk.taken() == [] and call.legs["c1.1"].is_open


def test_alone_with_a_voicemail_it_is_no_answer() -> None:
    desk = answered()
    desk.wait(SECONDS * TIMES)

    assert desk.asked[-1] == "no_answer"


def test_a_voicemail_that_answers_without_a_ring_is_no_answer_either() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA), reject(480))
    desk.see(f.MemberAnswered, "anna")

    desk.wait(SECONDS * TIMES)

    assert desk.asked[-1] == "no_answer"


def test_a_hunt_goes_on_to_the_next_after_a_voicemail() -> None:
    desk = answered(BO, linear=True)
    desk.wait(SECONDS * TIMES)

    assert_dials(desk.taken(), "bo")


def test_the_ring_time_does_not_cut_off_who_is_asked() -> None:
    desk = answered(BO, seconds=2.0)
    desk.taken()
    desk.wait(3.0)
    assert_ends(desk.taken(), "c1.2")

    press(desk, "1")

    assert Connect("c1.0", "c1.1") in desk.taken()


def test_the_caller_hears_that_it_rings_and_no_early_sound_of_a_mobile() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))
    desk.see(f.MemberGaveEarlySound, "anna")
    desk.see(f.MemberAlerted, "anna")

    actions = desk.taken()
    assert AlertCaller("c1.0") in actions
    assert not any(isinstance(action, PassEarlySound) for action in actions)


def test_who_has_been_answered_by_a_menu_hears_the_tone_while_somebody_is_asked() -> None:
    desk = Desk()
    desk.arrives(menu(), ring(ANNA))
    desk.see(m.KeyPressed, key="1")
    desk.see(f.MemberAnswered, "anna")

    actions = desk.taken()
    assert actions.index(PlayRinging("c1.0")) < actions.index(ASK)
    assert not any(isinstance(action, Connect) for action in actions)


def test_the_caller_leaves_while_somebody_is_asked() -> None:
    desk = answered()

    desk.see(f.LegHungUp)

    assert_ends(desk.actions, "c1.0", "c1.1")
    assert why_withdrawn(desk) == [("c1.1", "caller_left")]
    assert_outcome(desk, Outcome.ABANDONED, EndedBy.CALLER)


def test_a_step_of_the_clock_moves_the_time_to_answer() -> None:
    desk = answered()
    desk.step_clock(3600.0)
    desk.taken()

    desk.wait(SECONDS - 0.1)
    assert desk.taken() == []
    desk.wait(0.2)
    assert desk.taken() == [ASK]


def test_a_restart_ends_who_is_asked() -> None:
    desk = answered()
    calls, _ = replay(desk.facts)

    reaction = interrupt(calls["c1"], desk.now)

    assert calls["c1"] == desk.call()
    assert {action.leg for action in reaction.actions if isinstance(action, EndLeg)} == {"c1.0", "c1.1"}


# ---- one call at a time, by one way at a time


def test_a_person_outside_is_taken_while_it_rings_there_and_so_is_a_channel() -> None:
    desk = answered()

    assert not desk.house.is_free("anna")
    assert desk.house.channels("net") == 1
    desk.feed(f.LegEnded(at=desk.now, call="c1", leg="c1.1"))
    assert desk.house.is_free("anna")
    assert desk.house.channels("net") == 0


def test_nobody_is_offered_two_calls_one_of_them_outside() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna")))
    desk.taken()

    desk.arrives(ring(ANNA, mobile("anna", 2), BO), call="c2")

    assert_dials(desk.taken(), "bo")
    (skipped,) = desk.facts_of(f.MemberSkipped)
    assert isinstance(skipped, f.MemberSkipped) and skipped.why == "busy"
    assert desk.call("c2").pending == ()  # nor by the other way


def test_the_phone_and_the_mobile_of_one_person_ring_together_and_the_first_answer_wins() -> None:
    desk = Desk()
    desk.arrives(ring(phone("anna"), ANNA, linear=True))
    assert_dials(desk.taken(), "anna", "anna")

    desk.feed(f.MemberAnswered(at=desk.now, call="c1", leg="c1.1"))

    assert_ends(desk.taken(), "c1.2")


def ways(desk: Desk) -> list[int]:
    """The ports of the gateways that were dialled, 0 for a phone."""
    dialled = [action for action in desk.taken() if isinstance(action, Dial)]
    return [action.target.gateway.port - 5060 if action.target.gateway else 0 for action in dialled]


def two_ways(*others: Target, linear: bool = False) -> Desk:
    """Anna can be reached by two gateways."""
    desk = Desk()
    desk.arrives(ring(ANNA, mobile("anna", 2), *others, linear=linear), reject(480))
    return desk


def test_the_ways_to_somebody_are_tried_one_after_the_other_at_once() -> None:
    desk = two_ways(BO)
    assert ways(desk) == [1, 0]

    desk.see(f.MemberRefused, "anna", status=503)

    assert ways(desk) == [2]
    assert_rings(desk, "bo", "anna")


def test_a_silent_gateway_is_left_after_some_seconds() -> None:
    desk = two_ways()
    desk.taken()

    desk.wait(FIRST_RESPONSE_SECONDS)

    assert ways(desk) == [2]


@pytest.mark.parametrize("linear", [False, True])
def test_what_the_network_answers_is_the_answer(linear: bool) -> None:
    desk = two_ways(BO, linear=linear)
    first = ways(desk)

    desk.see(f.MemberRefused, "anna", status=486)

    desk.wait(30.0)
    assert first + ways(desk) == [1, 0]
    assert desk.asked[-1] == "no_answer"


def test_who_did_not_confirm_by_one_way_is_not_called_by_the_other() -> None:
    desk = two_ways()
    desk.taken()
    desk.see(f.MemberAnswered, "anna")

    desk.see(f.LegLost, "anna", why="no_dialog")

    assert ways(desk) == []
    assert desk.asked[-1] == "no_answer"


def test_after_the_ring_time_no_other_way_is_tried() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, mobile("anna", 2), BO, seconds=1.0), reject(480))
    desk.taken()
    desk.wait(1.5)

    desk.see(f.MemberRefused, "anna", status=503)

    assert ways(desk) == []


def test_the_gateway_gets_the_number_and_who_called_which_number_of_ours() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA))

    (dial,) = desk.taken()
    assert isinstance(dial, Dial)
    assert (dial.called, dial.display, dial.diverted) == ("+46701740699", "", "+46853061100")


def test_a_late_answer_of_a_withdrawn_offer_is_not_asked() -> None:
    desk = Desk()
    desk.arrives(ring(ANNA, BO))
    desk.see(f.MemberAnswered, "bo")
    desk.taken()

    desk.see(f.MemberAnswered, "anna")

    assert desk.taken() == []


# ---- by the plan of a town, whose Elif has a mobile alone

TABLES = tables_of(
    trunks=TRUNKS
    + '[trunks.net]\npeers = ["192.0.2.40"]\ngateways = ["192.0.2.40", "192.0.2.41"]\noutside = true\n',
    people=PEOPLE.replace('["bygg2"]', '[], mobile = "+46701740699"'),
)


def town(*phones: str) -> Town:
    return Town(*phones, tables=TABLES)


def rung(town: Town, dialled: str = BYGGLOV) -> list[Action]:
    """A citizen calls; whoever is rung has a dialog."""
    actions = town.arrives(dialled)
    for action in actions:
        if isinstance(action, Dial):
            town.note_dialog(action.leg)
    return actions


def test_by_the_plan_it_goes_by_the_trunk_for_outside_by_one_gateway() -> None:
    there = town()

    (dial,) = [action for action in rung(there) if isinstance(action, Dial)]

    assert (dial.target.member, dial.target.trunk) == ("elif", "net")
    assert ASK in there.see(f.MemberAnswered, "c1.1")
    assert Connect("c1.0", "c1.1") in there.see(m.KeyPressed, "c1.1", key="1")


@pytest.mark.parametrize("asked", [False, True])
def test_a_colleague_picks_up_what_rings_at_a_mobile(asked: bool) -> None:
    there = town("bygg1")
    there.arrives(BYGGLOV)
    there.note_dialog("c1.1")
    there.see(f.MemberRefused, "c1.1", status=486)
    there.note_dialog("c1.2")
    if asked:
        there.see(f.MemberAnswered, "c1.2")

    there.arrives("*8", "c2", origin=Origin.PHONE, origin_name="bygg1", member="david", caller=None)
    actions = there.see(f.MemberAnswered, "c1.3")

    assert Connect("c1.0", "c1.3") in actions
    assert_ends(actions, "c1.2")


def transferred(*, refused: int = 0) -> Town:
    """Amina, who talks with a caller, hands on to Bygglov, where Elif alone can be reached."""
    there = town("kc1")
    rung(there, MAIN)
    there.see(f.MemberAnswered, "c1.1")
    there.see(t.TransferRequested, "c1.1", number=BYGGLOV)
    there.note_dialog("c1.2")
    if refused:
        there.see(f.MemberRefused, "c1.2", status=refused)
        there.note_dialog("c1.3")
    return there


def test_a_transfer_to_somebody_outside_is_confirmed_too() -> None:
    there = transferred()

    assert there.see(f.MemberAnswered, "c1.2") == [AskForKey("c1.2", CONFIRM_PROMPT)]
    assert Connect("c1.0", "c1.2") in there.see(m.KeyPressed, "c1.2", key="1")


def test_a_transfer_to_a_voicemail_comes_back() -> None:
    there = transferred()
    there.see(f.MemberAnswered, "c1.2")

    actions = there.wait(SECONDS * TIMES)

    assert Connect("c1.0", "c1.1") in actions
    assert_ends(actions, "c1.2")


def test_a_transfer_takes_the_next_gateway_and_who_waits_is_who_is_told_of() -> None:
    there = transferred(refused=503)

    offered = [fact for fact in there.journal.facts if isinstance(fact, f.MemberOffered)]
    assert [fact.target.member for fact in offered] == ["amina", "elif", "elif"]
    assert offered[1].target.gateway != offered[2].target.gateway
    there.see(f.MemberAnswered, "c1.3")
    assert Connect("c1.0", "c1.3") in there.see(m.KeyPressed, "c1.3", key="1")


def test_who_answered_outside_and_was_transferred_to_is_named_and_not_by_number() -> None:
    there = town("kc1", "bygg1")
    rung(there, MAIN)
    there.see(f.MemberAnswered, "c1.1")
    there.see(t.TransferRequested, "c1.1", number=BYGGLOV)
    there.note_dialog("c1.2")
    there.see(f.MemberRefused, "c1.2", status=486)
    there.note_dialog("c1.3")
    there.see(f.MemberAnswered, "c1.3")
    there.see(m.KeyPressed, "c1.3", key="1")
    there.see(f.LegHungUp, "c1.3")

    assert there.switchboard.calls == {} or not there.switchboard.calls["c1"].is_live
    assert records(there.journal.facts)["c1"].talks[-1].member == "elif"


@pytest.mark.parametrize("asked", [False, True])
def test_handed_over_while_it_rings_outside_it_rings_on_but_not_while_somebody_is_asked(asked: bool) -> None:
    there = town("kc1")
    rung(there, MAIN)
    there.see(f.MemberAnswered, "c1.1")
    there.arrives(BYGGLOV, "c2", origin=Origin.PHONE, origin_name="kc1", member="amina", caller=None)
    there.note_dialog("c2.1")
    there.see(f.MemberAlerted, "c2.1")
    if asked:
        there.see(f.MemberAnswered, "c2.1")

    actions = there.see(t.TransferRequested, "c1.1", number="", consulted="c2.0")

    if asked:
        assert actions == [AnswerTransfer("c1.1", 481)]
        return
    assert TakeOver("c1.2", "c2.1") in actions
    assert there.see(f.MemberAnswered, "c1.2") == [AskForKey("c1.2", CONFIRM_PROMPT)]
    assert Connect("c1.0", "c1.2") in there.see(m.KeyPressed, "c1.2", key="1")
    assert there.switchboard.house.channels("net") == 1
    assert not there.switchboard.house.is_free("elif")


def test_who_has_a_break_is_not_called_outside_either() -> None:
    desk = Desk()
    desk.arrives(ring(BO, ANNA, linear=True), reject(480))
    desk.feed(MemberPaused(at=desk.now, member="anna", reason="Lunch", by="anna"))

    desk.see(f.MemberRefused, "bo", status=486)

    (skipped,) = desk.facts_of(f.MemberSkipped)
    assert isinstance(skipped, f.MemberSkipped) and (skipped.target, skipped.why) == (ANNA, "off_duty")
