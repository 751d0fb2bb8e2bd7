"""Replaces (RFC 3891): naming a dialog of ours from outside, and a leg that goes over to another call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.call import facts as f
from telephony.sip.errors import ParseError
from telephony.sip.grammar import find_parameter, parse_parameters

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

    @classmethod
    def parse(cls, text: str) -> "Replaces":
        """Read one value. Raises `ParseError` without both tags (RFC 3891 6.1)."""
        call_id, semicolon, rest = text.partition(";")
        parameters = parse_parameters(semicolon + rest)
        to_tag, from_tag = find_parameter(parameters, "to-tag"), find_parameter(parameters, "from-tag")
        if not (call_id.strip() and to_tag and from_tag):
            raise ParseError("Replaces needs a Call-ID and both tags")
        return cls(call_id.strip(), to_tag, from_tag)


def find(wire: "Wire", replaces: Replaces) -> "Leg | None":
    """The leg whose dialog is meant, an early one too; both tags must fit."""
    leg = wire.dialogs.get((replaces.call_id, replaces.to_tag))
    known = leg is not None and leg.dialog is not None and leg.dialog.remote_tag == replaces.from_tag
    return leg if known else None


def take_over(wire: "Wire", of: str, leg_id: str, now: float) -> None:
    """Let the leg `of` be `leg_id`, of another call, from here on. One that has just ended is reported as
    such."""
    leg = wire.legs.pop(of, None)
    if leg is None:
        wire.facts.append(f.LegEnded(at=wire.utc(now), call=_call_of(leg_id), leg=leg_id))
        return
    if leg.keypad is not None:
        leg.keypad.rest()
    for what in ("ping", "retry", "patience", "refresh", "expire"):
        wire.agenda.move(f"{of}/{what}", f"{leg_id}/{what}")
    wire.media.rename(of, leg_id)
    leg.tone = ""
    leg.part()
    leg.call, leg.id = _call_of(leg_id), leg_id
    wire.legs[leg_id] = leg


def _call_of(leg_id: str) -> str:
    return leg_id.rpartition(".")[0]
