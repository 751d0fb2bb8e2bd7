"""REFER inside a dialog (RFC 3515): what the far end asks for, what it is answered, and the NOTIFYs about it.

The call decides; here is only the wire. `Leg.referral` is the last one of a leg.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never
from urllib.parse import unquote

from telephony.call import actions as a
from telephony.call import transfer_facts as t
from telephony.legs.identity import user_of
from telephony.legs.replaces import Replaces, find, take_over
from telephony.legs.state import State
from telephony.legs.wire import Reply, Wire
from telephony.sip.errors import ParseError
from telephony.sip.events import RequestReceived, ResponseReceived
from telephony.sip.message import Response
from telephony.sip.name_addr import NameAddr
from telephony.sip.status import REASON_PHRASES
from telephony.sip.uri import SipUri, Uri

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

TransferAction = a.AnswerTransfer | a.ReportTransfer | a.PlayRinging | a.PlayAnnouncement | a.TakeOver

EXPIRES = 600
"""Seconds that the NOTIFYs may go on for, as they say: longer than a phone is rung by any plan."""

_ANSWERED_AS_SUCH = frozenset({403, 480, 486, 491})
"""Refusals of a REFER. Any other status is told in a NOTIFY after a 202, for some of them (404, 481) would
end the dialog, and with it the call (RFC 5057 5.1)."""


@dataclass(slots=True)
class Referral:
    """A REFER. `event` is there until it is answered; `notifies` until the last NOTIFY, and never when the
    far end wants none (RFC 4488: `quiet`)."""

    event: RequestReceived | None
    label: str  # the Event header of its NOTIFYs
    quiet: bool
    notifies: bool = False


def receive(leg: "Leg", event: RequestReceived, now: float) -> None:
    """Take a REFER: refuse what cannot be understood, report the rest for the call to decide."""
    request = event.request
    texts = request.headers.get_all("Refer-To")
    if leg.state is not State.TALKING:
        leg.answer(event, 403, now)
    elif (leg.referral is not None and (leg.referral.event or leg.referral.notifies)) or (
        leg.keypad is not None and leg.keypad.is_busy
    ):
        leg.answer(event, 491, now)
    elif len(texts) != 1:  # RFC 3515 2.4.2
        leg.answer(event, 400, now)
    else:
        try:
            uri = NameAddr.parse(texts[0]).uri
        except ParseError:
            leg.answer(event, 400, now)
        else:
            _consider(leg, event, uri, now)


def _consider(leg: "Leg", event: RequestReceived, uri: Uri, now: float) -> None:
    fields = {name.lower(): unquote(value) for name, value in uri.headers} if isinstance(uri, SipUri) else {}
    replaces = fields.pop("replaces", None)
    if fields.get("require") == "replaces":  # as PJSIP writes it, and it is what we do
        del fields["require"]
    number = "" if fields else _number(leg, uri)
    # RFC 3515 2.4.6: the first needs no id, and some phones expect none
    label = f"refer;id={event.request.cseq.number}" if leg.referral else "refer"
    quiet = (event.request.headers.get("Refer-Sub") or "").partition(";")[0].strip().lower() == "false"
    referral = Referral(event, label, quiet)
    if replaces is not None:
        _consider_consulted(leg, referral, replaces, now)
    elif not number:
        leg.answer(event, 403, now)
    else:
        leg.referral = referral
        leg.observe(t.TransferRequested, now, number=number)


def _consider_consulted(leg: "Leg", referral: Referral, text: str, now: float) -> None:
    """To whom the far end talks with in another dialog with us: it names that one, whatever the URI says."""
    assert referral.event is not None
    try:
        consulted = find(leg.wire, Replaces.parse(text))
    except ParseError:
        leg.answer(referral.event, 400, now)
        return
    leg.referral = referral
    if consulted is None:
        answer(leg, 481, now)
    else:
        leg.observe(t.TransferRequested, now, number="", consulted=consulted.id)


def _number(leg: "Leg", uri: Uri) -> str:
    """What would be dialled, normalised; "" for what is no call to one of ours."""
    if isinstance(uri, SipUri):
        if uri.parameter("method") not in (None, "INVITE") or not leg.wire.directory.is_ours(uri.host):
            return ""
    elif uri.scheme != "tel":
        return ""
    return leg.wire.directory.normalise(user_of(uri), None)


def carry_out(wire: Wire, action: TransferAction, now: float) -> None:
    """Do what the call asks for in a transfer; nothing to a leg that has ended meanwhile."""
    if isinstance(action, a.TakeOver):
        take_over(wire, action.of, action.leg, now)
    elif (leg := wire.legs.get(action.leg)) is not None:
        _carry_out(leg, action, now)


def _carry_out(
    leg: "Leg",
    action: a.AnswerTransfer | a.ReportTransfer | a.PlayRinging | a.PlayAnnouncement,
    now: float,
) -> None:
    match action:
        case a.AnswerTransfer(status=status):
            if leg.keypad is not None and leg.keypad.waits:
                leg.keypad.answered(status, now)
            else:
                answer(leg, status, now)
        case a.ReportTransfer(status=status):
            report(leg, status, now)
        case a.PlayRinging(prompt=prompt):
            leg.ring_on(now, prompt)
        case a.PlayAnnouncement(prompt=prompt):
            leg.play(prompt)
        case _:
            assert_never(action)


def answer(leg: "Leg", status: int, now: float) -> None:
    """Answer the REFER of this leg as the call has decided."""
    referral = leg.referral
    assert referral is not None and referral.event is not None  # a request has one answer
    event, referral.event = referral.event, None
    refused = status >= 300
    if refused and (status in _ANSWERED_AS_SUCH or referral.quiet):
        leg.answer(event, status if status in _ANSWERED_AS_SUCH else 403, now)
        return
    response = Response.to_request(event.request, 202)
    leg.wire.identify(response.headers, leg.flow, leg.target)
    if referral.quiet:
        response.headers.set("Refer-Sub", "false")
    leg.wire.endpoint.respond(event.transaction, response, now)
    referral.notifies = not referral.quiet
    report(leg, status if refused else 100, now)


def report(leg: "Leg", status: int, now: float) -> None:
    """Tell the far end how it goes by NOTIFY (RFC 3515 2.4.4); a status from 200 is the last."""
    referral = leg.referral
    if referral is None or not referral.notifies or leg.state is not State.TALKING:
        return
    assert leg.dialog is not None
    over = status >= 200
    leg.dialog, request = leg.dialog.make_request("NOTIFY")
    leg.wire.identify(request.headers, leg.flow, request.uri)
    request.headers.set("Event", referral.label)
    state = "terminated;reason=noresource" if over else f"active;expires={EXPIRES}"
    request.headers.set("Subscription-State", state)
    request.headers.set("Content-Type", "message/sipfrag;version=2.0")
    request.body = f"SIP/2.0 {status} {REASON_PHRASES.get(status, 'Failed')}\r\n".encode()
    referral.notifies = not over

    def replied(reply: Reply, _: float) -> None:
        if not (isinstance(reply, ResponseReceived) and reply.response.status < 300):
            referral.notifies = False  # RFC 6665 4.2.2: nobody listens

    leg.wire.owners[leg.wire.endpoint.send_request(request, leg.flow, now)] = replied
