"""REGISTER of an authenticated account (RFC 3261 10.3): bindings of `sip` to contacts and back."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from telephony.call.facts import Contact
from telephony.call.house_facts import PhoneRegistered
from telephony.legs.directory import Account
from telephony.legs.wire import Wire
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.registrar import Binding, Limits, register
from telephony.sip.response_route import default_port, is_reliable
from telephony.sip.uri import SipUri, Uri


def take_registration(
    request: Request, account: Account, contacts: Sequence[Contact], flow: Flow, at: datetime, to_tag: str
) -> tuple[Response, PhoneRegistered | None]:
    """The answer, and the fact of all contacts from now on; no fact when nothing changes.

    `contacts` are those before. One that is neither refreshed nor removed stays as it is.
    """
    live = {_to_binding(contact, at): contact for contact in contacts if contact.expires_at > at}
    limits = Limits(max_contacts=account.max_contacts)
    response, bindings = register(request, account.name, list(live), flow, limits, to_tag)
    if bindings is None:
        return response, None
    kept = tuple([live.get(binding) or _to_contact(binding, at) for binding in bindings])
    return response, PhoneRegistered(at=at, phone=account.name, contacts=kept)


def flow_to(contact: Contact) -> Flow:
    """The way by which a phone registered; when its connection is gone, a new one to where its URI says
    that it listens, or the Path says that the proxy in front of it does, if that is the address that it came
    from and so no address behind a NAT."""
    flow = Flow(contact.transport, contact.local, contact.remote)
    if not is_reliable(flow):
        return flow
    uri = _first_hop(contact)
    if not isinstance(uri, SipUri) or uri.host.strip("[]") != contact.remote[0]:
        return flow
    return replace(flow, reopen=(contact.remote[0], uri.port or default_port(flow.transport)))


def _first_hop(contact: Contact) -> Uri | None:
    try:
        return NameAddr.parse(contact.path[0]).uri if contact.path else Uri.parse(contact.uri)
    except ParseError:
        return None


def follow(
    wire: Wire, before: Sequence[Contact], fact: PhoneRegistered, registered_by: Flow, now: float
) -> None:
    """Have the calls of a phone that has registered by another connection than `before` go on by that one:
    the old one is gone, or will be. One that is registered by both keeps both."""
    ways = [flow_to(contact) for contact in fact.contacts]
    left = {way for way in map(flow_to, before) if is_reliable(way)}.difference(ways)
    new = next((way for way in ways if way == registered_by), None)
    if left and new is not None:
        for leg in wire.legs.values():
            if leg.account == fact.phone and leg.flow in left:
                leg.move(new, now)


def _to_binding(contact: Contact, at: datetime) -> Binding:
    return Binding(
        uri=contact.uri,
        transport=contact.transport,
        remote=contact.remote,
        local=contact.local,
        call_id=contact.call_id,
        cseq=contact.cseq,
        expires_in=math.ceil((contact.expires_at - at).total_seconds()),  # 0 would say that it is gone
        q=contact.q,
        path=contact.path,
        user_agent=contact.user_agent,
        instance=contact.instance,
    )


def _to_contact(binding: Binding, at: datetime) -> Contact:
    return Contact(
        uri=binding.uri,
        transport=binding.transport,
        remote=binding.remote,
        local=binding.local,
        call_id=binding.call_id,
        cseq=binding.cseq,
        expires_at=at + timedelta(seconds=binding.expires_in),
        q=binding.q,
        path=binding.path,
        user_agent=binding.user_agent,
        instance=binding.instance,
    )
