"""Where a response goes: RFC 3261 sections 18.2.1 and 18.2.2, RFC 3581 section 4."""

from dataclasses import replace

from telephony.sip.flow import Flow
from telephony.sip.message import Request
from telephony.sip.via import Via

DEFAULT_PORT = 5060
"""RFC 3261 section 18.2.2: the port when sent-by has none."""


def is_reliable(flow: Flow) -> bool:
    """Whether the transport repeats what is lost, so that transactions need not."""
    return flow.transport != "UDP"


def stamp_via(request: Request, flow: Flow) -> None:
    """Write into the top Via where the request came from. Raises `ParseError` when that Via does not parse.

    What a peer wrote there itself is overwritten: its answers would go to somebody else.
    """
    via = request.via
    address, port = flow.remote
    stamped = via
    if via.wants_rport:
        stamped = stamped.with_parameter("rport", str(port))
    if via.wants_rport or via.received is not None or via.host.strip("[]") != address:
        stamped = stamped.with_parameter("received", address)
    if stamped != via:
        request.headers.replace_first("Via", str(stamped))


def response_flow(via: Via, flow: Flow) -> Flow:
    """How the answer to a request that came by `flow` goes back, given its top Via.

    Always to the address that the request came from: `maddr` is not followed, which only multicast needs
    and which would let anybody point our answers at others.
    """
    if is_reliable(flow) or via.wants_rport:
        return flow
    address, port = flow.remote
    sent_by_port = via.port or DEFAULT_PORT
    return flow if port == sent_by_port else replace(flow, remote=(address, sent_by_port))
