"""A member dials a code at their phone: is logged in or out, or has a pause, and hears that it is so."""

from datetime import datetime

from routing.decision import Decision, Kind, Reason
from routing.duty_codes import DutyCode, asked_for, group_of, reason_of
from routing.tables import Tables
from telephony.call import facts as f
from telephony.call.call import Call
from telephony.call.ending import Reaction
from telephony.call.facts import Outcome
from telephony.call.house import House
from telephony.desk.member_change import Change, Refused, Wanted, change

_DONE = {
    DutyCode.LOG_IN: (Wanted.LOGGED_IN, "member_in"),
    DutyCode.LOG_OUT: (Wanted.LOGGED_OUT, "member_out"),
    DutyCode.PAUSE: (Wanted.PAUSED, "member_paused"),
    DutyCode.RESUME: (Wanted.AVAILABLE, "member_resumed"),
}
"""What a code asks for, and the prompt that says that it is done."""

REFUSED = "member_refused"
"""The prompt that says that it cannot be done."""


def by_code(call: Call, house: House, tables: Tables, now: datetime) -> Reaction | None:
    """What becomes of a call in which such a code was dialled; None for any other.

    It is no call to a number of the plan, and so in no figure of those.
    """
    is_asked = call.is_internal and call.picks_up is None
    asked = asked_for(tables, call.arrived.dialled) if is_asked else None
    if asked is None:
        return None
    code, text = asked
    wanted = _wanted(call, tables, code, text)
    facts = wanted if isinstance(wanted, str) else change(house, tables, wanted, now)
    if isinstance(facts, str | Refused):
        why = facts if isinstance(facts, str) else facts.why
        return Reaction([_say(call, code, REFUSED, f"refused: {why}", now)])
    return Reaction([*facts, _say(call, code, _DONE[code][1], _told(tables, code, text), now)])


def _wanted(call: Call, tables: Tables, code: DutyCode, text: str) -> Change | str:
    """What is asked for, or why it cannot be."""
    person, by = call.arrived.member, f"phone:{call.arrived.origin_name}"
    if person not in tables.memberships:
        return "the phone is nobody's who is in a group"
    group, reason = "", ""
    match code:
        case DutyCode.PAUSE:
            found = reason_of(tables, text)
            if found is None:
                return "the plan has no such reason"
            reason = found
        case DutyCode.RESUME:
            if text:
                return "nothing may follow this code"
        case _:
            named = group_of(tables, text)
            if named is None:
                return "no group has this short code"
            group = named
    return Change(person, _DONE[code][0], by, group, reason)


def _told(tables: Tables, code: DutyCode, text: str) -> str:
    match code:
        case DutyCode.PAUSE:
            return f"pause: {reason_of(tables, text)}"
        case DutyCode.RESUME:
            return "the pause is over"
        case _:
            verb = "in to" if code is DutyCode.LOG_IN else "out of"
            return f"logged {verb} {group_of(tables, text) or 'all groups'}"


def _say(call: Call, code: DutyCode, prompt: str, why: str, now: datetime) -> f.RouteDecided:
    decision = Decision(
        kind=Kind.ANNOUNCE,
        prompt=prompt,
        outcome=Outcome.SELF_SERVICE.value,
        reasons=(Reason("duty_code", f"municipality.duty_codes.{code}", f"member's code: {why}"),),
    )
    return f.RouteDecided(at=now, call=call.id, decision=decision, talk_limit=0.0)
