"""Who still answers: OPTIONS to the trunks' gateways and to registered phones (RFC 3261 11).

What it finds are facts, made when somebody is lost or found and not at each answer. To phones it also keeps
the way through a NAT open.
"""

from collections import deque
from dataclasses import dataclass
from functools import partial

from routing.places import Place
from telephony.call import house_facts as h
from telephony.legs.content import SDP
from telephony.legs.directory import Directory
from telephony.legs.registering import flow_to
from telephony.legs.sockets import Sockets
from telephony.legs.wire import Handler, Reply, Wire
from telephony.sip.events import ResponseReceived, TransportFailed
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.uri import request_target

PHONES = "phones"
AGAIN = "again/"
AGAIN_SECONDS = 5.0
"""After which a phone is asked once more that could not be reached where it says that it listens."""

_UNWELL = frozenset({408, 500, 502, 503, 504})
"""Answers of a gateway that is there and does not get on: to a call it would say the same."""


MOST_OF_CONNECTION = 64
"""Phones that are asked at once when their connection is closed: as many OPTIONS as may wait for a new one to
open (`net.streams`). Of more, behind one proxy, the others have their turn."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is asked, in seconds, and how many silences in a row lose somebody.

    A gateway is asked every `gateway_seconds`, give or take the part `gateway_jitter` of it; a phone each
    `phone_seconds`, between these two. At most `phones_per_second` are asked: with more phones than that
    allows a round takes longer.
    """

    gateway_seconds: float = 10.0
    gateway_jitter: float = 0.1
    gateway_misses: int = 3
    phone_seconds: tuple[float, float] = (30.0, 60.0)
    phone_misses: int = 2
    phones_per_second: float = 200.0


PACE = Pace()


@dataclass(slots=True)
class _Asked:
    """One that is asked. `waiting`: for the answer to the last request; `has_answered`: in this life."""

    waiting: bool = False
    misses: int = 0
    has_answered: bool = False

    def ask(self) -> None:
        """One more request goes out; the last one was for nothing if it still waits."""
        if self.waiting:
            self.misses += 1
        self.waiting = True

    def heard(self) -> None:
        """An answer came."""
        self.waiting, self.misses, self.has_answered = False, 0, True


