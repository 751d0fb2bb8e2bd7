"""Calls made over one connection, UDP, TCP or TLS, for sipp has no TLS: a trunk caller, and all the phones.

Both run in this process, on asyncio. What they cost is theirs; what is measured is the service's.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import cast

from telephony.sip.framing import parse_datagram
from telephony.sip.message import Response
from telephony.sip.stream_framer import KEEP_ALIVE, StreamFramer
from tests.bench import municipality
from tests.support.live_town import digest_answer

RING_SECONDS = 0.02
ANSWER_SECONDS = 10.0

_REGISTRATIONS = count(10, 2)
"""A CSeq for each time that the phones register, and the next one for its answer to the challenge."""

Address = tuple[str, int]

_SDP = (
    "v=0\r\no=peer 53655765 2353687637 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)


@dataclass(frozen=True, slots=True)
class Way:
    """How the service is reached: `transport` as in Via, its address, and for TLS whom to trust."""

    transport: str
    service: Address
    context: ssl.SSLContext | None = None


class Line(asyncio.DatagramProtocol, asyncio.Protocol):
    """One connection of `host`; `take` is given each message as start line, fields and the whole text."""

    def __init__(self, way: Way, take: "Callable[[Line, str, dict[str, str], list[str]], None]") -> None:
        self.way = way
        self.address: Address = ("", 0)
        self._take = take
        self._framer = StreamFramer()
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def open(
        cls, way: Way, host: str, take: "Callable[[Line, str, dict[str, str], list[str]], None]"
    ) -> "Line":
        """Connect."""
        loop, line = asyncio.get_running_loop(), cls(way, take)
        if way.transport == "UDP":
            await loop.create_datagram_endpoint(lambda: line, (host, 0), way.service)
        else:
            await loop.create_connection(
                lambda: line,
                *way.service,
                ssl=way.context,
                server_hostname=way.service[0] if way.context else None,
                local_addr=(host, 0),
            )
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = transport
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """By UDP each datagram is a message."""
        self._dispatch(data)

    def data_received(self, data: bytes) -> None:
        """By a stream messages are framed."""
        self._framer.feed(data)
        while (message := self._framer.next()) is not None:
            if message != KEEP_ALIVE:
                self._dispatch(message)

    def send(self, start: str, *fields: str, body: str = "") -> None:
        """Send a message."""
        described = ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([start, *fields, *described, f"Content-Length: {len(body)}", "", body])
        if self.way.transport == "UDP":  # asyncio's own is one by its methods only
            cast(asyncio.DatagramTransport, self._transport).sendto(text.encode())
        else:
            cast(asyncio.Transport, self._transport).write(text.encode())

    def via(self, branch: str) -> str:
        """The Via of a request of ours."""
        host, port = self.address
        return f"Via: SIP/2.0/{self.way.transport} {host}:{port};branch=z9hG4bK-{branch};rport"

    def contact(self, user: str) -> str:
        """Where we are."""
        host, port = self.address
        return f"Contact: <sip:{user}@{host}:{port};transport={self.way.transport.lower()}>"

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()

    def _dispatch(self, data: bytes) -> None:
        start, *lines = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        fields = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._take(self, start, fields, lines)


def answer(line: Line, lines: list[str], status: str, user: str, body: str = "") -> None:
    """Answer a request of the service."""
    echoed = [text for text in lines if text.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))]
    (to,) = [text for text in lines if text.startswith("To:")]
    line.send(
        f"SIP/2.0 {status}", *echoed, to if ";tag=" in to else f"{to};tag=b", line.contact(user), body=body
    )


class Phones:
    """All the phones of the bench, registered by one connection: they ring, answer, and are hung up on."""

    def __init__(self) -> None:
        self._cseq = next(_REGISTRATIONS)
        self._registering: asyncio.Future[Response] | None = None

    async def register(self, way: Way, host: str) -> Line:
        """Register every phone."""
        line = await Line.open(way, host, self.take)
        for phone in municipality.PHONES:
            challenge = await self._ask(line, phone, self._cseq)
            assert challenge.status == 401, challenge.status
            challenges = challenge.headers.get_all("WWW-Authenticate")
            accepted = await self._ask(
                line, phone, self._cseq + 1, digest_answer(challenges, phone, way.service[0])
            )
            assert accepted.status == 200, accepted.status
        return line

    async def _ask(self, line: Line, phone: str, cseq: int, authorization: str = "") -> Response:
        request = municipality.register_request(phone, line.way.service, line.address, cseq)
        fields = [f"{name}: {value}" for name, value in request.headers if name not in ("Via", "Contact")]
        fields += [line.via(f"{phone}.{cseq}"), line.contact(phone)]
        fields += [f"Authorization: {authorization}"] if authorization else []
        self._registering = asyncio.get_running_loop().create_future()
        line.send(f"REGISTER {request.uri} SIP/2.0", *fields)
        return await asyncio.wait_for(self._registering, ANSWER_SECONDS)

    def take(self, line: Line, start: str, fields: dict[str, str], lines: list[str]) -> None:
        """Do what a phone does."""
        if start.startswith("INVITE"):
            answer(line, lines, "180 Ringing", "phone")
            said = _SDP.format(line.address[0])
            asyncio.get_running_loop().call_later(RING_SECONDS, answer, line, lines, "200 OK", "phone", said)
        elif start.startswith("BYE"):
            answer(line, lines, "200 OK", "phone")
        elif start.startswith("SIP/2.0") and self._registering is not None and not self._registering.done():
            message = parse_datagram("\r\n".join([start, *lines, "", ""]).encode())
            assert isinstance(message, Response)
            self._registering.set_result(message)


@dataclass(slots=True)
class Talks:
    """What a caller's calls came to. `setups` are the seconds from INVITE to 180."""

    begun: dict[str, float] = field(default_factory=dict)
    setups: list[float] = field(default_factory=list)
    good: int = 0
    cpu_ms: float = 0.0  # of the service, a call

    def setup_ms(self, share: float) -> float | None:
        """The time to 180 that this share of the calls did not exceed, in milliseconds."""
        times = sorted(self.setups)
        return round(times[min(int(share * len(times)), len(times) - 1)] * 1000, 2) if times else None


