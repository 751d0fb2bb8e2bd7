"""The joint of legs and switchboard: what it promises whoever drives it."""

from datetime import timedelta

import pytest

from telephony.call import facts as f
from telephony.call.facts import (
    CallArrived,
    CallEnded,
    Fact,
    LegDialogChanged,
    MemberOffered,
    Outcome,
    RingTimeExpired,
    RingTimeStarted,
    RouteDecided,
)
from telephony.call.house_facts import ClockStepped, DrainStarted, PhoneRegistered
from telephony.sip.flow import Flow
from tests.support.plans import MAIN
from tests.support.scripted_peer import sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, Stage
from tests.support.switchboard import ADDRESS, VirtualNode, utc


def test_what_is_sent_is_in_the_journal_before() -> None:
    stage = Stage()
    stage.register("kc1")
    before = len(stage.virtual.journal.entries)

    call = stage.call(DIRECT)

    written = [[type(fact) for fact in entry] for entry in stage.virtual.journal.entries[before:]]
    assert written == [
        [CallArrived, LegDialogChanged, RouteDecided, MemberOffered, RingTimeStarted],
        [LegDialogChanged],  # of the member's leg
    ]
    assert stage.offered("kc1").invite is not None
    assert call.statuses[0] == 100


def test_a_deadline_is_not_missed_by_a_rounding_error() -> None:
    stage = Stage()
    stage.register("kc1")
    stage.call(DIRECT)
    stage.offered("kc1").ring()
    deadline = stage.node.switchboard.get_timer()
    assert deadline is not None

    while not stage.facts(RingTimeExpired):
        due = stage.node.get_timer()
        assert due is not None
        stage.node.handle_timer(due)
        assert stage.node.get_timer() != due

    assert stage.facts(RingTimeExpired)[0].at >= deadline


def test_ending_all_spares_nobody_but_112() -> None:
    stage = Stage()
    caller, member = stage.connected()
    emergency = stage.call("112")

    stage.node.end_all(stage.now, "service stopped")
    stage.pump()

    assert stage.outcome().outcome is Outcome.ANSWERED
    assert stage.node.switchboard.has_emergency()
    assert emergency.statuses[0] == 100
    assert caller is not None and member is not None

    stage.node.end_all(stage.now, "service stopped", emergency=True)

    assert not stage.node.switchboard.has_emergency()


def test_facts_of_the_service_are_taken() -> None:
    stage = Stage()

    stage.node.record(DrainStarted(at=utc(0.0)), 0.0)
    stage.node.record(ClockStepped(at=utc(0.0), seconds=5.0), 0.0)

    assert stage.virtual.switchboard.house.draining
    assert stage.node.is_idle


def test_a_node_with_a_call_is_not_idle() -> None:
    stage = Stage()
    stage.register("kc1", "kc2")
    stage.call(MAIN)

    assert not stage.node.is_idle
    assert not stage.facts(CallEnded)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_node_that_has_nothing_to_do_waits_for_nothing(stage: Stage) -> None:
    assert stage.node.is_idle
    assert stage.node.get_timer() is None
    assert stage.node.messages_to_send() == []


def test_everything_that_follows_from_a_datagram_is_done_at_once(stage: Stage) -> None:
    stage.register("kc1")

    call = stage.call(DIRECT)
    stage.offered("kc1").accept()

    call.assert_answered()
    assert not stage.node.is_idle


def test_facts_are_journalled_before_their_messages_are_handed_out() -> None:
    stage = Stage()
    node = stage.node
    stage.register("kc1")
    text = (
        "INVITE sip:+46853061500@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKx\r\n"
        "From: <sip:1@op>;tag=1\r\nTo: <sip:2@op>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:1@192.0.2.10>\r\nContent-Type: application/sdp\r\n\r\n" + sdp("192.0.2.10")
    )

    node.receive(text.encode(), Flow("UDP", ADDRESS, ("192.0.2.10", 5060)), 0.0)

    noted = {fact.leg for fact in stage.facts(f.LegDialogChanged)}
    assert noted == {"call1.0", "call1.1"}
    assert [data.split()[0] for data, _ in node.messages_to_send()] == [b"SIP/2.0", b"INVITE"]


