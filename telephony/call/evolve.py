"""`evolve(call, fact) -> call`: what each fact changes in a call, and nothing else.

Each function here gives the fields that its fact changes, so that a fact costs one copy of the call.

An observation is taken in every phase: the network does what it does, and one that comes too late to matter
is kept in the journal and changes only its leg. A decision is checked against the table of phases and raises
when it is not legal, for then it is our own fault.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from routing.decision import Branch, Kind
from telephony.call import facts as f
from telephony.call.call import Call, Leg, LegState, Phase
from telephony.call.changed import changed
from telephony.call.changes import (
    Changes,
    enter,
    leg_changed,
    require,
    rung,
    with_leg,
    with_leg_over,
    without,
)
from telephony.call.evolve_confirm import CONFIRMATIONS, answered
from telephony.call.evolve_menu import MENUS
from telephony.call.evolve_pickup import PICK_UPS
from telephony.call.evolve_queue import CHANGES as QUEUES
from telephony.call.evolve_queue import waiting_shifted
from telephony.call.evolve_transfer import TRANSFERS, exhausted_in_transfer
from telephony.call.house_facts import ClockStepped


def begin(fact: f.CallArrived) -> Call:
    """The state of a call after its first fact."""
    caller = Leg(id=fact.leg, state=LegState.OFFERED)
    phase, question = (Phase.CALLING, None) if fact.calls_back else (Phase.ARRIVED, Branch.ARRIVED)
    return Call(
        arrived=fact, phase=phase, legs={fact.leg: caller}, last_at=fact.at, near=fact.leg, question=question
    )


def evolve(call: Call, fact: f.Fact) -> Call:
    """The call after `fact`. Raises IllegalTransition for a decision that its phase does not allow."""
    change = _CHANGES.get(type(fact))
    if change is None:
        return call
    return changed(call, last_at=fact.at, **change(call, fact))


# ---- observations


def _dialog_changed(call: Call, fact: f.LegDialogChanged) -> Changes:
    return leg_changed(call, fact, dialog=fact.dialog)


def _responded(call: Call, fact: f.MemberResponded) -> Changes:
    return leg_changed(call, fact, respond_by=None)


def _alerted(call: Call, fact: f.MemberAlerted) -> Changes:
    leg = call.legs.get(fact.leg)
    if leg is None or leg.state is not LegState.OFFERED:
        return {}  # a 180 overtaken by the answer
    return with_leg(call, changed(leg, state=LegState.ALERTED, rang=True, respond_by=None))


def _early_sound(call: Call, fact: f.MemberGaveEarlySound) -> Changes:
    return leg_changed(call, fact, early_sound=True, respond_by=None)


def _answered(call: Call, fact: f.MemberAnswered) -> Changes:
    leg = call.legs.get(fact.leg)
    if leg is None or not leg.is_open:
        return {}
    return with_leg(call, answered(call, leg))


def _unusable(call: Call, fact: f.MemberAnswerUnusable) -> Changes:
    leg = call.legs.get(fact.leg)
    if leg is None or not leg.is_open:
        return {}
    return with_leg(call, changed(leg, state=LegState.UNUSABLE, status=fact.status, respond_by=None))


def _refused(call: Call, fact: f.MemberRefused) -> Changes:
    leg = call.legs.get(fact.leg)
    if leg is None or not leg.is_open:
        return {}
    refused = changed(leg, state=LegState.REFUSED, status=fact.status, cause=fact.cause, gone=True)
    return with_leg_over(call, refused)


def _redirected(call: Call, fact: f.MemberRedirected) -> Changes:
    return leg_changed(call, fact, redirect=fact.number)


def _hung_up(call: Call, fact: f.LegHungUp) -> Changes:
    return leg_changed(call, fact, gone=True)


def _lost(call: Call, fact: f.LegLost) -> Changes:
    return leg_changed(call, fact, gone=True, lost=fact.why)


def _held(call: Call, fact: f.LegHeld) -> Changes:
    return leg_changed(call, fact, held=fact.held)


def _leg_ended(call: Call, fact: f.LegEnded) -> Changes:
    leg = call.legs.get(fact.leg)
    if leg is None:
        return {}
    state = leg.state if leg.state is LegState.REFUSED else LegState.ENDED
    return with_leg_over(call, changed(leg, state=state, gone=True))


def _clock_stepped(call: Call, fact: ClockStepped) -> Changes:
    step = timedelta(seconds=fact.seconds)
    legs = {leg.id: _leg_stepped(leg, step) for leg in call.legs.values()}
    asking = call.asking
    if asking is not None and asking.until is not None:
        asking = changed(asking, until=asking.until + step)
    return {
        "legs": legs,
        "asking": asking,
        "waiting": call.waiting and waiting_shifted(call.waiting, step),
        "joined_at": call.joined_at and call.joined_at + step,
        "ring_until": call.ring_until and call.ring_until + step,
        "talk_until": call.talk_until and call.talk_until + step,
    }


def _leg_stepped(leg: Leg, step: timedelta) -> Leg:
    if leg.respond_by is not None:
        return changed(leg, respond_by=leg.respond_by + step)
    if leg.confirming is not None and leg.confirming.until is not None:
        return changed(leg, confirming=changed(leg.confirming, until=leg.confirming.until + step))
    return leg


# ---- decisions


_PHASES = {
    Kind.RING: Phase.RINGING,
    Kind.ANNOUNCE: Phase.ANNOUNCING,
    Kind.MENU: Phase.MENU,
    Kind.VOICEMAIL: Phase.ANNOUNCING,
    Kind.QUEUE: Phase.WAITING,
}
"""Where each decision leads but the one to refuse the call."""


def _route_decided(call: Call, fact: f.RouteDecided) -> Changes:
    require(call, fact, Phase.ARRIVED)
    phase = _PHASES.get(fact.decision.kind, Phase.ARRIVED)
    if phase is Phase.ARRIVED and call.service_answered:
        phase = Phase.ANNOUNCING  # it is told why
    # Whatever the caller heard of a ringing phone, they will hear something else before the next
    silenced = {} if phase is Phase.RINGING else {"caller_alerted": False, "early_sound_from": ""}
    return enter(
        call,
        phase,
        **silenced,
        question=None,
        key="",
        announcement="",
        announcement_ended=False,
        announcement_played=False,
        decision=fact.decision,
        protected=call.protected or fact.decision.protected,
        talk_limit=fact.talk_limit,
        pending=fact.decision.targets,
        redirected=(),
        round_legs=frozenset(),
        ring_until=None,
        ring_expired=False,
        skipped_busy=False,
    )


def _route_exhausted(call: Call, fact: f.RouteExhausted) -> Changes:
    if call.phase is Phase.TRANSFERRING:
        return exhausted_in_transfer(call, fact)
    require(call, fact, Phase.RINGING)
    return enter(call, Phase.ARRIVED, question=fact.branch)


def _redirect_decided(call: Call, fact: f.RedirectDecided) -> Changes:
    require(call, fact, Phase.RINGING)
    changes = leg_changed(call, fact, redirect="")
    return {**changes, "redirected": call.redirected + fact.targets, "redirects": call.redirects + 1}


def _offered(call: Call, fact: f.MemberOffered) -> Changes:
    require(call, fact, Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING)
    leg = Leg(id=fact.leg, state=LegState.OFFERED, target=fact.target, respond_by=fact.respond_by)
    return with_leg(call, leg, **rung(call, leg))


def _skipped(call: Call, fact: f.MemberSkipped) -> Changes:
    require(call, fact, Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING)
    return {
        "skipped_busy": call.skipped_busy or fact.why == "busy",
        "pending": without(call.pending, fact.target),
        "redirected": tuple(target for target in call.redirected if target != fact.target),
    }


def _ring_time_started(call: Call, fact: f.RingTimeStarted) -> Changes:
    require(call, fact, Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING, Phase.CALLING)
    # Whoever's early sound the caller heard has left: of those who ring now the caller is told afresh
    alerted = call.caller_alerted and not call.early_sound_from
    return {
        "ring_until": fact.until,
        "ring_expired": False,
        "redirected": (),  # whoever was not rung in that time is not
        "caller_alerted": alerted,
        "early_sound_from": "",
    }


def _ring_time_expired(call: Call, fact: f.RingTimeExpired) -> Changes:
    require(call, fact, Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING, Phase.CALLING)
    return {"ring_expired": True}


def _response_time_expired(call: Call, fact: f.ResponseTimeExpired) -> Changes:
    require(call, fact, Phase.RINGING, Phase.TRANSFERRING, Phase.WAITING)
    return leg_changed(call, fact, respond_by=None, gone=True)


def _withdrawn(call: Call, fact: f.OfferWithdrawn) -> Changes:
    return leg_changed(call, fact, withdrawn=fact.why, respond_by=None)


def _caller_alerted(call: Call, fact: f.CallerAlerted) -> Changes:
    require(call, fact, Phase.RINGING, Phase.WAITING)
    return {"caller_alerted": True}


def _early_sound_passed(call: Call, fact: f.EarlySoundPassed) -> Changes:
    require(call, fact, Phase.RINGING)
    return {"early_sound_from": fact.leg, "caller_alerted": True}


def _service_answered(call: Call, fact: f.ServiceAnswered) -> Changes:
    require(call, fact, Phase.ANNOUNCING, Phase.MENU, Phase.WAITING)
    return {**leg_changed(call, fact, state=LegState.ANSWERED), "service_answered": True}


def _announcement_started(call: Call, fact: f.AnnouncementStarted) -> Changes:
    require(call, fact, Phase.ANNOUNCING, Phase.TRANSFERRING)
    return {"announcement": fact.prompt}


def _connected(call: Call, fact: f.CallConnected) -> Changes:
    require(call, fact, Phase.RINGING, Phase.WAITING)
    caller = changed(call.caller, state=LegState.ANSWERED)
    changes = with_leg(call, caller, talking_to=fact.leg, talk_until=fact.until)
    return enter(call, Phase.TALKING, **changes)


def _talk_time_expired(call: Call, fact: f.TalkTimeExpired) -> Changes:
    require(call, fact, Phase.TALKING, Phase.TRANSFERRING, Phase.WAITING)
    return {"talk_expired": True}


def _ended(call: Call, fact: f.CallEnded) -> Changes:
    return _settled(call, fact.outcome, fact.ended_by)


def _interrupted(call: Call, fact: f.CallInterrupted) -> Changes:
    return _settled(call, f.Outcome.INTERRUPTED, f.EndedBy.SERVICE)


def _settled(call: Call, outcome: f.Outcome, ended_by: f.EndedBy) -> Changes:
    changes = enter(call, Phase.ENDING, question=None, requested=None, outcome=outcome, ended_by=ended_by)
    return changes if any(call.open_legs()) else {**changes, "phase": Phase.ENDED}


_CHANGES: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    f.LegDialogChanged: _dialog_changed,
    f.MemberResponded: _responded,
    f.MemberAlerted: _alerted,
    f.MemberGaveEarlySound: _early_sound,
    f.MemberAnswered: _answered,
    f.MemberAnswerUnusable: _unusable,
    f.MemberRefused: _refused,
    f.MemberRedirected: _redirected,
    f.RedirectDecided: _redirect_decided,
    f.LegHungUp: _hung_up,
    f.LegLost: _lost,
    f.LegHeld: _held,
    f.LegEnded: _leg_ended,
    ClockStepped: _clock_stepped,
    f.RouteDecided: _route_decided,
    f.RouteExhausted: _route_exhausted,
    f.MemberOffered: _offered,
    f.MemberSkipped: _skipped,
    f.RingTimeStarted: _ring_time_started,
    f.RingTimeExpired: _ring_time_expired,
    f.ResponseTimeExpired: _response_time_expired,
    f.OfferWithdrawn: _withdrawn,
    f.CallerAlerted: _caller_alerted,
    f.EarlySoundPassed: _early_sound_passed,
    f.ServiceAnswered: _service_answered,
    f.AnnouncementStarted: _announcement_started,
    f.CallConnected: _connected,
    f.TalkTimeExpired: _talk_time_expired,
    **TRANSFERS,
    **PICK_UPS,
    **MENUS,
    **CONFIRMATIONS,
    **QUEUES,
    f.CallEnded: _ended,
    f.CallInterrupted: _interrupted,
}
