"""A call that waits: its turn, what the caller hears meanwhile, and the ways out."""

import pytest

from routing.decision import Origin
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.actions import (
    Action,
    AlertCaller,
    Announce,
    AskForKey,
    Connect,
    Dial,
    EndLeg,
    KeepWaiting,
    PlayRinging,
    TellPaused,
)
from telephony.call.call import Phase
from telephony.call.evolve import evolve
from telephony.call.facts import Outcome
from telephony.call.react import react
from tests.support.calls import contact, phone, registered
from tests.support.plans import BYGGLOV
from tests.support.queue_town import URGENT, QueueTown, queue_tables

WELCOME = "queue_welcome+queue_position+number_1"
ALL = ("kc1", "kc2", "bygg1")


def town(*phones: str, kc: str = "", bygglov: str = "", strategy: str = "linear") -> QueueTown:
    """The town with these phones there."""
    return QueueTown(*phones, tables=queue_tables(kc, bygglov, strategy=strategy))


def last(town: QueueTown, kind: type[f.Fact]) -> f.Fact:
    """The last fact of this kind."""
    return next(fact for fact in reversed(town.seen) if type(fact) is kind)


def outcome(town: QueueTown, call: str) -> Outcome:
    """What became of the call."""
    return next(fact.outcome for fact in town.seen if isinstance(fact, f.CallEnded) and fact.call == call)


def rung(actions: list[Action]) -> list[str]:
    """The members that are rung by these."""
    return [action.target.member for action in actions if isinstance(action, Dial)]


# ---- its turn


def test_who_comes_to_somebody_free_is_rung_through_without_a_word_of_ours() -> None:
    office = town(*ALL)
    actions = office.calls("c1")

    assert rung(actions) == ["amina"]
    assert office.heard(actions) == []
    (leg,) = [action.leg for action in actions if isinstance(action, Dial)]
    assert [type(action) for action in office.see(f.MemberAlerted, leg)] == [AlertCaller]
    assert office.see(f.MemberAlerted, leg) == []  # once
    assert office.answers(leg) == [Connect("c1.0", leg)]
    assert not any(isinstance(fact, f.ServiceAnswered) for fact in office.seen)
    left = last(office, q.QueueLeft)
    assert isinstance(left, q.QueueLeft)
    assert (left.queue, left.why, left.branch) == ("kc", "answered", None)


def test_who_comes_to_nobody_free_hears_so_and_then_music() -> None:
    office = town("kc1")
    office.rings(office.calls("c1"))

    assert office.calls("c2") == [
        KeepWaiting("c2.0", "queue_welcome+queue_position+number_2", "music", keys=False)
    ]
    assert isinstance(last(office, f.LegDialogChanged), f.LegDialogChanged)
    assert any(isinstance(fact, f.ServiceAnswered) and fact.call == "c2" for fact in office.seen)


def test_who_waits_gets_whoever_becomes_free() -> None:
    office = town("kc1")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    office.calls("c2")
    actions = office.hangs_up("c1.0")

    assert rung(actions) == ["amina"]
    (leg,) = office.rings(actions)
    # they hear music and no ringing tone, until a person speaks
    assert office.see(f.MemberAlerted, leg) == []
    assert office.answers(leg) == [Connect("c2.0", leg)]


def test_the_first_who_waits_is_the_first_whose_turn_it_is() -> None:
    office = town("kc1")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    for call in ("c2", "c3", "c4"):
        office.calls(call)
    office.calls("c5", URGENT)
    order = []
    at = "c1"
    for _ in range(4):
        (leg,) = office.rings(office.hangs_up(f"{at}.0"))
        at = leg.partition(".")[0]
        order.append(at)
        office.answers(leg)

    assert order == ["c5", "c2", "c3", "c4"]


def test_nobody_is_offered_two_calls_of_two_queues() -> None:
    office = town("kc1")  # amina is in both groups
    (leg,) = office.rings(office.calls("c1"))
    assert rung(office.calls("c2", BYGGLOV)) == []
    office.answers(leg)
    assert rung(office.hangs_up("c1.0")) == ["amina"]
    assert rung(office.calls("c3")) == []


