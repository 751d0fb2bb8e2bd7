"""telephony/legs/inbound.py: the caller's leg, from its INVITE to our answer."""

import pytest

from routing.places import Place
from telephony.call import facts as f
from telephony.call.actions import Announce, Connect, Dial, PassEarlySound
from telephony.call.facts import Target
from telephony.sdp.description import SessionDescription
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Outgoing, sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, GROUPS, Stage

OPUS = "111"


def formats(body: bytes) -> tuple[str, ...]:
    """The payload numbers of the audio line."""
    return SessionDescription.parse(body).media[0].formats


# ---- while it rings


def test_ringing_is_180_without_sound(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)

    stage.offered("kc1").ring()

    call.assert_ringing()
    assert call.responses(call.branch)[-1].body == b""


def test_record_routes_are_copied_in_their_order(stage: Stage) -> None:
    stage.register("kc1")
    routes = [
        ("Record-Route", "<sip:192.0.2.10;lr>, <sip:p2@192.0.2.11;lr>"),
        ("Record-Route", "<sip:p3;lr>"),
    ]
    call = stage.call(DIRECT, *routes)

    stage.offered("kc1").ring()

    ringing = call.responses(call.branch)[-1]
    assert ringing.headers.get_all("Record-Route") == [value for _, value in routes]


def test_early_sound_passes_when_one_rings_alone(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)

    stage.offered("kc1").ring(183, sdp("192.0.2.101", "8 101"))

    assert call.statuses == [100, 183]
    early = call.responses(call.branch)[-1]
    assert formats(early.body) == ("8", "101")
    assert stage.media.bridges == {"call1.0": "call1.1", "call1.1": "call1.0"}


