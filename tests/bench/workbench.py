"""The service's signalling in this process, without sockets: real code from datagram to datagram on a virtual
clock, with the journal on a real disk, figures and log lines, and calls that are played to it.

Only what the service does is timed, in CPU time of this thread.
"""

import heapq
import io
import random
import time
from collections.abc import Generator
from datetime import timedelta
from itertools import count
from pathlib import Path

import structlog

from routing.compile import compile_plan
from routing.load import load_plan
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.call import facts as f
from telephony.call.registry import FACTS
from telephony.cli_serve import tune_collection
from telephony.config import LogSettings
from telephony.directory import PlanDirectory
from telephony.fact_log import FactLog
from telephony.figures import Figures
from telephony.ids import token, uuid7
from telephony.legs.legs import Legs, Surroundings
from telephony.legs.sockets import Sockets
from telephony.log import set_up_log
from telephony.node import Node
from telephony.sip.digest import Authenticator
from telephony.sip.endpoint import Endpoint
from telephony.sip.flow import Flow
from telephony.switchboard import Switchboard
from tests.bench import municipality
from tests.support.calls import registered
from tests.support.switchboard import ADDRESS, EPOCH, REALM, FakeMedia, monotonic, utc

CALLER, CALLEE = ("192.0.2.2", 5060), ("192.0.2.3", 5060)
RING_SECONDS = 0.02
TALK_SECONDS = 0.5

Address = tuple[str, int]

