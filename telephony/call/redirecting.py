"""A phone that says to call elsewhere (3xx, RFC 3261 21.3): whoever is there is rung in its place.

Only where the phone's person may call, never for 112, and a few times at most in one call, so that phones
that point at each other end. The ring time goes on.
"""

from datetime import datetime

from routing.decision import Decision, Kind, Strategy, Target
from telephony.call import facts as f
from telephony.call.call import Call, Leg, Phase
from telephony.call.ending import Reaction
from telephony.call.failover import first_ways

MOST = 3
"""Redirections that are followed in one call: more is no forwarding, but phones in a ring."""


def redirected(call: Call) -> Leg | None:
    """The leg of a phone that is to be followed elsewhere now, if there is one. Not of those that were rung
    before routing was asked again: nobody is rung there any more."""
    if call.phase is not Phase.RINGING or call.redirects >= MOST or call.is_emergency or call.caller.gone:
        return None
    return next((leg for leg in call.members() if leg.redirect and leg.id in call.round_legs), None)


def follow(call: Call, leg: Leg, decision: Decision, now: datetime) -> Reaction:
    """Ring those whom the decision names, of whom none was rung yet; nobody when it refuses."""
    targets = _first_stage(decision) if decision.kind is Kind.RING else ()
    tried = {member.target for member in call.members()}
    return Reaction(
        [
            f.RedirectDecided(
                at=now,
                call=call.id,
                leg=leg.id,
                number=leg.redirect,
                targets=tuple([target for target in targets if target not in tried]),
                reasons=decision.reasons,
            )
        ]
    )


def _first_stage(decision: Decision) -> tuple[Target, ...]:
    """All together, or of a hunt the first: it is one place that the phone points at. To who is outside one
    way is tried."""
    first = decision.targets[0].member
    together = decision.strategy is Strategy.ALL
    return tuple(first_ways([target for target in decision.targets if together or target.member == first]))
