"""Who calls: read from the headers of an INVITE, as far as its sender is believed (RFC 3323, RFC 3325)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from telephony.call.actions import Dial
from telephony.call.facts import Origin
from telephony.legs.directory import Account, Caller, Directory, Trunk
from telephony.legs.snapshot import ANONYMOUS
from telephony.legs.text import MAX_NAME, MAX_NUMBER, clean
from telephony.sip.errors import ParseError
from telephony.sip.message import Request
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import OtherUri, SipUri, Uri, escape_user

MOST_PARTIES = 8
"""Addresses that a header is read for: RFC 3325 9.1 allows two."""

_HIDING = frozenset({"id", "user", "header", "critical"})


def user_of(uri: Uri) -> str:
    """The user part of a SIP URI, the number of a tel URI, or any other URI whole; cleaned."""
    if isinstance(uri, SipUri):
        text = (uri.decoded_user or "").partition(";")[0]
    elif isinstance(uri, OtherUri) and uri.scheme == "tel":
        text = uri.rest.partition(";")[0]
    else:
        text = str(uri)
    return clean(text, MAX_NUMBER)


def is_hidden(request: Request) -> bool:
    """Whether the caller asks not to be shown: `anonymous` in From, or Privacy (RFC 3323 4.2, RFC 3325
    9.3)."""
    wishes = {
        part.strip().lower() for value in request.headers.get_all("Privacy") for part in value.split(";")
    }
    return bool(wishes & _HIDING) or _is_anonymous(request.from_.uri) or _is_private(request)


def _is_private(request: Request) -> bool:
    """As it was said before RFC 3323: `;privacy=full` and others in Remote-Party-ID."""
    if "Remote-Party-ID" not in request.headers:
        return False
    parties = _parties(request, "Remote-Party-ID")
    return any((party.parameter("privacy") or "off").lower() != "off" for party in parties)


def _is_anonymous(uri: Uri) -> bool:
    if isinstance(uri, SipUri):
        return (uri.decoded_user or "").lower() == "anonymous" or uri.host.lower() == "anonymous.invalid"
    return False


def phone_caller(account: Account, request: Request, *, emergency: bool = False) -> Caller:
    """A phone is its account, never its From. It may hide its number and name, not what it is; and not from
    112, which has to find and call back whoever is in need."""
    hidden = is_hidden(request)
    return Caller(
        origin=Origin.PHONE,
        origin_name=account.name,
        member=account.member,
        number=None if hidden else account.number,
        name="" if hidden else account.display,
        hidden=hidden,
        for_rescue=account.number if hidden and emergency else None,
    )


def trunk_caller(trunk: Trunk, request: Request, directory: Directory, *, emergency: bool = False) -> Caller:
    """A trunk's caller: the asserted identity if the trunk is trusted, else From. Of a hidden one nothing is
    kept; but 112 is told what there is."""
    shown = _asserted(request) if trunk.trusted else None
    party = shown or request.from_
    number = None if _is_anonymous(party.uri) else directory.normalise(user_of(party.uri), trunk.name) or None
    if is_hidden(request):
        return Caller(
            origin=Origin.TRUNK,
            origin_name=trunk.name,
            hidden=True,
            for_rescue=number if emergency else None,
        )
    return Caller(
        origin=Origin.TRUNK,
        origin_name=trunk.name,
        number=number,
        name="" if number else clean(party.display, MAX_NAME),
    )


def _asserted(request: Request) -> NameAddr | None:
    """The first P-Asserted-Identity that can be read; else what older gateways call Remote-Party-ID."""
    asserted = next(_parties(request, "P-Asserted-Identity"), None)
    if asserted is not None or "Remote-Party-ID" not in request.headers:
        return asserted
    parties = _parties(request, "Remote-Party-ID")
    return next((party for party in parties if party.parameter("party") in (None, "calling")), None)


def _parties(request: Request, header: str) -> Iterator[NameAddr]:
    """What can be read of a header that lists addresses."""
    for element in request.headers.elements(header)[:MOST_PARTIES]:
        with suppress(ParseError):
            yield NameAddr.parse(element)


def caller_shown(display: str, number: str | None, host: str, *parameters: tuple[str, str]) -> NameAddr:
    """A caller as a far end is told of them; without a number anonymous (RFC 3323 4.1.1.3)."""
    uri = ANONYMOUS if number is None else SipUri("sip", escape_user(number), None, host)
    return NameAddr(display, uri, parameters)


def present(
    action: Dial, for_rescue: str | None, directory: Directory, host: str
) -> tuple[Dial, list[tuple[str, str]]]:
    """The caller as the trunk that is dialled is to be shown it: in From, and in these headers of RFC 3325,
    RFC 5806 and RFC 7044; and the number that is called as the trunk writes numbers. A phone is told the
    plain way; who hides is in no header, but 112 is told the number `for_rescue`.
    """
    trunk = action.target.trunk
    if action.emergency and for_rescue:
        action = replace(action, number=for_rescue)
    if not trunk:
        return action, []
    called = directory.written(trunk, action.target.number)
    diverted, fields = directory.written(trunk, action.diverted), []
    number = None
    if action.number is not None:
        shown = directory.shown_to(trunk, action.number)
        number, diverted = shown.number, diverted or shown.diverted_by
        if shown.identity:
            fields.append((shown.identity, f"<sip:{escape_user(number)}@{host}>"))
    if diverted:
        fields.append(("Diversion", f"<sip:{escape_user(diverted)}@{host}>;reason=unconditional"))
    if action.diverted:  # a number of ours was called, and goes on there
        first, second = (f"sip:{escape_user(user)}@{host}" for user in (diverted, called))
        fields.append(("History-Info", f"<{first}>;index=1, <{second};cause=302>;index=1.1;rc=1"))
    target = replace(action.target, number=called)
    return replace(action, target=target, number=number, diverted=""), fields
