"""All legs of a node: SIP events in, facts out; actions in, SIP and media out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from telephony.agenda import earlier
from telephony.call import actions as a
from telephony.call import facts as f
from telephony.legs.arriving import take_call
from telephony.legs.asking import ask, ask_member
from telephony.legs.dialling import dial
from telephony.legs.directory import Directory
from telephony.legs.due import do
from telephony.legs.gate import Admitted, Authenticated, Gate, Subscribing
from telephony.legs.inbound import InboundLeg
from telephony.legs.keys import take_key
from telephony.legs.media import Media
from telephony.legs.refer import carry_out
from telephony.legs.refusals import Refusals
from telephony.legs.registering import follow, take_registration
from telephony.legs.restore import restore
from telephony.legs.sockets import Sockets
from telephony.legs.source import examine_source
from telephony.legs.subscriptions import Subscriptions
from telephony.legs.telling import Telling
from telephony.legs.trunk_registration import TrunkRegistrations
from telephony.legs.waiting import keep_waiting, wait_on
from telephony.legs.watch import PACE, Pace, Watch
from telephony.legs.wire import Reply, Wire, uri_host
from telephony.sip import events as e
from telephony.sip.digest import Authenticator
from telephony.sip.endpoint import Endpoint
from telephony.sip.flow import Flow
from telephony.sip.message import Response
from telephony.sip.response_route import is_reliable
from telephony.sip.timers import Timers

OWNED_FOR = 70 * Timers().t1
"""Seconds after a 2xx to an INVITE in which more may come: 64*T1 (RFC 3261 13.2.2.4), and a little."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What legs are given from outside, so that they stay pure.

    `token` gives fresh unguessable text, `new_call` the id of a new call (UUIDv7), `random` a number in [0,
    1), `utc` the UTC of a monotonic time. `host` is how others reach us, `sockets` where we listen.
    """

    media: Media
    directory: Directory
    authenticator: Authenticator
    token: Callable[[], str]
    new_call: Callable[[], str]
    random: Callable[[], float]
    utc: Callable[[float], datetime]
    host: str
    sockets: Sockets
    pace: Pace = PACE


class Legs:
    """Feed it datagrams and actions, and after each empty `facts` and `messages_to_send`."""

    def __init__(self, endpoint: Endpoint, given: Surroundings) -> None:
        self._given = given
        self._endpoint = endpoint
        self._gate = Gate(given.directory, given.authenticator, endpoint.stateless_tag, self._unproven)
        host = uri_host(given.host)
        self._wire = Wire(endpoint, given.media, given.directory, given.token, given.random, given.utc, host)
        self.subscriptions = Subscriptions(self._wire, given.directory, self._gate)
        self.watch = Watch(self._wire, given.directory, given.sockets, given.pace)
        self.telling = Telling(self._wire)
        self.registrations = TrunkRegistrations(self._wire, given.directory, given.sockets)

    # ---- from the network, the media and the clock

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one datagram."""
        self._endpoint.receive(data, flow, now)
        self._take_events(now)

    def transport_failed(self, flow: Flow, now: float) -> None:
        """Nothing can be sent on this flow."""
        self._endpoint.transport_failed(flow, now)
        if is_reliable(flow):
            self.watch.connection_lost(flow, now)
        self._take_events(now)

    def playback_ended(self, leg_id: str, now: float) -> None:
        """The media side has played a prompt to its end."""
        leg = self._wire.legs.get(leg_id)
        if leg is not None:
            leg.played(now)

    def key_pressed(self, leg_id: str, signal: str, now: float) -> None:
        """A key was pressed in the sound of this leg."""
        leg = self._wire.legs.get(leg_id)
        if leg is not None:
            take_key(leg, signal, now)

    def get_timer(self) -> float | None:
        """When `handle_timer` is next due, in monotonic seconds."""
        return earlier(self._endpoint.get_timer(), self._wire.agenda.earliest())

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._endpoint.handle_timer(now)
        self._take_events(now)
        for key in self._wire.agenda.due(now):
            name, _, what = key.rpartition("/")
            if what == "watch":
                self.watch.due(name, now)
            elif what == "register":
                self.registrations.due(name, now)
            elif what in ("lamp", "lapse"):
                self.subscriptions.due(name, what, now)
            else:
                do(self._wire, key, now)

    # ---- up and down

    def facts(self) -> Iterable[f.Fact]:
        """What was observed, in order, each once."""
        while self._wire.facts:
            yield self._wire.facts.popleft()

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        """What is to be sent, once the facts are in the journal."""
        return self._endpoint.messages_to_send()

    @property
    def refusals(self) -> Refusals:
        """Requests that were not let in."""
        return self._gate.refusals

    @property
    def open_legs(self) -> int:
        """How many legs have not ended."""
        return len(self._wire.legs)

    def has(self, leg: str) -> bool:
        """Whether this leg has not ended."""
        return leg in self._wire.legs

    @property
    def is_empty(self) -> bool:
        """Nothing is kept of any leg: true when the last one has ended and no answer can come any more."""
        return self._wire.is_empty

    def restore(self, call: str, leg_id: str, dialog: dict[str, Any], now: float) -> bool:
        """Bring back a leg of an earlier life, so that it can be ended. False when it cannot be read."""
        leg = restore(self._wire, call, leg_id, dialog, now)
        if leg is not None:
            self._wire.adopt(leg)
        return leg is not None

    def perform(self, action: a.Action, now: float) -> None:
        """Do what the switchboard asks. A leg that has ended meanwhile is left in peace."""
        leg = self._wire.legs.get(action.leg)
        match action:
            case a.Dial():
                dial(self._wire, self._given.sockets, action, now)
            case a.EndLeg():
                if leg is not None:
                    leg.end(action, now)
            case (
                a.AlertCaller()
                | a.Announce()
                | a.AskForKey()
                | a.KeepWaiting()
                | a.PassEarlySound()
                | a.PickUp()
            ):
                if isinstance(leg, InboundLeg):
                    self._answer_caller(leg, action, now)
                elif leg is not None and isinstance(action, a.AskForKey):
                    ask_member(leg, action.prompt)
                elif leg is not None and isinstance(action, a.KeepWaiting):
                    wait_on(leg, action)
            case a.Connect():
                member = self._wire.legs.get(action.member_leg)
                if leg is not None and member is not None:
                    leg.connect_with(member, now)
            case a.TellPaused():
                self.telling.paused(action.phone, now)
            case _:
                carry_out(self._wire, action, now)

    def _answer_caller(
        self,
        leg: InboundLeg,
        action: a.AlertCaller | a.Announce | a.AskForKey | a.KeepWaiting | a.PassEarlySound | a.PickUp,
        now: float,
    ) -> None:
        match action:
            case a.AlertCaller():
                leg.alert(now)
            case a.Announce():
                leg.announce(action.prompt, action.early, now)
            case a.AskForKey():
                ask(leg, action.prompt, now)
            case a.KeepWaiting():
                keep_waiting(leg, action, now)
            case a.PassEarlySound():
                if (member := self._wire.legs.get(action.member_leg)) is not None:
                    leg.pass_early_sound(member, now)
            case a.PickUp():
                if (other := self._wire.legs.get(action.other)) is not None:
                    leg.pick_up(other, action, now)
            case _:
                assert_never(action)

    # ---- SIP events

    def _take_events(self, now: float) -> None:
        while (event := self._endpoint.next_event()) is not None:
            match event:
                case e.RequestReceived():
                    self._requested(event, now)
                case e.TransactionTimedOut(transaction=transaction) if transaction in self._wire.refusals:
                    self._wire.refusals[transaction].refusal_settled(now)
                case e.ResponseReceived() | e.TransactionTimedOut() | e.TransportFailed():
                    self._replied(event, now)
                case e.RefusalAcknowledged(transaction=transaction):
                    if (refused := self._wire.refusals.get(transaction)) is not None:  # else the gate's
                        refused.refusal_settled(now)
                # Whoever answers an INVITE is known until CANCEL is too late, and then until its ACK
                case e.CancelReceived(transaction=transaction):
                    self._wire.setups[transaction].cancelled(now)
                case e.AckReceived(transaction=transaction):
                    leg = self._wire.acks.pop(transaction)
                    leg.negotiation.acknowledged(event, now)
                case e.AckMissing(transaction=transaction):
                    leg = self._wire.acks.pop(transaction)
                    leg.negotiation.unacknowledged(now)
                case _:
                    assert_never(event)

    def _replied(self, event: Reply, now: float) -> None:
        owner = self._wire.owners.get(event.transaction)
        if owner is None:
            return
        response = event.response if isinstance(event, e.ResponseReceived) else None
        if response and response.status // 100 == 2 and response.cseq.method == "INVITE":
            self._wire.agenda.set(f"{event.transaction}/disown", now + OWNED_FOR)
        elif response is None or response.status >= 200:
            self._wire.owners.pop(event.transaction, None)
        owner(event, now)

    def _requested(self, event: e.RequestReceived, now: float) -> None:
        request = event.request
        tag = request.to.tag
        if request.method == "SUBSCRIBE" and tag is not None and self.subscriptions.receive(event, now):
            return
        if tag is not None:
            leg = self._wire.dialogs.get((request.call_id, tag))
            if leg is None or not leg.knows(request.from_.tag or ""):
                self._endpoint.respond_stateless(event.transaction, self._gate.refuse(request, 481))
            elif (refusal := examine_source(leg, event, self._given.directory, self._gate, now)) is not None:
                self._endpoint.respond_stateless(event.transaction, refusal)
            else:
                leg.receive(event, now)
            return
        verdict = self._gate.examine(request, event.flow, self._given.utc(now).timestamp())
        match verdict:
            case Response():
                self._endpoint.respond_stateless(event.transaction, verdict)
            case Authenticated():
                self._register(event, verdict, now)
            case Subscribing(account=account):
                self.subscriptions.begin(event, account, now)
            case Admitted():
                self._endpoint.respond(event.transaction, Response.to_request(request, 100), now)
                take_call(self._wire, self._gate, self._given.new_call(), event, verdict, now)
            case _:
                assert_never(verdict)

    def _register(self, event: e.RequestReceived, who: Authenticated, now: float) -> None:
        contacts = self._given.directory.contacts(who.account.name)
        at, tag = self._given.utc(now), self._given.token()
        response, fact = take_registration(event.request, who.account, contacts, event.flow, at, tag)
        if fact is not None:
            self._wire.facts.append(fact)
            self.watch.registered(fact.phone)
            follow(self._wire, contacts, fact, event.flow, now)
        self._endpoint.respond(event.transaction, response, now)

    def _unproven(self) -> int:
        """It is asked for calls to 112 alone, so it may look at all legs."""
        return sum(isinstance(leg, InboundLeg) and not leg.proven for leg in self._wire.legs.values())