def test_the_earliest_of_all_deadlines_counts(stage: Stage) -> None:
    stage.phone("kc1").register("kc1", expires=60)
    stage.wait(40.0)
    assert stage.node.get_timer() == 60.0

    stage.call(DIRECT)

    assert stage.node.get_timer() == 40.5  # the INVITE again
    stage.offered("kc1").ring()
    assert stage.node.get_timer() == 60.0


def test_ring_time_passes(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()

    stage.run_until(20.0)

    member.assert_cancelled("ring time")
    call.assert_refused(480)


def test_a_playback_that_ends_ends_the_call(stage: Stage) -> None:
    call = stage.call(CLOSED_EARLY)

    stage.node.playback_ended("call1.0", 1.0)
    stage.pump()

    call.assert_refused(480)


def test_a_transport_that_fails_is_a_fact(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT)

    stage.node.transport_failed(Flow("UDP", ADDRESS, stage.phone("kc1").address), 1.0)

    assert stage.facts(f.MemberRefused)[0].status == 503


def test_every_live_call_can_be_ended(stage: Stage) -> None:
    talking, member = stage.connected()
    announced = stage.call(CLOSED)
    announced.pick_up()

    stage.node.end_all(stage.now, "service stops")
    stage.pump()

    for peer, times in ((talking.peer, 2), (member.peer, 1)):
        byes = [peer.take("BYE") for _ in range(times)]
        assert all(bye.headers.get("Reason") == 'SIP;cause=200;text="service stops"' for bye in byes)
        for bye in byes:
            peer.answer(bye, 200)
    assert stage.node.is_idle


def test_a_node_that_begins_anew_ends_what_was_left(stage: Stage) -> None:
    stage.connected()
    heir = Stage(VirtualNode(stage.tables))
    for address in stage.peers:
        heir.peer(*address)
    heir.virtual.switchboard.replay(enumerate(stage.virtual.journal.facts, 1))

    assert heir.node.recover(10.0) == []
    heir.pump()

    assert heir.operator.has("BYE") and heir.phone("kc1").has("BYE")
    (interrupted,) = heir.facts(f.CallInterrupted)
    assert interrupted.ended_at == utc(0.0)
    heir.assert_nothing_kept()


def test_legs_that_cannot_be_brought_back_are_named(stage: Stage) -> None:
    stage.call(CLOSED)
    facts: list[Fact] = [
        f.LegDialogChanged(at=fact.at, call=fact.call, leg=fact.leg, dialog={"damaged": True})
        if isinstance(fact, f.LegDialogChanged)
        else fact
        for fact in stage.virtual.journal.facts
    ]
    heir = Stage(VirtualNode(stage.tables))
    heir.virtual.switchboard.replay(enumerate(facts, 1))

    assert heir.node.recover(10.0) == ["call1.0"]

    assert [ended.leg for ended in heir.facts(f.LegEnded)] == ["call1.0"]
    assert heir.node.is_idle


def test_a_leg_that_never_reached_the_network_is_only_written_off(stage: Stage) -> None:
    stage.call(CLOSED)
    (arrived,) = stage.facts(f.CallArrived)
    heir = Stage(VirtualNode(stage.tables))
    heir.virtual.switchboard.replay([(1, arrived)])

    assert heir.node.recover(10.0) == []

    assert heir.node.messages_to_send() == []
    assert heir.node.is_idle


def test_a_registration_runs_out_by_a_fact_of_its_own(stage: Stage) -> None:
    stage.phone("kc1").register("kc1", expires=60)
    (registered,) = stage.facts(PhoneRegistered)

    stage.run_until(59.9)
    assert stage.virtual.directory.contacts("kc1") == registered.contacts
    stage.run_until(60.0)

    assert not stage.virtual.directory.contacts("kc1")
    assert registered.contacts[0].expires_at - registered.at == timedelta(seconds=60)
