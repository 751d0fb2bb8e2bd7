"""Legs of an earlier life of the service, brought back from the journal so that they can be ended.

They have no sound: nothing is agreed in their sessions.
"""

from collections.abc import Mapping
from typing import Any

from telephony.call.actions import EndLeg
from telephony.legs.inbound import InboundLeg
from telephony.legs.leg import CSEQ_LEAP, Leg
from telephony.legs.outbound import OutboundLeg
from telephony.legs.snapshot import unpack_dialog, unpack_flow, unpack_request
from telephony.legs.state import State
from telephony.legs.wire import Wire
from telephony.sdp.session import SdpSession
from telephony.sip.errors import ParseError
from telephony.sip.events import RequestReceived
from telephony.sip.flow import Flow


def restore(wire: Wire, call: str, leg_id: str, snapshot: Mapping[str, Any], now: float) -> Leg | None:
    """The leg as its last snapshot tells it; None when the snapshot cannot be understood."""
    try:
        leg = _read(wire, call, leg_id, snapshot, now)
    except (LookupError, TypeError, ValueError, ParseError):
        return None
    # Older programs did not write whose it is: then it is told from its address alone
    leg.account, leg.trunk = str(snapshot.get("account", "")), str(snapshot.get("trunk", ""))
    return leg


def _read(wire: Wire, call: str, leg_id: str, snapshot: Mapping[str, Any], now: float) -> Leg:
    flow = unpack_flow(snapshot["flow"])
    match snapshot.get("invite"):
        case None:
            return _talking(wire, call, leg_id, flow, snapshot)
        case {"transaction": str(transaction)}:
            return _calling(wire, call, leg_id, flow, snapshot, transaction, now)
        case _:
            return _called(wire, call, leg_id, flow, snapshot, now)


def _session(flow: Flow) -> SdpSession:
    return SdpSession(0, flow.local)


def _talking(wire: Wire, call: str, leg_id: str, flow: Flow, snapshot: Mapping[str, Any]) -> Leg:
    leg = Leg(wire, call, leg_id, flow, _session(flow), pinned=snapshot["pinned"])
    leg.dialog = unpack_dialog(snapshot["dialog"]).leap(CSEQ_LEAP)
    leg.key = (leg.dialog.call_id, leg.dialog.local_tag)
    leg.state = State.TALKING
    return leg


def _calling(
    wire: Wire,
    call: str,
    leg_id: str,
    flow: Flow,
    snapshot: Mapping[str, Any],
    transaction: str,
    now: float,
) -> Leg:
    leg = OutboundLeg(wire, call, leg_id, flow, _session(flow), pinned=snapshot["pinned"])
    leg.resume(unpack_request(snapshot["invite"]), transaction, now)
    return leg


def _called(wire: Wire, call: str, leg_id: str, flow: Flow, snapshot: Mapping[str, Any], now: float) -> Leg:
    dialog, request = unpack_dialog(snapshot["dialog"]).leap(CSEQ_LEAP), unpack_request(snapshot["invite"])
    accepted, refused = snapshot.get("accepted"), snapshot.get("refused")
    body = None if accepted is None else bytes(accepted, "utf-8")
    refusal = None if refused is None else EndLeg(leg_id, int(refused["status"]), str(refused["reason"]))
    event = RequestReceived(wire.endpoint.resume_server_invite(request, flow, now), request, flow)
    leg = InboundLeg(wire, call, event, dialog, _session(flow), pinned=snapshot["pinned"])
    leg.id = leg_id  # not the caller's, when it was taken over from another call
    if body is not None:
        leg.resume(body, now)
    elif refusal is not None:
        leg.resume_refusal(refusal, now)
    return leg
