"""Peers that have one law of G.711 each: A-law here, µ-law there, and sound is converted between them."""

from telephony.sdp.codec import PCMA, PCMU
from telephony.sdp.description import SessionDescription
from tests.support.scripted_peer import sdp
from tests.support.stage import DIRECT, Stage


def formats(body: bytes) -> tuple[str, ...]:
    """The payload numbers of the audio."""
    return SessionDescription.parse(body).media[0].formats


def test_the_other_law_is_offered_behind_what_the_caller_has(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.0.2.10", "8 101"))

    assert formats(stage.offered("kc1").invite.body) == ("8", "101", "0")


def test_a_member_with_the_other_law_alone_is_connected(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "8 101"))
    member = stage.offered("kc1")

    member.accept(sdp("192.0.2.101", "0 101"))
    answer = call.assert_answered()
    call.ack()

    assert formats(answer.body) == ("8", "101")
    assert PCMA in stage.media.streams["call1.0"].sends
    assert PCMU in stage.media.streams["call1.1"].sends
    assert not call.peer.has("INVITE") and not member.peer.has("INVITE")


def test_who_has_both_gets_what_the_far_end_has(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "8 0 101"))

    stage.offered("kc1").accept(sdp("192.0.2.101", "0 101"))

    assert formats(call.assert_answered().body) == ("0", "101")


def test_a_hold_between_two_laws_asks_each_side_once(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "8"))
    member = stage.offered("kc1")
    member.accept(sdp("192.0.2.101", "0"))
    call.assert_answered()
    call.ack()

    assert formats(call.reinvite(sdp("192.0.2.10", "8", "sendonly")).body) == ("8",)
    invite = member.peer.take("INVITE")
    member.peer.answer(invite, 200, sdp("192.0.2.101", "0", "recvonly"))
    member.peer.take("ACK")

    assert not call.peer.has("INVITE") and not member.peer.has("INVITE")


def test_wideband_is_never_converted(stage: Stage) -> None:
    stage.register("kc1")
    stage.call(DIRECT, body=sdp("192.0.2.10", "9"))
    member = stage.offered("kc1")
    assert formats(member.invite.body) == ("9",)
