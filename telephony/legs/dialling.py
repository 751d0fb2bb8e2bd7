"""`Dial` becomes a leg and its INVITE: to a phone by the way it registered, to a gateway of a trunk."""

from telephony.call import actions as a
from telephony.call import facts as f
from telephony.errors import NoPortFree
from telephony.legs.edge import registered_from
from telephony.legs.identity import present
from telephony.legs.inbound import DEFAULT_OFFER, InboundLeg
from telephony.legs.keypad import may_transfer
from telephony.legs.outbound import OutboundLeg
from telephony.legs.registering import flow_to
from telephony.legs.sockets import Sockets
from telephony.legs.wire import Wire
from telephony.sdp.codec import with_keys
from telephony.sdp.errors import NotAcceptable
from telephony.sdp.session import SdpSession
from telephony.sip.flow import Flow
from telephony.sip.uri import request_target


def dial(wire: Wire, sockets: Sockets, action: a.Dial, now: float) -> None:
    """Ring whom the action names; a target that cannot be called has refused. Calls leave from `sockets`."""
    call = action.leg.rpartition(".")[0]
    caller_leg = wire.legs.get(action.caller_leg)
    for_rescue = caller_leg.for_rescue if isinstance(caller_leg, InboundLeg) else None
    action, identity = present(action, for_rescue, wire.directory, wire.host)
    way = _way(sockets, action)
    try:
        host = way[2].remote[0] if way else ""
        policy = wire.directory.sound_of(host, emergency=action.emergency)
        address = None
        if way:
            address = wire.media.open(action.leg, host, emergency=action.emergency, allows=policy.allows)
    except NoPortFree:
        address = None
    if way is None or address is None:
        wire.facts.append(f.MemberRefused(at=wire.utc(now), call=call, leg=action.leg, status=503))
        return
    uri, route, flow = way
    session = SdpSession(wire.session_id(), address, policy)
    leg = OutboundLeg(wire, call, action.leg, flow, session, pinned=action.contact is not None)
    leg.hides_caller, leg.identity = for_rescue is not None, identity
    leg.account, leg.trunk = action.target.phone, action.target.trunk
    if action.contact is not None and wire.directory.is_edge(flow.remote):
        leg.behind = registered_from(action.contact.path)
    codecs = (caller_leg.passed_on if caller_leg else ()) or DEFAULT_OFFER
    if may_transfer(leg) or action.target.is_mobile:
        codecs = with_keys(codecs)
    try:
        leg.dial(action, uri, route, codecs, now)
    except NotAcceptable as error:  # its net allows nothing of what the caller has
        wire.media.close(action.leg)
        wire.facts.append(f.MemberRefused(at=wire.utc(now), call=call, leg=action.leg, status=error.status))
        return
    wire.adopt(leg)


def _way(sockets: Sockets, action: a.Dial) -> tuple[str, tuple[str, ...], Flow] | None:
    """Request-URI, route and flow; None when nobody has said where the target is, or there is no way
    there."""
    contact = action.contact
    if contact is not None:
        return request_target(contact.uri), contact.path, flow_to(contact)
    target = action.target
    if target.gateway is None:
        return None
    flow = sockets.way(target.gateway)
    return None if flow is None else (target.gateway.uri(target.number), (), flow)
