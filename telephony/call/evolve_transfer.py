"""What the facts of a transfer change in a call (P7). `evolve` has those of every call."""

from collections.abc import Callable
from typing import Any

from routing.decision import Kind
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.call import Call, Leg, LegState, Phase, Transfer
from telephony.call.changed import changed
from telephony.call.changes import Changes, enter, require, rung, with_leg, with_leg_over


def _transfer_requested(call: Call, fact: t.TransferRequested) -> Changes:
    return {"requested": fact}


def _transfer_refused(call: Call, fact: t.TransferRefused) -> Changes:
    return {"requested": None}


def _transfer_decided(call: Call, fact: t.TransferDecided) -> Changes:
    require(call, fact, Phase.TALKING, Phase.TRANSFERRING)
    return enter(
        call,
        Phase.WAITING if fact.decision.kind is Kind.QUEUE else Phase.TRANSFERRING,
        requested=None,
        key="",
        joined_at=call.joined_at or fact.since,
        transfer=Transfer(fact.leg, fact.by, fact.kept, fact.number, fact.stage),
        decision=fact.decision,
        protected=call.protected or fact.decision.protected,
        pending=fact.decision.targets,
        round_legs=frozenset(),
        ring_until=None,
        ring_expired=False,
        skipped_busy=False,
    )


def _transfer_alerted(call: Call, fact: t.TransferAlerted) -> Changes:
    require(call, fact, Phase.TRANSFERRING)
    return {"transfer": changed(_transfer(call), alerted=True)}


def _transfer_failed(call: Call, fact: t.TransferFailed) -> Changes:
    require(call, fact, Phase.TRANSFERRING)
    transfer = _transfer(call)
    if fact.resumed:
        return enter(call, Phase.TALKING, transfer=None)
    stage = t.Stage.RETURN if fact.stage is t.Stage.TARGET else t.Stage.CENTRE
    return {"transfer": changed(transfer, stage=stage, is_open=True)}


def exhausted_in_transfer(call: Call, fact: f.RouteExhausted) -> Changes:
    """Kontaktcenter's own branch is asked for."""
    return {"transfer": changed(_transfer(call), is_open=True, branch=fact.branch)}


def _transferred(call: Call, fact: t.CallTransferred) -> Changes:
    return enter(call, Phase.TALKING, near=fact.kept, talking_to=fact.leg, transfer=None, take_over=None)


def _taken_over(call: Call, fact: t.LegTakenOver) -> Changes:
    require(call, fact, Phase.TALKING, Phase.TRANSFERRING)
    rings = LegState.ALERTED if fact.rang else LegState.OFFERED
    state = LegState.ANSWERED if fact.answered else rings
    leg = Leg(id=fact.leg, state=state, target=fact.target, rang=fact.rang, dialog=fact.dialog)
    return with_leg(call, leg, requested=None, **rung(call, leg))


def _handed_over(call: Call, fact: t.LegHandedOver) -> Changes:
    return with_leg_over(call, changed(call.legs[fact.leg], state=LegState.ENDED, gone=True))


def _transfer(call: Call) -> Transfer:
    assert call.transfer is not None  # of a call in that phase
    return call.transfer


TRANSFERS: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    t.TransferRequested: _transfer_requested,
    t.TransferRefused: _transfer_refused,
    t.TransferDecided: _transfer_decided,
    t.TransferAlerted: _transfer_alerted,
    t.TransferFailed: _transfer_failed,
    t.CallTransferred: _transferred,
    t.LegTakenOver: _taken_over,
    t.LegHandedOver: _handed_over,
}
