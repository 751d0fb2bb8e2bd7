"""The requests that a client transaction makes of its INVITE, and the Via it puts on what it sends."""

from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.via import PROTOCOL

MAX_FORWARDS = "70"
"""RFC 3261 section 8.1.1.6."""


def with_via(request: Request, host: str, flow: Flow, branch: str) -> Request:
    """Copy a request with one Via: ours (RFC 3261 section 8.1.1.7), asking for rport (RFC 3581)."""
    headers = request.headers.copy()
    headers.remove("Via")
    headers.prepend("Via", f"{PROTOCOL}/{flow.transport} {host}:{flow.local[1]};branch={branch};rport")
    return Request(request.method, request.uri, headers, request.body)


def make_ack(invite: Request, response: Response) -> Request:
    """The ACK of a refusal (RFC 3261 section 17.1.1.3)."""
    return _follow_up(invite, "ACK", to=response.headers.get_all("To"))


def make_cancel(invite: Request, reason: str | None) -> Request:
    """The CANCEL of an INVITE (RFC 3261 section 9.1); `reason` is the value of a Reason header (RFC 3326)."""
    cancel = _follow_up(invite, "CANCEL", to=invite.headers.get_all("To"))
    if reason is not None:
        cancel.headers.add("Reason", reason)
    return cancel


def _follow_up(invite: Request, method: str, to: list[str]) -> Request:
    echoed = invite.headers
    fields = [(name, value) for name in ("Via", "Route", "From") for value in echoed.get_all(name)]
    fields += [("To", value) for value in to]
    fields += [("Call-ID", invite.call_id), ("CSeq", f"{invite.cseq.number} {method}")]
    fields.append(("Max-Forwards", MAX_FORWARDS))
    return Request(method, invite.uri, Headers(fields))
