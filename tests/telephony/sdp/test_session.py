from collections.abc import Sequence

import pytest

from telephony.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.direction import Direction
from telephony.sdp.errors import MalformedSdp, NotAcceptable, OfferCrossed, OutOfTurn
from telephony.sdp.session import SdpSession, Stream
from telephony.sdp.stream import is_hold
from tests.telephony.sdp.bodies import G711_LINES, HOST, body, g711
from tests.telephony.sdp.sessions import (
    G711,
    OPUS,
    VIDEO,
    WANTED,
    agreed,
    exchange,
    lines,
    media_lines,
    session,
    version,
)


def stream_of(sdp: SdpSession) -> Stream:
    assert sdp.stream is not None
    return sdp.stream


def test_an_offer() -> None:
    assert lines(session().offer(G711)) == [
        "v=0",
        "o=- 4711 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 4000 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=sendrecv",
    ]


def test_an_offer_over_ipv6() -> None:
    sdp = SdpSession(1, ("2001:db8::1", 4000))

    offer = lines(sdp.offer(G711))

    assert (offer[1], offer[3]) == ("o=- 1 1 IN IP6 2001:db8::1", "c=IN IP6 2001:db8::1")


def test_an_answer_in_the_offerers_order_with_its_numbers() -> None:
    sdp = session()
    offered = sdp.receive_offer(g711("a=sendonly"))

    answer = sdp.answer([Codec("telephone-event", 8000), PCMU, OPUS])

    assert [entry.payload_type for entry in offered.codecs] == [8, 0, 101]
    assert lines(answer)[5:] == [
        "m=audio 4000 RTP/AVP 0 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=recvonly",
    ]
    assert sdp.stream == Stream(
        (HOST, 49170), {0: PCMU, 101: TELEPHONE_EVENT}, {PCMU: 0, TELEPHONE_EVENT: 101}, Direction.RECVONLY
    )
    assert sdp.local_body == answer


def test_nothing_is_agreed_at_first() -> None:
    sdp = session()

    assert (sdp.stream, sdp.local_body, sdp.is_offering) == (None, None, False)


def test_an_answer_with_other_numbers_than_ours() -> None:
    sdp = session()
    sdp.offer([OfferedCodec(OPUS, 96), *G711])

    stream = sdp.receive_answer(body("m=audio 5000 RTP/AVP 109", "a=rtpmap:109 opus/48000/2"))

    assert (stream.receives, stream.sends) == ({96: OPUS}, {OPUS: 109})
    again = sdp.offer([OfferedCodec(Codec("telephone-event", 48000), 109), OfferedCodec(OPUS, 109)])
    assert media_lines(again) == ["m=audio 4000 RTP/AVP 97 96"]


def test_a_delayed_offer_is_an_offer_whose_answer_comes_in_the_ack() -> None:
    sdp = session()
    sdp.offer(G711)

    assert sdp.is_offering
    assert sdp.receive_answer(g711()) == sdp.stream
    assert not sdp.is_offering


@pytest.mark.parametrize("answer", [b"", body("m=audio 5000 RTP/AVP 9"), body("m=audio 0 RTP/AVP 8")])
def test_an_answer_that_cannot_be_used_leaves_the_offer_open(answer: bytes) -> None:
    sdp = session()
    sdp.offer(G711)

    with pytest.raises((MalformedSdp, NotAcceptable)):
        sdp.receive_answer(answer)

    assert (sdp.stream, sdp.is_offering) == (None, True)
    assert sdp.receive_answer(g711()) == sdp.stream


@pytest.mark.parametrize("codecs", [(), (OfferedCodec(TELEPHONE_EVENT, 101),)])
def test_an_offer_needs_audio(codecs: Sequence[OfferedCodec]) -> None:
    sdp = session()

    with pytest.raises(NotAcceptable):
        sdp.offer(codecs)

    assert not sdp.is_offering


def test_an_answer_needs_audio_in_common_and_the_offer_stays_open() -> None:
    sdp = session()
    sdp.receive_offer(g711())

    with pytest.raises(NotAcceptable):
        sdp.answer([OPUS, TELEPHONE_EVENT])

    assert sdp.answer([PCMU])


@pytest.mark.parametrize("attribute", ["a=sendonly", "a=inactive"])
def test_hold_and_resume_by_the_peer(attribute: str) -> None:
    sdp = agreed()

    held = exchange(sdp, g711(attribute))

    assert held[-1] == ("a=recvonly" if attribute == "a=sendonly" else "a=inactive")
    assert is_hold(stream_of(sdp))
    assert exchange(sdp, g711("a=sendrecv"))[-1] == "a=sendrecv"
    assert not is_hold(stream_of(sdp))


