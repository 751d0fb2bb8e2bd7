"""Requests outside a dialog: who sends this, and may they (RFC 3261 8.2, 10.3, 22).

Everything that is not let in gets its answer here. A phone is challenged with 401, also for an INVITE,
before any 100. A stranger is refused with 403. 112 from a phone of the plan is let in whoever it can prove
to be.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from telephony.call.facts import Origin
from telephony.legs.content import SDP
from telephony.legs.directory import Account, Caller, Directory, Trunk
from telephony.legs.diversion import is_loop
from telephony.legs.edge import Address, account_behind, origin_of
from telephony.legs.identity import phone_caller, trunk_caller, user_of
from telephony.legs.refusals import NotLetIn, Refusals, Why
from telephony.legs.session_timer import MIN_SECONDS, is_too_short
from telephony.legs.text import MAX_NUMBER, clean
from telephony.legs.wire import ALLOW, EVENT, KNOWN_METHODS, METHODS, SUPPORTED, unsupported
from telephony.sip.digest import Accepted, Authenticator, Refused, Stale
from telephony.sip.errors import ParseError
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.uri import SipUri

_SCHEMES = frozenset({"sip", "sips", "tel", "urn"})
RETRY_AFTER = 30  # seconds: by then another node, or this one started anew, takes calls


@dataclass(frozen=True, slots=True)
class Admitted:
    """An INVITE that may become a call. `dialled` is normalised; `emergency`: it is 112. `loops`: what is
    dialled had this call before."""

    caller: Caller
    dialled: str
    max_forwards: int
    emergency: bool
    loops: bool = False


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A REGISTER of this account."""

    account: Account


@dataclass(frozen=True, slots=True)
class Subscribing:
    """A SUBSCRIBE of this account."""

    account: Account


MOST_UNPROVEN = 4
"""Calls to 112 at once of callers who only say who they are. They take half of the ports that are kept for
112: who is registered, or has a password, gets through whatever they do."""


Verdict = Admitted | Authenticated | Subscribing | Response

_TLS_REQUIRED = '381 vaxeln "SIPS Required"'
"""RFC 5630 5.1.1 and 7: what asks for TLS has to come by it."""


def _wants_tls(request: Request) -> bool:
    """Whether a URI says that its way is encrypted throughout: whom it calls, or where a phone wants to be
    reached (RFC 5630 5.1.1)."""
    if request.request_uri.scheme == "sips":
        return True
    if request.method != "REGISTER":
        return False
    try:
        contacts = request.contacts
    except ParseError:  # the registrar says so
        return False
    return any(isinstance(each.uri, SipUri) and each.uri.scheme == "sips" for each in contacts)


