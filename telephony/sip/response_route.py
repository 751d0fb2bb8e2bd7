"""Where a response goes: RFC 3261 sections 18.2.1 and 18.2.2, RFC 3581 section 4."""

from dataclasses import replace

from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Request
from telephony.sip.via import Via

DEFAULT_PORT = 5060
"""RFC 3261 section 18.2.2: the port when sent-by has none."""

DEFAULT_TLS_PORT = 5061
"""The same with TLS."""


def default_port(transport: str) -> int:
    """The port of a transport when none is told (RFC 3261 18.2.2)."""
    return DEFAULT_TLS_PORT if transport == "TLS" else DEFAULT_PORT


def is_reliable(flow: Flow) -> bool:
    """Whether the transport repeats what is lost, so that transactions need not."""
    return flow.transport != "UDP"


def stamp_via(request: Request, flow: Flow) -> None:
    """Write into the top Via where the request came from. One that does not parse is left as it is.

    What a peer wrote there itself is overwritten: its answers would go to somebody else.
    """
    via = _top_via(request)
    if via is None:
        return
    address, port = flow.remote
    stamped = via
    if via.wants_rport:
        stamped = stamped.with_parameter("rport", str(port))
    if via.wants_rport or via.received is not None or via.host.strip("[]") != address:
        stamped = stamped.with_parameter("received", address)
    if stamped != via:
        request.headers.replace_first("Via", str(stamped))


def response_flow(request: Request, flow: Flow) -> Flow:
    """Say how the answer to a request that came by `flow` goes back.

    Always to the address that the request came from: `maddr` is not followed, which only multicast needs and
    which would let anybody point our answers at others. Without a Via that parses, to the source port. When
    the connection is gone, by a new one to the port of sent-by.
    """
    via = _top_via(request)
    if via is None:
        return flow
    address, port = flow.remote
    if is_reliable(flow):
        return replace(flow, reopen=(address, via.port or default_port(flow.transport)))
    if via.wants_rport:
        return flow
    sent_by_port = via.port or DEFAULT_PORT
    return flow if port == sent_by_port else replace(flow, remote=(address, sent_by_port))


def _top_via(request: Request) -> Via | None:
    try:
        return request.via
    except ParseError:
        return None
