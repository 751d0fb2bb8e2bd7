"""Registrations of ours with trunks, as their registrars want it (RFC 3261 10.2).

One for each trunk, with the first of its gateways that takes it. Gateways of one operator stand before one
location service: registered by two of them, we would be two places there, and each call would come twice.
Where it was taken it is refreshed; a gateway that does not answer, or is unwell, is left for the next one.
When all have failed they are tried again after a time that doubles (RFC 5626 4.5).
"""

from dataclasses import dataclass, replace

from telephony.call.trunk_facts import TrunkRegistered, TrunkRegistrationLost
from telephony.legs.authorising import Attempt
from telephony.legs.directory import Directory, TrunkAccount
from telephony.legs.sockets import Sockets
from telephony.legs.wire import Reply, Wire
from telephony.sip.errors import ParseError
from telephony.sip.events import ResponseReceived
from telephony.sip.flow import Flow
from telephony.sip.grammar import parse_number
from telephony.sip.headers import Headers
from telephony.sip.login import Login
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import SipUri

BASE_SECONDS = 30.0
"""Before the first new try, and half of it at least (RFC 5626 4.5: what it says for when all have failed)."""

MOST_SECONDS = 1800.0
"""Between two tries, however many have failed (RFC 5626 4.5)."""

LEAST_SECONDS = 5.0
"""Between two refreshes, however short a time is granted."""

LONGEST_EXPIRES = 86_400
"""Seconds: what a registrar may make of ours by 423, and what its answer may say."""

NEXT_PLEASE = frozenset({408, 430, 480, 500, 502, 503, 504})
"""Answers after which another gateway may do better: the rest is said of us, not of the gateway."""


@dataclass(slots=True)
class _Binding:
    """One trunk that we register with. `place`: which of its gateways is tried; `tried`: how many were since
    the last good answer; `until`: when what was granted is over, None while we are not registered."""

    account: TrunkAccount
    call_id: str
    tag: str
    expires: int
    cseq: int = 0
    place: int = 0
    tried: int = 0
    failures: int = 0
    until: float | None = None
    is_told: bool = False  # that we are not registered
    waits: bool = False  # for an answer
    longer: bool = False  # a 423 was heeded
    flow: Flow | None = None  # by which we are registered
    login: Login | None = None  # who we said we are

    def goes_on(self, account: TrunkAccount) -> bool:
        """Whether it is what the plan still wants: the same account, at a gateway that is still there."""
        if replace(account, gateways=()) != replace(self.account, gateways=()):
            return False
        return (
            self.until is None
            or self.flow is None
            or any(self.flow.remote == (place.host, place.port) for place in account.gateways)
        )

    def renumber(self) -> int:
        """The next CSeq number: one registration has one series of them (RFC 3261 10.2)."""
        self.cseq += 1
        return self.cseq


