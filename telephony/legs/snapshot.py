"""What facts keep of a leg: enough to end it after a crash, as JSON-able text without anybody's name.

Values come from outside and are echoed octet for octet, so what is not printable ASCII is escaped, not
cleaned. Of a hidden caller nothing is kept that tells who it is: far ends find a dialog by its Call-ID and
tags (RFC 3261 12), the address beside the tag is for people and for RFC 2543.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from string import punctuation
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from telephony.sdp.description import SessionDescription
from telephony.sip.dialog import Dialog
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import SipUri, Uri

ANONYMOUS = SipUri("sip", "anonymous", None, "anonymous.invalid")
"""Who is not to be shown (RFC 3323 4.1.1.3)."""

ANSWERED_BY = ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq")
"""What an answer is made of (RFC 3261 8.2.6, 12.1.1)."""

CANCELLED_BY = ("Route", "From", "To", "Call-ID", "CSeq")
"""What CANCEL, ACK and BYE are made of (RFC 3261 9.1, 12.1.2, 17.1.1.3); the Via is put on anew."""

_TEXTS = ("call_id", "local", "local_tag", "remote", "remote_tag", "remote_target")

_PLAIN = punctuation.replace("%", "") + " "


def pack(text: str) -> str:
    """`text` as printable ASCII: everything else, and `%`, as `%XX` of its octets."""
    if text.isascii() and text.isprintable() and "%" not in text:
        return text
    return quote(text.encode("utf-8", "surrogateescape"), safe=_PLAIN)


def unpack(text: str) -> str:
    """What `pack` was given."""
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def pack_flow(flow: Flow) -> list[str | int]:
    """Transport, our address, theirs, where a connection is opened if that is another, and the name that its
    certificate must have if there is one."""
    packed: list[str | int] = [flow.transport, *flow.local, *flow.remote]
    if flow.reopen or flow.name:
        packed += flow.reopen or flow.remote
    return [*packed, flow.name] if flow.name else packed


def unpack_flow(packed: Iterable[Any]) -> Flow:
    """Read what `pack_flow` wrote."""
    transport, local_host, local_port, remote_host, remote_port, *more = packed
    again = (more[0], more[1]) if more else None
    name = more[2] if len(more) > 2 else ""
    return Flow(transport, (local_host, local_port), (remote_host, remote_port), again, name)


def pack_dialog(dialog: Dialog, *, hidden: bool) -> dict[str, Any]:
    """The dialog; of a hidden far end without what tells who it is."""
    if hidden:
        remote = replace(NameAddr.parse(dialog.remote), uri=ANONYMOUS)
        dialog = replace(dialog, remote=str(remote), remote_target=_without_user(dialog.remote_target))
    plain = dialog.to_json()
    routes = [pack(route) for route in dialog.route_set]
    return {**plain, **{name: pack(plain[name]) for name in _TEXTS}, "route_set": routes}


def unpack_dialog(packed: Mapping[str, Any]) -> Dialog:
    """Read what `pack_dialog` wrote."""
    routes = [unpack(route) for route in packed["route_set"]]
    return Dialog.from_json(
        {**packed, **{name: unpack(packed[name]) for name in _TEXTS}, "route_set": routes}
    )


def pack_request(request: Request, names: Iterable[str], *, hidden: bool = False) -> dict[str, Any]:
    """Request-URI and these headers. A caller's identity, credentials and body are none of them."""
    sender = bare(request.from_)
    echoed = {"From": [str(replace(sender, uri=ANONYMOUS) if hidden else sender)]}
    fields = [(name, value) for name in names for value in echoed.get(name, request.headers.get_all(name))]
    return {"uri": pack(request.uri), "headers": [[name, pack(value)] for name, value in fields]}


def unpack_request(packed: Mapping[str, Any]) -> Request:
    """The INVITE that `pack_request` was given, with the headers it kept."""
    headers = Headers([(name, unpack(value)) for name, value in packed["headers"]])
    return Request("INVITE", unpack(packed["uri"]), headers)


def pack_session(session: dict[str, Any], *, hidden: bool) -> dict[str, Any]:
    """The snapshot of a session; a hidden far end's without the names in its description (RFC 3323 4.1)."""
    if not hidden or session["remote"] is None:
        return session
    remote = SessionDescription.parse(session["remote"].encode())
    nameless = replace(remote, origin=replace(remote.origin, username="-"), name="-")
    return {**session, "remote": str(nameless)}


def bare(party: NameAddr) -> NameAddr:
    """An address without a display name, and of its parameters the tag: all that a dialog needs."""
    return NameAddr("", party.uri, tuple([pair for pair in party.parameters if pair[0].lower() == "tag"]))


def without_names(dialog: Dialog) -> Dialog:
    """The dialog with bare addresses, so that nobody's display name is sent back or journalled."""
    local, remote = bare(NameAddr.parse(dialog.local)), bare(NameAddr.parse(dialog.remote))
    return replace(dialog, local=str(local), remote=str(remote))


def _without_user(target: str) -> str:
    uri = Uri.parse(target)
    return str(replace(uri, user=None, password=None)) if isinstance(uri, SipUri) else target
