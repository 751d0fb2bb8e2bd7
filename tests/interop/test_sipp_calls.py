"""Calls from the operator's trunk to registered phones: sipp on both sides, the journal between."""

from collections.abc import Iterator, Sequence

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from tests.support.live_town import BYGGLOV, FORSKOLA, KONTAKTCENTER, UNKNOWN, Town
from tests.support.sipp import FAX_ONLY

on_both = pytest.mark.parametrize("way", [(), ("-t", "t1")], ids=["UDP", "TCP"])
"""Both sides on the one, or on the other."""


@pytest.fixture(name="town")
def _town(shared_town: Town) -> Iterator[Town]:
    with shared_town.anew():
        yield shared_town


def test_a_call_is_answered_and_the_caller_hangs_up(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_answers", town.phone("anna"))

    caller = town.sipp.play("caller_talks", town.operator)

    member.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert (record.number, record.caller, record.answered_by) == (KONTAKTCENTER, "+46701740605", "anna")
    assert record.rang == ("anna",)
    assert record.talk_seconds is not None and 0.2 < record.talk_seconds < 5
    town.assert_calm()


def test_the_member_sees_who_calls_and_which_function_was_called(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_answers", town.phone("anna"))

    town.sipp.play("caller_talks", town.operator)

    (invite,) = member.wait().received("INVITE")
    assert invite.start_line == f"INVITE sip:anna@{town.phone('anna')}:5060 SIP/2.0"
    assert invite.header("From").startswith('"Kontaktcenter: 070-174 06 05" <sip:+46701740605@')
    assert invite.header("Max-Forwards") == "69"


def test_the_member_hangs_up(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_hangs_up", town.phone("anna"))

    caller = town.sipp.play("caller_waits_for_bye", town.operator)

    member.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.MEMBER)
    town.assert_calm()


@on_both
def test_the_caller_gives_up_while_it_rings(town: Town, way: Sequence[str]) -> None:
    town.register("anna", options=way)
    member = town.sipp.start("member_rings", town.phone("anna"), *way)

    caller = town.sipp.play("caller_gives_up", town.operator, *way, status="487")

    member.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
    assert record.rang == ("anna",)
    town.assert_calm()


@on_both
def test_the_only_member_is_busy(town: Town, way: Sequence[str]) -> None:
    town.register("anna", options=way)
    member = town.sipp.start("member_refuses", town.phone("anna"), *way, status="486")

    caller = town.sipp.play("caller_refused", town.operator, *way, status="486")

    member.wait()
    record = town.record_of(caller)
    assert record.outcome is Outcome.BUSY
    town.assert_calm()


def test_one_declines_and_the_other_answers(town: Town) -> None:
    town.register("bertil", "cecilia")
    declining = town.sipp.start("member_refuses", town.phone("bertil"), status="603")
    answering = town.sipp.start("member_answers", town.phone("cecilia"))

    caller = town.sipp.play("caller_talks", town.operator, dialled=BYGGLOV)

    declining.wait()
    answering.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "cecilia")
    town.assert_calm()


def test_nobody_answers_and_the_ring_time_runs_out(town: Town) -> None:
    town.register("cecilia")
    member = town.sipp.start("member_rings", town.phone("cecilia"), reason="ring time")

    caller = town.sipp.play("caller_refused", town.operator, dialled=FORSKOLA, status="480")

    member.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.rang) == (Outcome.NO_ANSWER, ("cecilia",))
    assert record.waiting_seconds is not None and 1.0 <= record.waiting_seconds < 3.0
    town.assert_calm()


def test_nobody_answers_and_the_call_overflows_to_kontaktcenter(town: Town) -> None:
    town.register("anna", "bertil")
    ringing = town.sipp.start("member_rings", town.phone("bertil"), reason="ring time")
    answering = town.sipp.start("member_answers", town.phone("anna"))

    caller = town.sipp.play("caller_talks", town.operator, dialled=BYGGLOV)

    ringing.wait()
    answering.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "anna")
    assert record.offered == ("bertil", "anna")
    assert record.function == "Bygglov"
    town.assert_calm()


