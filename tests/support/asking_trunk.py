"""A scripted trunk that registers us and asks who we are, on the stage."""

from telephony.sip.message import Request
from tests.support.digest_server import DigestServer
from tests.support.scripted_peer import ScriptedPeer
from tests.support.stage import GROUPS, NUMBERS, TRUNKS, Stage

NET = ("192.0.2.40", 5060)
NET_2 = ("192.0.2.41", 5060)
USER = "0853061000"

REGISTERED = """
[trunks.net]
gateways = ["192.0.2.40", "192.0.2.41"]
numbers = ["+4685306"]
emergency = true
number_format = "national"
[trunks.net.registration]
user = "anna@net.example"
realm = "net.example"
address_of_record = "0853061000@sip.net.example"
"""


class AskingTrunk:
    """The gateways of the trunk `net`, which answer REGISTER as `server` judges it."""

    def __init__(self, stage: Stage, server: DigestServer | None = None) -> None:
        self.stage = stage
        self.server = server or DigestServer("net.example", "anna@net.example", "net-secret")
        self.first = stage.peer(*NET)
        self.second = stage.peer(*NET_2)

    def challenge(self, request: Request, status: int = 401, *, stale: bool = False) -> None:
        """Ask who sends this request, at the first gateway."""
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        self.refuse_with(self.first, request, status, name, self.server.challenges(stale=stale))

    @staticmethod
    def refuse_with(peer: ScriptedPeer, request: Request, status: int, name: str, values: list[str]) -> None:
        """Answer with these values of one header."""
        fields = "".join(f"{name}: {value}\r\n" for value in values)
        kept = "".join(f"{key}: {request.headers.get(key)}\r\n" for key in ("Via", "From", "Call-ID", "CSeq"))
        to = f"To: {request.headers.get('To')}" + ("" if request.to.tag else ";tag=asks")
        peer.send(f"SIP/2.0 {status} Who\r\n{kept}{to}\r\n{fields}Content-Length: 0\r\n\r\n")

    def judge(self, request: Request, status: int = 401) -> str:
        """What the request says of who sends it."""
        name = "Authorization" if status == 401 else "Proxy-Authorization"
        return self.server.judge(request.method, request.uri, request.headers.get_all(name))

    def take(self) -> Request:
        """The oldest REGISTER at the first gateway, taken out with its repetitions."""
        request = self.first.take("REGISTER")
        kept = [other for other in self.first.requests if other.via.branch != request.via.branch]
        self.first.requests[:] = kept
        return request

    def register(self, seconds: str = "") -> Request:
        """Take the REGISTER that is on its way, challenge it, take the next and grant it."""
        self.challenge(self.take())
        again = self.take()
        assert self.judge(again) == "right"
        self.grant(again, seconds)
        return again

    def grant(self, request: Request, seconds: str = "", peer: ScriptedPeer | None = None) -> None:
        """200, with our Contact, for so many seconds or those that are asked for."""
        contact = request.headers.get("Contact") or ""
        if seconds:
            contact = f"{contact.partition(';expires')[0]};expires={seconds}"
        (peer or self.first).answer(request, 200, Contact=contact)


def registered_stage(more: str = "", trunk: str = REGISTERED) -> Stage:
    """A stage with the trunk `net`, which is told to register now."""
    return Stage(trunks=trunk + TRUNKS + more, groups=GROUPS, numbers=NUMBERS)
