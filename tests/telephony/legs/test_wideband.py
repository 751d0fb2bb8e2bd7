"""Opus and G.722 between two who have them: agreed on, and relayed with their numbers translated."""

import pytest

from telephony.media.counters import Counters, Drop
from telephony.media.leg import MediaLeg
from telephony.sdp.codec import Codec
from tests.support.scripted_peer import sdp
from tests.support.stage import DIRECT, Stage
from tests.telephony.media.streams import rtp

OPUS, KEYS, WIDE_KEYS = (
    Codec("opus", 48000, 2),
    Codec("telephone-event", 8000),
    Codec("telephone-event", 48000),
)

CALLER = """m=audio 4000 RTP/AVP 107 9 8 101 102
a=rtpmap:107 opus/48000/2
a=fmtp:107 useinbandfec=1
a=rtpmap:101 telephone-event/8000
a=rtpmap:102 telephone-event/48000"""
MEMBER = """m=audio 4000 RTP/AVP 96 9 97 98
a=rtpmap:96 opus/48000/2
a=rtpmap:97 telephone-event/48000
a=rtpmap:98 telephone-event/8000"""


def body(host: str, media: str) -> str:
    """A description with this audio."""
    head = sdp(host).partition("m=audio")[0]
    return head + media.replace("\n", "\r\n") + "\r\n"


def relayed(stage: Stage, number: int, *, back: bool = False) -> int | Drop:
    """With which number a packet from the caller reaches the member, or the other way round."""
    legs = [MediaLeg(Counters()), MediaLeg(Counters())]
    for leg, name in zip(legs, ("call1.0", "call1.1"), strict=True):
        leg.change(stage.media.streams[name], 0.0)
    legs[0].bridge(legs[1])
    packet = bytearray(rtp(number))
    leg = legs[1] if back else legs[0]
    source = stage.media.streams["call1.1" if back else "call1.0"].remote
    routed = leg.route_rtp(packet, len(packet), source, 0.0)
    return routed if isinstance(routed, Drop) else packet[1]


@pytest.fixture(name="wide")
def _wide(stage: Stage) -> Stage:
    stage.register("kc1")
    call = stage.call(DIRECT, body=body("192.0.2.10", CALLER))
    member = stage.offered("kc1")
    assert b"a=fmtp:107 useinbandfec=1" in member.invite.body
    member.accept(body(member.peer.host, MEMBER))
    call.pick_up()
    assert not call.peer.has("INVITE") and not member.peer.has("INVITE")
    return stage


def test_opus_g722_and_keys_of_both_clock_rates_are_agreed_on(wide: Stage) -> None:
    for leg in ("call1.0", "call1.1"):
        assert set(wide.media.streams[leg].codecs) == {OPUS, Codec("G722", 8000), KEYS, WIDE_KEYS}


@pytest.mark.parametrize(("sent", "received"), [(107, 96), (9, 9), (101, 98), (102, 97)])
def test_the_members_numbers_are_used_towards_it(wide: Stage, sent: int, received: int) -> None:
    assert relayed(wide, sent) == received


@pytest.mark.parametrize(("sent", "received"), [(107, 107), (9, 9), (101, 101), (102, 102)])
def test_and_the_callers_towards_the_caller(wide: Stage, sent: int, received: int) -> None:
    """The member sends with the numbers of our offer, which are the caller's own."""
    assert relayed(wide, sent, back=True) == received
