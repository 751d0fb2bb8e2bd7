"""A far end whose every message a test writes: text goes in, what came back is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from telephony.sip.digest import Algorithm, Answer, make_ha1
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from tests.support.switchboard import ADDRESS, REALM

Address = tuple[str, int]

_ENCODINGS = {"101": "telephone-event/8000", "111": "opus/48000/2"}


def sdp(
    host: str,
    formats: str = "8 0 101",
    direction: str = "",
    *,
    port: int = 4000,
    session_direction: str = "",
    connection: str = "",
    more: str = "",
) -> str:
    """A session description with one audio stream, and whatever `more` there is below it."""
    maps = [f"a=rtpmap:{name} {_ENCODINGS[name]}" for name in formats.split() if name in _ENCODINGS]
    lines = ["v=0", f"o=anna 1 1 IN IP4 {host}", "s=Annas samtal", f"c=IN IP4 {connection or host}", "t=0 0"]
    lines += [f"a={session_direction}"] if session_direction else []
    lines += [f"m=audio {port} RTP/AVP {formats}", *maps]
    lines += [f"a={direction}"] if direction else []
    return "\r\n".join([*lines, *more.split("\n")] if more else lines) + "\r\n"


class ScriptedPeer:
    """Someone at `address`. `requests` are the service's, oldest first, until a test takes them."""

    def __init__(self, address: Address, deliver: Callable[[bytes, Flow], None]) -> None:
        self.address = address
        self.transport = "UDP"
        self.name = ""  # in its certificate, that we asked for
        self.proven: tuple[str, ...] = ()  # in the one that it showed us
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self._deliver = deliver
        self._branches = count(1)

    @property
    def host(self) -> str:
        """Its IP address."""
        return self.address[0]

    @property
    def contact(self) -> str:
        """Its Contact."""
        return f"<sip:phone@{self.host}:{self.address[1]}>"

    def send(self, text: str | bytes) -> None:
        """Let a datagram of this peer come in."""
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        flow = Flow(self.transport, ADDRESS, self.address, name=self.name, proven=self.proven)
        self._deliver(data, flow)

    def request(
        self,
        method: str,
        uri: str,
        fields: Sequence[tuple[str, str]],
        body: str = "",
        *,
        branch: str = "",
    ) -> str:
        """Send a request with a Via of its own and return the branch."""
        branch = branch or f"z9hG4bK{self.host}.{self.address[1]}.{next(self._branches)}"
        via = ("Via", f"SIP/2.0/{self.transport} {self.host}:{self.address[1]};branch={branch}")
        typed = [("Content-Type", "application/sdp")] if body else []
        names = [name for name, _ in fields]
        lines = [
            f"{name}: {value}" for name, value in (via, *fields, *[f for f in typed if f[0] not in names])
        ]
        length = len(body.encode())
        self.send("\r\n".join([f"{method} {uri} SIP/2.0", *lines, f"Content-Length: {length}", "", body]))
        return branch

    def answer(
        self, request: Request, status: int, body: str = "", *, tag: str = "peer", **headers: str
    ) -> None:
        """Answer a request of the service. Header names are written with `_` for `-`."""
        response = Response.to_request(request, status, to_tag=tag if status > 100 else None)
        response.headers.set("Contact", self.contact)
        if body:
            response.headers.set("Content-Type", "application/sdp")
            response.body = body.encode()
        for name, value in headers.items():
            response.headers.set(name.replace("_", "-"), value)
        self.send(response.to_bytes())

    def take(self, method: str) -> Request:
        """The oldest request of this method, taken out; it is an error if none came."""
        request = next((known for known in self.requests if known.method == method), None)
        assert request is not None, f"{self.host} got no {method}: {[r.method for r in self.requests]}"
        self.requests.remove(request)
        return request

    def answer_all(self, method: str, status: int = 200) -> set[str | None]:
        """Answer every request of this method, and return their branches."""
        branches = set()
        while self.has(method):
            request = self.take(method)
            branches.add(request.via.branch)
            self.answer(request, status)
        return branches

    def has(self, method: str) -> bool:
        """Whether a request of this method waits to be taken."""
        return any(request.method == method for request in self.requests)

    def responses_to(self, branch: str, method: str) -> list[Response]:
        """What was answered to one transaction."""
        return [r for r in self.responses if r.via.branch == branch and r.cseq.method == method]

    def register(
        self,
        account: str,
        *,
        expires: int | None = 3600,
        contact: str = "",
        password: str = "",
        call_id: str = "",
        cseq: int = 1,
        to: str = "",
    ) -> Response:
        """REGISTER, answer the challenge, and return what came of it."""
        party = Party(
            self,
            call_id or f"register-{account}-{self.host}",
            f"<sip:{account}@{REALM}>;tag=r",
            f"<sip:{to or account}@{REALM}>",
            f"sip:{REALM}",
            cseq - 1,
        )
        fields = [("Contact", contact or self.contact)] if contact != "none" else []
        fields += [("Expires", str(expires))] if expires is not None else []
        return party.authenticated("REGISTER", account, password, *fields)