def test_hold_by_the_address_0_0_0_0() -> None:
    sdp = agreed()

    held = exchange(sdp, g711(connection="IN IP4 0.0.0.0"))

    assert held[-1] == "a=recvonly"
    assert stream_of(sdp).direction is Direction.RECVONLY


def test_hold_by_us() -> None:
    sdp = agreed()

    offer = sdp.offer(G711, Direction.SENDONLY)
    stream = sdp.receive_answer(g711("a=recvonly"))

    assert lines(offer)[-1] == "a=sendonly"
    assert stream.direction is Direction.SENDONLY


def test_our_version_rises_only_when_our_text_changes() -> None:
    sdp = session()
    first = sdp.offer(G711)
    sdp.receive_answer(g711())
    same = sdp.offer(G711)
    sdp.receive_answer(g711())
    held = sdp.offer(G711, Direction.SENDONLY)
    sdp.receive_answer(g711())
    answer = "\r\n".join(exchange(sdp, g711())).encode()

    assert same == first
    assert [version(text) for text in (first, held, answer)] == [1, 2, 3]


def test_a_version_that_was_refused_is_not_used_for_other_text() -> None:
    sdp = agreed()
    held = sdp.offer(G711, Direction.SENDONLY)
    sdp.rollback()

    assert version(held) == 2
    assert version(sdp.offer(G711)) == 3


def test_a_reoffer_that_adds_video_gets_port_0_there_and_in_our_own_offers() -> None:
    sdp = agreed()

    answer = exchange(sdp, g711(VIDEO))
    offer = sdp.offer(G711)

    assert answer[5:] == [
        "m=audio 4000 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=sendrecv",
        "m=video 0 RTP/AVP 96 97",
    ]
    assert media_lines(offer) == ["m=audio 4000 RTP/AVP 8 0 101", "m=video 0 RTP/AVP 96 97"]


def test_the_order_of_the_lines_is_the_peers() -> None:
    sdp = session()

    exchange(sdp, body(VIDEO, "m=image 6000 udptl t38", *G711_LINES))
    offer = sdp.offer(G711)
    stream = sdp.receive_answer(body("m=video 0 RTP/AVP 96", "m=image 0 udptl t38", "m=audio 7000 RTP/AVP 0"))

    assert media_lines(offer) == [
        "m=video 0 RTP/AVP 96 97",
        "m=image 0 udptl t38",
        "m=audio 4000 RTP/AVP 8 0 101",
    ]
    assert stream.remote == (HOST, 7000)


def test_the_protocol_of_the_line_is_kept() -> None:
    sdp = session()

    answer = exchange(sdp, body("m=audio 5000 RTP/SAVP 0", "m=audio 5002 RTP/AVPF 0"))

    assert [line for line in answer if line.startswith("m=")] == [
        "m=audio 0 RTP/SAVP 0",
        "m=audio 4000 RTP/AVPF 0",
    ]
    assert media_lines(sdp.offer([OfferedCodec(PCMU, 0)]))[1] == "m=audio 4000 RTP/AVPF 0"


def test_an_offer_of_t38_alone_is_refused_and_the_audio_goes_on() -> None:
    sdp = agreed()
    before = sdp.stream

    with pytest.raises(NotAcceptable):
        sdp.receive_offer(body("m=image 6000 udptl t38"))

    assert sdp.stream == before
    assert exchange(sdp, g711())


def test_the_peer_may_move() -> None:
    sdp = agreed()

    exchange(sdp, g711(connection="IN IP4 198.51.100.9"))

    assert stream_of(sdp).remote == ("198.51.100.9", 49170)


def test_offers_that_cross() -> None:
    sdp = agreed()
    before = sdp.stream
    sdp.offer(G711, Direction.SENDONLY)

    with pytest.raises(OfferCrossed) as raised:
        sdp.receive_offer(g711("a=sendonly"))
    sdp.rollback()

    assert raised.value.status == 491
    assert sdp.stream == before
    assert exchange(sdp, g711("a=sendonly"))[-1] == "a=recvonly"


def test_an_offer_before_the_earlier_one_is_answered() -> None:
    sdp = session()
    sdp.receive_offer(g711())

    with pytest.raises(OfferCrossed) as raised:
        sdp.receive_offer(g711())

    assert raised.value.status == 500
    assert sdp.answer(WANTED)