def test_two_ring_and_the_loser_is_told_that_it_was_answered_elsewhere(town: Town) -> None:
    town.register("bertil", "cecilia")
    loser = town.sipp.start("member_rings", town.phone("bertil"), reason="SIP.*cause=200.*elsewhere")
    winner = town.sipp.start("member_answers", town.phone("cecilia"), ring_ms="500")

    caller = town.sipp.play("caller_talks", town.operator, dialled=BYGGLOV)

    loser.wait()
    winner.wait()
    record = town.record_of(caller)
    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "cecilia")
    assert sorted(record.rang) == ["bertil", "cecilia"]
    town.assert_calm()


def test_early_sound_of_the_only_member_reaches_the_caller(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_gives_early_sound", town.phone("anna"))

    caller = town.sipp.play("caller_hears_early_sound", town.operator)

    member.wait()
    assert town.record_of(caller).outcome is Outcome.ANSWERED
    assert len(town.service.facts_of(f.EarlySoundPassed)) == 1
    town.assert_calm()


@on_both
def test_hold_and_resume_reach_the_member_as_re_invites_of_its_own(town: Town, way: Sequence[str]) -> None:
    town.register("anna", options=way)
    member = town.sipp.start("member_is_held", town.phone("anna"), *way)

    caller = town.sipp.play("caller_holds", town.operator, *way)

    member.wait()
    assert town.record_of(caller).outcome is Outcome.ANSWERED
    held = town.service.facts_of(f.LegHeld)
    assert [fact.held for fact in held] == [True, False]
    assert {fact.leg.rpartition(".")[2] for fact in held} == {"0"}
    invites = member.received("INVITE")
    assert len(invites) == 3
    assert len({invite.header("Call-ID") for invite in invites}) == 1
    assert caller.call_id != invites[0].header("Call-ID")
    town.assert_calm()


def test_a_repeated_invite_is_the_same_call(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_answers", town.phone("anna"), silent_ms="1000")

    caller = town.sipp.play("caller_repeats_invite", town.operator, "-nr")

    member.wait()
    assert len(caller.sent("INVITE")) == 3
    assert len(town.service.facts_of(f.CallArrived)) == 1
    assert len({invite.header("Via") for invite in member.received("INVITE")}) == 1
    assert town.record_of(caller).outcome is Outcome.ANSWERED
    town.assert_calm()


def test_a_stranger_is_refused_and_makes_no_call(town: Town) -> None:
    town.sipp.play("caller_refused", town.stranger, status="403")

    assert town.service.records() == []


def test_a_number_that_is_nobodys_is_not_found(town: Town) -> None:
    caller = town.sipp.play("caller_refused", town.operator, dialled=UNKNOWN, status="404")

    record = town.record_of(caller)
    assert (record.outcome, record.dialled) == (Outcome.FAILED, UNKNOWN)


def test_a_trunk_cannot_dial_out(town: Town) -> None:
    caller = town.sipp.play("caller_refused", town.operator, dialled="+46812345678", status="404")

    assert town.record_of(caller).offered == ()


def test_an_offer_without_sound_is_not_acceptable(town: Town) -> None:
    town.sipp.play("caller_refused", town.operator, offer=FAX_ONLY, status="488")

    (record,) = town.service.records()
    assert record.outcome is Outcome.FAILED
    assert record.reason == "488 no sound in common: no audio line that can be carried"


def test_options_tells_what_the_service_can(town: Town) -> None:
    town.sipp.play("options", town.operator)


def test_reliable_answers_a_session_timer_hold_by_update_and_keys_by_info(town: Town) -> None:
    town.register("anna")
    member = town.sipp.start("member_is_reliable", town.phone("anna"))

    caller = town.sipp.play("caller_requires_100rel", town.operator)

    member.wait()
    assert len(caller.received("SIP/2.0 183")) == 2
    assert town.record_of(caller).outcome is Outcome.ANSWERED
    assert [fact.held for fact in town.service.facts_of(f.LegHeld)] == [True]
    assert member.received("INVITE")[0].header("Diversion").startswith("<sip:+46853061000@")
    town.assert_calm()
