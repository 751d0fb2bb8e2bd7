"""Members whose phones do exactly what a test says, at a moment that it knows: plain sockets on the thread of
`Ears`, and SIP put together from what came."""

import re
import socket
import time
from collections.abc import Sequence

from tests.support.ears import Ears, voices_in
from tests.support.eventually import eventually
from tests.support.live_town import digest_answer
from tests.support.running_service import SIP_PORT

_LARGEST = 65_535


class Member:
    """The phone of `user` at `host`, registered when this exists, with its sound at `ear`.

    `refusals`: what it answers first, one call after the other. After that it takes each call at once, and
    ends it after `talk_seconds`, if there are any; or it rings, if it never `answers`. With `early_seconds`
    it describes itself in a 183, and is silent for so long before it takes the call.
    """

    def __init__(
        self,
        ears: Ears,
        host: str,
        server: str,
        user: str,
        *,
        refusals: Sequence[int] = (),
        talk_seconds: float = 0.0,
        answers: bool = True,
        early_seconds: float = 0.0,
    ) -> None:
        self.ear = ears.open(host)
        self.user = user
        self.talks: list[Talk] = []
        self.cancelled = 0
        self._refusals = list(refusals)
        self._talk_seconds, self._may_answer = talk_seconds, answers
        self._early_seconds = early_seconds
        self._ears = ears
        self._server = (server, SIP_PORT)
        self._answers: dict[str, bytes] = {}  # by branch and method, for a request that comes again
        self._statuses: list[tuple[int, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, SIP_PORT))
        ears.watch(self._socket, self._read)

    def register(self, password: str) -> None:
        """Register, and wait until that is done."""
        self._register(1, "")
        _, text = eventually(lambda: self._answered(401), f"{self.user} is asked who it is")
        challenges = re.findall(r"^WWW-Authenticate: (.*)\r$", text, re.MULTILINE)
        answer = digest_answer(challenges, self.user, self._server[0], password=password)
        self._register(2, f"Authorization: {answer}\r\n")
        eventually(lambda: self._answered(200), f"{self.user} is registered")

    def _answered(self, status: int) -> tuple[int, str] | None:
        return next((got for got in self._statuses if got[0] == status), None)

    def _register(self, cseq: int, authorization: str) -> None:
        host, server = self.ear.host, self._server[0]
        self._send(
            f"REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{SIP_PORT};branch=z9hG4bK-r{cseq}\r\n"
            f"From: <sip:{self.user}@{server}>;tag=r\r\nTo: <sip:{self.user}@{server}>\r\n"
            f"Call-ID: register-{self.user}\r\nCSeq: {cseq} REGISTER\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.user}@{host}:{SIP_PORT}>\r\nExpires: 600\r\n{authorization}"
            "Content-Length: 0\r\n\r\n"
        )

    def _send(self, text: str) -> bytes:
        datagram = text.encode()
        self._socket.sendto(datagram, self._server)
        return datagram

    def _read(self) -> None:
        while True:
            try:
                text = self._socket.recv(_LARGEST).decode()
            except BlockingIOError:
                return
            first = text.partition(" ")
            if first[0] == "SIP/2.0":
                self._statuses.append((int(first[2][:3]), text))
                continue
            known = self._answers.get(_key(text))
            if known:
                self._socket.sendto(known, self._server)
            else:
                self._asked(first[0], text)

    def _asked(self, method: str, text: str) -> None:
        if method == "INVITE":
            self._invited(text)
        elif method != "ACK":
            self._answer(text, 200)
            talk = next((talk for talk in self.talks if talk.call_id == header(text, "Call-ID")), None)
            if method == "CANCEL" and talk:
                self._answer(talk.invite, 487)
                self.cancelled += 1
            if method == "BYE" and talk:
                talk.over = True
                self.ear.end_call()

    def _invited(self, text: str) -> None:
        self._answer(text, 180)
        if self._refusals:
            self._answer(text, self._refusals.pop(0))
            return
        talk = Talk(text, self)
        self.talks.append(talk)
        if not self._may_answer:
            return
        if self._early_seconds:
            self._answer(text, 183, self._description())
            self._ears.later(self._early_seconds, lambda: self._take(text, talk))
        else:
            self._take(text, talk)

    def _take(self, text: str, talk: "Talk") -> None:
        talk.answered_at = time.monotonic()
        self._answer(text, 200, self._description())
        self.ear.call(talk.far_end)
        talk.heard, talk.said_at = self.ear.heard, self.ear.said_at
        if self._talk_seconds:
            self._ears.later(self._talk_seconds, talk.hang_up)

    def _answer(self, text: str, status: int, body: str = "") -> None:
        to = header(text, "To")
        kept = "".join(
            f"{line}\r\n" for line in re.findall(r"^(?:Via|From|Call-ID|CSeq): .*(?=\r$)", text, re.M)
        )
        typed = "Content-Type: application/sdp\r\n" if body else ""
        self._answers[_key(text)] = self._send(
            f"SIP/2.0 {status} As told\r\n{kept}To: {to}{'' if ';tag=' in to else ';tag=m'}\r\n"
            f"Contact: <sip:{self.user}@{self.ear.host}:{SIP_PORT}>\r\n{typed}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _description(self) -> str:
        host = self.ear.host
        lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
        lines += [f"m=audio {self.ear.port} RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"]
        return "\r\n".join([*lines, ""])

    def bye(self, invite: str) -> None:
        """End the call of this INVITE."""
        target = re.search(r"<(sip:[^>]+)>", header(invite, "Contact"))
        assert target is not None
        self._send(
            f"BYE {target[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.ear.host}:{SIP_PORT};branch=z9hG4bK-b{time.monotonic_ns()}\r\n"
            f"From: {header(invite, 'To')};tag=m\r\nTo: {header(invite, 'From')}\r\n"
            f"Call-ID: {header(invite, 'Call-ID')}\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n"
        )


class Talk:
    """One call that came to a member, from its INVITE on. `answered_at` (monotonic) is the moment just before
    its 200; what the member heard in it and when it said what is as in `Ear`."""

    def __init__(self, invite: str, member: Member) -> None:
        self.invite, self.member = invite, member
        self.call_id = header(invite, "Call-ID")
        self.answered_at = 0.0
        self.heard: list[tuple[float, bytes]] = []
        self.said_at: list[float] = []
        self.over = False

    @property
    def far_end(self) -> tuple[str, int]:
        """Where its sound goes."""
        host = re.search(r"^c=IN IP4 (\S+)", self.invite, re.MULTILINE)
        port = re.search(r"^m=audio (\d+) ", self.invite, re.MULTILINE)
        assert host and port
        return host[1], int(port[1])

    def voices(self) -> dict[int, list[tuple[float, int]]]:
        """As `Ear.voices`."""
        return voices_in(self.heard)

    def hang_up(self) -> None:
        """End it, unless it has ended."""
        if not self.over:
            self.over = True
            self.member.ear.end_call()
            self.member.bye(self.invite)


def header(text: str, name: str) -> str:
    """The first of this name."""
    found = re.search(rf"^{name}: (.*)\r$", text, re.MULTILINE)
    assert found is not None, (name, text)
    return found[1]


def _key(text: str) -> str:
    return f"{header(text, 'Via').partition('branch=')[2]} {header(text, 'CSeq').partition(' ')[2]}"
