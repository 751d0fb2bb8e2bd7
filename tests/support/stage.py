"""A whole node on a virtual clock with scripted peers round it: callers at trunks, members at phones."""

from itertools import count
from typing import TypeVar

from telephony.call import facts as f
from telephony.legs.sockets import Sockets
from telephony.sip.flow import Flow
from telephony.sip.framing import parse_datagram
from telephony.sip.message import Request, Response
from tests.support.plans import BYGGLOV, MAIN, tables_of
from tests.support.scripted_peer import Incoming, Outgoing, ScriptedPeer, sdp
from tests.support.switchboard import ADDRESS, REALM, SOCKETS, VirtualNode

CALLER = "+46701740605"
CLOSED = "+46853061400"
CLOSED_EARLY = "+46853061300"
DIRECT = "+46853061500"

TRUNKS = """
[trunks.operator]
peers = ["192.0.2.10"]
numbers = ["+4685306"]
[trunks.pbx]
peers = ["192.0.2.20"]
trusted_identity = true
[trunks.alarm]
peers = ["192.0.2.30:5080"]
emergency = true
[trunks.reserve]
peers = ["192.0.2.31"]
emergency = true
"""

NUMBERS = f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "alltid"
destination = {{ group = "kc" }}
no_answer = {{ reject = 480 }}
busy = {{ reject = 486 }}
nobody_there = {{ reject = 480 }}
[numbers."{BYGGLOV}"]
function = "Bygglov"
calendar = "alltid"
destination = {{ group = "bygglov" }}
no_answer = {{ announcement = "closed" }}
[numbers."{CLOSED}"]
function = "Förskola"
calendar = "aldrig"
destination = {{ group = "kc" }}
closed = {{ announcement = "closed" }}
[numbers."{CLOSED_EARLY}"]
function = "Socialtjänst"
calendar = "aldrig"
destination = {{ group = "kc" }}
closed = {{ announcement = "closed", early = true }}
[numbers."{DIRECT}"]
function = "Växel"
calendar = "alltid"
destination = {{ group = "vd" }}
no_answer = {{ reject = 480 }}
busy = {{ reject = 486 }}
nobody_there = {{ reject = 480 }}
"""

GROUPS = """
[groups]
kc = { name = "Kontaktcenter", members = ["amina", "bengt"] }
bygglov = { name = "Bygglov", members = ["david", "elif"], strategy = "linear", ring_seconds = 15 }
vd = { name = "Växel", members = ["amina"] }
"""

PHONES = {
    "kc1": ("192.0.2.101", 5060),
    "kc2": ("192.0.2.102", 5060),
    "bygg1": ("192.0.2.111", 5060),
    "bygg1m": ("192.0.2.112", 5060),
    "bygg2": ("192.0.2.113", 5060),
}

F = TypeVar("F", bound=f.Fact)


class Stage:
    """The node, its time, and everybody who talks to it. What is sent to nobody is an error."""

    def __init__(self, virtual: VirtualNode | None = None, sockets: Sockets = SOCKETS, **parts: str) -> None:
        tables = tables_of(1, **{"trunks": TRUNKS, "groups": GROUPS, "numbers": NUMBERS, **parts})
        self.virtual = virtual or VirtualNode(tables, sockets=sockets)
        self.node = self.virtual.node
        self.media = self.virtual.media
        self.tables = tables
        self.now = 0.0
        self.peers: dict[tuple[str, int], ScriptedPeer] = {}
        self.flows: list[Flow] = []
        """Where was sent to."""
        self._calls = count(1)
        self.operator = self.peer("192.0.2.10")
        self.pbx = self.peer("192.0.2.20")
        self.alarm = self.peer("192.0.2.30", 5080)
        self.reserve = self.peer("192.0.2.31")

    def peer(self, host: str, port: int = 5060) -> ScriptedPeer:
        """Whoever is at this address."""
        address = (host, port)
        if address not in self.peers:
            self.peers[address] = ScriptedPeer(address, self._deliver)
        return self.peers[address]

    def phone(self, account: str) -> ScriptedPeer:
        """The phone of an account of the plan, registered or not."""
        return self.peer(*PHONES[account])

    def register(self, *accounts: str) -> None:
        """Register the phones of these accounts."""
        for account in accounts:
            assert self.phone(account).register(account).status == 200

    # ---- time and datagrams

    def _deliver(self, data: bytes, flow: Flow) -> None:
        self.node.receive(data, flow, self.now)
        self.pump()

    def pump(self) -> None:
        """Carry what the node sends to its peers."""
        for data, flow in self.node.messages_to_send():
            message = parse_datagram(data)
            assert flow.local[0] == ADDRESS[0] or ":" in flow.remote[0]
            self.flows.append(flow)
            assert flow.remote in self.peers, f"sent to nobody at {flow.remote}: {data!r}"
            if isinstance(message, Request):
                self.peers[flow.remote].requests.append(message)
            elif isinstance(message, Response):
                self.peers[flow.remote].responses.append(message)

    def run_until(self, end: float) -> None:
        """Let all happen that is due until then."""
        while (due := self.node.get_timer()) is not None and due <= end:
            self.now = max(self.now, due)
            self.node.handle_timer(self.now)
            self.pump()
        self.now = end

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(self.now + seconds)

    def loud(self, *legs: str) -> None:
        """Sound comes from these legs now."""
        for leg in legs:
            self.media.heard_at[leg] = self.now

    # ---- calls

    def call(
        self,
        number: str = MAIN,
        *fields: tuple[str, str],
        peer: ScriptedPeer | None = None,
        body: str | None = None,
        caller: str = CALLER,
        host: str = "",
        uri: str = "",
        call_id: str = "",
    ) -> Outgoing:
        """An INVITE from a trunk, or from `peer`. Without `body` it offers A-law, mu-law and keys."""
        peer = peer or self.operator
        name = call_id or f"call-{next(self._calls)}@{peer.host}"
        target = uri or f"sip:{number}@{ADDRESS[0]}"
        address = f"<sip:{caller}@{host or peer.host}>;tag=caller"
        outgoing = Outgoing(peer, name, address, f"<{target}>", target)
        sound = sdp(peer.host) if body is None else body
        outgoing.branch = outgoing.request("INVITE", sound, *fields)
        return outgoing

    def dial_from(self, account: str, number: str = MAIN, *fields: tuple[str, str]) -> Outgoing:
        """A call of a phone, which answers the challenge."""
        peer = self.phone(account)
        target = f"sip:{number}@{REALM}"
        outgoing = Outgoing(
            peer, f"call-{next(self._calls)}", f"<sip:{account}@{REALM}>;tag=c", f"<{target}>", target
        )
        outgoing.authenticated("INVITE", account, "", *fields, body=sdp(peer.host))
        return outgoing

    def offered(self, account: str) -> Incoming:
        """The call that this phone is being offered."""
        return self.offered_at(self.phone(account))

    def offered_at(self, peer: ScriptedPeer) -> Incoming:
        """The call that this peer is being offered."""
        return Incoming.of(peer, peer.take("INVITE"))

    def connected(self, number: str = DIRECT, account: str = "kc1") -> tuple[Outgoing, Incoming]:
        """A caller and a member who talk with each other."""
        self.register(account)
        caller = self.call(number)
        member = self.offered(account)
        member.accept()
        member.peer.take("ACK")
        caller.pick_up()
        return caller, member

    # ---- what the journal has

    def facts(self, kind: type[F]) -> list[F]:
        """The facts of this kind so far."""
        return [fact for fact in self.virtual.journal.facts if isinstance(fact, kind)]

    def outcome(self) -> f.CallEnded:
        """How the only call, or the last one, ended."""
        return self.facts(f.CallEnded)[-1]

    def assert_all_over(self) -> None:
        """No call, leg, port or anything else is left of what was."""
        assert not self.virtual.switchboard.calls
        assert self.node.is_idle
        assert not self.media.open_legs

    def assert_nothing_kept(self) -> None:
        """As above; and after 64*T1 nothing is waited for any more but registrations."""
        self.wait(80.0)
        self.assert_all_over()
        assert self.node.legs.is_empty
        assert self.node.legs.get_timer() is None
        assert self.virtual.endpoint.counts.transactions == 0
