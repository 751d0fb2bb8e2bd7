"""Where requests inside a dialog may come from. Tags are no secret to whoever sees signalling pass, so they
alone end no call."""

from telephony.legs.directory import Directory
from telephony.legs.edge import origin_of
from telephony.legs.gate import Gate
from telephony.legs.leg import Leg
from telephony.sip.events import RequestReceived
from telephony.sip.flow import Flow
from telephony.sip.message import Response
from telephony.sip.response_route import is_reliable


def examine_source(
    leg: Leg, event: RequestReceived, directory: Directory, gate: Gate, now: float
) -> Response | None:
    """Let a request into the leg's dialog, or give its answer. A phone that proves itself from elsewhere has
    moved there."""
    if directory.is_edge(event.flow.remote):
        return _examine_behind(leg, event, directory, gate, now)
    if event.flow in (leg.flow, leg.way):
        return None
    if _is_from_far_end(leg, event.flow, directory):
        if leg.account:  # it has registered anew from there
            leg.move(event.flow, now)
        return None
    epoch = leg.wire.utc(now).timestamp()
    refusal = gate.examine_far_end(leg.account, event.request, event.flow, epoch)
    if refusal is None:
        leg.move(event.flow, now)
    return refusal


def _examine_behind(
    leg: Leg, event: RequestReceived, directory: Directory, gate: Gate, now: float
) -> Response | None:
    """The same for a request by an edge, whose address tells nothing: it has to be from where the leg's far
    end was when it called or registered, where that is known."""
    origin = origin_of(event.request, event.flow, directory)
    if event.flow in (leg.flow, leg.way) and leg.behind in (None, origin):
        return None
    is_there = origin is not None and origin == leg.behind
    if leg.account and is_there and _is_another_connection(event.flow, leg.way):
        leg.move(event.flow, now)
        return None
    if not leg.account:
        trunk = directory.trunk_at(origin) if origin else None
        if trunk is not None and trunk.name == leg.trunk:
            return None
    epoch = leg.wire.utc(now).timestamp()
    refusal = gate.examine_far_end(leg.account, event.request, event.flow, epoch)
    if refusal is None:
        leg.move(event.flow, now)
        leg.behind = origin
    return refusal


def _is_another_connection(flow: Flow, before: Flow) -> bool:
    """Whether both are connections with one host; an edge may close one and open the next at any time."""
    return is_reliable(flow) and (flow.transport, flow.remote[0]) == (before.transport, before.remote[0])


def _is_from_far_end(leg: Leg, flow: Flow, directory: Directory) -> bool:
    """Whether a request that came by `flow` comes from where the leg's far end is known to be.

    That is where its INVITE came from or went to, and where our own requests go. A phone may also have
    registered anew from elsewhere. A trunk may use any port of these hosts, and any of its peers: what it
    names in Contact or Record-Route it vouches for itself.
    """
    if leg.account:
        registered = directory.account_at(flow.remote)
        return registered is not None and registered.name == leg.account
    if leg.flow.transport == "TLS" and flow.transport != "TLS":
        return False  # what was proven there is not proven by an address
    if flow.remote[0] in (leg.flow.remote[0], leg.way.remote[0]):
        return True
    trunk = directory.trunk_at(flow.remote, flow.proven)
    return trunk is not None and trunk.name == leg.trunk