class Watch:
    """Asks when the agenda says so, under the keys `gateway/ADDRESS/watch`, `phones/watch` and
    `again/ACCOUNT/watch`."""

    def __init__(self, wire: Wire, directory: Directory, sockets: Sockets, pace: Pace) -> None:
        self._wire = wire
        self._directory = directory
        self._sockets = sockets
        self._pace = pace
        self._gateways: dict[str, tuple[Place, _Asked]] = {}
        self._phones: dict[str, _Asked] = {}
        self._round: deque[str] = deque()  # the phones that are still to be asked in this round
        self._round_size = 0
        self._probes: dict[str, bool] = {}  # phones without a connection: whether they are asked a last time

    def begin(self, now: float) -> None:
        """Watch over the plan in force from now on. Who was watched before goes on being so; who no longer is
        counts as there."""
        self.look_up_gateways(now)
        self._set(PHONES, now + self._wire.random())

    def look_up_gateways(self, now: float) -> None:
        """The plan is another, or its names mean something else."""
        before, self._gateways = self._gateways, {}
        for address in self._directory.watched_gateways():
            name = f"gateway/{address}"
            self._gateways[name] = before.get(name) or (address, _Asked())
            if name not in before:
                self._set(name, now + self._wire.random())
        for name, (address, _) in before.items():
            if name not in self._gateways and not self._directory.is_up(address):
                self._wire.facts.append(h.GatewayFound(at=self._wire.utc(now), gateway=address))

    def due(self, name: str, now: float) -> None:
        """It is time for these."""
        if name == PHONES:
            self._ask_next_phone(now)
        elif name.startswith(AGAIN):
            self._ask_once_more(name.removeprefix(AGAIN), now)
        elif name in self._gateways:  # else it has left the plan
            self._ask_gateway(name, now)

    def _set(self, name: str, when: float) -> None:
        self._wire.agenda.set(f"{name}/watch", when)

    # ---- gateways

    def _ask_gateway(self, name: str, now: float) -> None:
        address, asked = self._gateways[name]
        asked.ask()
        # One that has never answered may not know OPTIONS: calls tell what it is worth
        silent = asked.misses >= self._pace.gateway_misses and asked.has_answered
        if silent:
            self._lose(address, now)
        flow = self._sockets.way(address)
        if flow is None:
            self._lose(address, now)
        else:
            self._ask(address.uri(), (), flow, partial(self._gateway_replied, name), now)
        jitter = self._pace.gateway_jitter * (2.0 * self._wire.random() - 1.0)
        self._set(name, now + self._pace.gateway_seconds * (1.0 + jitter))

    def _lose(self, gateway: Place, now: float) -> None:
        if self._directory.is_up(gateway):
            self._wire.facts.append(h.GatewayLost(at=self._wire.utc(now), gateway=gateway))

    def _gateway_replied(self, name: str, reply: Reply, now: float) -> None:
        if name in self._gateways and isinstance(reply, TransportFailed):
            self._lose(self._gateways[name][0], now)  # there is no way to it: that need not be asked again
        if name not in self._gateways or not isinstance(reply, ResponseReceived):
            return
        if reply.response.status < 200 or reply.response.status in _UNWELL:
            return
        address, asked = self._gateways[name]
        asked.heard()
        if not self._directory.is_up(address):
            self._wire.facts.append(h.GatewayFound(at=self._wire.utc(now), gateway=address))

    # ---- phones

    def registered(self, account: str) -> None:
        """A REGISTER of the phone was accepted: it is there."""
        self._phones.pop(account, None)
        self._probes.pop(account, None)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """A connection is closed. Phones that registered by it are asked at once, whether they like OPTIONS
        or not: one to which there is no other way cannot be reached before it registers anew."""
        for account in self._directory.accounts_by(flow.transport, flow.remote)[:MOST_OF_CONNECTION]:
            if account not in self._probes and not self._directory.is_lost(account):
                self._probes[account] = False
                self._ask_contacts(account, now)

    def _ask_next_phone(self, now: float) -> None:
        """Phones are asked one by one, spread over the time of a round."""
        if not self._round:
            watched = self._directory.watched_phones()
            for name in self._phones.keys() - set(watched):
                if self._directory.is_lost(name):
                    self._wire.facts.append(h.PhoneFound(at=self._wire.utc(now), phone=name))
            self._phones = {name: self._phones.get(name) or _Asked() for name in watched}
            self._round = deque(watched)
            self._round_size = len(watched)
        if self._round:
            self._ask_phone(self._round.popleft(), now)
        shortest, longest = self._pace.phone_seconds
        period = shortest + (longest - shortest) * self._wire.random()
        gap = max(period / max(self._round_size, 1), 1.0 / self._pace.phones_per_second)
        self._set(PHONES, now + gap)

    def _ask_phone(self, account: str, now: float) -> None:
        asked = self._phones.setdefault(account, _Asked())
        asked.ask()
        contacts = self._directory.contacts(account)
        if contacts and asked.misses >= self._pace.phone_misses and not self._directory.is_lost(account):
            self._wire.facts.append(h.PhoneLost(at=self._wire.utc(now), phone=account))
        self._ask_contacts(account, now)

    def _ask_contacts(self, account: str, now: float) -> None:
        for contact in self._directory.contacts(account):
            uri, flow = request_target(contact.uri), flow_to(contact)
            self._ask(uri, contact.path, flow, partial(self._phone_replied, account, flow), now)

    def _phone_replied(self, account: str, flow: Flow, reply: Reply, now: float) -> None:
        """Any final answer is one: a phone that does not know OPTIONS says so. One that nothing can be sent
        to is lost; of several contacts the others may be there."""
        if isinstance(reply, TransportFailed):
            self._no_way_to(account, flow, now)
        else:
            self._probes.pop(account, None)
        if not isinstance(reply, ResponseReceived) or reply.response.status < 200:
            return
        if account in self._phones:
            self._phones[account].heard()
        if self._directory.is_lost(account):
            self._wire.facts.append(h.PhoneFound(at=self._wire.utc(now), phone=account))

    def _ask_once_more(self, account: str, now: float) -> None:
        if account in self._probes:  # else it has registered anew
            self._probes[account] = True
            self._ask_contacts(account, now)

    def _no_way_to(self, account: str, flow: Flow, now: float) -> None:
        ways = [flow_to(contact) for contact in self._directory.contacts(account)]
        is_last = self._probes.pop(account, False)
        if ways != [flow] or self._directory.is_lost(account):
            return
        if flow.reopen is None or is_last:
            self._wire.facts.append(h.PhoneLost(at=self._wire.utc(now), phone=account))
        else:  # it says that it listens, and may be about to
            self._probes[account] = False
            self._set(f"{AGAIN}{account}", now + AGAIN_SECONDS)

    # ---- OPTIONS

    def _ask(self, uri: str, route: tuple[str, ...], flow: Flow, handler: Handler, now: float) -> None:
        wire = self._wire
        headers = Headers(
            [
                *[("Route", hop) for hop in route],
                ("Max-Forwards", "70"),
                ("From", f"<sip:vaxeln@{wire.host}>;tag={wire.token()}"),
                ("To", f"<{uri}>"),
                ("Call-ID", f"{wire.token()}@{wire.host}"),
                ("CSeq", "1 OPTIONS"),
                ("Contact", wire.contact(flow, uri)),
                ("Accept", SDP),
            ]
        )
        transaction = wire.endpoint.send_request(Request("OPTIONS", uri, headers), flow, now)
        wire.owners[transaction] = handler