def test_who_does_not_answer_is_left_alone_and_the_next_is_rung() -> None:
    office = town("kc1", "kc2")
    (first,) = office.rings(office.calls("c1"))
    actions = office.wait(15)

    assert [action for action in actions if isinstance(action, EndLeg)] == [EndLeg(first, reason="ring time")]
    assert rung(actions) == ["bengt"]
    missed = last(office, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed)
    assert (missed.member, missed.why, missed.group, missed.call) == ("amina", "ring_time", "kc", "c1")
    assert not office.switchboard.house.on_duty("amina", "kc")
    office.taken_back(first)
    (second,) = office.rings(actions)
    assert office.answers(second) == [Connect("c1.0", second)]


def test_a_caller_for_whom_it_rang_in_vain_hears_that_they_wait() -> None:
    office = town("kc1")
    (first,) = office.rings(office.calls("c1"))
    actions = office.wait(15)

    assert office.heard(actions) == [WELCOME]
    office.taken_back(first)
    assert rung(office.wait(4.9)) == []
    assert rung(office.wait(0.1)) == ["amina"]  # and who was left alone for a moment is tried again


@pytest.mark.parametrize(
    ("status", "why"), [(486, "declined"), (603, "declined"), (480, "unreachable"), (408, "unreachable")]
)
def test_who_declines_has_missed_it_too(status: int, why: str) -> None:
    office = town("kc1", "kc2")
    (first,) = office.rings(office.calls("c1"))
    actions = office.see(f.MemberRefused, first, status=status)

    assert rung(actions) == ["bengt"]
    missed = last(office, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed)
    assert missed.why == why


def test_who_has_forwarded_their_phone_is_passed_over_and_gets_no_pause() -> None:
    office = town("kc1", kc="missed_limit = 1\nretry_seconds = 5.0")
    (leg,) = office.rings(office.calls("c1"))
    for _ in range(5):
        office.see(f.MemberRedirected, leg, number=URGENT)
        assert rung(office.see(f.MemberRefused, leg, status=302)) == []
        missed = last(office, d.OfferMissed)
        assert isinstance(missed, d.OfferMissed) and missed.why == "forwarded"
        (leg,) = office.rings(office.wait(5))  # not over and over in one moment

    house = office.switchboard.house
    assert house.duty.pause("amina") is None and house.duty.missed("amina") == 0
    office.answers(leg)
    assert office.switchboard.calls["c1"].phase is Phase.TALKING


def test_a_phone_that_dies_while_it_rings_has_missed_it() -> None:
    office = town("kc1", "kc2")
    (first,) = office.rings(office.calls("c1"))

    assert rung(office.see(f.LegLost, first, why="timeout")) == ["bengt"]
    missed = last(office, d.OfferMissed)
    assert isinstance(missed, d.OfferMissed)
    assert missed.why == "unreachable"


def test_who_misses_one_call_after_the_other_has_a_pause() -> None:
    office = town("kc1", kc="missed_limit = 2\nstaffed_only = false")
    office.rings(office.calls("c1"))
    told: list[Action] = []
    for _ in range(2):
        legs = [leg.id for leg in office.switchboard.calls["c1"].ringing()]
        told += [action for action in office.wait(15) if isinstance(action, TellPaused)]
        for leg in legs:
            office.taken_back(leg)
        office.rings(office.wait(5))
    assert told == [TellPaused("c1.2", "kc1")]
    pause = office.switchboard.house.duty.pause("amina")
    assert pause is not None
    assert pause.reason == d.MISSED
    assert rung(office.wait(600)) == []
    office.feed(d.MemberResumed(at=office.now, member="amina", by="amina"))
    assert office.switchboard.calls["c1"].waiting is not None
    assert office.switchboard.calls["c1"].waiting.is_turn


def test_without_a_limit_nobody_is_given_a_pause() -> None:
    office = town("kc1", kc="missed_limit = 0\nretry_seconds = 1.0")
    office.rings(office.calls("c1"))
    for _ in range(10):
        for leg in office.switchboard.calls["c1"].ringing():
            office.wait(15)
            office.taken_back(leg.id)
        office.rings(office.wait(2))

    assert office.switchboard.house.duty.pause("amina") is None
    assert len(office.switchboard.calls["c1"].legs) == 2  # who was rung before is not kept


