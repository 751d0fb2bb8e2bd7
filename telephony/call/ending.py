"""What reacting gives, and the two ways in which legs are let go of: an offer is taken back, a call ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from telephony.call import facts as f
from telephony.call.actions import Action, EndLeg
from telephony.call.call import Call, Leg
from telephony.call.facts import EndedBy, Outcome

NOT_AVAILABLE = 480


@dataclass(frozen=True, slots=True)
class Reaction:
    """Facts to append, and the actions that they record."""

    facts: Sequence[f.Fact] = ()
    actions: Sequence[Action] = ()


NOTHING = Reaction()
"""What is done nearly always, when it is looked."""


def withdraw(call: Call, legs: Sequence[Leg], why: str, now: datetime) -> Reaction:
    """Take back what is offered on these legs."""
    elsewhere = why == "answered_elsewhere"
    return Reaction(
        [f.OfferWithdrawn(at=now, call=call.id, leg=leg.id, why=why) for leg in legs],
        [EndLeg(leg.id, reason=why.replace("_", " "), elsewhere=elsewhere) for leg in legs],
    )


def finish(
    call: Call,
    now: datetime,
    outcome: Outcome,
    ended_by: EndedBy,
    *,
    reason: str = "",
    status: int = NOT_AVAILABLE,
) -> Reaction:
    """Settle the outcome, take back what is still offered, end every open leg once."""
    facts: list[f.Fact] = [
        f.CallEnded(at=now, call=call.id, outcome=outcome, ended_by=ended_by, reason=reason, status=status)
    ]
    why = "caller_left" if ended_by is EndedBy.CALLER else "ended"
    ringing = call.ringing()
    withdrawn = withdraw(call, ringing, why, now)
    others = [leg for leg in call.open_legs() if leg not in ringing and not leg.withdrawn]
    actions = [EndLeg(leg.id, status=status, reason=reason) for leg in others]
    return Reaction([*facts, *withdrawn.facts], [*withdrawn.actions, *actions])
