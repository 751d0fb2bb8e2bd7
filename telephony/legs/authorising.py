"""Answers to 401 and 407: who we are, told to a trunk that asks for it (RFC 3261 22), and to nobody else.

A request to a trunk with a registration in the plan is sent by an `Attempt`, which takes a challenge for
itself and sends the request again with the next CSeq; whoever sent it sees the last answer alone. It answers
when the realm is the plan's and the request went to that trunk: a phone, another trunk, or whom a Contact or
Record-Route has named elsewhere gets nothing, and its refusal is what it is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from telephony.call.trunk_facts import TrunkCredentialsRefused
from telephony.legs.text import MAX_NAME, clean
from telephony.legs.wire import Handler, Reply, Wire
from telephony.sip.challenge import Challenge
from telephony.sip.events import ResponseReceived
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.login import ANSWERED_IN, Login, realms_of
from telephony.sip.message import Request, Response

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

Given = tuple[tuple[str, str], ...]
"""The headers that say who we are."""

Renumber = Callable[[], int | None]
"""The CSeq number to send a request again with; None when it is wanted no more."""

Resent = Callable[[Request, str, Given, float], None]
"""Hears of a request that was sent in place of another: it, its transaction, and its credentials."""


def _unheard(request: Request, transaction: str, given: Given, now: float) -> None:
    pass


class Attempt:
    """One request of ours to a trunk, and what is sent in its place once it is challenged.

    Each nonce is answered once, and for each kind of challenge a second one only if it says that the first is
    stale: else the password is wrong, and to try on would lock us out.
    """

    def __init__(
        self,
        wire: Wire,
        trunk: str,
        login: Login,
        request: Request,
        flow: Flow,
        handler: Handler,
        renumber: Renumber,
        resent: Resent = _unheard,
    ) -> None:
        self._wire = wire
        self._trunk = trunk
        self._login = login
        self._request = request
        self._flow = flow
        self._handler = handler
        self._renumber = renumber
        self._resent = resent
        self._answered: dict[str, list[Challenge]] = {}  # by header

    def send(self, now: float) -> str:
        """Send it, and return its transaction."""
        transaction = self._wire.endpoint.send_request(self._request, self._flow, now)
        self._wire.owners[transaction] = self._replied
        return transaction

    def _replied(self, reply: Reply, now: float) -> None:
        if isinstance(reply, ResponseReceived) and reply.response.status in (401, 407):
            number = self._renumber()
            if number is not None and self._take(reply.response, now):
                self._send_again(number, now)
                return
        self._handler(reply, now)

    def _take(self, refusal: Response, now: float) -> bool:
        """Note the challenges that are to be answered; False when there are none, which is a fact."""
        found = {header: self._login.challenge_in(refusal, header) for header in ANSWERED_IN}
        fresh = {header: challenge for header, challenge in found.items() if challenge is not None}
        if fresh and all(self._may_answer(*pair) for pair in fresh.items()):
            for header, challenge in fresh.items():
                self._answered.setdefault(header, []).append(challenge)
            return True
        realms = realms_of(refusal)
        if not self._login.ha1:
            why = "no_password"
        elif fresh:
            why = "password"
        else:
            why = "algorithm" if self._login.realm in realms else "realm"
        self._wire.facts.append(
            TrunkCredentialsRefused(
                at=self._wire.utc(now),
                trunk=self._trunk,
                method=self._request.method,
                realm=clean(", ".join(realms), MAX_NAME),
                why=why,
            )
        )
        return False

    def _may_answer(self, header: str, challenge: Challenge) -> bool:
        before = self._answered.get(header, [])
        if not before:
            return True
        is_stale = (challenge.get("stale") or "").lower() == "true"
        return is_stale and len(before) == 1 and challenge.get("nonce") != before[0].get("nonce")

    def _send_again(self, number: int, now: float) -> None:
        """The same with a new branch, the next CSeq, and who we are (RFC 3261 8.1.3.5)."""
        before, login = self._request, self._login
        given = tuple(
            (
                ANSWERED_IN[header],
                login.answer(
                    challenges[-1],
                    before.method,
                    before.uri,
                    self._wire.token(),
                    self._wire.nonces.next(challenges[-1].get("nonce") or ""),
                ),
            )
            for header, challenges in self._answered.items()
        )
        old = set(ANSWERED_IN.values())
        headers = Headers([*[pair for pair in before.headers if pair[0] not in old], *given])
        headers.set("CSeq", f"{number} {before.method}")
        self._request = Request(before.method, before.uri, headers, before.body)
        self._resent(self._request, self.send(now), given, now)


def send_from(
    leg: "Leg",
    request: Request,
    flow: Flow,
    now: float,
    handler: Handler,
    renumber: Renumber,
    resent: Resent = _unheard,
) -> str:
    """Send a request of a leg and return its transaction; what its far end asks for first is answered if that
    is the trunk."""
    wire = leg.wire
    if leg.trunk and (login := _login(leg, flow)) is not None:
        return Attempt(wire, leg.trunk, login, request, flow, handler, renumber, resent).send(now)
    transaction = wire.endpoint.send_request(request, flow, now)
    wire.owners[transaction] = handler
    return transaction


def ack_from(leg: "Leg", ack: Request, flow: Flow) -> None:
    """Send the ACK of a 2xx, with the credentials of its INVITE (RFC 3261 13.2.2.4) if it goes to the
    trunk."""
    if leg.credentials and _login(leg, flow) is not None:
        for name, value in leg.credentials:
            ack.headers.add(name, value)
    leg.wire.endpoint.send_ack(ack, flow)


def _login(leg: "Leg", flow: Flow) -> Login | None:
    """Who we are to who is at the end of this flow: nobody, unless that is the leg's trunk. It is where its
    INVITE came from or went to, and any of its peers in the plan."""
    directory = leg.wire.directory
    login = directory.login(leg.trunk)
    if login is None or flow.remote[0] == leg.way.remote[0]:
        return login
    at = directory.trunk_at(flow.remote)
    return login if at is not None and at.name == leg.trunk else None