def test_all_who_are_free_are_rung_together_where_the_group_says_so() -> None:
    office = town("kc1", "kc2", strategy="all")
    legs = office.rings(office.calls("c1"))

    assert len(legs) == 2
    actions = office.answers(legs[1])
    assert Connect("c1.0", legs[1]) in actions
    assert EndLeg(legs[0], reason="answered elsewhere", elsewhere=True) in actions
    # who was not quick enough has missed nothing
    assert not any(isinstance(fact, d.OfferMissed) for fact in office.seen)


def test_two_who_wait_have_two_who_are_free() -> None:
    office = town("kc1", "kc2")
    assert rung(office.calls("c1")) == ["amina"]
    assert rung(office.calls("c2")) == ["bengt"]


def test_after_a_call_there_is_time_to_write_it_down() -> None:
    office = town("kc1", kc="wrap_up_seconds = 30.0")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    office.calls("c2")

    assert rung(office.hangs_up("c1.0")) == []
    assert rung(office.wait(29)) == []
    assert rung(office.wait(1)) == ["amina"]


def test_that_time_begins_when_the_member_has_no_other_call_either() -> None:
    office = town("kc1", kc="wrap_up_seconds = 30.0")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    office.arrives("+46853061900", "c5", origin=Origin.PHONE, origin_name="kc1", member="amina")
    office.calls("c2")
    office.hangs_up("c1.0")
    assert office.switchboard.house.duty.rest("amina") is None
    office.wait(20)

    assert rung(office.see(f.LegHungUp, "c5.0") + office.see(f.LegEnded, "c5.0")) == []
    assert rung(office.wait(29)) == []
    assert rung(office.wait(1)) == ["amina"]


def test_nobody_is_offered_their_own_call_and_others_do_not_wait_for_that() -> None:
    office = town("kc1")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    inside = {"origin": Origin.PHONE, "origin_name": "bygg1", "member": "amina"}
    office.arrives(call="c2", **inside)  # by another phone of hers
    office.calls("c3")
    office.see(f.LegHungUp, "c2.0")
    office.see(f.LegEnded, "c2.0")

    assert office.rings(office.hangs_up("c1.0")) == ["c3.1"]


def test_a_call_that_rings_in_a_queue_can_be_picked_up() -> None:
    office = town("kc1", "kc2")
    (leg,) = office.rings(office.calls("c1"))
    inside = {"origin": Origin.PHONE, "origin_name": "kc2", "member": "bengt"}
    office.arrives("*8", "p1", **inside)
    (picked,) = [one for one in office.switchboard.calls["c1"].ringing() if one.id != leg]
    actions = office.answers(picked.id)

    assert Connect("c1.0", picked.id) in actions
    assert office.switchboard.calls["c1"].phase is Phase.TALKING


def test_who_came_by_a_menu_hears_that_it_rings_and_then_music() -> None:
    keys = f'keys = {{ 2 = {{ number = "{BYGGLOV}" }} }}'
    office = town("kc1", "bygg1", kc=keys)
    office.rings(office.calls("c1"))
    office.calls("c2")
    actions = office.see(m.KeyPressed, "c2.0", key="2")

    assert PlayRinging("c2.0") in actions
    (leg,) = office.rings(actions)
    actions = office.wait(15)
    assert office.heard([action for action in actions if action.leg == "c2.0"]) == [WELCOME]
    assert office.taken_back(leg) == []


def test_when_one_place_of_a_phone_declines_for_all_the_others_stop() -> None:
    office = town("kc2")
    office.feed(registered("kc1", contact("kc1", 7), contact("kc1", 8)))
    legs = office.rings(office.calls("c1"))
    assert len(legs) == 2
    actions = office.see(f.MemberRefused, legs[0], status=603)

    assert EndLeg(legs[1], reason="declined") in actions
    assert rung(actions) == ["bengt"]