class Gate:
    """Decides about requests outside a dialog. `tag` is the To-tag of all its answers, so that it can repeat
    them without having kept them; `epoch` is seconds since 1970; `unproven` is how many calls are up of
    callers who could not prove who they are."""

    def __init__(
        self,
        directory: Directory,
        authenticator: Authenticator,
        tag: str,
        unproven: Callable[[], int] = lambda: 0,
    ) -> None:
        self._directory = directory
        self._authenticator = authenticator
        self._tag = tag
        self._unproven = unproven
        self.refusals = Refusals()

    def examine(self, request: Request, flow: Flow, epoch: float) -> Verdict:
        """Let the request in, or give its answer."""
        refusal = self._inspect(request, flow)
        if refusal is not None:
            return refusal
        match request.method:
            case "OPTIONS":
                return self.describe(request)
            case "REGISTER":
                return self._registering(request, flow, epoch)
            case "INVITE":
                return self._inviting(request, flow, epoch)
            case "SUBSCRIBE":
                return self._subscribing(request, flow, epoch)
            case "REFER":  # only inside a call
                return self.refuse(request, 403)
            case _:  # BYE, CANCEL and ACK belong to something that is not there
                return self.refuse(request, 481)

    def examine_far_end(self, account: str, request: Request, flow: Flow, epoch: float) -> Response | None:
        """Let a request in that is right for a dialog but comes from elsewhere than its far end, or give its
        answer. A phone of this account can prove that it has moved; a trunk is told from its address."""
        if not account:
            return self._turn_away(request, flow, 481, Why.STRANGER)
        user = self._authenticate(request, flow, epoch, account)
        if isinstance(user, Response):
            return user
        return None if user == account else self._turn_away(request, flow, 403, Why.CREDENTIALS)

    def _turn_away(self, request: Request, flow: Flow, status: int, why: Why) -> Response:
        """Refuse somebody who is not let in, which operations should know."""
        claimed = user_of(request.from_.uri) if why is Why.CREDENTIALS else ""
        who = claimed if self._directory.account(claimed) else ""  # what is none of ours may be a number
        self.refusals.note(NotLetIn(why, request.method, flow.remote[0], who))
        return self.refuse(request, status)

    def refuse(self, request: Request, status: int, **headers: str) -> Response:
        """An answer with a To-tag of ours; header names are written with `_` for `-`."""
        response = Response.to_request(request, status, to_tag=self._tag)
        for name, value in headers.items():
            response.headers.set(name.replace("_", "-"), value)
        return response

    def describe(self, request: Request) -> Response:
        """The answer to OPTIONS: what we can (RFC 3261 11.2)."""
        return self.refuse(request, 200, Allow=ALLOW, Accept=SDP, Supported=SUPPORTED, Allow_Events=EVENT)

    # ---- RFC 3261 8.2.1 and 8.2.2: what does not depend on who it is

    def _inspect(self, request: Request, flow: Flow) -> Response | None:
        if request.method not in KNOWN_METHODS:
            return self.refuse(request, 501, Allow=ALLOW)
        if request.method not in METHODS:
            return self.refuse(request, 405, Allow=ALLOW)
        if request.request_uri.scheme not in _SCHEMES:
            return self.refuse(request, 416)
        if flow.transport != "TLS" and _wants_tls(request) and not self._is_rescue(request):
            return self.refuse(request, 403, Warning=_TLS_REQUIRED)
        required = unsupported(request)  # Proxy-Require is for proxies, and we are none
        if required and not self._is_rescue(request):
            return self.refuse(request, 420, Unsupported=", ".join(required))
        return None

    def _is_rescue(self, request: Request) -> bool:
        """A call to 112: what else it wants of us is no reason not to take it."""
        return request.method == "INVITE" and self._directory.is_emergency(user_of(request.request_uri))

    # ---- REGISTER

    def _registering(self, request: Request, flow: Flow, epoch: float) -> Authenticated | Response:
        uri = request.request_uri
        if not isinstance(uri, SipUri) or not self._directory.is_ours(uri.host):
            return self._turn_away(request, flow, 404, Why.DOMAIN)
        user = self._authenticate(request, flow, epoch)
        if isinstance(user, Response):
            return user
        account = self._directory.account(user)
        # RFC 3261 10.3 step 4: an account registers itself and nobody else
        if account is None or user_of(request.to.uri) != account.name:
            return self._turn_away(request, flow, 403, Why.CREDENTIALS)
        return Authenticated(account)

    # ---- SUBSCRIBE

    def _subscribing(self, request: Request, flow: Flow, epoch: float) -> Subscribing | Response:
        if self._is_stranger(request, self._directory.account_at(flow.remote)):
            return self._turn_away(request, flow, 403, Why.STRANGER)
        account = self._known(request, flow, epoch)
        return account if isinstance(account, Response) else Subscribing(account)

    # ---- INVITE

    def _inviting(self, request: Request, flow: Flow, epoch: float) -> Admitted | Response:
        dialled, origin = user_of(request.request_uri), origin_of(request, flow, self._directory)
        proven = flow.proven if origin == flow.remote else ()  # of who is behind an edge nothing is seen
        called = self._directory.trunk_called(dialled, origin, proven) if origin else None
        if called is not None:  # at our Contact: To tells which number
            dialled = user_of(request.to.uri) or dialled
        emergency = self._directory.is_emergency(dialled)
        caller = self._caller(request, flow, origin, called, epoch, emergency)
        if isinstance(caller, Response):
            return caller
        hops = request.max_forwards
        if hops == 0 and not emergency:
            return self.refuse(request, 483)
        if not emergency and is_too_short(request):
            return self.refuse(request, 422, Min_SE=str(MIN_SECONDS))
        trunk = caller.origin_name if caller.origin is Origin.TRUNK else None
        number = self._directory.normalise(dialled, trunk)
        loops = not emergency and is_loop(request, number, partial(self._station, trunk))
        hops = 70 if hops is None or emergency else min(hops, 70)
        return Admitted(caller, clean(number, MAX_NUMBER), hops, emergency, loops)

    def _station(self, trunk: str | None, number: str) -> str:
        """A number that a call was for before, which others may have written than who brings it."""
        known = self._directory.normalise(number, trunk)
        return known if known.startswith("+") else self._directory.normalise(number, None)

    def _caller(
        self,
        request: Request,
        flow: Flow,
        origin: Address | None,
        called: Trunk | None,
        epoch: float,
        emergency: bool,
    ) -> Caller | Response:
        """Tell who calls. A registered contact wins over a trunk with the same address. `origin` is where the
        request came from, which is behind its flow if that is an edge's; `called` the trunk that calls us
        where we are registered."""
        if origin == flow.remote:
            account = self._directory.account_at(origin)
        else:
            account = account_behind(request, flow, origin, self._directory)
        if account is None and origin is not None:
            # Behind an edge nobody's own certificate is seen
            proven = flow.proven if origin == flow.remote else ()
            trunk = called or self._directory.trunk_at(origin, proven)
            if trunk is not None:
                return trunk_caller(trunk, request, self._directory, emergency=emergency)
        if emergency:
            return self._in_need(request, flow, epoch, account)
        if self._is_stranger(request, account):
            return self._turn_away(request, flow, 403, Why.STRANGER)
        return self._proven(request, flow, epoch)

    def _is_stranger(self, request: Request, registered: Account | None) -> bool:
        """Whether it is neither registered here, nor says that it is one of ours."""
        sender = request.from_.uri
        return registered is None and not (
            isinstance(sender, SipUri) and self._directory.is_ours(sender.host)
        )

    def _proven(
        self, request: Request, flow: Flow, epoch: float, *, emergency: bool = False
    ) -> Caller | Response:
        """Who calls by credentials."""
        account = self._known(request, flow, epoch)
        if isinstance(account, Response):
            return account
        return phone_caller(account, request, emergency=emergency)

    def _known(self, request: Request, flow: Flow, epoch: float) -> Account | Response:
        """Which account of the plan sends this, by its credentials."""
        user = self._authenticate(request, flow, epoch)
        if isinstance(user, Response):
            return user
        return self._directory.account(user) or self._turn_away(request, flow, 403, Why.CREDENTIALS)

    def _in_need(
        self, request: Request, flow: Flow, epoch: float, registered: Account | None
    ) -> Caller | Response:
        """A phone that calls 112. No password stands between: where it is registered tells who it is, or else
        what it says, but then nobody else is in a call for that, and not any number of them get in."""
        if registered is not None:
            return phone_caller(registered, request, emergency=True)
        said = self._directory.account(user_of(request.from_.uri))
        if said is None:
            return self._turn_away(request, flow, 403, Why.EMERGENCY)
        has_room = self._unproven() < MOST_UNPROVEN
        if "Authorization" in request.headers or not has_room:
            proven = self._proven(request, flow, epoch, emergency=True)
            if isinstance(proven, Caller) or not has_room:
                return proven
        return replace(phone_caller(said, request, emergency=True), member="", proven=False)

    # ---- RFC 3261 22

    def _authenticate(self, request: Request, flow: Flow, epoch: float, account: str = "") -> str | Response:
        """The account that sends this, or the challenge or refusal. The same for an unknown one as for a
        wrong password. `account` is whose it must be, where From does not tell."""
        match self._authenticator.check(request, epoch):
            case Accepted(user=user):
                return user
            case Refused():
                # Not 401 again: phones would try for ever
                return self._turn_away(request, flow, 403, Why.CREDENTIALS)
            case verdict:
                user = account or user_of(request.from_.uri)
                return self._challenge(request, epoch, user, stale=isinstance(verdict, Stale))

    def _challenge(self, request: Request, epoch: float, user: str, *, stale: bool) -> Response:
        response = self.refuse(request, 401)
        for challenge in self._authenticator.challenges(epoch, stale, user):
            response.headers.add("WWW-Authenticate", challenge)
        return response
