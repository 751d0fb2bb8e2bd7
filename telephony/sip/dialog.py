"""The state that two user agents share from the first response with a To-tag to BYE: RFC 3261 section 12."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Self

from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.follow_up import MAX_FORWARDS
from telephony.sip.headers import Headers
from telephony.sip.message import Message, Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.response_route import default_port, is_reliable
from telephony.sip.uri import SipUri, Uri


@dataclass(frozen=True, slots=True)
class Dialog:
    """One side's view of a dialog; what changes it returns the dialog as it is then.

    `local` and `remote` are the whole values of From and To as our requests carry them, tags included, and
    `remote_cseq` is None until the peer has sent a request.
    """

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    remote_target: str
    route_set: tuple[str, ...]
    local_cseq: int
    remote_cseq: int | None

    @classmethod
    def as_uac(cls, request: Request, response: Response) -> Self:
        """Make the dialog of a 1xx or 2xx to our request (12.1.2). Never fails: a 2xx cannot be refused.

        Without a usable Contact the peer is where the request went. A malformed Record-Route is left out.
        """
        return cls(
            call_id=request.call_id,
            local=str(request.from_),
            local_tag=request.from_.tag or "",
            remote=str(response.to),
            remote_tag=response.to.tag or "",
            remote_target=_target(response) or request.uri,
            route_set=_route_set_of_response(response),
            local_cseq=request.cseq.number,
            remote_cseq=None,
        )

    @classmethod
    def as_uas(cls, request: Request, local_tag: str) -> Self:
        """Make the dialog that our response with this To-tag makes (section 12.1.1).

        Raises `ParseError` (400) without a Contact to send to, or with a malformed Record-Route.
        """
        target = _target(request)
        if target is None:
            raise ParseError("Missing or malformed Contact header", partial=request)
        return cls(
            call_id=request.call_id,
            local=str(request.to.with_parameter("tag", local_tag)),
            local_tag=local_tag,
            remote=str(request.from_),
            remote_tag=request.from_.tag or "",
            remote_target=target,
            route_set=tuple([str(route) for route in request.record_routes]),
            local_cseq=0,
            remote_cseq=request.cseq.number,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**{**data, "route_set": tuple(data["route_set"])})

    def to_json(self) -> dict[str, Any]:
        """Write all of it as text, numbers and a list."""
        return {
            "call_id": self.call_id,
            "local": self.local,
            "local_tag": self.local_tag,
            "remote": self.remote,
            "remote_tag": self.remote_tag,
            "remote_target": self.remote_target,
            "route_set": list(self.route_set),
            "local_cseq": self.local_cseq,
            "remote_cseq": self.remote_cseq,
        }

    def next_hop(self, flow: Flow) -> Flow:
        """Say where our requests go: to the first route, else to the peer itself (section 8.1.2).

        Only to an IP address: who is named otherwise is reached by `flow`, as before. An open connection with
        that address is used again; when it is gone there will be one to where the dialog says.
        """
        uri = NameAddr.parse(self.route_set[0]).uri if self.route_set else Uri.parse(self.remote_target)
        if not isinstance(uri, SipUri):
            return flow
        try:
            address = str(ip_address(uri.host.strip("[]")))
        except ValueError:
            return flow
        hop = (address, uri.port or default_port(flow.transport))
        if is_reliable(flow) and address == flow.remote[0]:
            return replace(flow, reopen=hop)
        return replace(flow, remote=hop, reopen=None)

    def make_request(self, method: str) -> tuple[Self, Request]:
        """Make a request with the next CSeq, yet without Via, Contact and body (section 12.2.1.1)."""
        dialog = self.leap(1)
        return dialog, dialog._request(method, dialog.local_cseq)

    def make_ack(self, response: Response) -> Request:
        """Make the ACK of a 2xx to our INVITE (section 13.2.2.4)."""
        return self._request("ACK", response.cseq.number)

    def leap(self, steps: int) -> Self:
        """Let some CSeq numbers pass, which may have been used before a crash."""
        return replace(self, local_cseq=self.local_cseq + steps)

    def accept_request(self, request: Request) -> Self | None:
        """Take a request of the peer; None when it is older than one before: answer it 500 (section 12.2.2).

        Not for ACK, whose CSeq is that of its INVITE. It moves the target only once it is accepted, by
        `refresh`: one that is refused does not (RFC 6141 4).
        """
        number = request.cseq.number
        if self.remote_cseq is not None and number < self.remote_cseq:
            return None
        return replace(self, remote_cseq=number)

    def refresh(self, message: Message) -> Self:
        """Take the Contact of an INVITE or UPDATE, or of a 2xx to ours, as the new target (section 12.2)."""
        return replace(self, remote_target=_target(message) or self.remote_target)

    def _request(self, method: str, cseq: int) -> Request:
        uri, routes = self._path()
        fields = [("Max-Forwards", MAX_FORWARDS), *[("Route", route) for route in routes]]
        fields += [("From", self.local), ("To", self.remote), ("Call-ID", self.call_id)]
        return Request(method, uri, Headers([*fields, ("CSeq", f"{cseq} {method}")]))

    def _path(self) -> tuple[str, tuple[str, ...]]:
        """Request-URI and Route. A strict router wants itself in the one and the target last in the other."""
        if not self.route_set:
            return self.remote_target, ()
        first = NameAddr.parse(self.route_set[0]).uri
        if not isinstance(first, SipUri) or first.is_loose_router:
            return self.remote_target, self.route_set
        return str(first.as_target()), (*self.route_set[1:], f"<{self.remote_target}>")


def _target(message: Message) -> str | None:
    """The URI of the Contact as it can be a Request-URI (section 19.1.1); None when there is none that a
    request can be sent to."""
    try:
        contacts = message.contacts
    except ParseError:
        return None
    if not contacts or not isinstance(contacts[0].uri, SipUri):
        return None
    return str(contacts[0].uri.as_target())


def _route_set_of_response(response: Response) -> tuple[str, ...]:
    try:
        routes = response.record_routes
    except ParseError:
        return ()
    return tuple([str(route) for route in reversed(routes)])
