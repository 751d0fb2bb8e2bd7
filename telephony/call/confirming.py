"""What to do next with members who answered outside: the part of `react` for them.

A mobile that is switched off is answered by its voicemail, which must not win the call. So an answer outside
counts when whoever it is presses a key, as they are asked to; meanwhile the others ring on, and the caller
hears that it rings. Without that key the offer is taken back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from routing.decision import CONFIRM_PROMPT
from telephony.call import confirm_facts as c
from telephony.call.actions import AskForKey
from telephony.call.call import Call, Confirming, Leg
from telephony.call.ending import NOTHING, Reaction, withdraw

KEY = "1"
"""What confirms, as the prompt says."""

SECONDS = 8.0
"""From the beginning of the prompt, which takes half of it: who answers has the telephone at the ear, and the
hand away from it for the key."""

TIMES = 2
"""How often it is said: a caller waits meanwhile, and a voicemail will not answer to the third either."""

UNCONFIRMED = "unconfirmed"
"""Why the offer is taken back."""


def react(call: Call, now: datetime) -> Reaction:
    """What to do next with them; nothing when there are no facts."""
    for leg in call.legs.values():
        confirming = leg.confirming
        if confirming is None or leg.withdrawn:
            continue
        if is_over(confirming) or leg.gone:  # who hangs up has not taken it
            reaction = withdraw(call, [leg], UNCONFIRMED, now)
            return reaction if leg.is_open else Reaction(reaction.facts)
        if asked := ask(call, leg, confirming, CONFIRM_PROMPT, now):
            return asked
    return NOTHING


def is_over(confirming: Confirming) -> bool:
    """Whether they have been asked as often as they are, in vain."""
    return confirming.expired and confirming.attempt >= TIMES


def ask(call: Call, leg: Leg, confirming: Confirming, prompt: str, now: datetime) -> Reaction | None:
    """Ask who is on this leg for the key, if that is due; None while they have time for it."""
    if confirming.attempt and not confirming.expired and not confirming.wrong:
        return None
    until, attempt = now + timedelta(seconds=SECONDS), confirming.attempt + 1
    asked = c.ConfirmationAsked(at=now, call=call.id, leg=leg.id, prompt=prompt, attempt=attempt, until=until)
    return Reaction([asked], [AskForKey(leg.id, prompt)])


def expire(call: Call, now: datetime) -> Iterable[c.ConfirmationTimeExpired]:
    """The facts that their time is over, as of `now`."""
    return [
        c.ConfirmationTimeExpired(at=now, call=call.id, leg=leg.id)
        for leg in call.legs.values()
        if leg.may_answer and leg.confirm_by is not None and leg.confirm_by <= now
    ]


def pressed(confirming: Confirming, key: str) -> Confirming | None:
    """What a key makes of it; None when it confirms. A wrong one has the prompt said again; after the last
    time there is still what is left of the time for the right one."""
    if key == KEY:
        return None
    return Confirming(
        confirming.attempt, confirming.until, confirming.expired, wrong=confirming.attempt < TIMES
    )
