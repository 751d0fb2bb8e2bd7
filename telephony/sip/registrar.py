"""What a REGISTER does to the bindings of an account (RFC 3261 10.3): bindings in, bindings and answer out.

Steps 1 to 3 of RFC 3261 10.3 are the caller's: whether the Request-URI means us, Require, authentication.
Bindings that have expired are to be left out before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telephony.sip.contact import Contact
from telephony.sip.errors import ParseError, SipError
from telephony.sip.flow import Flow
from telephony.sip.grammar import quote
from telephony.sip.message import Request, Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import SipUri, Uri

MIN_EXPIRES = 60
"""Seconds. A phone that keeps its way through a NAT open asks for a minute or two; less is only load."""

MAX_EXPIRES = 3600
"""Seconds. A phone that lost its power is rung in vain for no longer; it is the hour of RFC 3261 10.2.1.1."""

MAX_CONTACTS_IN_REQUEST = 20
"""A phone names itself and perhaps the few it replaces; each costs a comparison with every binding."""

MAX_TEXT = 512
"""Characters of each text that is kept: a binding is written to the journal at every refresh."""

MAX_PATHS = 8
"""Edge proxies between a phone and us; one or two are usual (RFC 3327)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the registrar grants an account. Times are in seconds."""

    max_contacts: int = 1
    min_expires: int = MIN_EXPIRES
    max_expires: int = MAX_EXPIRES
    default_expires: int = MAX_EXPIRES


@dataclass(frozen=True, slots=True)
class Binding:
    """A place where an account can be reached. All fields are plain, to be kept in a fact.

    `uri` is the contact as it was registered, for the Request-URI. The other three of the address are where
    the REGISTER came from and which socket of ours it reached: a phone behind a NAT is reached only so.
    `expires_in` is in seconds from now. `path` has the Path values (RFC 3327), `instance` the `+sip.instance`
    (RFC 5626); both are empty if not given.
    """

    uri: str
    transport: str
    remote: tuple[str, int]
    local: tuple[str, int]
    call_id: str
    cseq: int
    expires_in: int
    q: float = 1.0
    path: tuple[str, ...] = ()
    user_agent: str = ""
    instance: str = ""

    @property
    def flow(self) -> Flow:
        """The way back to who registered."""
        return Flow(self.transport, self.local, self.remote)


class _Refusal(SipError):
    """The request is understood and not granted."""

    def __init__(self, status: int, reason: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def register(
    request: Request,
    user: str,
    current: Sequence[Binding],
    flow: Flow,
    limits: Limits,
    to_tag: str | None = None,
) -> tuple[Response, tuple[Binding, ...] | None]:
    """Return the answer to a REGISTER of the authenticated `user`, and all bindings from now on.

    `None` instead of bindings: nothing changes, because the request is refused or only asks. A request takes
    effect as a whole or not at all. `current` are the live bindings, `to_tag` is the tag for the answer.

    At `limits.max_contacts` a new contact takes the place of the binding that would expire first. So a phone
    that restarted with another port is not locked out until its old binding expires.
    """
    try:
        changed = _change(request, user, current, flow, limits)
    except (ParseError, _Refusal) as refusal:
        response = Response.to_request(request, refusal.status, refusal.reason, to_tag)
        if refusal.status == 423:
            response.headers.add("Min-Expires", str(limits.min_expires))
        return response, None
    response = Response.to_request(request, 200, to_tag=to_tag)
    for binding in current if changed is None else changed:
        response.headers.add("Contact", _as_contact(binding))
    # RFC 3327 5.3: the phone shall see by which way it will be reached.
    for path in request.headers.get_all("Path"):
        response.headers.add("Path", path)
    return response, changed


def _change(
    request: Request, user: str, current: Sequence[Binding], flow: Flow, limits: Limits
) -> tuple[Binding, ...] | None:
    # Steps 4 and 5: an account changes its own bindings and nobody else's.
    account = request.to.uri
    if not isinstance(account, SipUri) or account.decoded_user != user:
        raise _Refusal(403)
    contacts = request.contacts
    if not contacts:
        return None
    # Step 6.
    if any(contact.is_wildcard for contact in contacts):
        if len(contacts) > 1 or request.expires != 0:
            raise _Refusal(400, "Contact * needs Expires 0 and stands alone")
        _check_order(request, current)
        return ()
    return _bind(request, contacts, current, flow, limits)


def _bind(
    request: Request, contacts: Sequence[Contact], current: Sequence[Binding], flow: Flow, limits: Limits
) -> tuple[Binding, ...]:
    """Step 7: each contact adds, refreshes or removes a binding."""
    if len(contacts) > MAX_CONTACTS_IN_REQUEST:
        raise _Refusal(400, "Too many contacts")
    template = _origin(request, flow)
    kept, added = list(current), list[Binding]()
    for contact in contacts:
        binding = _binding(template, contact, _granted_expires(contact, request.expires, limits))
        _check_order(request, [old for old in current if _is_replaced(old, binding)])
        kept = [old for old in kept if not _is_replaced(old, binding)]
        # A phone may reach us by several contacts of one instance, so here only the URI tells them apart.
        added = [other for other in added if not _is_same_uri(other, binding)]
        if binding.expires_in:
            added.append(binding)
    if len(added) > limits.max_contacts:
        raise _Refusal(400, "Too many contacts")
    return (*_latest(kept, limits.max_contacts - len(added)), *added)


def _origin(request: Request, flow: Flow) -> Binding:
    """Return what all contacts of a request have in common, as a binding that is not filled in yet."""
    path = request.headers.elements("Path")
    if len(path) > MAX_PATHS:
        raise _Refusal(400, "Too many Path values")
    for element in path:
        NameAddr.parse(element)
    user_agent = request.headers.get("User-Agent") or ""
    return Binding(
        uri="",
        transport=flow.transport,
        remote=flow.remote,
        local=flow.local,
        call_id=_kept(request.call_id),
        cseq=request.cseq.number,
        expires_in=0,
        path=tuple([_kept(element) for element in path]),
        user_agent="".join([character for character in user_agent[:MAX_TEXT] if character.isprintable()]),
    )


def _binding(origin: Binding, contact: Contact, expires_in: int) -> Binding:
    if not isinstance(contact.uri, SipUri):
        raise _Refusal(400, "Contact is no SIP URI")
    return replace(
        origin,
        uri=_kept(str(contact.uri)),
        expires_in=expires_in,
        q=1.0 if contact.q is None else contact.q,
        instance=_kept(contact.parameter("+sip.instance") or ""),
    )


def _kept(text: str) -> str:
    # What is compared later must be kept whole, so it is refused rather than cleaned.
    if len(text) > MAX_TEXT or not text.isprintable():
        raise _Refusal(400, "Text too long or not printable")
    return text


def _granted_expires(contact: Contact, header: int | None, limits: Limits) -> int:
    asked = contact.expires if contact.expires is not None else header
    if asked is None:
        return limits.default_expires
    if 0 < asked < limits.min_expires:
        raise _Refusal(423)
    return min(asked, limits.max_expires)


def _check_order(request: Request, bindings: Sequence[Binding]) -> None:
    """Refuse a request that was sent before the one which made a binding that it would change.

    A REGISTER delayed on the way must not bring back what a later one changed (RFC 3261 10.3 steps 6 and 7).
    """
    for binding in bindings:
        if binding.call_id == request.call_id and request.cseq.number <= binding.cseq:
            raise _Refusal(500, "CSeq is not higher than before")


def _is_replaced(old: Binding, new: Binding) -> bool:
    # The same instance is the same phone, wherever it has moved (RFC 5626 4.1).
    return _is_same_uri(old, new) or (old.instance != "" and old.instance == new.instance)


def _is_same_uri(one: Binding, two: Binding) -> bool:
    uri = Uri.parse(one.uri)
    return isinstance(uri, SipUri) and uri.equivalent(Uri.parse(two.uri))


def _latest(bindings: Sequence[Binding], room: int) -> list[Binding]:
    """Return, in their order, those `room` bindings that expire last."""
    lasting = sorted(bindings, key=lambda binding: binding.expires_in, reverse=True)[:room]
    return [binding for binding in bindings if binding in lasting]


def _as_contact(binding: Binding) -> str:
    """Write a binding for the answer, where each has its `expires` (RFC 3261 10.3 step 8)."""
    q = "" if binding.q == 1.0 else f";q={binding.q:g}"
    instance = f";+sip.instance={quote(binding.instance)}" if binding.instance else ""
    return f"<{binding.uri}>;expires={binding.expires_in}{q}{instance}"
