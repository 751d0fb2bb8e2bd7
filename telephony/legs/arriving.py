"""An INVITE that was let in becomes a leg and the first fact of a call, or is turned away, which is a fact
too."""

from telephony.call import facts as f
from telephony.call.pickup_facts import PickUpRequested
from telephony.errors import NoPortFree
from telephony.legs.content import ACCEPT, is_understood, warning_of
from telephony.legs.edge import origin_of
from telephony.legs.gate import RETRY_AFTER, Admitted, Gate
from telephony.legs.inbound import DEFAULT_OFFER, InboundLeg
from telephony.legs.leg import Leg
from telephony.legs.refusals import NotTaken
from telephony.legs.replaces import replaced_by
from telephony.legs.snapshot import without_names
from telephony.legs.text import MAX_TOKEN, clean
from telephony.legs.wire import Wire
from telephony.sdp.errors import SdpError
from telephony.sdp.session import OfferedMedia, SdpSession
from telephony.sip import events as e
from telephony.sip.dialog import Dialog
from telephony.sip.errors import ParseError

RETRY_LATER = {"Retry_After": str(RETRY_AFTER)}


def take_call(
    wire: Wire, gate: Gate, call: str, event: e.RequestReceived, admitted: Admitted, now: float
) -> None:
    """Make a leg of an INVITE that was let in, or refuse it; either way there is a fact. `call` is its id."""
    request = event.request
    # To 112 nobody takes a place in a call
    replaced = None if admitted.emergency else replaced_by(wire, request, admitted.caller)
    opened = replaced if isinstance(replaced, NotTaken) else _open_caller(wire, call, event, admitted)
    if isinstance(opened, NotTaken):
        _turn_away(wire, gate, call, event, admitted, opened, now)
        return
    dialog, session, offer = opened
    caller = admitted.caller
    leg = InboundLeg(
        wire,
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
    if wire.directory.is_edge(event.flow.remote):
        leg.behind = origin_of(request, event.flow, wire.directory)
    wire.adopt(leg)
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
    if isinstance(replaced, Leg):
        leg.observe(PickUpRequested, now, of=replaced.id)


def _turn_away(
    wire: Wire,
    gate: Gate,
    call: str,
    event: e.RequestReceived,
    admitted: Admitted,
    reason: NotTaken,
    now: float,
) -> None:
    """A call that ends as it comes is a fact too."""
    caller, function = admitted.caller, wire.directory.function(admitted.dialled)
    wire.facts.append(
        f.CallRefused(
            at=wire.utc(now),
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
    response = gate.refuse(event.request, reason.status, **reason.headers)
    wire.endpoint.respond(event.transaction, response, now)


def _open_caller(
    wire: Wire, call: str, event: e.RequestReceived, admitted: Admitted
) -> tuple[Dialog, SdpSession, OfferedMedia | None] | NotTaken:
    """The dialog, a media port and what the caller offers; or why the INVITE cannot become a call."""
    request, leg_id = event.request, f"{call}.0"
    if not admitted.emergency and (why := wire.directory.takes_no_call(admitted.caller)):
        return NotTaken(503, why, RETRY_LATER)
    if admitted.loops:
        return NotTaken(482, "loop")
    understood = is_understood(request)
    if not understood and not admitted.emergency:
        return NotTaken(415, "its body is no session description", ACCEPT)
    try:
        dialog = without_names(Dialog.as_uas(request, wire.token()))
        host = event.flow.remote[0]
        policy = wire.directory.sound_of(host, emergency=admitted.emergency)
        address = wire.media.open(leg_id, host, emergency=admitted.emergency, allows=policy.allows)
    except ParseError as error:
        return NotTaken(error.status, "its Contact or Record-Route is malformed")
    except NoPortFree:
        return NotTaken(503, "no_port", RETRY_LATER)
    session = SdpSession(wire.session_id(), address, policy)
    try:
        # To 112 with more in it than sound, such as where somebody is: then the offer is ours
        offer = session.receive_offer(request.body) if request.body and understood else None
        if offer is None:
            policy.require(DEFAULT_OFFER)
        return dialog, session, offer
    except SdpError as error:
        wire.media.close(leg_id)
        return NotTaken(error.status, f"no sound in common: {error}", warning_of(error, wire.host))