@dataclass
class Party:
    """One end of a dialog, or of a request that may make one, as the peer keeps it.

    `local` and `remote` are From and To of its requests, `target` their Request-URI.
    """

    peer: ScriptedPeer
    call_id: str
    local: str
    remote: str
    target: str
    cseq: int = 0
    branch: str = ""
    routes: list[str] = field(default_factory=list)

    def request(
        self, method: str, body: str = "", *fields: tuple[str, str], cseq: int | None = None, branch: str = ""
    ) -> str:
        """Send a request with the next CSeq, or with `cseq`, and return its branch."""
        number = self.cseq + 1 if cseq is None else cseq
        self.cseq = max(self.cseq, number)
        own = {name for name, _ in fields}
        basic = [
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            ("Max-Forwards", "70"),
            *[("Route", route) for route in self.routes],
            *([("Contact", self.peer.contact)] if method in ("INVITE", "OPTIONS") else []),
        ]
        chosen = [pair for pair in (*[b for b in basic if b[0] not in own], *fields) if pair[1]]
        return self.peer.request(method, self.target, chosen, body, branch=branch)

    def responses(self, branch: str, method: str = "INVITE") -> list[Response]:
        """What came back."""
        return self.peer.responses_to(branch, method)

    def final(self, branch: str, method: str = "INVITE") -> Response:
        """The final answer; it is an error if none came."""
        finals = [r for r in self.responses(branch, method) if r.status >= 200]
        assert finals, f"no final answer to {method}: {[r.status for r in self.responses(branch, method)]}"
        return finals[-1]

    def ask(self, method: str, body: str = "", *fields: tuple[str, str], cseq: int | None = None) -> Response:
        """Send a request and return its final answer."""
        return self.final(self.request(method, body, *fields, cseq=cseq), method)

    def ack(self, body: str = "", cseq: int | None = None) -> None:
        """Acknowledge a 2xx of the last INVITE, or that of `cseq`."""
        self.request("ACK", body, cseq=self.cseq if cseq is None else cseq)

    def reinvite(self, body: str = "", *fields: tuple[str, str]) -> Response:
        """A re-INVITE; a 2xx is acknowledged, unless the answer to a delayed offer is still to be made."""
        response = self.ask("INVITE", body, *fields)
        if response.status < 300 and body:
            self.ack()
        return response

    def hang_up(self) -> Response:
        """BYE."""
        return self.ask("BYE")

    def authenticated(
        self, method: str, account: str, password: str, *fields: tuple[str, str], body: str = ""
    ) -> Response:
        """Send a request, answer the challenge that it must get, and return the last answer."""
        challenge = self.ask(method, body, *fields)
        assert challenge.status == 401, challenge.status
        if method == "INVITE":
            self.ack_refusal(challenge)
        credentials = authorize(challenge, account, password, method)
        self.branch = self.request(method, body, *fields, ("Authorization", credentials))
        return self.responses(self.branch, method)[-1]

    def ack_refusal(self, response: Response) -> None:
        """The ACK of an answer that is no 2xx: it belongs to the INVITE's transaction."""
        fields = [
            ("From", self.local),
            ("To", str(response.to)),
            ("Call-ID", self.call_id),
            ("CSeq", f"{response.cseq.number} ACK"),
        ]
        self.peer.request("ACK", self.target, fields, branch=response.via.branch or "")


