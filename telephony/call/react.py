"""`react(call, house, now) -> Reaction`: looks at the state and says what to do next.

The switchboard folds the facts and asks again until there are none; an action is given out only beside the
fact that records it, so each happens once. Nothing here reads a plan, a clock or randomness: `RouteDecided`
carries it all.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from telephony.call import announcing, calling_back, choosing, confirming, queueing
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.actions import Action, AlertCaller, EndLeg, PassEarlySound, PlayRinging
from telephony.call.call import Call, Leg, Phase
from telephony.call.ending import NOTHING, Reaction, finish
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house import House
from telephony.call.offering import (
    connect,
    decision_of,
    has_answered,
    in_vain,
    offer,
    offer_next,
    offer_other_ways,
)


def react(call: Call, house: House, now: datetime) -> Reaction:
    """What to do next in `call`: nothing when there are no facts."""
    match call.phase:
        case Phase.ARRIVED:
            return _arrived(call, now)
        case Phase.RINGING:
            return _ringing(call, house, now)
        case Phase.ANNOUNCING:
            return announcing.react(call, now)
        case Phase.MENU:
            return choosing.react(call, now)
        case Phase.WAITING:
            return queueing.react(call, house, now)
        case Phase.CALLING:
            return calling_back.react(call, now)
        case Phase.TALKING:
            return _talking(call, now)
    return NOTHING  # its legs are closing or closed; or `transferring` has the word


def expire(call: Call, now: datetime) -> Sequence[f.Fact]:
    """The facts that the call's deadlines have passed, as of `now`."""
    if call.phase is Phase.TALKING:
        over = call.talk_until is not None and call.talk_until <= now and not call.talk_expired
        return [f.TalkTimeExpired(at=now, call=call.id)] if over else []
    if call.phase is Phase.MENU:
        over = call.key_until is not None and call.key_until <= now
        return [m.KeyTimeExpired(at=now, call=call.id)] if over else []
    if call.phase not in (Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING, Phase.CALLING):
        return []
    facts: list[f.Fact] = []
    if call.waiting is not None:
        facts += queueing.expire(call, call.waiting, now)
    if call.talk_until is not None and call.talk_until <= now and not call.talk_expired:
        facts.append(f.TalkTimeExpired(at=now, call=call.id))
    facts += [
        f.ResponseTimeExpired(at=now, call=call.id, leg=leg.id)
        for leg in call.ringing()
        if leg.respond_by is not None and leg.respond_by <= now
    ]
    facts += confirming.expire(call, now)
    if call.ring_until is not None and call.ring_until <= now and not call.ring_expired:
        facts.append(f.RingTimeExpired(at=now, call=call.id))
    return facts


def interrupt(call: Call, now: datetime, lost: Collection[str] = ()) -> Reaction:
    """End what an earlier life of the service left behind: a call whose outcome was open becomes
    `interrupted`.

    `lost` are legs whose dialog could not be brought back: nothing can be sent to them.
    """
    facts: list[f.Fact] = []
    if call.is_live:
        facts.append(f.CallInterrupted(at=now, call=call.id, ended_at=call.last_at))
    actions: list[Action] = []
    for leg in call.open_legs():
        if leg.dialog is None or leg.id in lost:  # without a dialog it never reached the network
            facts.append(f.LegEnded(at=now, call=call.id, leg=leg.id))
        else:
            actions.append(EndLeg(leg.id, status=503, reason="service restarted"))
    return Reaction(facts, actions)


def end(call: Call, now: datetime, reason: str) -> Reaction:
    """End a live call because the service stops."""
    match call.phase:
        case Phase.TALKING | Phase.TRANSFERRING:
            outcome = Outcome.ANSWERED
        case Phase.WAITING if call.transfer is not None:
            outcome = Outcome.ANSWERED
        case Phase.ANNOUNCING:
            outcome = Outcome(decision_of(call).outcome)
        case _:
            outcome = Outcome.FAILED
    ended = finish(call, now, outcome, EndedBy.SERVICE, reason=reason, status=503)
    return Reaction([*queueing.leave(call, q.ENDED, now), *ended.facts], ended.actions)


def give_up(call: Call, now: datetime, reason: str) -> Reaction:
    """End a live call in which something went wrong: a leg that nothing is known of may not keep it."""
    reaction = end(call, now, reason)
    unknown = [f.LegEnded(at=now, call=call.id, leg=leg.id) for leg in call.open_legs() if leg.dialog is None]
    return Reaction([*reaction.facts, *unknown], reaction.actions)


# ---- phases


def _arrived(call: Call, now: datetime) -> Reaction:
    if call.caller.gone:
        return _caller_left(call, now)
    decision = call.decision
    if call.question is None and decision is not None:
        outcome = Outcome(decision.outcome)
        return finish(call, now, outcome, EndedBy.SERVICE, status=decision.status)
    return NOTHING  # routing is asked


def _talking(call: Call, now: datetime) -> Reaction:
    near, member = call.legs[call.near], call.legs[call.talking_to]
    if lost := near.lost or member.lost:
        return finish(call, now, Outcome.LOST, EndedBy.SERVICE, reason=lost)
    if call.talk_expired:
        return finish(call, now, Outcome.ANSWERED, EndedBy.SERVICE, reason="talk time limit")
    if near.gone:
        by = EndedBy.CALLER if near is call.caller else EndedBy.MEMBER
        return finish(call, now, Outcome.ANSWERED, by)
    if member.gone:
        return finish(call, now, Outcome.ANSWERED, EndedBy.MEMBER)
    return NOTHING


def _ringing(call: Call, house: House, now: datetime) -> Reaction:
    if call.caller.gone:
        return _caller_left(call, now)
    if call.service_answered and not call.caller_alerted:  # who has had a 200 hears a tone for a 180
        alerted = f.CallerAlerted(at=now, call=call.id, leg=call.caller.id)
        return Reaction([alerted], [PlayRinging(call.caller.id)])
    answered = next((leg for leg in call.members() if has_answered(leg)), None)
    if answered is not None:
        return connect(call, answered, now)
    asked = confirming.react(call, now)
    if asked.facts:
        return asked
    ringing = call.ringing()
    if vain := in_vain(call, ringing, now):
        return vain
    if call.redirected and not call.ring_expired:
        return Reaction(*offer(call, call.redirected, house, now))
    other_ways = offer_other_ways(call, house, now)
    if other_ways.facts:
        return other_ways
    if not ringing:
        return offer_next(call, house, now)
    return _tell_caller(call, ringing, now)


# ---- what they do


def _tell_caller(call: Call, ringing: Sequence[Leg], now: datetime) -> Reaction:
    """180 without sound while several may answer; early sound only from the one who rings."""
    early = len(ringing) == 1 and _may_be_heard(ringing[0]) and not call.service_answered
    if early and not call.early_sound_from:
        leg = ringing[0].id
        return Reaction(
            [f.EarlySoundPassed(at=now, call=call.id, leg=leg)], [PassEarlySound(call.caller.id, leg)]
        )
    if any(leg.rang for leg in ringing) and not call.caller_alerted:
        leg = call.caller.id
        return Reaction([f.CallerAlerted(at=now, call=call.id, leg=leg)], [AlertCaller(leg)])
    return NOTHING


def _may_be_heard(leg: Leg) -> bool:
    """Not of a mobile, for then it hears a prompt beside, and what it says first may be a voicemail."""
    return leg.early_sound and leg.target is not None and not leg.target.is_mobile


def _caller_left(call: Call, now: datetime) -> Reaction:
    return finish(call, now, Outcome.ABANDONED, EndedBy.CALLER, status=487)
