from collections.abc import Sequence
from datetime import timedelta

import pytest

from routing.decision import Branch, Origin
from routing.override import Override
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.actions import Announce, Connect, Dial, EndLeg
from telephony.call.call import Phase
from telephony.call.errors import IllegalTransition
from telephony.switchboard import Switchboard
from tests.support.calls import NOON, after, arrive, contact, registered
from tests.support.desk import assert_ends, picture
from tests.support.plans import BYGGLOV, MAIN
from tests.support.small_town import CLOSED, EMERGENCY, MEMBERS, PHONES, TABLES, Town, dialled, town_tables
from tests.support.switchboard import MemoryJournal


def kinds(facts: Sequence[f.Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


# ---- the contract


def test_an_input_and_all_that_follows_is_one_entry() -> None:
    town = Town("kc1", "kc2")

    town.arrives()

    arrival = town.journal.entries[-2]
    assert kinds(arrival) == [
        "CallArrived",
        "RouteDecided",
        "MemberOffered",
        "MemberOffered",
        "RingTimeStarted",
    ]
    assert kinds(town.journal.entries[-1]) == ["LegDialogChanged"]


def test_the_facts_are_in_the_journal_before_anybody_hears_of_them() -> None:
    told: list[str] = []

    class Watched:
        def append(self, facts: Sequence[f.Fact]) -> int:
            assert list(switchboard.actions()) == []
            told.append("journal")
            return len(facts)

    switchboard = Switchboard(
        Watched(), TABLES, talk_limit=0.0, observe=lambda fact: told.append(type(fact).__name__)
    )
    switchboard.receive(arrive(dialled=CLOSED), NOON)

    assert told == ["journal", "CallArrived", "RouteDecided", "ServiceAnswered", "AnnouncementStarted"]
    assert list(switchboard.actions()) == [Announce("c1.0", "closed", early=False)]
    assert list(switchboard.actions()) == []


def test_nobody_needs_to_watch() -> None:
    town = Town()
    switchboard = Switchboard(town.journal, TABLES, talk_limit=0.0)

    switchboard.receive(arrive(dialled=CLOSED), NOON)

    assert switchboard.calls.keys() == {"c1"}


def test_what_came_together_is_one_entry_and_decided_on_once() -> None:
    town = Town()
    dialog = f.LegDialogChanged(at=NOON, call="c1", leg="c1.0", dialog={})

    town.switchboard.receive_all([arrive(dialled=CLOSED), dialog, arrive("c2", dialled=CLOSED)], NOON)

    decided = ["RouteDecided", "ServiceAnswered", "AnnouncementStarted"]
    assert [kinds(entry) for entry in town.journal.entries[-2:]] == [
        ["CallArrived", "LegDialogChanged", *decided],
        ["CallArrived", *decided],
    ]


def test_an_observation_of_a_call_that_is_forgotten_is_dropped() -> None:
    town = Town()

    assert town.see(f.LegEnded, "old.0") == []
    assert town.journal.facts == []


def test_a_call_is_forgotten_when_its_last_leg_has_ended() -> None:
    town = Town("kc1")
    town.arrives()
    town.see(f.LegHungUp, "c1.0")
    town.see(f.LegEnded, "c1.1")
    assert town.switchboard.calls["c1"].phase is Phase.ENDING

    town.see(f.LegEnded, "c1.0")

    assert town.switchboard.calls == {}
    assert town.switchboard.get_timer() == after(3600)  # the registration alone


# ---- a fault of ours


def faulty() -> tuple[Town, f.CallConnected]:
    """A town whose call rings, and a decision that no phase but ringing allows, made twice."""
    town = Town("kc1", "kc2")
    town.arrives()
    town.see(f.MemberAnswered, "c1.1")
    town.see(f.LegEnded, "c1.2")
    return town, f.CallConnected(at=after(1), call="c1", leg="c1.1", member="amina")


def test_a_fault_is_raised_when_nobody_wants_to_be_told() -> None:
    town, impossible = faulty()

    with pytest.raises(IllegalTransition, match="c1"):
        town.switchboard.receive(impossible, after(1))


def test_a_fault_ends_its_call_and_no_other() -> None:
    town, impossible = faulty()
    told: list[str] = []
    switchboard = Switchboard(
        town.journal, TABLES, talk_limit=0.0, report_fault=lambda call, _: told.append(call)
    )
    switchboard.replay(enumerate(town.journal.facts, 1))
    switchboard.receive(arrive("c2", dialled=CLOSED), after(1))
    list(switchboard.actions())

    switchboard.receive(impossible, after(1))

    ended = town.journal.entries[-1][0]
    assert isinstance(ended, f.CallEnded)
    assert (ended.call, ended.outcome, ended.reason) == ("c1", f.Outcome.ANSWERED, "internal fault")
    assert {action.leg for action in switchboard.actions()} == {"c1.0", "c1.1"}
    assert told == ["c1"]
    assert switchboard.calls["c2"].is_live


def test_a_fault_while_a_call_ends_changes_nothing() -> None:
    town, impossible = faulty()
    told: list[str] = []
    switchboard = Switchboard(
        town.journal, TABLES, talk_limit=0.0, report_fault=lambda call, _: told.append(call)
    )
    switchboard.replay(enumerate(town.journal.facts, 1))
    switchboard.receive(f.LegHungUp(at=after(1), call="c1", leg="c1.0"), after(1))
    before = len(town.journal.facts)

    switchboard.receive(impossible, after(1))

    assert (len(town.journal.facts), told) == (before, ["c1"])


# ---- decisions


def test_nobody_answers_and_the_call_overflows_to_kontaktcenter() -> None:
    town = Town(*PHONES)

    assert dialled(town.arrives(BYGGLOV)) == ["bygg1", "bygg1m"]
    assert dialled(town.wait(15)) == ["bygg2"]
    assert dialled(town.wait(15)) == ["kc1", "kc2"]

    call = town.switchboard.calls["c1"]
    assert call.decision is not None
    assert (call.decision.number, call.decision.function) == (MAIN, "Bygglov")


def test_two_calls_at_the_same_instant_never_get_the_same_free_member() -> None:
    town = Town("kc1", "kc2")

    first = dialled(town.arrives(call="c1"))
    town.see(f.MemberAnswered, "c1.1")
    town.see(f.LegEnded, "c1.2")

    assert first == ["kc1", "kc2"]
    assert dialled(town.arrives(call="c2")) == ["kc2"]
    assert dialled(town.arrives(call="c3")) == []
    assert f.Outcome.BUSY in [fact.outcome for fact in town.seen if isinstance(fact, f.CallEnded)]


def test_an_official_who_calls_the_main_number_from_the_own_phone_is_not_rung() -> None:
    town = Town("kc1", "kc2")

    actions = town.arrives(origin=Origin.PHONE, origin_name="kc1", member="amina")

    assert dialled(actions) == ["kc2"]


def test_new_tables_are_for_decisions_to_come() -> None:
    town = Town("kc1")
    town.switchboard.load(town_tables(7), after(1))
    assert town.switchboard.house.plan_version == 7

    town.arrives()

    (decided,) = [fact for fact in town.journal.facts if isinstance(fact, f.RouteDecided)]
    assert decided.decision.plan_version == 7
    assert kinds(town.journal.entries[1]) == ["PlanLoaded"]


def closed_by_hand(minutes: float, number: str = "") -> h.OverrideSet:
    made = Override(open=False, until=after(60 * minutes), reason="Utrymning", owner="Anna")
    return h.OverrideSet(at=NOON, number=number, by="token-a", override=made)


def test_an_override_closes_and_ends_by_itself() -> None:
    town = Town("kc1", "kc2")
    town.feed(closed_by_hand(5))
    town.arrives(call="c1")
    assert town.switchboard.calls["c1"].phase is Phase.ANNOUNCING

    town.wait(300)
    town.arrives(call="c2")

    assert town.switchboard.calls["c2"].phase is Phase.RINGING
    (ended,) = [fact for fact in town.seen if isinstance(fact, h.OverrideEnded)]
    assert (ended.at, ended.number, ended.by) == (after(300), "", "")
    assert not town.switchboard.house.overrides()


def test_an_override_that_is_ended_or_prolonged_does_not_end_again() -> None:
    town = Town()
    for fact in (closed_by_hand(5), closed_by_hand(5, BYGGLOV), closed_by_hand(10, BYGGLOV)):
        town.feed(fact)
    town.feed(h.OverrideEnded(at=NOON, number="", by="token-a"))

    town.wait(301)
    assert list(town.switchboard.house.overrides()) == [BYGGLOV]
    town.wait(300)

    ended = [(fact.number, fact.by) for fact in town.seen if isinstance(fact, h.OverrideEnded)]
    assert ended == [("", "token-a"), (BYGGLOV, "")]


def test_an_override_whose_time_came_while_the_service_was_down_ends_at_its_start() -> None:
    town = Town()
    town.feed(closed_by_hand(5))
    later = Switchboard(MemoryJournal(), TABLES, talk_limit=0.0)
    later.replay(enumerate(town.journal.facts, 1))

    later.interrupt(after(3600))
    later.handle_timer(after(3600))

    assert not later.house.overrides()


def test_people_talk_no_longer_than_the_limit() -> None:
    town = Town("kc1", talk_limit=600.0)
    town.arrives()
    assert town.see(f.MemberAnswered, "c1.1") == [Connect("c1.0", "c1.1")]
    assert town.wait(599) == []

    assert_ends(town.wait(1), "c1.0", "c1.1")


def test_no_limit_touches_a_call_to_112() -> None:
    town = Town("kc1", talk_limit=600.0)
    town.arrives(EMERGENCY)
    town.see(f.MemberAnswered, "c1.1")

    assert town.switchboard.calls["c1"].talk_until is None
    assert town.wait(100_000) == []


def test_112_goes_to_the_next_trunk_after_four_seconds() -> None:
    town = Town()
    assert dialled(town.arrives(EMERGENCY, origin_name="elsewhere")) == ["operator"]

    assert dialled(town.wait(4)) == ["reserve"]


# ---- what is due


def test_registrations_run_out() -> None:
    town = Town("kc1")
    town.feed(registered("bygg2", contact("bygg2", 8, expires=60.0), contact("bygg2", 9, expires=90.0)))
    house = town.switchboard.house

    town.wait(60)
    assert [found.remote[0] for found in house.contacts("bygg2")] == ["192.0.2.9"]
    town.wait(30)
    assert not house.is_registered("bygg2")
    assert house.is_registered("kc1")

    expired = [fact for fact in town.seen if isinstance(fact, h.RegistrationExpired)]
    assert [(fact.at, len(fact.contacts)) for fact in expired] == [(after(60), 1), (after(90), 0)]


def test_a_registration_that_is_refreshed_runs_out_later() -> None:
    town = Town()
    town.feed(registered("kc1", contact("kc1", expires=60.0)))
    town.feed(registered("kc1", contact("kc1", expires=120.0)))

    assert town.switchboard.get_timer() == after(120)


def test_a_deadline_that_is_out_of_date_expires_nothing() -> None:
    town = Town("kc1")
    town.switchboard.record([registered("kc1", contact("kc1", expires=7200.0))])

    town.wait(3600)

    assert town.switchboard.house.is_registered("kc1")
    assert town.switchboard.get_timer() == after(7200)


def test_a_phone_that_left_has_nothing_due() -> None:
    town = Town("kc1")
    town.feed(h.PhoneRegistered(at=NOON, phone="kc1", contacts=()))

    assert town.switchboard.get_timer() is None


def test_a_timer_that_fires_early_changes_nothing() -> None:
    town = Town("kc1")
    town.arrives()
    written = len(town.journal.facts)

    town.switchboard.handle_timer(after(19.999))

    assert len(town.journal.facts) == written
    assert town.switchboard.get_timer() == after(20)


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
def test_a_step_of_the_clock_moves_what_is_due(seconds: float) -> None:
    town = Town("kc1")
    town.arrives()

    town.now += timedelta(seconds=seconds)
    town.feed(h.ClockStepped(at=town.now, seconds=seconds))

    assert town.switchboard.get_timer() == after(20 + seconds)
    town.wait(20)
    town.see(f.LegEnded, "c1.0")
    town.see(f.LegEnded, "c1.1")
    assert town.switchboard.get_timer() == after(3600 + seconds)


# ---- the end of the service


def test_at_the_end_of_a_drain_every_call_ends_but_those_to_112() -> None:
    town = Town("kc1")
    town.arrives(call="c1")
    town.see(f.MemberAnswered, "c1.1")
    town.arrives(EMERGENCY, call="c2")
    assert town.switchboard.has_emergency()

    town.switchboard.end_all(after(30), "the service stops")

    assert_ends(list(town.switchboard.actions()), "c1.0", "c1.1")
    assert town.switchboard.calls["c2"].is_live


def test_calls_to_112_end_too_when_that_is_said() -> None:
    town = Town()
    town.arrives(EMERGENCY)
    town.switchboard.end_all(after(30), "the service stops", emergency=True)
    assert_ends(list(town.switchboard.actions()), "c1.0", "c1.1")
    assert not town.switchboard.has_emergency()

    town.switchboard.end_all(after(31), "the service stops", emergency=True)

    assert list(town.switchboard.actions()) == []


def test_a_drain_is_a_fact() -> None:
    town = Town()
    town.feed(h.DrainStarted(at=NOON))

    assert town.switchboard.house.draining


# ---- positions


def test_the_first_position_of_every_live_call_is_known() -> None:
    town = Town("kc1", "kc2")
    town.arrives(call="c1")
    town.arrives(call="c2")
    first = [
        position for position, fact in enumerate(town.journal.facts, 1) if isinstance(fact, f.CallArrived)
    ]
    assert list(town.switchboard.first_positions.values())[:1] == first[:1] == [3]

    assert town.reborn().switchboard.first_positions == town.switchboard.first_positions


def test_a_call_that_is_over_has_no_first_position() -> None:
    town = Town()
    town.arrives("+46853061999")
    assert town.switchboard.first_positions == {"c1": 1}

    town.see(f.LegEnded, "c1.0")

    assert town.switchboard.first_positions == {}


# ---- another life


def test_replay_gives_the_state_that_was_live_and_does_nothing() -> None:
    town = Town(*PHONES, talk_limit=60.0)
    town.arrives(BYGGLOV, call="c1")
    town.arrives(call="c2")
    town.see(f.MemberAnswered, "c2.1")
    town.wait(16)

    reborn = town.reborn()

    assert reborn.switchboard.calls == town.switchboard.calls
    assert picture(reborn.switchboard.house, MEMBERS) == picture(town.switchboard.house, MEMBERS)
    assert list(reborn.switchboard.actions()) == []
    assert reborn.journal.entries == []


def test_what_was_open_is_interrupted_and_ended_and_then_forgotten() -> None:
    town = Town("kc1", "kc2")
    town.arrives()
    for leg in ("c1.1", "c1.2"):
        town.note_dialog(leg)
    reborn = town.reborn()

    reborn.switchboard.interrupt(after(300), lost=["c1.2"])

    assert_ends(list(reborn.switchboard.actions()), "c1.0", "c1.1")
    assert kinds(reborn.journal.entries[-1]) == ["CallInterrupted", "LegEnded"]
    assert reborn.switchboard.get_timer() == after(3600)
    reborn.see(f.LegEnded, "c1.0")
    reborn.see(f.LegEnded, "c1.1")
    assert reborn.switchboard.calls == {}


def test_a_call_that_was_ending_is_ended_without_a_new_fact() -> None:
    town = Town("kc1")
    town.arrives()
    town.note_dialog("c1.1")
    town.see(f.LegHungUp, "c1.0")
    reborn = town.reborn()

    reborn.switchboard.interrupt(after(300))

    assert_ends(list(reborn.switchboard.actions()), "c1.0", "c1.1")
    assert reborn.journal.entries == []


def test_a_call_that_ended_after_a_step_of_the_clock_is_not_missed_when_its_time_comes() -> None:
    town = Town("kc1")
    town.arrives()
    town.feed(h.ClockStepped(at=after(1), seconds=0.7))
    town.see(f.LegHungUp, "c1.0")
    town.see(f.LegEnded, "c1.0")
    town.see(f.LegEnded, "c1.1")
    reborn = town.reborn()
    reborn.switchboard.interrupt(after(5))

    assert reborn.wait(60) == []


def test_registrations_that_ran_out_while_the_service_was_down_run_out_at_its_start() -> None:
    reborn = Town("kc1").reborn()
    reborn.switchboard.interrupt(after(7200))

    assert reborn.switchboard.get_timer() == after(3600)
    reborn.switchboard.handle_timer(after(7200))

    assert not reborn.switchboard.house.is_registered("kc1")
    assert reborn.switchboard.get_timer() is None


def test_replay_may_begin_in_the_middle_of_a_call_that_is_over() -> None:
    town = Town("kc1")
    town.arrives()
    town.see(f.LegHungUp, "c1.0")
    town.see(f.LegEnded, "c1.0")
    town.see(f.LegEnded, "c1.1")
    (offered,) = [i for i, fact in enumerate(town.journal.facts) if isinstance(fact, f.MemberOffered)]

    reborn = Town()
    reborn.switchboard.replay(enumerate(town.journal.facts[offered:], offered + 1))

    assert reborn.switchboard.calls == {}
    assert reborn.switchboard.house.is_free("amina")


def test_every_action_but_dial_is_for_a_leg_that_the_journal_knows() -> None:
    town = Town(*PHONES)
    actions = town.arrives(BYGGLOV) + town.wait(60)
    offered = {fact.leg for fact in town.journal.facts if isinstance(fact, f.MemberOffered)}

    assert {action.leg for action in actions if isinstance(action, Dial)} == offered
    assert {action.leg for action in actions if isinstance(action, EndLeg)} <= offered | {"c1.0"}
    assert town.switchboard.calls["c1"].outcome is f.Outcome.NO_ANSWER
    assert Branch.NO_ANSWER in [fact.branch for fact in town.seen if isinstance(fact, f.RouteExhausted)]
