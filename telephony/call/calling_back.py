"""What to do next in a call to a member who is to call somebody back: the part of `react` for it.

The member's phone is rung first, or their mobile, where they have answered when they press a key; then it is
a call of theirs to a number outside, and goes as any other. So nobody is called who then has to wait, and
there are never more calls out than members who are free for them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from routing.decision import CONFIRM_CALLBACK_PROMPT, Origin, Target
from routing.numbers import show
from telephony.call import callback_facts as b
from telephony.call import confirming, missing
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call.actions import Dial
from telephony.call.call import Call, Confirming, Leg, LegState
from telephony.call.ending import Reaction, finish
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house import House
from telephony.call.queues import Queues, Tried

RING_SECONDS = 20.0
"""How long the member is rung: nobody hears it ring."""

LONGEST = timedelta(hours=24)
"""After that a callback of a number that never closes is a duty: who has waited a day is not called at night.
"""


def begin(what: b.Callback, came: b.CallbackTurnCame, target: Target, contact: f.Contact | None) -> Reaction:
    """Ring the member, whose turn it is to call, on one phone or mobile, in a new call."""
    leg, call, now = f"{came.call}.0", came.call, came.at
    arrived = f.CallArrived(
        at=now,
        call=call,
        leg=leg,
        origin=Origin.PHONE,
        origin_name=target.phone,
        member=target.member,
        caller=what.called,
        dialled=what.number,
        sip_call_id="",
        calls_back=came.callback,
        trunk=target.trunk,
    )
    until = now + timedelta(seconds=RING_SECONDS)
    rings = f.RingTimeStarted(at=now, call=call, until=until)
    dial = Dial(
        leg=leg,
        caller_leg="",
        target=target,
        contact=contact,
        display=f"Återuppringning {what.function}: {show(what.number)}" if target.phone else "",
        number=what.number,
        called=what.called,
        max_forwards=arrived.max_forwards,
        alone=True,
    )
    return Reaction([arrived, came, rings], [dial])  # where the call begins replay may begin


def react(call: Call, now: datetime) -> Reaction:
    """What to do next while the member is rung."""
    member = call.caller
    if member.gone:
        return finish(call, now, Outcome.NO_ANSWER, EndedBy.MEMBER, reason=_how(call))
    if member.state is LegState.ANSWERED:
        return Reaction([b.CallbackTaken(at=now, call=call.id)])
    if member.state is LegState.UNUSABLE:
        return finish(call, now, Outcome.FAILED, EndedBy.SERVICE, reason="no common sound")
    if member.confirming is not None:
        return _ask(call, member, member.confirming, now)
    if call.ring_expired:
        return finish(call, now, Outcome.NO_ANSWER, EndedBy.SERVICE, reason="ring time")
    return Reaction()


def _ask(call: Call, member: Leg, asked: Confirming, now: datetime) -> Reaction:
    """Outside they have answered when they press a key: their voicemail calls nobody."""
    if confirming.is_over(asked):
        return finish(call, now, Outcome.NO_ANSWER, EndedBy.SERVICE, reason=confirming.UNCONFIRMED)
    return confirming.ask(call, member, asked, CONFIRM_CALLBACK_PROMPT, now) or Reaction()


def promise(call: Call, queue: str, now: datetime) -> b.CallbackPromised:
    """The fact that this caller, who waits there, will be called back."""
    decision, arrived = call.decision, call.arrived
    assert decision is not None and decision.wait is not None and arrived.caller is not None  # may be called
    wait = decision.wait
    what = b.Callback(
        number=arrived.caller,
        function=decision.function,
        called=decision.number,
        priority=wait.priority,
        since=call.joined_at or now,
        until=wait.leave_at or now + LONGEST,
        retry_seconds=wait.retry_seconds,
        missed_limit=wait.missed_limit,
    )
    return b.CallbackPromised(at=now, callback=call.id, queue=queue, what=what)


def settle(entry: Iterable[f.Fact], queues: Queues, house: House, now: datetime) -> list[f.Fact]:
    """What these facts of a call mean for the callback that it was made for, if it was for one."""
    facts: list[f.Fact] = []
    said = 0
    for fact in entry:
        if isinstance(fact, f.MemberRefused):
            said = fact.status
        if not isinstance(fact, f.CallConnected | f.CallEnded | f.CallInterrupted):
            continue
        tried = queues.tried_in(fact.call)
        if tried is None:
            continue
        callback, queue = tried.callback, tried.queue
        if isinstance(fact, f.CallConnected):
            facts.append(_kept(tried, fact, now))
        elif tried.is_taken:
            what, why = queues.callback(callback), _why(fact)
            facts.append(b.CallbackOwed(at=now, callback=callback, queue=queue, what=what, why=why))
        else:
            facts.append(b.CallbackTurnPassed(at=now, callback=callback, queue=queue, call=fact.call))
            facts += _missed(tried, fact.call, said, queues.callback(callback), house, now)
    return facts


def _kept(tried: Tried, fact: f.CallConnected, now: datetime) -> b.CallbackKept:
    return b.CallbackKept(
        at=now,
        callback=tried.callback,
        queue=tried.queue,
        call=fact.call,
        member=tried.member,
        leg=f"{fact.call}.0",  # the first leg is the member's
        wrap_up_seconds=tried.wrap_up_seconds,
    )


def _missed(
    tried: Tried, call: str, said: int, what: b.Callback, house: House, now: datetime
) -> Sequence[f.Fact]:
    """As who misses the call of somebody who waits on the line."""
    missed = d.OfferMissed(
        at=now,
        member=tried.member,
        by="",
        call=call,
        group=tried.queue,
        why=missing.why_missed(said, "" if said else "ring_time"),
        until=now + timedelta(seconds=what.retry_seconds),
    )
    return missing.missed(missed, what.missed_limit, house)


def late(callback: str, queue: str, what: b.Callback, now: datetime) -> b.CallbackOwed:
    """The fact that nobody could call them in time."""
    return b.CallbackOwed(at=now, callback=callback, queue=queue, what=what, why="too_late")


def _why(fact: f.CallEnded | f.CallInterrupted) -> str:
    if isinstance(fact, f.CallInterrupted):
        return Outcome.INTERRUPTED.value
    return "member_left" if fact.outcome is Outcome.ABANDONED else fact.outcome.value


def _how(call: Call) -> str:
    status = call.caller.status
    return f"the member's phone said {status}" if status else call.caller.lost or "the member left"