def test_early_sound_is_not_passed_while_several_ring(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    first, second = stage.offered("kc1"), stage.offered("kc2")

    first.ring(183, sdp("192.0.2.101", "8"))
    assert call.statuses == [100, 180]
    assert stage.media.awaited == {"call1.1"} and "call1.1" not in stage.media.streams
    second.refuse(486)

    assert call.statuses == [100, 180, 183]
    assert "call1.1" in stage.media.streams


def test_who_gave_early_sound_that_nobody_heard_is_agreed_with_when_they_answer(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    first = stage.offered("kc1")
    first.ring(183, sdp("192.0.2.101", "8"))
    assert "call1.1" not in stage.media.streams
    first.accept("")

    call.assert_answered()
    assert stage.media.streams["call1.1"].remote[0] == "192.0.2.101"
    assert stage.media.bridges["call1.0"] == "call1.1"


def test_early_sound_is_not_offered_to_a_caller_who_left_the_offer_to_us(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body="")

    stage.offered("kc1").ring(183, sdp("192.0.2.101", "8"))

    call.assert_ringing()
    assert call.responses(call.branch)[-1].body == b""
    assert not stage.media.bridges


def test_the_200_says_again_what_the_183_said(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring(183, sdp("192.0.2.101", "8 101"))
    early = call.responses(call.branch)[-1]

    member.accept(sdp("192.0.2.101", "8 101"))

    assert call.assert_answered().body == early.body


# ---- the answer


def test_the_caller_gets_what_the_winner_took(stage: Stage) -> None:
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)

    stage.offered("kc2").accept(sdp("192.0.2.102", "0"))

    answer = call.assert_answered()
    assert formats(answer.body) == ("0",)
    assert f"m=audio {stage.media.open_legs['call1.0'][1]} RTP/AVP" in answer.body.decode()


def test_a_video_line_gets_port_0(stage: Stage) -> None:
    stage.register("kc1")
    video = "m=video 4002 RTP/AVP 96\na=rtpmap:96 VP8/90000"
    call = stage.call(DIRECT, body=sdp("192.0.2.10", more=video))

    stage.offered("kc1").accept()

    audio, refused = SessionDescription.parse(call.assert_answered().body).media
    assert (audio.port > 0, refused.kind, refused.port) == (True, "video", 0)


def test_a_member_who_answers_on_hold_is_passed_on_at_once(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)

    stage.offered("kc1").accept(sdp("192.0.2.101", "8", "sendonly"))

    assert b"a=sendonly" in call.assert_answered().body
    assert not call.peer.has("INVITE")
    assert [(held.leg, held.held) for held in stage.facts(f.LegHeld)] == [("call1.1", True)]


def test_a_caller_who_begins_on_hold_is_known_to_hold(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", "8", "inactive"))
    member = stage.offered("kc1")

    member.accept(sdp("192.0.2.101", "8"))
    call.pick_up()

    assert [(held.leg, held.held) for held in stage.facts(f.LegHeld)] == [("call1.0", True)]
    assert b"a=inactive" in member.peer.take("INVITE").body


# ---- a delayed offer (RFC 3261 13.2.1)


def test_without_an_offer_ours_is_in_the_200(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body="")
    member = stage.offered("kc1")
    assert formats(member.invite.body) == ("8", "0", "101")

    member.accept(sdp("192.0.2.101", "8 101"))
    answer = call.assert_answered()
    call.ack(sdp("192.0.2.10", "8 101", port=4444))

    assert formats(answer.body) == ("8", "101", "0")  # A-law can be converted
    assert stage.media.streams["call1.0"].remote == ("192.0.2.10", 4444)
    assert not member.peer.has("INVITE")


def test_an_answer_in_the_ack_that_takes_less_is_passed_on(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body="")
    member = stage.offered("kc1")
    member.accept(sdp("192.0.2.101", "8 0 101"))
    call.assert_answered()

    call.ack(sdp("192.0.2.10", "0"))

    assert formats(member.peer.take("INVITE").body) == ("0",)


@pytest.mark.parametrize("body", ["", "nonsense\r\n", sdp("192.0.2.10", OPUS)])
def test_an_ack_without_a_usable_answer_ends_the_call(stage: Stage, body: str) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT, body="")
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()

    call.ack(body)

    assert call.peer.has("BYE") and member.peer.has("BYE")
    assert not call.peer.has("INVITE") and not member.peer.has("INVITE")
    assert stage.outcome().outcome is f.Outcome.LOST
    assert stage.outcome().reason == "no_common_sound"


# ---- announcements


@pytest.mark.parametrize("codec", ["8", "0", "111 8 101"])
def test_an_announcement_is_played_after_a_200(stage: Stage, codec: str) -> None:
    call = stage.call(CLOSED, body=sdp("192.0.2.10", codec))

    answer = call.assert_answered()
    assert set(formats(answer.body)) == set(codec.split()) - {OPUS}
    assert stage.media.playing == {"call1.0": "closed"}
    call.ack()
    stage.node.playback_ended("call1.0", stage.now)
    stage.pump()

    assert call.peer.has("BYE")
    assert stage.outcome().outcome is f.Outcome.CLOSED
    assert stage.facts(f.AnnouncementEnded)[0].played


def test_an_announcement_that_cannot_be_heard_is_480(stage: Stage) -> None:
    call = stage.call(CLOSED, body=sdp("192.0.2.10", OPUS))

    call.assert_refused(480)

    assert not stage.media.playing
    assert not stage.facts(f.AnnouncementEnded)[0].played
    assert stage.outcome().outcome is f.Outcome.CLOSED


def test_an_early_announcement_is_183_then_480(stage: Stage) -> None:
    call = stage.call(CLOSED_EARLY)

    assert call.statuses == [100, 183]
    assert stage.media.playing == {"call1.0": "closed"}
    stage.node.playback_ended("call1.0", stage.now)
    stage.pump()

    call.assert_refused(480)
    stage.assert_nothing_kept()


def test_an_early_announcement_needs_an_offer(stage: Stage) -> None:
    stage.call(CLOSED_EARLY, body="").assert_refused(480)

    assert not stage.media.playing


def test_an_announcement_waits_for_the_answer_to_our_offer(stage: Stage) -> None:
    call = stage.call(CLOSED, body="")
    assert formats(call.assert_answered().body) == ("8", "0", "101")
    assert not stage.media.playing

    call.ack(sdp("192.0.2.10", "0"))

    assert stage.media.playing == {"call1.0": "closed"}


def test_an_announcement_begins_once(stage: Stage) -> None:
    call = stage.call(CLOSED)
    call.pick_up()
    stage.media.playing.clear()

    call.reinvite(sdp("192.0.2.10", "8"))

    assert not stage.media.playing


def test_early_sound_without_g711_makes_a_later_announcement_impossible(stage: Stage) -> None:
    stage.register("bygg1")
    call = stage.call(BYGGLOV, body=sdp("192.0.2.10", "111 8"))
    stage.offered("bygg1").ring(183, sdp("192.0.2.111", OPUS))

    stage.wait(20.0)

    call.assert_refused(480)
    assert not stage.facts(f.AnnouncementEnded)[0].played


# ---- what the switchboard may ask for at any time


def test_a_connection_without_common_sound_is_lost(stage: Stage) -> None:
    legs = stage.node.legs
    stage.register("kc1")
    call = stage.call(DIRECT, body=sdp("192.0.2.10", OPUS))
    leg, member = "call1.0", stage.peer("192.0.2.20")
    legs.perform(
        Dial(
            "call1.9",
            "nobody",
            Target("t", trunk="pbx", number="1", gateway=Place("192.0.2.20", 5060)),
            None,
            "",
            None,
            "",
            9,
        ),
        0.0,
    )
    stage.pump()
    stage.offered_at(member).accept(sdp("192.0.2.20", "8"))

    legs.perform(PassEarlySound(leg, "call1.9"), 0.0)
    stage.pump()
    assert call.statuses == [100, 180]
    legs.perform(Connect(leg, "call1.9"), 0.0)

    (lost,) = list(legs.facts())
    assert isinstance(lost, f.LegLost)
    assert lost.why == "no_common_sound"


def test_what_is_asked_of_a_leg_that_does_not_fit_changes_nothing(stage: Stage) -> None:
    legs = stage.node.legs
    stage.register("kc1", "kc2")
    call = stage.call(MAIN)
    call.peer.requests.clear()

    legs.perform(Connect("call1.1", "call1.2"), 0.0)  # no caller
    legs.perform(Connect("call1.0", "call1.99"), 0.0)  # no member
    legs.perform(PassEarlySound("call1.1", "call1.2"), 0.0)
    legs.perform(Announce("call1.1", "closed", False), 0.0)

    assert not legs.messages_to_send()
    assert not list(legs.facts())


def test_what_comes_too_late_for_the_caller_changes_nothing(stage: Stage) -> None:
    legs = stage.node.legs
    call, member = stage.connected()

    legs.perform(PassEarlySound("call1.0", "call1.1"), 0.0)
    legs.perform(Announce("call1.0", "closed", True), 0.0)
    member.hang_up()
    stage.call(MAIN)
    legs.perform(Connect("call1.0", "call1.1"), 0.0)

    assert call.statuses == [100, 200]
    assert not stage.media.playing


# ---- long ringing


def count_of(call: Outgoing, status: int) -> int:
    return sum(response.status == status for response in call.responses(call.branch))


def test_ringing_is_said_again_each_minute() -> None:
    stage = Stage(groups=GROUPS.replace('members = ["amina"] }', 'members = ["amina"], ring_seconds = 150 }'))
    stage.register("kc1")
    call = stage.call(DIRECT)
    stage.offered("kc1").ring()

    stage.wait(59.0)
    after_59_seconds = count_of(call, 180)
    stage.wait(62.0)

    assert after_59_seconds == 1
    assert count_of(call, 180) == 3


def test_nothing_is_said_again_after_the_answer(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()
    member.accept()
    member.peer.take("ACK")
    call.pick_up()
    stage.loud("call1.0", "call1.1")

    stage.wait(55.0)

    assert count_of(call, 180) == 1


@pytest.mark.parametrize("profile", ["RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF"])
def test_an_offer_of_encrypted_sound_alone_is_488(stage: Stage, profile: str) -> None:
    call = stage.call(DIRECT, body=sdp("192.0.2.10").replace("RTP/AVP", profile))

    call.assert_refused(488)
