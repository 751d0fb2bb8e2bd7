"""What is agreed on with a caller who hears prompts, and whom they are put through to afterwards."""

import pytest

from telephony.call import queue_facts as q
from telephony.legs.announced import announced
from telephony.media.player import Voice
from telephony.sdp.codec import G722, KEYS, PCMA, PCMU, Codec
from telephony.sdp.description import SessionDescription
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Incoming, Outgoing, sdp
from tests.support.stage import CLOSED_EARLY, Stage
from tests.telephony.legs import test_confirming as confirming
from tests.telephony.legs.test_waiting import CALLER, WELCOME, Office

OPUS = Codec("opus", 48000, 2)


def formats(body: bytes) -> tuple[str, ...]:
    """The payload numbers of the audio."""
    return SessionDescription.parse(body).media[0].formats


@pytest.fixture(name="town")
def _town() -> Office:
    return Office()


def waits(town: Office, description: str) -> Outgoing:
    """A caller with these codecs hears music, for everybody is busy."""
    caller = town.call(MAIN, body=description)
    caller.assert_answered()
    caller.ack()
    assert town.media.playing[CALLER] == WELCOME
    return caller


def answered(town: Office, description: str) -> Incoming:
    """The member is free again, and answers with this."""
    town.free()
    amina = town.offered("kc1")
    amina.accept(description)
    amina.peer.take("ACK")
    return amina


def voice(town: Office) -> Voice | None:
    """What the caller hears us in."""
    return Voice.of(town.media.streams[CALLER])


@pytest.mark.parametrize(
    ("theirs", "agreed"),
    [
        ((), (PCMA, PCMU, KEYS[0])),
        ((G722, PCMU), (PCMA, PCMU, KEYS[0])),
        ((OPUS,), (PCMA, PCMU, KEYS[0])),
        ((OPUS, G722), (OPUS, G722)),
    ],
)
def test_g711_goes_before_g722(theirs: tuple[Codec, ...], agreed: tuple[Codec, ...]) -> None:
    assert announced(theirs) == agreed


def test_who_has_g722_alone_hears_music_in_it(town: Office) -> None:
    caller = waits(town, sdp("192.0.2.10", "9 101"))

    assert voice(town) == Voice(G722, 9)
    amina = answered(town, sdp("192.0.2.41", "9 101"))
    assert formats(amina.invite.body) == ("9", "101")
    assert town.media.bridges[CALLER] == "call2.1"
    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")


def test_who_may_hear_either_hears_g711_and_is_put_through_as_ever(town: Office) -> None:
    """A member who has no G.722 is talked to in what is agreed already."""
    caller = waits(town, sdp("192.0.2.10", "9 8 101"))

    assert formats(caller.responses(caller.branch)[-1].body) == ("8", "101")
    assert voice(town) == Voice(PCMA, 8)
    amina = answered(town, sdp("192.0.2.41", "8 101"))
    assert town.media.bridges[CALLER] == "call2.1"
    assert not caller.peer.has("INVITE") and not amina.peer.has("INVITE")


def test_g722_is_answered_first_for_whoever_takes_that_for_the_only_one(town: Office) -> None:
    caller = waits(town, sdp("192.0.2.10", "111 9 101"))

    assert formats(caller.responses(caller.branch)[-1].body) == ("9", "111", "101")
    assert voice(town) == Voice(G722, 9)


def test_a_member_without_g722_is_talked_to_in_what_else_the_caller_has(town: Office) -> None:
    caller = waits(town, sdp("192.0.2.10", "111 9 101"))

    amina = answered(town, sdp("192.0.2.41", "111 101"))

    assert formats(amina.invite.body) == ("111", "9", "101")
    assert formats(caller.peer.take("INVITE").body) == ("111", "101")
    assert town.media.bridges[CALLER] == "call2.1"
    assert not amina.peer.has("INVITE")


def test_who_waits_goes_on_waiting_when_a_member_has_no_codec_in_common(town: Office) -> None:
    """Sound is not converted between G.722 and G.711."""
    caller = waits(town, sdp("192.0.2.10", "9"))
    town.free()
    amina = town.offered("kc1")

    amina.peer.answer(amina.invite, 488)

    assert caller.statuses == [100, 200]
    assert CALLER in town.media.playing
    assert [fact.call for fact in town.facts(q.QueueLeft)] == ["call1"]  # the first caller


def test_it_is_heard_before_an_answer_too(stage: Stage) -> None:
    caller = stage.call(CLOSED_EARLY, body=sdp("192.0.2.10", "9 101"))

    early = caller.responses(caller.branch)[-1]
    assert (early.status, formats(early.body)) == (183, ("9", "101"))
    assert stage.media.playing == {"call1.0": "closed"}


def test_who_answers_a_mobile_in_g722_hears_what_they_are_asked() -> None:
    stage = confirming.town()
    caller = stage.call(BYGGLOV, body=sdp("192.0.2.10", "9 101"))
    mobile = stage.offered_at(stage.peer("192.0.2.40"))

    mobile.accept(sdp("192.0.2.40", "9 101"))
    mobile.peer.take("ACK")

    assert stage.media.playing[confirming.OUTSIDE] == "confirm_outside"
    assert Voice.of(stage.media.streams[confirming.OUTSIDE]) == Voice(G722, 9)
    confirming.press(stage, mobile, "1", "RTP")
    assert formats(caller.assert_answered().body) == ("9", "101")
    assert stage.media.bridges["call1.0"] == confirming.OUTSIDE
