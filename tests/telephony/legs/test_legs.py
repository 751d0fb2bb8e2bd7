"""telephony/legs/legs.py: what comes in becomes calls or answers."""

from telephony.call import facts as f
from telephony.call.actions import AlertCaller, Connect, EndLeg
from telephony.sip.flow import Flow
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import ADDRESS


def test_an_invite_that_comes_again_is_one_call(stage: Stage) -> None:
    call = stage.call(DIRECT)
    fields = [("From", call.local), ("To", call.remote), ("Call-ID", call.call_id), ("CSeq", "1 INVITE")]

    call.peer.request("INVITE", call.target, [*fields, ("Contact", call.peer.contact)], branch=call.branch)

    assert len(stage.facts(f.CallArrived)) == 1


def test_what_is_no_sip_means_nothing(stage: Stage) -> None:
    for data in (b"", b"\r\n\r\n", b"\x00" * 40, b"GET / HTTP/1.1\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"):
        stage.operator.send(data)

    assert not stage.virtual.journal.facts
    assert not stage.operator.responses


# ---- what the switchboard asks of what is not there


def test_actions_for_a_leg_that_is_over_are_left_undone(stage: Stage) -> None:
    legs = stage.node.legs

    legs.perform(EndLeg("call1.0"), 0.0)
    legs.perform(AlertCaller("call1.0"), 0.0)
    stage.node.playback_ended("call1.0", 0.0)

    assert not legs.messages_to_send()
    assert not list(legs.facts())


def test_a_leg_that_is_ending_is_not_ended_again(stage: Stage) -> None:
    call, member = stage.connected()
    member.hang_up()
    call.peer.take("BYE")

    stage.node.legs.perform(EndLeg("call1.0"), stage.now)
    stage.node.legs.perform(Connect("call1.0", "call1.0"), stage.now)
    stage.pump()

    assert not call.peer.requests


def test_a_transport_that_fails_ends_what_waits_for_it(stage: Stage) -> None:
    call, member = stage.connected()
    call.hang_up()

    stage.node.transport_failed(Flow("UDP", ADDRESS, member.peer.address), stage.now)

    assert stage.node.legs.open_legs == 0
