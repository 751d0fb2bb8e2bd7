"""SUBSCRIBE to `dialog` (RFC 6665, RFC 4235): who watches whom. Kept in memory alone: after a restart a phone
is told by a 481 to its next refresh, and subscribes anew."""

from collections.abc import Iterable

from telephony.legs.dialog_info import CONTENT_TYPE
from telephony.legs.directory import Account, Directory, Watched
from telephony.legs.edge import Address, account_behind, origin_of
from telephony.legs.gate import RETRY_AFTER, Gate
from telephony.legs.identity import user_of
from telephony.legs.leg import Leg
from telephony.legs.snapshot import without_names
from telephony.legs.subscription import Subscription
from telephony.legs.wire import EVENT, Wire
from telephony.sip.dialog import Dialog
from telephony.sip.errors import ParseError
from telephony.sip.events import RequestReceived
from telephony.sip.grammar import parse_parameters
from telephony.sip.message import Request, Response
from telephony.sip.uri import SipUri

SHORTEST, LONGEST = 60, 3600
"""Seconds of a subscription. Shorter ones would cost more than the lamps; after the longest a phone that was
switched off is forgotten, and one that we forgot in a restart has noticed."""

MOST_OF_A_PHONE = 200
"""Subscriptions of one account: three full key modules, and those that it forgot when it was last switched
off."""

MOST = 10_000
"""In all: some 30 MiB. A municipality has a few thousand phones, most without such keys."""

ENDED_AT_STOP = f"probation;retry-after={RETRY_AFTER}"


