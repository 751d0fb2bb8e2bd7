"""Sessions at work, and how their bodies are read in tests."""

from collections.abc import Sequence

from telephony.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec, OfferedCodec
from telephony.sdp.session import SdpSession
from tests.telephony.sdp.bodies import g711

OPUS = Codec("opus", 48000, 2, "useinbandfec=1")
G711 = (OfferedCodec(PCMA, 8), OfferedCodec(PCMU, 0), OfferedCodec(TELEPHONE_EVENT, 101))
WANTED = (PCMU, PCMA, TELEPHONE_EVENT)
VIDEO = "m=video 5000 RTP/AVP 96 97"


def session() -> SdpSession:
    return SdpSession(4711, ("192.0.2.1", 4000))


def agreed() -> SdpSession:
    """A session whose offer of G.711 was accepted."""
    sdp = session()
    sdp.offer(G711)
    sdp.receive_answer(g711())
    return sdp


def exchange(sdp: SdpSession, offer: bytes, wanted: Sequence[Codec] = WANTED) -> list[str]:
    """Let `sdp` answer the offer; the lines of the answer."""
    sdp.receive_offer(offer)
    return lines(sdp.answer(wanted))


def lines(text: bytes) -> list[str]:
    return text.decode().split("\r\n")[:-1]


def media_lines(text: bytes) -> list[str]:
    return [line for line in lines(text) if line.startswith("m=")]


def version(text: bytes) -> int:
    return int(lines(text)[1].split()[2])
