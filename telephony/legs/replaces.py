"""Replaces (RFC 3891): naming a dialog of ours from outside, and a leg that goes over to another call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.call import facts as f
from telephony.call.facts import Origin
from telephony.legs.direct import forget
from telephony.legs.directory import Caller
from telephony.legs.refusals import NotTaken
from telephony.legs.state import State
from telephony.sip.errors import ParseError
from telephony.sip.grammar import find_parameter, parse_parameters
from telephony.sip.message import Request

if TYPE_CHECKING:
    from telephony.legs.leg import Leg
    from telephony.legs.wire import Wire


@dataclass(frozen=True, slots=True)
class Replaces:
    """The header's value: a dialog as the one who is to replace it sees it, that is us. So `to_tag` is
    ours."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> "Replaces":
        """Read one value. Raises `ParseError` without both tags (RFC 3891 6.1)."""
        call_id, semicolon, rest = text.partition(";")
        parameters = parse_parameters(semicolon + rest)
        to_tag, from_tag = find_parameter(parameters, "to-tag"), find_parameter(parameters, "from-tag")
        if not (call_id.strip() and to_tag and from_tag):
            raise ParseError("Replaces needs a Call-ID and both tags")
        early_only = any(name.lower() == "early-only" for name, _ in parameters)
        return cls(call_id.strip(), to_tag, from_tag, early_only)


def find(wire: "Wire", replaces: Replaces) -> "Leg | None":
    """The leg whose dialog is meant, an early one too; both tags must fit.

    Which of them is ours depends on whom the one who asks takes us for: we stand for both ends of what a lamp
    shows, and RFC 4235 names the tags as the phone has them.
    """
    for ours, theirs in ((replaces.to_tag, replaces.from_tag), (replaces.from_tag, replaces.to_tag)):
        leg = wire.dialogs.get((replaces.call_id, ours))
        if leg is not None and leg.knows(theirs):
            return leg
    return None


def replaced_by(wire: "Wire", request: Request, caller: Caller) -> "Leg | NotTaken | None":
    """The leg whose place an INVITE asks for; why it gets none (RFC 3891 3); None without such a wish.

    Whether it may have it is the call's to say.
    """
    texts = request.headers.get_all("Replaces") if "Replaces" in request.headers else []
    if not texts:
        return None
    if caller.origin is not Origin.PHONE or not caller.proven:
        return NotTaken(403, "only phones of ours take a place in a call")
    if len(texts) > 1:
        return NotTaken(400, "more than one Replaces")
    try:
        replaces = Replaces.parse(texts[0])
    except ParseError:
        return NotTaken(400, "malformed Replaces")
    leg = find(wire, replaces)
    if leg is None:
        return NotTaken(481, "what is to be replaced is no dialog of ours")
    if leg.state is State.SETUP:
        # One that the far end has set up is not ours to give away (RFC 3891 3)
        return leg if leg.owns_call_id else NotTaken(481, "what is to be replaced has not been answered")
    if leg.state is not State.TALKING:
        return NotTaken(603, "what is to be replaced is over")
    return NotTaken(486, "what is to be replaced is answered") if replaces.early_only else leg


def take_over(wire: "Wire", of: str, leg_id: str, now: float) -> None:
    """Let the leg `of` be `leg_id`, of another call, from here on. One that has just ended is reported as
    such."""
    leg = wire.legs.pop(of, None)
    if leg is None:
        wire.facts.append(f.LegEnded(at=wire.utc(now), call=_call_of(leg_id), leg=leg_id))
        return
    if leg.keypad is not None:
        leg.keypad.rest()
    forget(leg)
    for what in ("ping", "retry", "patience", "refresh", "expire"):
        wire.agenda.move(f"{of}/{what}", f"{leg_id}/{what}")
    wire.media.rename(of, leg_id)
    leg.tone = ""
    leg.part()
    leg.call, leg.id = _call_of(leg_id), leg_id
    wire.legs[leg_id] = leg


def _call_of(leg_id: str) -> str:
    return leg_id.rpartition(".")[0]