class TrunkRegistrations:
    """Registers when the agenda says so, under the keys `trunk/NAME/register`."""

    def __init__(self, wire: Wire, directory: Directory, sockets: Sockets) -> None:
        self._wire = wire
        self._directory = directory
        self._sockets = sockets
        self._bindings: dict[str, _Binding] = {}
        self._leaving = 0

    # ---- what is to be

    def begin(self, now: float) -> None:
        """Be registered as the plan in force says. What is as before goes on; what failed is tried at once,
        for a password may have been set."""
        wanted = {account.trunk: account for account in self._directory.trunk_accounts()}
        for trunk, binding in list(self._bindings.items()):
            account = wanted.get(trunk)
            if account is not None and binding.goes_on(account):
                binding.account = account
            else:
                self._drop(binding, now)
                del self._bindings[trunk]
        for trunk, account in wanted.items():
            binding = self._bindings.get(trunk) or self._make(account)
            self._bindings[trunk] = binding
            if binding.until is None and not binding.waits:
                binding.failures = binding.tried = 0
                self._set(binding, now + self._wire.random())

    def _make(self, account: TrunkAccount) -> _Binding:
        wire = self._wire
        return _Binding(account, f"{wire.token()}@{wire.host}", wire.token(), account.expires)

    def end(self, now: float) -> None:
        """Be registered nowhere: the service stops."""
        for binding in self._bindings.values():
            self._drop(binding, now)
        self._bindings.clear()

    @property
    def is_leaving(self) -> bool:
        """Whether a registrar has yet to say that it let us go."""
        return self._leaving > 0

    def _drop(self, binding: _Binding, now: float) -> None:
        self._set(binding, None)
        if binding.flow is not None and binding.until is not None:
            self._leave(binding, binding.flow, now)
            self._lose(binding, 0, "left", now)

    def _leave(self, binding: _Binding, flow: Flow, now: float) -> None:
        self._leaving += 1
        self._send(binding, flow, 0, now)

    def due(self, name: str, now: float) -> None:
        """It is time to register with this trunk: `trunk/NAME`."""
        binding = self._bindings[name.removeprefix("trunk/")]  # whose key is taken out when it goes
        if binding.until is not None and now >= binding.until:
            self._lose(binding, 0, "no_answer", now)
        if not binding.waits:
            self._register(binding, now)

    def _set(self, binding: _Binding, when: float | None) -> None:
        self._wire.agenda.set(f"trunk/{binding.account.trunk}/register", when)

    # ---- REGISTER

    def _register(self, binding: _Binding, now: float) -> None:
        gateways = binding.account.gateways
        flow = self._sockets.way(gateways[binding.place % len(gateways)]) if gateways else None
        binding.tried += 1
        if flow is None:  # its names mean nothing yet, or no socket of ours gets there
            self._failed(binding, 0, 0, now)
            return
        binding.waits = True
        self._set(binding, binding.until)  # when it is over, whatever is still waited for
        self._send(binding, flow, binding.expires, now)

    def _send(self, binding: _Binding, flow: Flow, expires: int, now: float) -> None:
        """Send a REGISTER (RFC 3261 10.2); one for no seconds takes the registration back."""
        wire, account = self._wire, binding.account
        party = f"<sip:{account.user}@{account.domain}>"
        uri = f"sip:{account.domain}"
        headers = Headers(
            [
                ("Max-Forwards", "70"),
                ("From", f"{party};tag={binding.tag}"),
                ("To", party),
                ("Call-ID", binding.call_id),
                ("CSeq", f"{binding.renumber()} REGISTER"),
                ("Contact", f"{wire.contact(flow, uri, account.user)};expires={expires}"),
                ("Expires", str(expires)),
            ]
        )
        # Who we were goes with what we take back: the plan may be another by now
        login = (self._directory.login(account.trunk) if expires else None) or binding.login
        assert login is not None  # its registration is, or was, in the plan
        binding.login = login

        def replied(reply: Reply, now: float) -> None:
            if expires:
                self._replied(binding, flow, reply, now)
            else:
                self._leaving -= 1

        request = Request("REGISTER", uri, headers)
        Attempt(wire, account.trunk, login, request, flow, replied, binding.renumber).send(now)

    def _replied(self, binding: _Binding, flow: Flow, reply: Reply, now: float) -> None:
        response = reply.response if isinstance(reply, ResponseReceived) else None
        status = response.status if response else 0
        if response is not None and status < 200:
            return
        binding.waits = False
        if self._bindings.get(binding.account.trunk) is not binding:  # the plan is another by now
            if 200 <= status < 300:
                self._leave(binding, flow, now)
        elif response is not None and status < 300 and (seconds := self._granted(binding, flow, response)):
            self._taken(binding, flow, seconds, now)
        elif response is not None and _lengthens(binding, response):
            self._register(binding, now)
        else:
            self._failed(binding, status, _retry_after(response), now)

    def _granted(self, binding: _Binding, flow: Flow, response: Response) -> int:
        """For how many seconds we are registered: our Contact says it, else the message (RFC 3261 10.2.4)."""
        ours = NameAddr.parse(self._wire.contact(flow, "sip:", binding.account.user)).uri
        try:
            contacts, seconds = response.contacts, response.expires
        except ParseError:
            return binding.expires
        for contact in contacts:
            # Something on the way may have put another address in: a lone one is ours all the same
            if isinstance(contact.uri, SipUri) and (contact.uri.equivalent(ours) or len(contacts) == 1):
                seconds = seconds if contact.expires is None else contact.expires
        return min(binding.expires if seconds is None else seconds, LONGEST_EXPIRES)

    def _taken(self, binding: _Binding, flow: Flow, seconds: int, now: float) -> None:
        if binding.until is None or binding.flow != flow:
            at, trunk = self._wire.utc(now), binding.account.trunk
            self._wire.facts.append(
                TrunkRegistered(at=at, trunk=trunk, registrar=flow.remote, seconds=seconds)
            )
        binding.until, binding.flow = now + seconds, flow
        binding.tried = binding.failures = 0
        binding.is_told = binding.longer = False
        # Early enough for a try that times out (32 s) and another one, where so much was granted
        self._set(binding, now + max(seconds * (0.75 + 0.15 * self._wire.random()), LEAST_SECONDS))

    def _failed(self, binding: _Binding, status: int, wait: int, now: float) -> None:
        may_be_the_gateway = not status or status in NEXT_PLEASE
        if may_be_the_gateway:
            binding.place += 1
            if binding.tried < len(binding.account.gateways):
                self._register(binding, now)
                return
        binding.tried = 0
        binding.failures += 1
        if not may_be_the_gateway or binding.until is None or now >= binding.until:
            self._lose(binding, status, "no_answer" if may_be_the_gateway else "refused", now)
        seconds = min(MOST_SECONDS, BASE_SECONDS * 2 ** min(binding.failures, 10))
        again = now + max(seconds * (0.5 + 0.5 * self._wire.random()), wait)
        self._set(binding, again if binding.until is None else min(again, binding.until))

    def _lose(self, binding: _Binding, status: int, why: str, now: float) -> None:
        """Not registered any more, which is a fact once."""
        binding.until = None
        if not binding.is_told:
            binding.is_told = True
            at, trunk = self._wire.utc(now), binding.account.trunk
            self._wire.facts.append(TrunkRegistrationLost(at=at, trunk=trunk, status=status, why=why))


def _lengthens(binding: _Binding, refusal: Response) -> bool:
    """Whether a 423 asks for a longer time than ours (RFC 3261 10.2.8), which is then asked for, once."""
    least = parse_number(refusal.headers.get("Min-Expires") or "", LONGEST_EXPIRES)
    if refusal.status != 423 or binding.longer or least is None or least <= binding.expires:
        return False
    binding.expires, binding.longer = least, True
    binding.tried -= 1
    return True


def _retry_after(refusal: Response | None) -> int:
    """Seconds that it wants to be left alone (RFC 3261 20.33); 0 when it does not say."""
    text = (refusal.headers.get("Retry-After") or "") if refusal else ""
    digits = text.partition(";")[0].partition("(")[0].strip()
    return parse_number(digits, int(MOST_SECONDS)) or 0