def test_a_turn_at_which_nobody_can_be_rung_after_all_passes() -> None:
    office = town("kc1")
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    office.calls("c2")
    waits = office.switchboard.calls["c2"]
    came = q.TurnCame(at=office.now, call="c2", queue="kc", targets=(phone("bengt", "kc2"),))
    skipped = react(evolve(waits, came), office.switchboard.house, office.now)
    assert [type(fact) for fact in skipped.facts] == [f.MemberSkipped]

    after = evolve(evolve(waits, came), skipped.facts[0])
    passed = react(after, office.switchboard.house, office.now)
    assert [type(fact) for fact in passed.facts] == [q.TurnPassed]
    again = evolve(after, passed.facts[0]).waiting
    assert again is not None
    assert again.rang_nobody_at == office.now


# ---- what is said


def test_what_is_said_is_never_cut_off_by_what_is_said_next_however_long_it_is() -> None:
    office = town("kc1", kc="comfort_seconds = 20.0")
    office.switchboard.house.seconds_of = lambda prompt: 10.0 * len(prompt.split("+"))
    office.rings(office.calls("c1"))
    office.answers("c1.1")
    office.calls("c2")

    assert not office.wait(49)
    assert office.wait(1)


def test_they_are_thanked_and_told_again_where_they_are() -> None:
    office = town("kc1", kc="comfort_seconds = 20.0")
    office.rings(office.calls("c1"))
    office.calls("c2")

    assert office.wait(14.9) == []
    actions = office.wait(5.2)
    assert office.heard(actions)[-1] == "queue_comfort+queue_position+number_2"
    said = last(office, q.WaitSaid)
    assert isinstance(said, q.WaitSaid)
    assert said.position == 2


def test_a_caller_who_cannot_be_told_anything_hears_that_it_rings() -> None:
    office = town("kc1")
    office.rings(office.calls("c1"))
    office.calls("c2")

    assert office.see(f.AnnouncementEnded, "c2.0", played=False) == [AlertCaller("c2.0")]
    call = office.switchboard.calls["c2"]
    assert call.waiting is not None
    assert not call.service_answered
    assert office.heard([a for a in office.wait(300) if a.leg == "c2.0"]) == []
    assert office.see(f.AnnouncementEnded, "c2.0", played=True) == []


# ---- ways out


def test_who_hangs_up_has_given_up() -> None:
    office = town("kc1")
    office.rings(office.calls("c1"))
    office.calls("c2")
    office.wait(7)
    office.hangs_up("c2.0")

    assert outcome(office, "c2") is Outcome.ABANDONED
    left = last(office, q.QueueLeft)
    assert isinstance(left, q.QueueLeft)
    assert (left.why, left.seconds) == ("left", 7.0)
    assert office.switchboard.house.waiting("kc") == 1


def test_who_leaves_while_it_rings_takes_the_offer_along() -> None:
    office = town("kc1")
    (leg,) = office.rings(office.calls("c1"))
    actions = office.see(f.LegHungUp, "c1.0")

    assert EndLeg(leg, reason="caller left") in actions
    assert outcome(office, "c1") is Outcome.ABANDONED


def test_a_caller_who_dies_is_not_waited_for() -> None:
    office = town("kc1")
    office.rings(office.calls("c1"))
    office.calls("c2")
    office.see(f.LegLost, "c2.0", why="no_media")

    assert outcome(office, "c2") is Outcome.ABANDONED
    assert office.switchboard.house.waiting("kc") == 1


def test_who_has_waited_too_long_goes_on() -> None:
    office = town("kc1", "bygg1", bygglov="max_wait_seconds = 60.0")
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    office.answers(leg)
    (leg,) = office.rings(office.calls("c2", BYGGLOV))
    office.answers(leg)
    office.calls("c3", BYGGLOV)
    office.wait(59)
    assert office.switchboard.calls["c3"].phase is Phase.WAITING
    actions = office.wait(1)

    assert AskForKey("c3.0", "voicemail") in actions
    left = last(office, q.QueueLeft)
    assert isinstance(left, q.QueueLeft)
    assert (left.why, left.branch) == ("too_long", "no_answer")