def authorize(challenge: Response, account: str, password: str, method: str) -> str:
    """The credentials for a challenge; the password is the tests' own unless given."""
    text = challenge.headers.get_all("WWW-Authenticate")[0]
    nonce = text.partition('nonce="')[2].partition('"')[0]
    answer = Answer("sip:x", nonce, "auth", "00000001", "abc")
    ha1 = make_ha1(account, REALM, password or f"{account}-secret", Algorithm.SHA256)
    response = answer.response(Algorithm.SHA256, ha1, method)
    return (
        f'Digest username="{account}", realm="{REALM}", nonce="{nonce}", uri="sip:x", qop=auth, '
        f'nc=00000001, cnonce="abc", algorithm=SHA-256, response="{response}"'
    )


@dataclass
class Outgoing(Party):
    """A call that the peer makes."""

    @property
    def statuses(self) -> list[int]:
        """What its INVITE was answered, each once."""
        return list(dict.fromkeys(response.status for response in self.responses(self.branch)))

    def assert_ringing(self) -> None:
        """180, and no final answer."""
        assert self.statuses[-1] == 180, self.statuses

    def assert_answered(self) -> Response:
        """200: the dialog is taken from it."""
        response = self.final(self.branch)
        assert response.status == 200, response.status
        self.remote = str(response.to)
        self.target = str(response.contacts[0].uri)
        return response

    def assert_refused(self, status: int) -> Response:
        """A final answer of this status, which is acknowledged."""
        response = self.final(self.branch)
        assert response.status == status, response.status
        self.ack_refusal(response)
        return response

    def cancel(self) -> Response:
        """CANCEL the INVITE."""
        fields = [
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.cseq} CANCEL"),
        ]
        branch = self.peer.request("CANCEL", self.target, fields, branch=self.branch)
        return self.peer.responses_to(branch, "CANCEL")[-1]

    def pick_up(self) -> None:
        """Take the service's 200 and acknowledge it."""
        self.assert_answered()
        self.ack()


@dataclass
class Incoming(Party):
    """A call that the service offers to the peer."""

    invite: Request = field(kw_only=True)
    tag: str = field(default="peer", kw_only=True)

    @classmethod
    def of(cls, peer: ScriptedPeer, invite: Request) -> "Incoming":
        """Take up an INVITE of the service."""
        return cls(
            peer,
            invite.call_id,
            f"{invite.headers.get('To')};tag=peer",
            invite.headers.get("From") or "",
            str(invite.contacts[0].uri),
            invite=invite,
        )

    def ring(self, status: int = 180, body: str = "", **headers: str) -> None:
        """A provisional answer."""
        self.peer.answer(self.invite, status, body, tag=self.tag, **headers)

    def accept(self, body: str | None = None, *, tag: str = "", **headers: str) -> None:
        """200, with a description that takes A-law unless it is given."""
        sound = sdp(self.peer.host, "8 101") if body is None else body
        self.peer.answer(self.invite, 200, sound, tag=tag or self.tag, **headers)

    def refuse(self, status: int) -> None:
        """A final answer that is no 2xx."""
        self.peer.answer(self.invite, status, tag=self.tag)

    @property
    def cancel(self) -> Request | None:
        """The CANCEL of this INVITE, if one came."""
        mine = [
            r for r in self.peer.requests if r.method == "CANCEL" and r.via.branch == self.invite.via.branch
        ]
        return mine[0] if mine else None

    def assert_cancelled(self, reason: str = "") -> None:
        """CANCEL came, with this in its Reason; it and the INVITE are answered."""
        cancel = self.cancel
        assert cancel is not None, "not cancelled"
        assert reason in (cancel.headers.get("Reason") or "")
        self.peer.requests.remove(cancel)
        self.peer.answer(cancel, 200)
        self.refuse(487)