class Refused(Exception):
    """A SUBSCRIBE that gets this answer. Raised and caught here alone."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class Subscriptions:
    """What is due in a subscription is in the agenda as `NAME/lamp`, a NOTIFY, and `NAME/lapse`, its end."""

    def __init__(self, wire: Wire, directory: Directory, gate: Gate) -> None:
        self._wire = wire
        self._directory = directory
        self._gate = gate
        self._live: dict[str, Subscription] = {}
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._live)

    # ---- SUBSCRIBE

    def begin(self, event: RequestReceived, account: Account, now: float) -> None:
        """Answer a SUBSCRIBE of an account that makes a subscription, or with `Expires: 0` asks once."""
        try:
            subscription, seconds = self._made_of(event, account, now)
        except Refused as refused:
            self._refuse(event, refused, now)
            return
        self._accept(event, subscription, seconds, now)
        if not seconds:  # it is told once, whatever it answers
            subscription.end("timeout", now)
            return
        self._live[subscription.name] = subscription
        self._counts[account.name] = self._counts.get(account.name, 0) + 1
        self._listen(subscription)
        self._wire.agenda.set(f"{subscription.name}/lapse", subscription.lapses)
        subscription.tell(now)

    def receive(self, event: RequestReceived, now: float) -> bool:
        """Answer a SUBSCRIBE in a dialog. False when that is no subscription's."""
        request = event.request
        known = self._live.get(request.to.tag or "")
        if known is None or not _is_with(known, request):
            return False
        if (refusal := self._examine_source(known, event, now)) is not None:
            self._wire.endpoint.respond_stateless(event.transaction, refusal)
            return True
        try:
            self._refresh(known, event, now)
        except Refused as refused:
            self._refuse(event, refused, now)
        return True

    def _made_of(self, event: RequestReceived, account: Account, now: float) -> tuple[Subscription, int]:
        request = event.request
        label, seconds = _asked(request)
        uri = request.request_uri
        if not isinstance(uri, SipUri) or not self._directory.is_ours(uri.host):
            raise Refused(404)
        resource = user_of(uri)
        watched = self._directory.watched(resource)
        if watched is None:
            raise Refused(404)
        if not self._directory.may_watch(account.name, watched):
            raise Refused(403)
        if seconds and self._counts.get(account.name, 0) >= MOST_OF_A_PHONE:
            raise Refused(403)
        if seconds and len(self._live) >= MOST:
            raise Refused(503, Retry_After=str(RETRY_AFTER))
        try:
            dialog = without_names(Dialog.as_uas(request, self._wire.token()))
        except ParseError as error:
            raise Refused(error.status) from error
        made = Subscription(
            wire=self._wire,
            account=account.name,
            resource=resource,
            entity=f"{uri.scheme}:{uri.user}@{uri.host}",
            watched=watched,
            label=label,
            dialog=dialog,
            flow=event.flow,
            behind=self._behind(event),
            lapses=now + seconds,
            legs=self._legs,
            drop=self._drop,
        )
        return made, seconds

    def _refresh(self, known: Subscription, event: RequestReceived, now: float) -> None:
        label, seconds = _asked(event.request)
        dialog = known.dialog.accept_request(event.request)
        if label != known.label:
            raise Refused(489, Allow_Events=EVENT)
        if dialog is None:
            raise Refused(500)
        known.dialog, known.flow = dialog.refresh(event.request), event.flow
        known.behind = self._behind(event)
        self._accept(event, known, seconds, now)
        if not seconds:
            self._end(known, "timeout", now)
            return
        known.lapses = now + seconds
        self._wire.agenda.set(f"{known.name}/lapse", known.lapses)
        known.tell(now)

    def _accept(self, event: RequestReceived, subscription: Subscription, seconds: int, now: float) -> None:
        request, dialog = event.request, subscription.dialog
        response = Response.to_request(request, 200, to_tag=dialog.local_tag)
        for route in request.headers.get_all("Record-Route"):
            response.headers.add("Record-Route", route)
        response.headers.set("Contact", self._wire.contact(subscription.flow, dialog.remote_target))
        response.headers.set("Expires", str(seconds))
        self._wire.endpoint.respond(event.transaction, response, now)

    def _refuse(self, event: RequestReceived, refused: Refused, now: float) -> None:
        response = self._gate.refuse(event.request, refused.status, **refused.headers)
        self._wire.endpoint.respond(event.transaction, response, now)

    def _examine_source(self, known: Subscription, event: RequestReceived, now: float) -> Response | None:
        """As for a dialog of a call: from where it was made, from where the phone is registered, or with its
        password."""
        if self._is_from_phone(known, event):
            return None
        epoch = self._wire.utc(now).timestamp()
        return self._gate.examine_far_end(known.account, event.request, event.flow, epoch)

    def _is_from_phone(self, known: Subscription, event: RequestReceived) -> bool:
        """Whether its way tells that it is from the phone; that to an edge is of all who are behind it."""
        request, flow = event.request, event.flow
        if self._directory.is_edge(flow.remote):
            origin = self._behind(event)
            if flow == known.flow and origin is not None and origin == known.behind:
                return True
            registered = account_behind(request, flow, origin, self._directory)
        elif flow == known.flow:
            return True
        else:
            registered = self._directory.account_at(flow.remote)
        return registered is not None and registered.name == known.account

    def _behind(self, event: RequestReceived) -> Address | None:
        """Where it is from behind an edge, as far as that says so."""
        if not self._directory.is_edge(event.flow.remote):
            return None
        return origin_of(event.request, event.flow, self._directory)

    # ---- what happens to it

    def due(self, name: str, what: str, now: float) -> None:
        """It is time to tell what has changed, or the subscription has run out."""
        known = self._live[name]
        if what == "lamp":
            known.look(now)
        else:
            self._end(known, "timeout", now)

    def load(self, now: float) -> None:
        """Another plan is in force: whoever may watch no more is told so."""
        for known in list(self._live.values()):
            watched = self._directory.watched(known.resource)
            if watched is None or self._directory.account(known.account) is None:
                self._end(known, "noresource", now)
            elif not self._directory.may_watch(known.account, watched):
                self._end(known, "deactivated", now)
            elif watched != known.watched:
                self._ignore(known)
                known.watched = watched
                self._listen(known)
                known.stir(now)

    def end_all(self, now: float) -> None:
        """The service stops: no lamp shows from here on what was, and phones come back a little later."""
        for known in list(self._live.values()):
            self._end(known, ENDED_AT_STOP, now)

    def _end(self, known: Subscription, why: str, now: float) -> None:
        self._drop(known)
        known.end(why, now)

    def _drop(self, known: Subscription) -> None:
        del self._live[known.name]
        self._ignore(known)
        self._counts[known.account] -= 1
        if not self._counts[known.account]:
            del self._counts[known.account]
        for what in ("lamp", "lapse"):
            self._wire.agenda.set(f"{known.name}/{what}", None)

    def _listen(self, subscription: Subscription) -> None:
        for account in subscription.watched.accounts:
            self._wire.watchers.setdefault(account, []).append(subscription)

    def _ignore(self, subscription: Subscription) -> None:
        for account in subscription.watched.accounts:
            watchers = self._wire.watchers[account]
            watchers.remove(subscription)
            if not watchers:
                del self._wire.watchers[account]

    def _legs(self, watched: Watched) -> Iterable[Leg]:
        """The legs with these phones, the oldest first."""
        legs = self._wire.legs
        for name in sorted(self._directory.legs_of(watched.member)):
            leg = legs.get(name)
            if leg is not None and leg.account in watched.accounts:
                yield leg


def _is_with(known: Subscription, request: Request) -> bool:
    dialog = known.dialog
    return (request.call_id, request.from_.tag or "") == (dialog.call_id, dialog.remote_tag)


def _asked(request: Request) -> tuple[str, int]:
    """The Event header to be repeated, and for how many seconds. Raises Refused."""
    package, semicolon, rest = (request.headers.get("Event") or "").partition(";")
    if package.strip().lower() != EVENT:
        raise Refused(489, Allow_Events=EVENT)
    try:
        parameters = parse_parameters(semicolon + rest)
        seconds = request.expires
    except ParseError as error:
        raise Refused(400) from error
    if request.body:  # a filter, and RFC 4235 3.3 names none
        raise Refused(415, Accept="")
    if not _takes_documents(request):
        raise Refused(406)
    if seconds is None:
        seconds = LONGEST
    if 0 < seconds < SHORTEST:
        raise Refused(423, Min_Expires=str(SHORTEST))
    name = next((value for key, value in parameters if key.lower() == "id"), None)
    return (EVENT if name is None else f"{EVENT};id={name}"), min(seconds, LONGEST)


def _takes_documents(request: Request) -> bool:
    """Whether it accepts what it will be sent; without an Accept it does (RFC 4235 3.5)."""
    if "Accept" not in request.headers:
        return True
    kinds = {kind.partition(";")[0].strip().lower() for kind in request.headers.elements("Accept")}
    return bool(kinds & {CONTENT_TYPE, "application/*", "*/*"})
