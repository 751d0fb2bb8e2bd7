"""telephony/legs/ping.py: whether the far end of a connected leg is still there."""

import pytest

from telephony.call import facts as f
from telephony.legs.ping import PING_SECONDS
from tests.support.scripted_peer import sdp
from tests.support.stage import CLOSED, Stage
from tests.telephony.legs.test_leg import SIDES, pick


def test_connected_legs_are_asked_each_60_s(stage: Stage) -> None:
    call, member = stage.connected()
    asked = [set[str | None](), set[str | None]()]

    for _ in range(60):
        stage.wait(4.0)
        stage.loud("call1.0", "call1.1")
        for branches, party in zip(asked, (call, member), strict=True):
            branches |= party.peer.answer_all("OPTIONS")

    assert [len(branches) for branches in asked] == [4, 4]
    assert not stage.facts(f.LegLost)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("status", [408, 481])
def test_who_knows_nothing_of_the_dialog_is_lost(stage: Stage, side: str, status: int) -> None:
    call, member = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")
    party, leg = pick(side, call, member)

    party.peer.answer(party.peer.take("OPTIONS"), status)

    assert [(lost.leg, lost.why) for lost in stage.facts(f.LegLost)] == [(leg, "no_options")]
    assert stage.outcome().outcome is f.Outcome.LOST
    assert call.peer.has("BYE") and member.peer.has("BYE")


@pytest.mark.parametrize("status", [405, 501, 403, 500])
def test_who_does_not_know_options_is_there(stage: Stage, status: int) -> None:
    call, _ = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")

    call.peer.answer(call.peer.take("OPTIONS"), status)

    assert not stage.facts(f.LegLost)


def test_who_answers_nothing_and_is_silent_is_lost(stage: Stage) -> None:
    stage.connected()
    stage.wait(50.0)
    stage.loud("call1.0")

    stage.wait(50.0)

    assert stage.facts(f.LegLost)[0].why == "no_options"


def test_who_never_answers_options_but_sends_sound_lives_on(stage: Stage) -> None:
    stage.connected()

    for _ in range(60):
        stage.wait(5.0)
        stage.loud("call1.0", "call1.1")

    assert not stage.facts(f.LegLost)
    assert not stage.facts(f.CallEnded)


def test_silence_from_both_sides_for_60_s_is_the_end(stage: Stage) -> None:
    call, member = stage.connected()
    for _ in range(4):
        stage.wait(30.0)
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert stage.facts(f.LegLost)[0].why == "no_sound"
    assert stage.outcome().outcome is f.Outcome.LOST


def test_sound_from_one_side_is_enough(stage: Stage) -> None:
    call, member = stage.connected()
    for _ in range(40):
        stage.wait(5.0)
        stage.loud("call1.1")
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert not stage.facts(f.LegLost)


@pytest.mark.parametrize("side", SIDES)
def test_silence_on_hold_is_no_loss(stage: Stage, side: str) -> None:
    call, member = stage.connected()
    party, _ = pick(side, call, member)
    party.reinvite(sdp(party.peer.host, "8 101", "sendonly"))
    other = member if side == "caller" else call
    other.peer.answer(other.peer.take("INVITE"), 200, sdp(other.peer.host, "8 101", "recvonly"))

    for _ in range(40):
        stage.wait(10.0)
        for party in (call, member):
            party.peer.answer_all("OPTIONS")

    assert not stage.facts(f.LegLost)


def test_an_answer_to_options_after_the_end_means_nothing(stage: Stage) -> None:
    call, member = stage.connected()
    stage.wait(60.0)
    stage.loud("call1.0", "call1.1")
    options = call.peer.take("OPTIONS")
    member.hang_up()

    call.peer.answer(options, 481)

    assert not stage.facts(f.LegLost)


def test_an_announcement_is_not_asked_whether_it_is_there(stage: Stage) -> None:
    call = stage.call(CLOSED)
    call.pick_up()

    stage.wait(200.0)

    assert not call.peer.has("OPTIONS")


def test_a_leg_that_rings_on_for_somebody_else_is_not_silent(stage: Stage) -> None:
    caller, member = stage.connected()
    stage.loud("call1.0", "call1.1")

    stage.wait(PING_SECONDS)

    for party in (caller, member):
        party.peer.answer(party.peer.take("OPTIONS"), 200)
    assert stage.virtual.switchboard.calls