def test_who_goes_on_while_it_rings_is_not_rung_for_any_more() -> None:
    office = town("bygg1", bygglov="max_wait_seconds = 10.0")
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    actions = office.wait(10)

    assert EndLeg(leg, reason="too long") in actions
    assert AskForKey("c1.0", "voicemail") in actions


def test_a_full_queue_takes_no_more() -> None:
    office = town("bygg1", bygglov="max_waiting = 2")
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    office.answers(leg)
    office.calls("c2", BYGGLOV)
    office.calls("c3", BYGGLOV)

    assert Announce("c4.0", "busy", early=False) in office.calls("c4", BYGGLOV)


def test_nobody_waits_where_nobody_is_there() -> None:
    office = town()
    assert any(isinstance(action, EndLeg) for action in office.calls("c1"))


def test_unless_the_plan_says_that_they_may() -> None:
    office = town(kc="staffed_only = false")
    assert office.heard(office.calls("c1")) == [WELCOME]


def test_a_key_leads_out() -> None:
    keys = f'keys = {{ 2 = {{ number = "{BYGGLOV}" }} }}'
    office = town("kc1", "bygg1", kc=keys)
    office.rings(office.calls("c1"))
    actions = office.calls("c2")
    assert isinstance(actions[0], KeepWaiting)
    assert actions[0].keys
    assert office.see(m.KeyPressed, "c2.0", key="7") == []  # leads nowhere
    actions = office.see(m.KeyPressed, "c2.0", key="2")

    assert rung(actions) == ["david"]
    left = last(office, q.QueueLeft)
    assert isinstance(left, q.QueueLeft)
    assert (left.why, left.key, left.branch) == ("pressed", "2", "pressed")


def test_who_goes_on_to_another_queue_keeps_the_time_they_came() -> None:
    keys = f'keys = {{ 2 = {{ number = "{BYGGLOV}" }} }}'
    office = town("kc1", "bygg1", kc=keys)
    (leg,) = office.rings(office.calls("c1"))
    office.answers(leg)
    (leg,) = office.rings(office.calls("c2", BYGGLOV))
    office.answers(leg)
    office.calls("early")
    office.wait(10)
    office.calls("late", BYGGLOV)
    office.see(m.KeyPressed, "early.0", key="2")

    assert [place.call for place in office.switchboard.house.queues.in_turn("bygglov")] == ["early", "late"]


@pytest.mark.parametrize(
    ("queue", "minutes"),
    [('at_closing = "leave"', 0), ("closing_seconds = 600.0", 10)],
)
def test_at_closing_time_they_are_served_for_a_while_or_told_so(queue: str, minutes: int) -> None:
    office = town("bygg1", bygglov=f"max_wait_seconds = 7200.0\n{queue}")
    office.wait(4 * 3600 + 1200)  # ten minutes before Bygglov closes
    office.feed(registered("bygg1", contact("bygg1", expires=9 * 3600)))
    (leg,) = office.rings(office.calls("c1", BYGGLOV))
    office.answers(leg)
    actions = office.calls("c2", BYGGLOV)
    assert office.heard(actions) == [
        "queue_welcome+queue_position+number_1+queue_closes+number_16+and+number_30"
    ]
    office.wait(600 + 60 * minutes - 1)
    assert office.switchboard.house.waiting("bygglov") == 1

    actions = office.wait(1)
    assert office.switchboard.calls["c2"].phase is Phase.ANNOUNCING
    assert any(getattr(action, "prompt", "").startswith("closed") for action in actions)
    left = last(office, q.QueueLeft)
    assert isinstance(left, q.QueueLeft)
    assert left.why == "closing"


def test_a_service_that_stops_says_what_became_of_them() -> None:
    office = town("kc1")
    office.rings(office.calls("c1"))
    office.calls("c2")
    office.switchboard.end_all(office.now, "drained")

    assert {fact.why for fact in office.seen if isinstance(fact, q.QueueLeft)} == {"ended"}
    assert outcome(office, "c2") is Outcome.FAILED
    assert not office.switchboard.house.queues
