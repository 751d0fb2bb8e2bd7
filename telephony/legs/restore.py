"""Legs of an earlier life of the service, brought back from the journal so that they can be ended."""

from collections.abc import Mapping
from typing import Any

from telephony.call.actions import Dial
from telephony.call.facts import Target
from telephony.legs.inbound import InboundLeg
from telephony.legs.leg import CSEQ_LEAP, Leg
from telephony.legs.outbound import OutboundLeg
from telephony.legs.state import State
from telephony.legs.wire import Wire
from telephony.sip.dialog import Dialog
from telephony.sip.events import RequestReceived
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request


def restore(wire: Wire, call: str, leg_id: str, dialog: Mapping[str, Any], now: float) -> Leg | None:
    """The leg as its last snapshot tells it, without sound; None when the snapshot holds nothing to go by."""
    transport, local_host, local_port, remote_host, remote_port = dialog["flow"]
    flow = Flow(transport, (local_host, local_port), (remote_host, remote_port))
    invite = dialog.get("invite")
    if invite is None:
        return _talking(wire, call, leg_id, flow, dialog) if dialog["dialog"] else None
    request = Request("INVITE", invite["uri"], Headers([(name, value) for name, value in invite["headers"]]))
    if "transaction" in invite:
        return _calling(wire, call, leg_id, flow, request, invite["transaction"], now)
    transaction = wire.endpoint.resume_server_invite(request, flow, now)
    known = Dialog.from_json(dialog["dialog"])
    return InboundLeg(wire, call, RequestReceived(transaction, request, flow), known)


def _talking(wire: Wire, call: str, leg_id: str, flow: Flow, dialog: Mapping[str, Any]) -> Leg:
    leg = Leg(wire, call, leg_id, flow, None)
    leg.dialog = Dialog.from_json(dialog["dialog"]).leap(CSEQ_LEAP)
    leg.key = (leg.dialog.call_id, leg.dialog.local_tag)
    leg.state = State.TALKING
    return leg


def _calling(
    wire: Wire, call: str, leg_id: str, flow: Flow, request: Request, transaction: str, now: float
) -> Leg:
    action = Dial(leg_id, "", Target(""), None, "", None, "", 0)
    leg = OutboundLeg(wire, call, action, flow, None)
    leg.resume(request, transaction, now)
    return leg
