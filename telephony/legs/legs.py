"""All legs of a node: SIP events in, facts out; actions in, SIP and media out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from telephony.call import actions as a
from telephony.call import facts as f
from telephony.errors import NoPortFree
from telephony.legs.content import ACCEPT, is_understood
from telephony.legs.directory import Directory
from telephony.legs.due import do
from telephony.legs.gate import RETRY_AFTER, Admitted, Authenticated, Gate
from telephony.legs.identity import present
from telephony.legs.inbound import DEFAULT_OFFER, InboundLeg
from telephony.legs.leg import Leg
from telephony.legs.media import Media
from telephony.legs.outbound import OutboundLeg
from telephony.legs.refer import carry_out
from telephony.legs.refusals import NotTaken, Refusals
from telephony.legs.registering import flow_to, take_registration
from telephony.legs.restore import restore
from telephony.legs.snapshot import without_names
from telephony.legs.source import examine_source
from telephony.legs.text import MAX_TOKEN, clean
from telephony.legs.watch import PACE, Pace, Watch
from telephony.legs.wire import Reply, Wire, uri_host
from telephony.sdp.errors import SdpError
from telephony.sdp.session import OfferedMedia, SdpSession
from telephony.sip import events as e
from telephony.sip.dialog import Dialog
from telephony.sip.digest import Authenticator
from telephony.sip.endpoint import Endpoint
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Response
from telephony.sip.timers import Timers
from telephony.sip.uri import request_target

RETRY_LATER = {"Retry_After": str(RETRY_AFTER)}

OWNED_FOR = 70 * Timers().t1
"""Seconds after a 2xx to an INVITE in which more may come: 64*T1 (RFC 3261 13.2.2.4), and a little."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What legs are given from outside, so that they stay pure.

    `token` gives fresh unguessable text, `new_call` the id of a new call (UUIDv7), `random` a number in [0,
    1), `utc` the UTC of a monotonic time. `host` is how others reach us, `listen` our first listening
    address.
    """

    media: Media
    directory: Directory
    authenticator: Authenticator
    token: Callable[[], str]
    new_call: Callable[[], str]
    random: Callable[[], float]
    utc: Callable[[float], datetime]
    host: str
    listen: tuple[str, int]
    pace: Pace = PACE


class Legs:
    """Feed it datagrams and actions, and after each empty `facts` and `messages_to_send`."""

    def __init__(self, endpoint: Endpoint, given: Surroundings) -> None:
        self._given = given
        self._endpoint = endpoint
        self._gate = Gate(given.directory, given.authenticator, endpoint.stateless_tag, self._unproven)
        host = uri_host(given.host)
        self._wire = Wire(endpoint, given.media, given.directory, given.token, given.random, given.utc, host)
        self.watch = Watch(self._wire, given.directory, given.listen, given.pace)

    # ---- from the network, the media and the clock

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one datagram."""
        self._endpoint.receive(data, flow, now)
        self._take_events(now)

    def transport_failed(self, flow: Flow, now: float) -> None:
        """Nothing can be sent on this flow."""
        self._endpoint.transport_failed(flow, now)
        self._take_events(now)

    def playback_ended(self, leg_id: str, now: float) -> None:
        """The media side has played a prompt to its end."""
        leg = self._wire.legs.get(leg_id)
        if leg is not None:
            leg.played(now)

    def get_timer(self) -> float | None:
        """When `handle_timer` is next due, in monotonic seconds."""
        times = [
            time for time in (self._endpoint.get_timer(), self._wire.agenda.earliest()) if time is not None
        ]
        return min(times, default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._endpoint.handle_timer(now)
        self._take_events(now)
        for key in self._wire.agenda.due(now):
            name, _, what = key.rpartition("/")
            if what == "watch":
                self.watch.due(name, now)
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

    @property
    def is_empty(self) -> bool:
        """Nothing is kept of any leg: true when the last one has ended and no answer can come any more."""
        return self._wire.is_empty

    def restore(self, call: str, leg_id: str, dialog: dict[str, Any], now: float) -> bool:
        """Bring back a leg of an earlier life, so that it can be ended. False when it cannot be read."""
        leg = restore(self._wire, call, leg_id, dialog, now)
        if leg is not None:
            self._adopt(leg)
        return leg is not None

    def perform(self, action: a.Action, now: float) -> None:
        """Do what the switchboard asks. A leg that has ended meanwhile is left in peace."""
        leg = self._wire.legs.get(action.leg)
        match action:
            case a.Dial():
                self._dial(action, now)
            case a.EndLeg():
                if leg is not None:
                    leg.end(action, now)
            case a.AlertCaller():
                if isinstance(leg, InboundLeg):
                    leg.alert(now)
            case a.Announce():
                if isinstance(leg, InboundLeg):
                    leg.announce(action.prompt, action.early, now)
            case a.PassEarlySound():
                member = self._wire.legs.get(action.member_leg)
                if isinstance(leg, InboundLeg) and member is not None:
                    leg.pass_early_sound(member, now)
            case a.Connect():
                member = self._wire.legs.get(action.member_leg)
                if leg is not None and member is not None:
                    leg.connect_with(member, now)
            case _:
                carry_out(self._wire, action, now)

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
        if tag is not None:
            leg = self._wire.dialogs.get((request.call_id, tag))
            if leg is None or not leg.is_with(request):
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
            case Admitted():
                self._endpoint.respond(event.transaction, Response.to_request(request, 100), now)
                self._take_call(event, verdict, now)
            case _:
                assert_never(verdict)

    def _register(self, event: e.RequestReceived, who: Authenticated, now: float) -> None:
        contacts = self._given.directory.contacts(who.account.name)
        at, tag = self._given.utc(now), self._given.token()
        response, fact = take_registration(event.request, who.account, contacts, event.flow, at, tag)
        if fact is not None:
            self._wire.facts.append(fact)
            self.watch.registered(fact.phone)
        self._endpoint.respond(event.transaction, response, now)

    # ---- INVITE

    def _take_call(self, event: e.RequestReceived, admitted: Admitted, now: float) -> None:
        request, call = event.request, self._given.new_call()
        opened = self._open_caller(call, event, admitted)
        if isinstance(opened, NotTaken):
            self._turn_away(call, event, admitted, opened, now)
            return
        dialog, session, offer = opened
        caller = admitted.caller
        leg = InboundLeg(
            self._wire,
            call,
            event,
            dialog,
            session,
            offer.codecs if offer else (),
            pinned=caller.origin is f.Origin.PHONE,
            hidden=caller.hidden,
            for_rescue=caller.for_rescue,
            proven=caller.proven,
            emergency=admitted.emergency,
        )
        leg.account, leg.trunk = caller.account, caller.trunk
        self._adopt(leg)
        leg.observe(
            f.CallArrived,
            now,
            origin=caller.origin,
            origin_name=caller.origin_name,
            member=caller.member,
            caller=caller.number,
            caller_name=caller.name,
            hidden=caller.hidden,
            dialled=admitted.dialled,
            sip_call_id=clean(request.call_id, MAX_TOKEN),
            max_forwards=admitted.max_forwards,
        )
        if offer:
            leg.negotiation.heed(offer.direction, now)
        leg.note_dialog(now)

    def _turn_away(
        self, call: str, event: e.RequestReceived, admitted: Admitted, reason: NotTaken, now: float
    ) -> None:
        """A call that ends as it comes is a fact too."""
        caller, function = admitted.caller, self._given.directory.function(admitted.dialled)
        self._wire.facts.append(
            f.CallRefused(
                at=self._given.utc(now),
                call=call,
                origin=caller.origin,
                origin_name=caller.origin_name,
                caller=caller.number,
                hidden=caller.hidden,
                dialled=admitted.dialled,
                number=admitted.dialled if function else "",
                function=function.name if function else "",
                protected=function is not None and function.protected,
                emergency=admitted.emergency,
                sip_call_id=clean(event.request.call_id, MAX_TOKEN),
                status=reason.status,
                why=reason.why,
            )
        )
        response = self._gate.refuse(event.request, reason.status, **reason.headers)
        self._endpoint.respond(event.transaction, response, now)

    def _open_caller(
        self, call: str, event: e.RequestReceived, admitted: Admitted
    ) -> tuple[Dialog, SdpSession, OfferedMedia | None] | NotTaken:
        """The dialog, a media port and what the caller offers; or why the INVITE cannot become a call."""
        request, leg_id = event.request, f"{call}.0"
        if not admitted.emergency and (why := self._given.directory.takes_no_call(admitted.caller)):
            return NotTaken(503, why, RETRY_LATER)
        if admitted.loops:
            return NotTaken(482, "loop")
        understood = is_understood(request)
        if not understood and not admitted.emergency:
            return NotTaken(415, "its body is no session description", ACCEPT)
        try:
            dialog = without_names(Dialog.as_uas(request, self._given.token()))
            address = self._given.media.open(leg_id, event.flow.remote[0], emergency=admitted.emergency)
        except ParseError as error:
            return NotTaken(error.status, "its Contact or Record-Route is malformed")
        except NoPortFree:
            return NotTaken(503, "no_port", RETRY_LATER)
        session = SdpSession(self._session_id(), address)
        try:
            # To 112 with more in it than sound, such as where somebody is: then the offer is ours
            offer = session.receive_offer(request.body) if request.body and understood else None
            return dialog, session, offer
        except SdpError as error:
            self._given.media.close(leg_id)
            return NotTaken(error.status, f"no sound in common: {error}")

    def _session_id(self) -> int:
        return int(self._given.random() * 2**48)

    def _adopt(self, leg: Leg) -> None:
        self._wire.legs[leg.id] = leg
        self._wire.dialogs[leg.key] = leg

    # ---- Dial

    def _dial(self, action: a.Dial, now: float) -> None:
        call = action.leg.rpartition(".")[0]
        caller_leg = self._wire.legs.get(action.caller_leg)
        for_rescue = caller_leg.for_rescue if isinstance(caller_leg, InboundLeg) else None
        action, identity = present(action, for_rescue, self._given.directory, self._wire.host)
        way = self._way(action)
        try:
            host = way[2].remote[0] if way else ""
            address = self._given.media.open(action.leg, host, emergency=action.emergency) if way else None
        except NoPortFree:
            address = None
        if way is None or address is None:
            self._wire.facts.append(
                f.MemberRefused(at=self._given.utc(now), call=call, leg=action.leg, status=503)
            )
            return
        uri, route, flow = way
        session = SdpSession(self._session_id(), address)
        leg = OutboundLeg(self._wire, call, action.leg, flow, session, pinned=action.contact is not None)
        leg.hides_caller, leg.identity = for_rescue is not None, identity
        leg.account, leg.trunk = action.target.phone, action.target.trunk
        codecs = (caller_leg.passed_on if caller_leg else ()) or DEFAULT_OFFER
        leg.dial(action, uri, route, codecs, now)
        self._adopt(leg)

    def _unproven(self) -> int:
        """It is asked for calls to 112 alone, so it may look at all legs."""
        return sum(isinstance(leg, InboundLeg) and not leg.proven for leg in self._wire.legs.values())

    def _way(self, action: a.Dial) -> tuple[str, tuple[str, ...], Flow] | None:
        """Request-URI, route and flow; None when nobody has said where the target is."""
        contact = action.contact
        if contact is not None:
            return request_target(contact.uri), contact.path, flow_to(contact)
        target = action.target
        if target.gateway is None:
            return None
        host, port = target.gateway
        uri = f"sip:{target.number}@{uri_host(host)}:{port}"
        return uri, (), Flow("UDP", self._given.listen, target.gateway)
