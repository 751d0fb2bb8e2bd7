"""What to do next while a call waits in a queue: the part of `react` for it.

Who waits is the caller, or who comes back to Kontaktcenter from a transfer that nobody took. In their turn
members are rung who were chosen for it (`telephony.desk.turns`); until the service has answered, the caller
hears that. Whoever is not taken at once gets a 200, is told so, and hears music, also while members are rung
later: it ends when a person speaks.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.decision import CALLBACK_KEY, Branch, Wait
from telephony.call import calling_back, confirming, transferring
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import queue_facts as q
from telephony.call.actions import AlertCaller, KeepWaiting, PlayRinging, TellPaused
from telephony.call.call import Call, Phase, Waiting
from telephony.call.ending import Reaction, finish, withdraw
from telephony.call.facts import EndedBy, Outcome
from telephony.call.failover import first_ways, in_order
from telephony.call.house import House
from telephony.call.missing import missed, why_missed
from telephony.call.offering import (
    connect,
    decision_of,
    has_answered,
    in_vain,
    offer,
    offer_other_ways,
)
from telephony.call.waiting_words import words_for

_BRANCHES = {q.TOO_LONG: Branch.NO_ANSWER, q.CLOSING: Branch.CLOSING}


def react(call: Call, house: House, now: datetime) -> Reaction:
    """What to do next; nothing when there are no facts, and who waits has been told where they stand."""
    if call.transfer is None:
        return _react(call, house, now)
    if (ended := transferring.over(call, call.legs[call.who_waits], now)) is not None:
        return Reaction([*leave(call, q.LEFT, now), *ended.facts], ended.actions)
    return transferring.for_who_waits(call, call.transfer, _react(call, house, now))


def _react(call: Call, house: House, now: datetime) -> Reaction:
    waiting = call.waiting
    if call.transfer is None and call.caller.gone:
        reason = call.caller.lost
        by = EndedBy.SERVICE if reason else EndedBy.CALLER
        ended = finish(call, now, Outcome.ABANDONED, by, reason=reason, status=487)
        return Reaction([*leave(call, q.LEFT, now), *ended.facts], ended.actions)
    if waiting is None:
        return _join(call, now)
    rung = [call.legs[leg] for leg in sorted(call.round_legs)]
    answered = next((leg for leg in rung if has_answered(leg)), None)
    if answered is not None:
        connected = (
            connect(call, answered, now)
            if call.transfer is None
            else transferring.complete(call, call.transfer, answered, now)
        )
        return Reaction([*leave(call, q.ANSWERED, now), *connected.facts], connected.actions)
    asked = confirming.react(call, now)
    if asked.facts:
        return asked
    if call.key == CALLBACK_KEY and _wait(call).callback:
        left = _go_on(call, q.CALLBACK, Branch.CALLBACK, now, call.key)
        return Reaction([*left.facts, calling_back.promise(call, waiting.queue, now)], left.actions)
    if call.key and call.key in _wait(call).keys:
        return _go_on(call, q.PRESSED, Branch.PRESSED, now, call.key)
    if waiting.expired:
        return _go_on(call, waiting.why, _BRANCHES[waiting.why], now)
    return _ring(call, house, now) if waiting.is_turn else Reaction()


def greet(call: Call, waiting: Waiting, house: House, now: datetime) -> Reaction:
    """Tell a caller what is due to be told: first of all that they wait. Nothing while it is not."""
    if waiting.is_unheard:
        return _alert(call, now)
    if waiting.said_at is not None and not waiting.is_due:
        return Reaction()
    if waiting.said_at is None and waiting.is_turn:
        return Reaction()  # it rings, and may be answered before any word of ours
    wait, leg = _wait(call), call.who_waits
    words = words_for(call, wait, house, now)
    said = q.WaitSaid(
        at=now,
        call=call.id,
        leg=leg,
        prompt=words.prompt,
        music=wait.music,
        position=words.position,
        seconds=words.seconds,
        next_at=now + timedelta(seconds=house.seconds_of(words.prompt) + wait.comfort_seconds),
    )
    answered = [] if _is_up(call) else [f.ServiceAnswered(at=now, call=call.id, leg=leg)]
    keys = bool(wait.keys) or wait.callback
    return Reaction([*answered, said], [KeepWaiting(leg, words.prompt, wait.music, keys)])


def leave_unstaffed(call: Call, now: datetime) -> Reaction:
    """The last member has gone: nobody is to wait for one who may not come back today."""
    return _go_on(call, q.UNSTAFFED, Branch.NOBODY_THERE, now)


def expire(call: Call, waiting: Waiting, now: datetime) -> list[f.Fact]:
    """The facts that times of a call in a queue have come, but for those of the phones that ring."""
    facts: list[f.Fact] = []
    if waiting.leave_at <= now:
        facts.append(q.WaitExpired(at=now, call=call.id))
    if waiting.say_at is not None and waiting.say_at <= now:
        facts.append(q.ComfortDue(at=now, call=call.id))
    return facts


def leave(call: Call, why: str, now: datetime) -> Sequence[q.QueueLeft]:
    """The fact that the call waits no more, if it does."""
    waiting = call.waiting
    if waiting is None or call.phase is not Phase.WAITING:
        return ()
    seconds = (now - waiting.joined_at).total_seconds()
    return (q.QueueLeft(at=now, call=call.id, queue=waiting.queue, why=why, seconds=seconds),)


def _wait(call: Call) -> Wait:
    wait = decision_of(call).wait
    assert wait is not None  # in this phase
    return wait


def _join(call: Call, now: datetime) -> Reaction:
    decision, wait = decision_of(call), _wait(call)
    leave_at, why = now + timedelta(seconds=wait.max_wait_seconds), q.TOO_LONG
    if wait.leave_at is not None and wait.leave_at < leave_at:
        leave_at, why = wait.leave_at, q.CLOSING
    joined = q.QueueJoined(
        at=now,
        call=call.id,
        queue=decision.group,
        priority=wait.priority,
        since=call.joined_at or now,
        leave_at=leave_at,
        why=why,
    )
    return Reaction([joined])


def _go_on(call: Call, why: str, branch: Branch, now: datetime, key: str = "") -> Reaction:
    """Leave the queue for what routing says of this branch."""
    withdrawn = withdraw(call, call.ringing(), why, now)
    left = [replace(fact, branch=branch, key=key) for fact in leave(call, why, now)]
    return Reaction([*withdrawn.facts, *left], withdrawn.actions)


# ---- its turn


def _ring(call: Call, house: House, now: datetime) -> Reaction:
    ringing = call.ringing()
    if call.service_answered and not call.caller_alerted and _hears_nothing(call):
        alerted = f.CallerAlerted(at=now, call=call.id, leg=call.caller.id)
        return Reaction([alerted], [PlayRinging(call.caller.id)])
    if vain := in_vain(call, ringing, now):
        return vain
    other_ways = offer_other_ways(call, house, now)
    if other_ways.facts:
        return other_ways
    stage = first_ways(in_order(call))
    if stage and not call.ring_expired:
        facts, dials = offer(call, stage, house, now)
        until = now + timedelta(seconds=decision_of(call).ring_seconds)
        if dials:
            facts.append(f.RingTimeStarted(at=now, call=call.id, until=until))
        return Reaction(facts, dials)
    if not ringing:
        return _pass(call, house, now)
    if any(leg.rang for leg in ringing):
        return _alert(call, now)
    return Reaction()


def _is_up(call: Call) -> bool:
    """Who waits has had a 200: from us, or of who hands them on."""
    return call.service_answered or call.transfer is not None


def _hears_nothing(call: Call) -> bool:
    """A caller who came by a menu has had a 200, and no word of this queue. Who is handed on hears that it
    rings."""
    return call.transfer is None and call.waiting is not None and call.waiting.said_at is None


def _alert(call: Call, now: datetime) -> Reaction:
    """It rings: for who has had no 200; anybody else hears music."""
    if _is_up(call) or call.caller_alerted:
        return Reaction()
    leg = call.caller.id
    return Reaction([f.CallerAlerted(at=now, call=call.id, leg=leg)], [AlertCaller(leg)])


def _pass(call: Call, house: House, now: datetime) -> Reaction:
    """Nobody took it."""
    wait, group = _wait(call), decision_of(call).group
    facts: list[f.Fact] = [q.TurnPassed(at=now, call=call.id, queue=group)]
    until = now + timedelta(seconds=wait.retry_seconds)
    for member, why in _missed(call).items():
        offer = d.OfferMissed(at=now, member=member, by="", call=call.id, group=group, why=why, until=until)
        facts += missed(offer, wait.missed_limit, house)
    paused = {fact.member for fact in facts if isinstance(fact, d.MemberPaused)}
    return Reaction(facts, _told(call, paused))


def _told(call: Call, paused: Collection[str]) -> list[TellPaused]:
    """They are told on the phones that were rung, each once."""
    legs = [call.legs[leg] for leg in sorted(call.round_legs)]
    phones = {
        leg.target.phone: leg.id
        for leg in legs
        if leg.target is not None and leg.target.phone and leg.target.member in paused
    }
    return [TellPaused(leg, phone) for phone, leg in phones.items()]


def _missed(call: Call) -> dict[str, str]:
    """Which members were rung and did not answer, and how each of them did not."""
    found: dict[str, str] = {}
    for leg in (call.legs[leg] for leg in sorted(call.round_legs)):
        assert leg.target is not None  # it was rung
        found[leg.target.member] = why_missed(leg.status, leg.withdrawn)
    return found