_SDP = (
    "v=0\r\no=peer 53655765 2353687637 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Workbench:
    """A node on which every phone of the bench's municipality is registered. The journal lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        tables = compile_plan(load_plan(municipality.plan(CALLER[0])))
        set_up_log(LogSettings(), io.StringIO())
        self._figures, self._fact_log = Figures(tables), FactLog(structlog.get_logger("bench"), tables)
        self.journal: Journal[f.Fact] = Journal.open(folder, Codec(FACTS), report=lambda finding: None)
        self._switchboard = Switchboard(self.journal, tables, talk_limit=14_400.0, observe=self._observe)
        directory = PlanDirectory(tables, self._switchboard.house, [REALM, ADDRESS[0]])
        self._endpoint = Endpoint(token)
        given = Surroundings(
            media=FakeMedia(100_000),
            directory=directory,
            authenticator=Authenticator(REALM, b"bench", lambda user, algorithm: None, directory.is_legacy),
            token=token,
            new_call=lambda: uuid7(int(utc(self.now).timestamp() * 1000), random.getrandbits(74)),
            random=random.random,
            utc=utc,
            host=ADDRESS[0],
            sockets=Sockets([("UDP", ADDRESS)]),
        )
        self.node = Node(Legs(self._endpoint, given), self._switchboard, utc, monotonic)
        self.now = 0.0
        self.spent = 0.0
        """CPU seconds that the node has taken so far."""
        self._numbers = count(1)
        for phone in municipality.PHONES:
            self._switchboard.record([registered(phone, _contact(phone), at=EPOCH)])
        tune_collection()

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    @property
    def transactions(self) -> int:
        """How many SIP transactions there are now."""
        return self._endpoint.counts.transactions

    def play_calls(
        self, calls: int, rate: float, *, together: bool = False, handed_on: bool = False
    ) -> float:
        """Play so many calls to their end, begun at `rate` a second; CPU seconds that each took.

        `together`: each rings ten people at once, of whom one answers. `handed_on`: who answers hands it
        on to another, blind.
        """
        before, begin = self.spent, self.now
        play = self._call_to_ten if together else self._call_handed_on if handed_on else self._call
        waiting = [(begin + number / rate, number, play()) for number in range(calls)]
        while waiting:
            at, number, call = heapq.heappop(waiting)
            self.pass_time(at)
            pause = next(call, None)
            if pause is not None:
                heapq.heappush(waiting, (at + pause, number, call))
        assert not self._switchboard.calls
        return (self.spent - before) / calls

    def ask_options(self, times: int, seconds: float) -> None:
        """Let the operator ask OPTIONS so many times within this time: a transaction of 32 s each."""
        begin = self.now
        for number in range(times):
            self.pass_time(begin + number * seconds / times)
            (answer,) = self._feed(CALLER, _request("OPTIONS", ADDRESS[0], f"o{next(self._numbers)}"))
            assert answer.startswith(b"SIP/2.0 200")

    def pass_time(self, until: float) -> None:
        """Let all happen that is due until then."""
        while True:
            start = time.thread_time()
            due = self.node.get_timer()
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            self.node.handle_timer(self.now)
            self.node.messages_to_send()
            self.spent += time.thread_time() - start
        self.now = max(self.now, until)

    # ---- one call

    def _call(self) -> Generator[float, None, None]:
        """A trunk caller, somebody who answers, a short talk, the caller hangs up."""
        number = next(self._numbers)
        dialled, name = municipality.NUMBERS[number % len(municipality.NUMBERS)], f"c{number}"
        _, invite = self._feed(CALLER, _request("INVITE", f"{dialled}@{ADDRESS[0]}", name, body=_SDP))
        yield RING_SECONDS
        self._feed(CALLEE, _answer(invite, "180 Ringing"))
        yield RING_SECONDS
        sent = self._feed(CALLEE, _answer(invite, "200 OK", _SDP))
        yield from self._talk(name, _to_of(next(m for m in sent if m.startswith(b"SIP/2.0 200"))))

    def _call_handed_on(self) -> Generator[float, None, None]:
        """Somebody answers and sends a REFER; the next rings and answers; the caller hangs up."""
        number, people = next(self._numbers), len(municipality.NUMBERS)
        dialled, name = municipality.NUMBERS[number % (people // 2)], f"h{number}"
        _, invite = self._feed(CALLER, _request("INVITE", f"{dialled}@{ADDRESS[0]}", name, body=_SDP))
        yield RING_SECONDS
        self._feed(CALLEE, _answer(invite, "180 Ringing"))
        yield RING_SECONDS
        sent = self._feed(CALLEE, _answer(invite, "200 OK", _SDP))
        to = _to_of(next(m for m in sent if m.startswith(b"SIP/2.0 200")))
        self._feed(CALLER, _request("ACK", f"vaxeln@{ADDRESS[0]}", name, to=to))
        yield TALK_SECONDS
        target = municipality.NUMBERS[people // 2 + number % (people // 2)]
        sent = self._feed(CALLEE, _refer(invite, name, target))
        (further,) = [m for m in sent if m.startswith(b"INVITE")]
        self._acknowledge_notify(sent)
        yield RING_SECONDS
        self._feed(CALLEE, _answer(further, "180 Ringing"))
        yield RING_SECONDS
        sent = self._feed(CALLEE, _answer(further, "200 OK", _SDP))
        self._acknowledge_notify(sent)
        for bye in [m for m in sent if m.startswith(b"BYE")]:
            self._feed(CALLEE, _answer(bye, "200 OK"))
        yield TALK_SECONDS
        _, bye = self._feed(CALLER, _request("BYE", f"vaxeln@{ADDRESS[0]}", name, to=to))
        self._feed(CALLEE, _answer(bye, "200 OK"))

    def _acknowledge_notify(self, sent: list[bytes]) -> None:
        for notify in [m for m in sent if m.startswith(b"NOTIFY")]:
            self._feed(CALLEE, _answer(notify, "200 OK"))

    def _call_to_ten(self) -> Generator[float, None, None]:
        """All ten ring; the first answers, the others are cancelled; the caller hangs up."""
        name = f"t{next(self._numbers)}"
        invite = _request("INVITE", f"{municipality.TOGETHER_NUMBER}@{ADDRESS[0]}", name, body=_SDP)
        _, first, *others = self._feed(CALLER, invite)
        yield RING_SECONDS
        for offered in (first, *others):
            self._feed(CALLEE, _answer(offered, "180 Ringing"))
        yield RING_SECONDS
        sent = self._feed(CALLEE, _answer(first, "200 OK", _SDP))
        to = _to_of(next(m for m in sent if m.startswith(b"SIP/2.0 200")))
        cancels = [m for m in sent if m.startswith(b"CANCEL")]
        assert len(cancels) == municipality.TOGETHER - 1, len(cancels)
        for cancel, offered in zip(cancels, others, strict=True):
            self._feed(CALLEE, _answer(cancel, "200 OK"))
            self._feed(CALLEE, _answer(offered, "487 Request Terminated"))
        yield from self._talk(name, to)

    def _talk(self, name: str, to: str) -> Generator[float, None, None]:
        """The caller acknowledges, talks and hangs up."""
        self._feed(CALLER, _request("ACK", f"vaxeln@{ADDRESS[0]}", name, to=to))
        yield TALK_SECONDS
        _, bye = self._feed(CALLER, _request("BYE", f"vaxeln@{ADDRESS[0]}", name, to=to))
        assert bye.startswith(b"BYE"), bye
        self._feed(CALLEE, _answer(bye, "200 OK"))

    def _feed(self, source: Address, data: bytes) -> list[bytes]:
        """Let a datagram come in; what is sent then."""
        flow = Flow("UDP", ADDRESS, source)
        start = time.thread_time()
        self.node.receive(data, flow, self.now)
        sent = self.node.messages_to_send()
        self.spent += time.thread_time() - start
        return [message for message, _ in sent]

    def _observe(self, fact: f.Fact) -> None:
        self._figures.observer.observe(fact)
        self._fact_log.write(fact)


def _refer(invite: bytes, name: str, number: str) -> bytes:
    """Whoever has answered this INVITE hands the call on."""
    fields = dict(line.split(": ", 1) for line in invite.decode().partition("\r\n\r\n")[0].split("\r\n")[1:])
    host = CALLEE[0]
    lines = [
        f"REFER {fields['Contact'].strip('<>')} SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK-{name}-REFER",
        f"From: {fields['To']};tag=callee",
        f"To: {fields['From']}",
        f"Call-ID: {fields['Call-ID']}",
        "CSeq: 1 REFER",
        f"Contact: <sip:callee@{host}:5060>",
        f"Refer-To: <sip:{number}@{ADDRESS[0]}>",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _to_of(answer: bytes) -> str:
    (to,) = [line for line in answer.decode().split("\r\n") if line.startswith("To: ")]
    return to


def _contact(phone: str) -> f.Contact:
    expires = EPOCH + timedelta(days=1)
    return f.Contact(f"sip:{phone}@{CALLEE[0]}:5060", "UDP", CALLEE, ADDRESS, phone, 1, expires)


def _request(method: str, uri: str, name: str, *, to: str = "", body: str = "") -> bytes:
    """A request of the caller's; `name` is of its call."""
    host, cseq = CALLER[0], "2 BYE" if method == "BYE" else f"1 {method}"
    lines = [
        f"{method} sip:{uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK-{name}-{method}",
        f"From: <sip:+46701740605@{host}:5060>;tag={name}",
        to or f"To: <sip:{uri}>",
        f"Call-ID: {name}@{host}",
        f"CSeq: {cseq}",
        f"Contact: <sip:caller@{host}:5060>",
        "Max-Forwards: 70",
    ]
    lines += ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


def _answer(request: bytes, status: str, body: str = "") -> bytes:
    """The callee's answer."""
    fields = request.decode().partition("\r\n\r\n")[0].split("\r\n")[1:]
    kept = [line for line in fields if line.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))]
    (to,) = [line for line in fields if line.startswith("To:")]
    lines = [
        f"SIP/2.0 {status}",
        *kept,
        to if ";tag=" in to else f"{to};tag=callee",
        f"Contact: <sip:callee@{CALLEE[0]}:5060>",
    ]
    lines += ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()
