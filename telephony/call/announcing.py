"""What to do next while a caller hears an announcement, the last thing of a call: the part of `react` for it.

A voicemail is one, with a greeting that listens for a key. So is a refusal once we have answered: a caller
who has had a 200 is told in words, not by a status.
"""

from datetime import datetime

from routing.decision import Decision, Kind
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import Action, Announce, AskForKey, PlayAnnouncement
from telephony.call.call import Call
from telephony.call.choosing import CENTRE_KEY
from telephony.call.ending import NOT_AVAILABLE, Reaction, finish
from telephony.call.facts import EndedBy, Outcome

_WORDS = {Outcome.BUSY: "busy", Outcome.FULL: "busy", Outcome.CLOSED: "closed"}
"""The prompt that says why a call is refused, by its outcome."""

_OTHER_WORDS = "nobody_there"


def react(call: Call, now: datetime) -> Reaction:
    """What to do next; nothing when there are no facts."""
    decision = call.decision
    assert decision is not None  # this phase was entered by it
    outcome, is_voicemail = _outcome(call, decision), decision.kind is Kind.VOICEMAIL
    if call.caller.lost:
        return finish(call, now, outcome, EndedBy.SERVICE, reason=call.caller.lost)
    if call.caller.gone:
        return finish(call, now, outcome, EndedBy.CALLER, reason=_no_message(decision), status=487)
    if is_voicemail and call.key == CENTRE_KEY:
        asked = m.CentreAsked(at=now, call=call.id, voicemail=decision.voicemail, outcome=decision.outcome)
        return Reaction([asked])
    if call.announcement_ended:
        # One that could not be played may leave the caller without a final answer, whatever was planned
        status = decision.status or NOT_AVAILABLE
        # A message would be recorded from here on
        reason = _no_message(decision) if call.announcement_played else "announcement could not be played"
        return finish(call, now, outcome, EndedBy.SERVICE, reason=reason, status=status)
    return Reaction() if call.announcement else _begin(call, decision, now)


def _begin(call: Call, decision: Decision, now: datetime) -> Reaction:
    leg, answered = call.caller.id, call.service_answered
    prompt = decision.prompt or _WORDS.get(_outcome(call, decision), _OTHER_WORDS)
    early = decision.early and not answered
    facts: list[f.Fact] = []
    if not answered and not early:
        facts.append(f.ServiceAnswered(at=now, call=call.id, leg=leg))
    facts.append(f.AnnouncementStarted(at=now, call=call.id, leg=leg, prompt=prompt, early=early))
    action: Action = PlayAnnouncement(leg, prompt) if answered else Announce(leg, prompt, early)
    if decision.kind is Kind.VOICEMAIL:
        action = AskForKey(leg, prompt)
    return Reaction(facts, [action])


def _outcome(call: Call, decision: Decision) -> Outcome:
    """Who had been to Kontaktcenter before a voicemail sent them there is no further than they were."""
    is_refused = decision.kind is Kind.REJECT and decision.outcome == Outcome.FAILED
    return Outcome(call.to_centre if call.to_centre and is_refused else decision.outcome)


def _no_message(decision: Decision) -> str:
    """That nobody finds a message in the box, for whoever reads the call log."""
    return f"voicemail {decision.voicemail}: no message was taken" if decision.voicemail else ""
