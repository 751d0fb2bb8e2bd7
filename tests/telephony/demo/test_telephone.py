"""The SIP side of a phone, fed with messages; what it sends is read from a socket of the test."""

import socket
from collections.abc import Iterator

import pytest
from pyVoIP.VoIP import CallState, VoIPCall

from telephony.demo.messages import Message
from telephony.demo.telephone import Telephone

INVITE = (
    b"INVITE sip:kc1@127.0.0.1 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa\r\n"
    b'From: "Kontaktcenter: 070-174 06 05" <sip:x@127.0.0.1>;tag=f\r\n'
    b"To: <sip:kc1@127.0.0.1>\r\n"
    b"Call-ID: c\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"Contact: <sip:127.0.0.1:5060>\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Content-Length: 85\r\n\r\n"
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n"
)
CANCEL = b"\r\n".join(INVITE.split(b"\r\n")[:6]).replace(b"INVITE", b"CANCEL") + b"\r\n\r\n"


def response(status: int, method: str = "INVITE") -> Message:
    lines = [
        f"SIP/2.0 {status} Text",
        "Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKb",
        "From: <sip:kc1@127.0.0.1>;tag=t",
        "To: <sip:0853061000@127.0.0.1>;tag=u",
        "Call-ID: ours",
        f"CSeq: 2 {method}",
        "Content-Length: 0",
    ]
    return Message("\r\n".join([*lines, "", ""]).encode())


class Wire:
    """A telephone whose datagrams come to us, and what it tells its listener."""

    def __init__(self, service: socket.socket, out: socket.socket) -> None:
        self._service = service
        self.told: list[tuple[str, int]] = []
        self.telephone = Telephone(
            service.getsockname(), "kc1", "secret", ("127.0.0.1", 5062), range(9010, 9019), self, self.rings
        )
        self.telephone.sip.s = self.telephone.sip.out = out

    def rings(self, call: VoIPCall) -> None:
        """Nobody answers."""

    def responded(self, call_id: str, status: int) -> None:
        self.told.append((call_id, status))

    def cancelled(self, call_id: str) -> None:
        self.told.append((call_id, 0))

    def feed(self, message: bytes | Message) -> None:
        self.telephone.sip.parse_message(Message(message) if isinstance(message, bytes) else message)

    def sent(self) -> list[str]:
        """The first lines of what was sent."""
        lines = []
        try:
            while True:
                lines.append(self._service.recv(9000).split(b"\r\n")[0].decode())
        except BlockingIOError:
            return lines


@pytest.fixture(name="wire")
def _wire() -> Iterator[Wire]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
    ):
        service.bind(("127.0.0.1", 0))
        service.setblocking(False)
        yield Wire(service, out)


def test_a_cancelled_call_gets_200_and_487_and_rings_no_more(wire: Wire) -> None:
    wire.feed(INVITE)
    call = wire.telephone.calls["c"]
    wire.feed(CANCEL)

    assert wire.sent() == ["SIP/2.0 180 Ringing", "SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]
    assert wire.told == [("c", 0)]
    assert (call.state, wire.telephone.calls) == (CallState.ENDED, {})


def test_a_cancel_of_no_call_gets_200_alone(wire: Wire) -> None:
    wire.feed(CANCEL)

    assert (wire.sent(), wire.told) == (["SIP/2.0 200 OK"], [])


@pytest.mark.parametrize("status", [403, 480, 486, 487, 503])
def test_a_refusal_is_acknowledged_and_told(
    wire: Wire, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.telephone.sip.tagLibrary["ours"] = "t"
    wire.feed(response(status))

    assert [line.split()[0] for line in wire.sent()] == ["ACK"]
    assert wire.told == [("ours", status)]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("status", [100, 180, 183])
def test_progress_is_told(wire: Wire, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    wire.feed(response(status))

    assert (wire.sent(), wire.told) == ([], [("ours", status)])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("method", ["BYE", "CANCEL", "REGISTER"])
def test_no_other_200_is_taken_for_an_answer(wire: Wire, method: str) -> None:
    wire.feed(response(200, method))

    assert (wire.sent(), wire.told) == ([], [])


def test_a_telephone_that_was_never_opened_is_closed_in_peace(wire: Wire) -> None:
    wire.telephone.close()

    assert wire.sent() == []
