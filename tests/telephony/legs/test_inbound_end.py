"""telephony/legs/inbound.py: how the caller's leg ends, in every state and with every crossing."""

from telephony.call import facts as f
from tests.support.plans import MAIN
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, Stage


def adopt(call: Outgoing, stage: Stage) -> None:
    """Let the caller take up the early dialog."""
    call.remote = str(call.responses(call.branch)[-1].to)


# ---- CANCEL


def test_cancel_before_anybody_rings(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")

    assert call.cancel().status == 200

    call.assert_refused(487)
    assert member.cancel is None  # no 1xx has come: CANCEL has to wait
    member.ring()
    member.assert_cancelled()
    assert stage.outcome().outcome is f.Outcome.ABANDONED
    stage.assert_nothing_kept()


def test_cancel_while_it_rings(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    members = [stage.offered("kc1"), stage.offered("kc2")]
    for member in members:
        member.ring()

    call.cancel()

    call.assert_refused(487)
    for member in members:
        member.assert_cancelled()
    stage.assert_nothing_kept()


def test_cancel_while_early_sound_passes(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(183, sdp("192.0.2.101", "8"))

    call.cancel()

    call.assert_refused(487)
    member.assert_cancelled()
    stage.assert_nothing_kept()


def test_cancel_during_an_early_announcement(stage: Stage) -> None:
    call = stage.call(CLOSED_EARLY)

    call.cancel()

    call.assert_refused(487)
    assert stage.outcome().ended_by is f.EndedBy.CALLER
    stage.assert_nothing_kept()


def test_a_cancel_that_crosses_our_200_is_too_late(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    stage.offered("kc1").accept()

    assert call.cancel().status == 200
    call.pick_up()

    assert not stage.facts(f.LegHungUp)
    assert stage.media.bridges


def test_a_cancel_of_nothing_is_481(stage: Stage) -> None:
    call = Outgoing(stage.operator, "c", "<sip:a@b>;tag=1", "<sip:c@d>", "sip:c@d", 1, "z9hG4bKnone")

    assert call.cancel().status == 481


# ---- BYE of the caller


def test_bye_in_the_early_dialog_ends_the_invite(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()
    adopt(call, stage)

    bye = call.hang_up()

    assert bye.status == 200
    call.cseq = 1
    call.assert_refused(487)
    member.assert_cancelled()
    assert stage.outcome().outcome is f.Outcome.ABANDONED
    stage.assert_nothing_kept()


def test_bye_before_the_ack(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()

    assert call.hang_up().status == 200
    call.ack(cseq=1)
    member.peer.answer(member.peer.take("BYE"), 200)

    assert not call.peer.has("BYE")
    assert [ended.leg for ended in stage.facts(f.LegEnded)] == ["call1.0", "call1.1"]
    stage.assert_nothing_kept()


# ---- BYE of ours


def test_our_bye_waits_for_the_ack(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()

    member.hang_up()
    assert not call.peer.has("BYE")
    call.ack()

    bye = call.peer.take("BYE")
    call.peer.answer(bye, 200)
    stage.assert_nothing_kept()


def test_our_bye_goes_out_once_although_two_acks_come(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()
    assert call.ask("INVITE", sdp("192.0.2.10", "8 101")).status == 200
    member.hang_up()

    call.ack(cseq=1)
    call.ack(cseq=2)

    call.peer.take("BYE")
    assert not call.peer.has("BYE")


def test_our_bye_that_waits_is_not_sent_after_theirs(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()
    member.hang_up()

    assert call.hang_up().status == 200
    call.ack(cseq=1)

    assert not call.peer.has("BYE")
    assert [ended.leg for ended in stage.facts(f.LegEnded)] == ["call1.1", "call1.0"]
    stage.assert_nothing_kept()


def test_our_bye_that_waits_in_vain_goes_out_after_64_t1(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()
    member.hang_up()

    stage.wait(31.9)
    assert not call.peer.has("BYE")
    stage.wait(0.2)

    call.peer.answer(call.peer.take("BYE"), 200)
    assert not stage.facts(f.LegLost)
    stage.assert_nothing_kept()


def test_without_an_ack_the_leg_is_lost(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()
    repeated = len(call.responses(call.branch))

    stage.wait(32.1)

    assert len(call.responses(call.branch)) > repeated + 5
    assert stage.outcome().outcome is f.Outcome.LOST
    assert stage.outcome().reason == "no_ack"
    call.peer.answer(call.peer.take("BYE"), 200)
    member.peer.answer(member.peer.take("BYE"), 200)
    stage.assert_nothing_kept()


def test_an_announcement_without_an_ack_ends_too(stage: Stage) -> None:
    call = stage.call(CLOSED)

    stage.wait(32.1)

    call.peer.answer(call.peer.take("BYE"), 481)
    stage.assert_nothing_kept()


def test_an_announcement_that_waits_is_not_played_to_a_leg_that_ends(stage: Stage) -> None:
    call = stage.call(CLOSED, body="")
    call.assert_answered()
    stage.node.end_all(stage.now, "stop")

    call.ack(sdp("192.0.2.10", "8"))

    assert not stage.media.playing and not stage.media.streams
    assert call.peer.has("BYE")


def test_a_refusal_tells_why(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)

    stage.node.end_all(stage.now, "service stops")
    stage.pump()

    refusal = call.assert_refused(503)
    assert refusal.headers.get("Reason") == 'SIP;cause=503;text="service stops"'


def test_a_bye_that_nobody_answers_ends_all_the_same(stage: Stage) -> None:
    call, member = stage.connected()
    member.hang_up()

    stage.assert_nothing_kept()

    assert call.peer.has("BYE")


def test_a_provisional_answer_to_bye_is_waited_through(stage: Stage) -> None:
    call, member = stage.connected()
    member.hang_up()
    bye = call.peer.take("BYE")

    call.peer.answer(bye, 100)
    assert stage.node.legs.open_legs == 1
    call.peer.answer(bye, 200)

    assert stage.node.legs.open_legs == 0