class Caller:
    """A trunk: it dials, talks for `hold` seconds, hangs up."""

    def __init__(self, line_of: Way, hold: float) -> None:
        self._way = line_of
        self._hold = hold
        self.talks = Talks()
        self._done = asyncio.Event()
        self._wanted = 0

    async def call(self, host: str, calls: int, rate: float, first: int) -> None:
        """Make so many calls, begun at `rate` a second, and wait for their end; the first has this number."""
        line = await Line.open(self._way, host, self.take)
        loop, self._wanted = asyncio.get_running_loop(), calls
        begin = loop.time()
        for number in range(calls):
            await asyncio.sleep(begin + number / rate - loop.time())
            self._dial(
                line,
                f"{line.way.transport}{first + number}",
                municipality.NUMBERS[number % municipality.PEOPLE],
            )
        with suppress(TimeoutError):  # what failed is counted
            await asyncio.wait_for(self._done.wait(), self._hold + ANSWER_SECONDS)
        line.close()

    def _dial(self, line: Line, name: str, number: str) -> None:
        self.talks.begun[f"{name}@bench"] = time.monotonic()
        uri = f"sip:{number}@{line.way.service[0]}"
        fields = [line.via(f"{name}i"), *self._fields(name, f"<{uri}>", "1 INVITE"), line.contact("caller")]
        line.send(f"INVITE {uri} SIP/2.0", *fields, body=_SDP.format(line.address[0]))

    @staticmethod
    def _fields(name: str, to: str, cseq: str) -> list[str]:
        return [
            "Max-Forwards: 70",
            f"From: <sip:+46701740605@operator.example>;tag={name}",
            f"To: {to}",
            f"Call-ID: {name}@bench",
            f"CSeq: {cseq}",
        ]

    def take(self, line: Line, start: str, fields: dict[str, str], lines: list[str]) -> None:
        """Go on with the call that this is about."""
        name, cseq = fields["Call-ID"].removesuffix("@bench"), fields["CSeq"]
        if cseq == "1 INVITE" and start.startswith("SIP/2.0 180"):
            self.talks.setups.append(time.monotonic() - self.talks.begun[fields["Call-ID"]])
        elif cseq == "1 INVITE" and start.startswith("SIP/2.0 200"):
            target = fields["Contact"].strip("<>")
            common = self._fields(name, fields["To"], "1 ACK")
            line.send(f"ACK {target} SIP/2.0", line.via(f"{name}a"), *common)
            hang_up = [line.via(f"{name}b"), *self._fields(name, fields["To"], "2 BYE")]
            asyncio.get_running_loop().call_later(self._hold, line.send, f"BYE {target} SIP/2.0", *hang_up)
        elif cseq == "2 BYE" and start.startswith("SIP/2.0 200"):
            self.talks.good += 1
            if self.talks.good == self._wanted:
                self._done.set()