def test_an_offer_of_the_peer_is_dropped_by_rollback() -> None:
    sdp = agreed()
    before = sdp.stream
    sdp.receive_offer(g711(VIDEO, connection="IN IP4 198.51.100.9"))

    sdp.rollback()

    assert sdp.stream == before
    assert media_lines(sdp.offer(G711)) == ["m=audio 4000 RTP/AVP 8 0 101"]


def test_rollback_of_nothing_changes_nothing() -> None:
    sdp = agreed()
    before = sdp.stream

    sdp.rollback()

    assert sdp.stream == before


def test_steps_out_of_turn() -> None:
    sdp = agreed()
    with pytest.raises(OutOfTurn):
        sdp.answer(WANTED)
    with pytest.raises(OutOfTurn):
        sdp.receive_answer(g711())

    sdp.offer(G711)
    with pytest.raises(OutOfTurn):
        sdp.offer(G711)
    with pytest.raises(OutOfTurn):
        sdp.answer(WANTED)
    sdp.rollback()

    sdp.receive_offer(g711())
    with pytest.raises(OutOfTurn):
        sdp.offer(G711)
    with pytest.raises(OutOfTurn):
        sdp.receive_answer(g711())
    assert sdp.answer(WANTED)


def test_a_provisional_answer_is_replaced_by_the_final_one() -> None:
    sdp = session()
    sdp.offer(G711)

    early = sdp.receive_answer(body("m=audio 5000 RTP/AVP 8"), provisional=True)
    assert (sdp.stream, sdp.is_offering) == (early, True)
    final = sdp.receive_answer(body("m=audio 6000 RTP/AVP 0"))

    assert (early.codecs, final.codecs) == ((PCMA,), (PCMU,))
    assert (sdp.stream, sdp.is_offering) == (final, False)


def test_a_provisional_answer_is_confirmed() -> None:
    sdp = session()
    sdp.offer(G711)
    early = sdp.receive_answer(g711(), provisional=True)

    assert sdp.confirm() == early

    assert (sdp.stream, sdp.is_offering) == (early, False)


def test_a_provisional_answer_is_dropped_by_rollback() -> None:
    sdp = agreed()
    before = sdp.stream
    sdp.offer(G711)
    sdp.receive_answer(body("m=audio 6000 RTP/AVP 0"), provisional=True)

    sdp.rollback()

    assert sdp.stream == before


def test_confirm_without_a_provisional_answer() -> None:
    sdp = session()
    with pytest.raises(OutOfTurn):
        sdp.confirm()
    sdp.offer(G711)
    with pytest.raises(OutOfTurn):
        sdp.confirm()
    sdp.receive_answer(g711())
    sdp.offer(G711)
    with pytest.raises(OutOfTurn):
        sdp.confirm()


# ---- sound past us

THERE = ("192.0.2.77", 7000)


def connection(text: bytes) -> list[str]:
    """Where the description has sound sent, and by whom it is."""
    return [line for line in lines(text) if line[:2] in ("o=", "c=", "m=")]


def test_a_peer_is_told_to_send_elsewhere_and_back() -> None:
    sdp = agreed()
    sdp.redirect(THERE)

    elsewhere = sdp.offer(G711)

    assert connection(elsewhere) == [
        "o=- 4711 2 IN IP4 192.0.2.1",
        "c=IN IP4 192.0.2.77",
        "m=audio 7000 RTP/AVP 8 0 101",
    ]
    assert (sdp.where, sdp.is_direct) == (THERE, True)
    sdp.receive_answer(g711())
    assert sdp.is_direct
    sdp.redirect(None)
    assert connection(sdp.offer(G711))[1] == "c=IN IP4 192.0.2.1"
    assert not sdp.is_direct


def test_a_refused_redirection_changes_nothing() -> None:
    sdp = agreed()
    sdp.redirect(THERE)
    sdp.offer(G711)

    sdp.rollback()

    assert (sdp.where, sdp.is_direct) == (("192.0.2.1", 4000), False)


def test_another_host_alone_is_a_new_version() -> None:
    sdp = agreed()
    before = version(sdp.local_body or b"")
    sdp.redirect(("192.0.2.77", 4000))

    assert version(sdp.offer(G711)) == before + 1


def test_a_session_is_restored_as_it_was_told() -> None:
    sdp = agreed()
    sdp.redirect(THERE)
    sdp.offer(G711)
    sdp.receive_answer(g711())

    again = SdpSession.restore(sdp.snapshot())

    assert again.where == THERE
    assert version(again.offer(G711)) == 3  # it sends to us again
    assert SdpSession(1, ("192.0.2.1", 4000)).where == ("192.0.2.1", 4000)
