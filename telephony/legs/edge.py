"""Who is behind an edge proxy of the plan: told by what the edge itself has written, and by nothing else.

An edge that forwards a request puts its own Via on top, and into the one below it, which its sender wrote,
`received` and `rport`: where the request came from (RFC 3261 18.2.1, RFC 3581 4). What else stands there
anybody can write. So `rport` must have a value, which says that the edge was at work, and neither may stand
there twice. An edge that does not overwrite what its sender put there is none for us: Kamailio does with
`force_rport()`.

For a phone the edge writes Path into its REGISTER, on top of all others, and there where that came from
(`received`, as Kamailio's `add_path_received()` does): a request from there is the phone's.
"""

from collections.abc import Sequence
from ipaddress import ip_address

from telephony.legs.directory import Account, Directory
from telephony.legs.identity import user_of
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Request
from telephony.sip.name_addr import NameAddr
from telephony.sip.response_route import default_port
from telephony.sip.uri import SipUri, Uri, parse_port
from telephony.sip.via import Via

Address = tuple[str, int]


def origin_of(request: Request, flow: Flow, directory: Directory) -> Address | None:
    """Where a request came from: the source of its flow, or what an edge there says; None when it says
    nothing that can be relied on."""
    if not directory.is_edge(flow.remote):
        return flow.remote
    try:
        return _written_by_edge(request.vias[1])
    except (IndexError, ParseError, ValueError):
        return None


def _written_by_edge(via: Via) -> Address | None:
    written: dict[str, str] = {}
    for name, value in via.parameters:
        name = name.lower()
        if name in ("received", "rport"):
            if name in written or value is None:
                return None
            written[name] = value
    if "rport" not in written:
        return None
    host = written.get("received", via.host).strip("[]")
    return str(ip_address(host)), parse_port(written["rport"])


def account_behind(
    request: Request, flow: Flow, origin: Address | None, directory: Directory
) -> Account | None:
    """The account that From names, if it has registered from this origin by this edge."""
    account = directory.account(user_of(request.from_.uri)) if origin else None
    if account is None:
        return None
    contacts = directory.contacts(account.name)
    is_there = any(
        contact.remote == flow.remote and registered_from(contact.path) == origin for contact in contacts
    )
    return account if is_there else None


def registered_from(path: Sequence[str]) -> Address | None:
    """Where a REGISTER came from that has this Path, as its topmost element says, which is the edge's."""
    try:
        uri = NameAddr.parse(path[0]).uri if path else None
        source = Uri.parse(uri.parameter("received") or "") if isinstance(uri, SipUri) else None
        if not isinstance(source, SipUri):
            return None
        transport = (source.parameter("transport") or "udp").upper()
        return str(ip_address(source.host.strip("[]"))), source.port or default_port(transport)
    except (ParseError, ValueError):
        return None
