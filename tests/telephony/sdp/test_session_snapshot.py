"""A session across a restart."""

import json

from telephony.sdp.codec import OfferedCodec
from telephony.sdp.direction import Direction
from telephony.sdp.session import SdpSession
from tests.telephony.sdp.bodies import G711_LINES, body, g711
from tests.telephony.sdp.sessions import G711, OPUS, VIDEO, agreed, exchange, session, version


def restored(sdp: SdpSession) -> SdpSession:
    return SdpSession.restore(json.loads(json.dumps(sdp.snapshot())))


def test_a_fresh_session_survives() -> None:
    assert restored(session()).offer(G711) == session().offer(G711)


def test_an_agreed_session_survives() -> None:
    sdp = session()
    sdp.offer([OfferedCodec(OPUS, 96), *G711])
    sdp.receive_answer(body("m=audio 5000 RTP/AVP 109 101", "a=rtpmap:109 opus/48000/2", "a=sendonly"))

    again = restored(sdp)

    assert again.stream == sdp.stream
    assert again.snapshot() == sdp.snapshot()
    assert again.offer([OfferedCodec(OPUS, 111)]) == sdp.offer([OfferedCodec(OPUS, 111)])


def test_a_session_that_answered_survives_with_its_other_lines() -> None:
    sdp = session()
    exchange(sdp, body(VIDEO, *G711_LINES))

    again = restored(sdp)

    assert again.stream == sdp.stream
    assert again.offer(G711) == sdp.offer(G711)


def test_an_unchanged_offer_keeps_its_version_over_a_restart() -> None:
    sdp = agreed()

    assert restored(sdp).offer(G711) == sdp.local_body


def test_an_open_offer_is_forgotten_but_not_its_version() -> None:
    sdp = agreed()
    before = sdp.stream
    sdp.offer(G711, Direction.SENDONLY)
    sdp.receive_answer(g711("a=inactive"), provisional=True)

    again = restored(sdp)

    assert (again.stream, again.is_offering) == (before, False)
    assert version(again.offer(G711)) == 3


def test_keys_are_not_kept() -> None:
    sdp = session()
    exchange(sdp, g711("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret"))

    assert "secret" not in json.dumps(sdp.snapshot())
