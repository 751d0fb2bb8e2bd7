"""What facts of those who wait change: in a call, and in the queues of the house."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from routing.decision import Branch
from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.call import queue_facts as q
from telephony.call.call import Call, LegState, Phase, Waiting
from telephony.call.changed import changed
from telephony.call.changes import Changes, enter, require
from telephony.call.queues import Queues, Tried
from telephony.call.repair_facts import Repair, StateRepaired

# ---- in a call


def _joined(call: Call, fact: q.QueueJoined) -> Changes:
    require(call, fact, Phase.WAITING)
    return {
        "waiting": Waiting(fact.queue, fact.since, fact.at, fact.leave_at, fact.why),
        "joined_at": fact.since,
    }


def _turn_came(call: Call, fact: q.TurnCame) -> Changes:
    require(call, fact, Phase.WAITING)
    return {
        "waiting": changed(call.waiting, is_turn=True),
        # Who was rung before and is gone is told by the journal: a call that waits long may ring many
        "legs": {leg.id: leg for leg in call.legs.values() if leg.is_open or leg.id in _of_the_call(call)},
        "pending": fact.targets,
        "redirected": (),
        "round_legs": frozenset(),
        "ring_until": None,
        "ring_expired": False,
        "skipped_busy": False,
    }


def _of_the_call(call: Call) -> tuple[str, ...]:
    """The legs that it is about, whoever is rung."""
    return (call.arrived.leg, call.transfer.by) if call.transfer is not None else (call.arrived.leg,)


def _turn_passed(call: Call, fact: q.TurnPassed) -> Changes:
    require(call, fact, Phase.WAITING)
    return {
        "waiting": changed(call.waiting, is_turn=False, rang_nobody_at=None if call.round_legs else fact.at),
        "pending": (),
        "redirected": (),
        "ring_until": None,
        "ring_expired": False,
    }


def _said(call: Call, fact: q.WaitSaid) -> Changes:
    require(call, fact, Phase.WAITING)
    return {"waiting": changed(call.waiting, said_at=fact.at, say_at=fact.next_at, is_due=False)}


def _comfort_due(call: Call, fact: q.ComfortDue) -> Changes:
    require(call, fact, Phase.WAITING)
    return {"waiting": changed(call.waiting, say_at=None, is_due=True)}


def _expired(call: Call, fact: q.WaitExpired) -> Changes:
    require(call, fact, Phase.WAITING)
    return {"waiting": changed(call.waiting, expired=True)}


def _taken(call: Call, fact: b.CallbackTaken) -> Changes:
    require(call, fact, Phase.CALLING)
    return enter(call, Phase.ARRIVED, question=Branch.ARRIVED, service_answered=True, ring_until=None)


def _left(call: Call, fact: q.QueueLeft) -> Changes:
    require(call, fact, Phase.WAITING)
    if fact.branch is None:
        return {"waiting": None}
    if call.transfer is not None:
        transfer = changed(call.transfer, is_open=True, branch=fact.branch)
        return enter(call, Phase.TRANSFERRING, transfer=transfer, waiting=None, key=fact.key, pending=())
    return enter(call, Phase.ARRIVED, question=fact.branch, waiting=None, key=fact.key, pending=())


CHANGES: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    q.QueueJoined: _joined,
    q.TurnCame: _turn_came,
    q.TurnPassed: _turn_passed,
    q.WaitSaid: _said,
    q.ComfortDue: _comfort_due,
    q.WaitExpired: _expired,
    q.QueueLeft: _left,
    b.CallbackTaken: _taken,
}


def waiting_shifted(waiting: Waiting, step: timedelta) -> Waiting:
    """The same with its deadlines moved along: the machine's clock was set."""
    return changed(
        waiting,
        since=waiting.since + step,
        joined_at=waiting.joined_at + step,
        leave_at=waiting.leave_at + step,
        say_at=waiting.say_at and waiting.say_at + step,
    )


def unheard(call: Call) -> Changes:
    """What was to be said to a caller who waits could not be played, so they were not answered either: they
    wait on and hear that it rings."""
    caller = changed(call.caller, state=LegState.OFFERED)
    return {
        "legs": {**call.legs, caller.id: caller},
        "service_answered": False,
        "waiting": changed(call.waiting, is_unheard=True),
    }


# ---- in the house


def _house_joined(queues: Queues, fact: q.QueueJoined) -> None:
    queues.join(fact.call, fact.queue, fact.priority, fact.since)


def _house_turn_came(queues: Queues, fact: q.TurnCame) -> None:
    queues.begin_turn(fact.call, [target.member for target in fact.targets])


def _house_turn_passed(queues: Queues, fact: q.TurnPassed) -> None:
    queues.end_turn(fact.call)


def _house_left(queues: Queues, fact: q.QueueLeft) -> None:
    queues.leave(fact.call, fact.at, answered=fact.why == q.ANSWERED)


def _house_ended(queues: Queues, fact: f.CallEnded | f.CallInterrupted) -> None:
    if fact.call in queues.callbacks():  # the place is kept under its id
        queues.asked(fact.call)
    else:
        queues.leave(fact.call, fact.at, answered=False)


def _promised(queues: Queues, fact: b.CallbackPromised) -> None:
    queues.promise(fact.callback, fact.queue, fact.what)
    queues.ask(fact.callback)


def _callback_turn_came(queues: Queues, fact: b.CallbackTurnCame) -> None:
    queues.try_callback(fact.call, Tried(fact.callback, fact.queue, fact.member, fact.wrap_up_seconds))


def _callback_taken(queues: Queues, fact: b.CallbackTaken) -> None:
    queues.take_callback(fact.call)


def _callback_turn_passed(queues: Queues, fact: b.CallbackTurnPassed) -> None:
    queues.pass_callback(fact.callback, fact.call)


def _callback_over(queues: Queues, fact: b.CallbackKept | b.CallbackOwed) -> None:
    queues.end_callback(fact.callback)


def _repaired(queues: Queues, fact: StateRepaired) -> None:
    if fact.kind is Repair.STUCK_IN_QUEUE:
        queues.lose(fact.leg.rpartition(".")[0])


def _callbacks_carried(queues: Queues, fact: b.CallbacksCarried) -> None:
    queues.carried(fact.waiting)


IN_HOUSE: dict[type[f.Fact], Callable[[Queues, Any], None]] = {
    q.QueueJoined: _house_joined,
    q.TurnCame: _house_turn_came,
    q.TurnPassed: _house_turn_passed,
    q.QueueLeft: _house_left,
    f.CallEnded: _house_ended,
    f.CallInterrupted: _house_ended,
    b.CallbackPromised: _promised,
    b.CallbackTurnCame: _callback_turn_came,
    b.CallbackTaken: _callback_taken,
    b.CallbackTurnPassed: _callback_turn_passed,
    b.CallbackKept: _callback_over,
    b.CallbackOwed: _callback_over,
    b.CallbacksCarried: _callbacks_carried,
    StateRepaired: _repaired,
}
